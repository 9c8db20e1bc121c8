import Logging
import MartletAPI
import MartletCore
import MartletDelivery
import MartletMail
import MartletSQLite
import MartletService
import NIOCore
import WebhookSigning

/// Every setting there is.
enum SettingTable {
    // MARK: Where things are

    static let config = Setting.text(
        "config", "A file with settings.", placeholder: "path", fallback: "martlet.yaml")
    static let dataDirectory = Setting.text(
        "data_dir", "The directory of the store, its master key and the lock.", placeholder: "path",
        fallback: "./martlet-data")
    static let store = Setting(
        "store",
        "The store: sqlite:PATH or postgres://…, which several nodes may share. Left out, it is martlet.db in the data "
            + "directory.",
        placeholder: "store", isSecret: true
    ) { text throws(SettingComplaint) in try StoreLocation(text: text) }
    static let masterKey = Setting(
        "master_key",
        "32 bytes in base64 that encrypt secrets at rest. Left out, it is in master.key in the data directory, made at "
            + "first use. Mind that others can see a process's flags.",
        placeholder: "base64", isSecret: true
    ) { text throws(SettingComplaint) in try MasterKey(text: text) }

    // MARK: Serving

    static let listen = Setting(
        "listen", "The address and port to listen on; :8080 for every address, port 0 for any free one.",
        placeholder: "address:port", fallback: "127.0.0.1:8080"
    ) { text throws(SettingComplaint) in try ListenAddress(text: text) }
    static let publicURL = Setting(
        "public_url", "The URL that others reach this server by, where a proxy stands in front of it.",
        placeholder: "url"
    ) { text throws(SettingComplaint) in
        do throws(EndpointURLError) {
            let url = try EndpointURL(parsing: text).description
            return url.hasSuffix("/") ? String(url.dropLast()) : url
        } catch {
            throw SettingComplaint(error.message)
        }
    }
    static let allowPrivateNetworks = Setting.switching(
        "allow_private_networks",
        "Deliver to private, loopback and link-local addresses too; localhost is one. Only where whoever registers "
            + "webhooks may reach your own network.",
        fallback: false)
    static let allowNetworks = Setting(
        list: "allow_networks", "A block of addresses to deliver to whatever else is refused. May be repeated.",
        placeholder: "cidr", flag: "allow-network"
    ) { text throws(SettingComplaint) in
        do throws(AddressBlock.Malformed) {
            return try AddressBlock(parsing: text)
        } catch {
            throw SettingComplaint(error.message)
        }
    }
    static let trustedProxies = Setting(
        list: "trusted_proxies",
        "A block of addresses of proxies in front of this server, which are believed about whom a request at /in is from "
            + "(X-Forwarded-For). May be repeated.",
        placeholder: "cidr", flag: "trusted-proxy"
    ) { text throws(SettingComplaint) in
        guard let range = AddressRange(text) else {
            throw SettingComplaint("Give an address or a block such as 10.0.0.0/8 or fd00::/8.")
        }
        return range
    }
    static let requireHTTPS = Setting.switching(
        "require_https",
        "Refuse webhooks of plain http in every environment, or with --no-require-https in none. Left out, live "
            + "refuses them and sandbox does not.",
        fallback: nil)
    static let migrate = Setting.switching(
        "migrate", "Bring the store's schema up to date at start, or with --no-migrate refuse to start.",
        fallback: true)
    static let nodeName = Setting.text(
        "node_name",
        "What this process is called among those that share its store. Left out, the host's name and the process's number.",
        placeholder: "name")
    static let nodeLease = Setting.duration(
        "node_lease",
        "For how long the others believe that this process lives when they hear nothing of it; after that they take over.",
        in: .seconds(3) ... .seconds(600), fallback: .seconds(10))
    static let logLevel = Setting<Logger.Level>.choice(
        "log_level", "The least level that is logged.", fallback: .info)
    static let logFormat = Setting<LogFormat>.choice(
        "log_format", "How log lines look. Left out, text on a terminal and json elsewhere.", fallback: nil)

    // MARK: E-mail

    static let smtpURL = Setting(
        "smtp_url",
        "The server that takes e-mail: smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST with STARTTLS, or "
            + "smtp+plain://localhost without TLS. Left out, no e-mail is sent.",
        placeholder: "url", isSecret: true
    ) { text throws(SettingComplaint) in
        do throws(SMTPServer.Malformed) {
            return try SMTPServer(url: text)
        } catch {
            throw SettingComplaint(error.message)
        }
    }
    static let smtpFrom = Setting(
        "smtp_from", "Whom e-mail is from: ops@example.com, or \"Martlet <ops@example.com>\".", placeholder: "address"
    ) { text throws(SettingComplaint) in
        guard let sender = MailSender(text) else {
            throw SettingComplaint("Give an address such as ops@example.com or Martlet <ops@example.com>.")
        }
        return sender
    }
    static let smtpAuthorities = Setting.text(
        "smtp_ca_file", "A PEM file of authorities that the mail server's certificate may be of, beside the system's.",
        placeholder: "path")

    static let template = Setting(
        "template", "The profile and catalogue that both environments get at init.",
        placeholder: Template.all.map(\.name).joined(separator: "|"), fallback: Template.standard.name
    ) { text throws(SettingComplaint) in
        guard let template = Template.named(text) else {
            let names = Template.all.map(\.name)
            let suggestion = Suggestion.nearest(to: text, among: names).map { " Did you mean \($0)?" } ?? ""
            throw SettingComplaint(
                "There is no such template.\(suggestion) Give one of \(names.joined(separator: ", ")).")
        }
        return template
    }

    // MARK: Bounds

    static let maxInFlight = Setting.number(
        "max_in_flight", "The most attempts under way at once; a large event's counts as several.", in: 1...100_000,
        fallback: DispatchLimits().inFlight)
    static let maxInFlightPerEndpoint = Setting.number(
        "max_in_flight_per_endpoint", "The most attempts under way at once to one endpoint that does not say less.",
        in: 1...10_000, fallback: DispatchLimits().inFlightPerEndpoint)
    static let breakerMinimum = Setting.number(
        "breaker_minimum",
        "How many attempts to an endpoint must have ended within a minute before its failure rate opens the breaker.",
        in: 1...1_000_000, fallback: BreakerRules().minimum)
    static let maxConnections = Setting.number(
        "max_connections", "The most connections to receivers, idle ones included.", in: 1...1_000_000,
        fallback: SenderLimits().connections)
    static let maxClients = Setting.number(
        "max_clients", "The most connections of clients; one more is answered 503.", in: 1...1_000_000,
        fallback: ConnectionLimits().clients)
    static let maxBodiesSize = Setting.size(
        "max_bodies_size", "The most memory for the bodies of requests under way; beyond it clients get 503.",
        in: (1 << 20)...(1 << 40), fallback: ConnectionLimits().bodyBytes)
    static let maxBacklog = Setting.number(
        "max_backlog",
        "The most deliveries that wait in the store; beyond it publishers get 429. One application has half of it.",
        in: 2...1_000_000_000_000, fallback: IntakeLimits().backlog)
    static let diskReserve = Setting.size(
        "disk_reserve",
        "The room that must be left on the store's disk; with less, publishers get 503 until there is more. 0 for none.",
        in: 0...(1 << 46), fallback: IntakeLimits().diskReserve)
    static let maxQueued = Setting.number(
        "max_queued", "The most deliveries kept in memory; the others wait in the store.", in: 100...10_000_000,
        fallback: DispatchLimits().parcels)
    static let maxQueuedSize = Setting.size(
        "max_queued_size", "The most memory for the bodies of those deliveries.", in: (1 << 20)...(1 << 40),
        fallback: DispatchLimits().parcelBytes)
    static let maxWaitingEvents = Setting.number(
        "max_waiting_events", "The most events that wait to be stored; beyond it publishers get 503.",
        in: 1...10_000_000, fallback: CommitLimits().waitingEvents)
    static let maxWaitingSize = Setting.size(
        "max_waiting_size", "The most memory for the bodies of those events.", in: (1 << 20)...(1 << 40),
        fallback: CommitLimits().waitingBytes)
    static let maxEventSize = Setting.size(
        "max_event_size", "The largest event body.", in: 1024...(64 << 20), fallback: ServiceLimits().eventBytes)
    static let maxRequestSize = Setting.size(
        "max_request_size", "The largest body of a request to the API, batches aside.", in: 1024...(64 << 20),
        fallback: ServiceLimits().requestBytes)
    static let maxBatchSize = Setting.size(
        "max_batch_size", "The largest body of a batch of events.", in: 1024...(1 << 30),
        fallback: ServiceLimits().batchBytes)
    static let maxBatchEvents = Setting.number(
        "max_batch_events", "The most events in a batch.", in: 1...100_000, fallback: ServiceLimits().batchEvents)
    static let maxDeliveriesPerEvent = Setting.number(
        "max_deliveries_per_event", "The most endpoints that one event may go to.", in: 1...1_000_000,
        fallback: ServiceLimits().deliveriesPerEvent)
    static let maxStoreSize = Setting.size(
        "max_store_size",
        "The largest store; beyond it publishers get 503. Left out, as large as the disk allows.",
        in: (1 << 20)...(1 << 46), fallback: nil)
    static let retentionPayloads = Setting.duration(
        "retention_payloads", "How long events keep their payloads where their environment says nothing else.",
        in: .seconds(60) ... .seconds(3650 * 86_400), fallback: RetentionLimits().payloads)
    static let retentionHistory = Setting.duration(
        "retention_history",
        "How long events, deliveries, attempts and statistics are kept where their environment says nothing else.",
        in: .seconds(60) ... .seconds(3650 * 86_400), fallback: RetentionLimits().history)
    static let drainTimeout = Setting.duration(
        "drain_timeout", "How long attempts under way may take to finish when the server stops.",
        in: .zero ... .seconds(3600), fallback: EngineLimits().drain)

    // MARK: Clients

    static let url = Setting(
        "url", "The server's URL.", placeholder: "url", fallback: "http://127.0.0.1:8080"
    ) { text throws(SettingComplaint) in
        do throws(EndpointURLError) {
            return try EndpointURL(parsing: text)
        } catch {
            throw SettingComplaint(error.message)
        }
    }
    static let apiKey = Setting.text(
        "api_key", "The API key, mk_live_… or mk_test_…; better in the variable than in the shell's history.",
        placeholder: "key", isSecret: true, flag: "key")
    static let profile = Setting.text(
        "profile", "The profile that says how signatures look.", placeholder: "name", fallback: "standard")
    static let secret = Setting.text(
        "secret", "The signing secret; better in the variable than in the shell's history.", placeholder: "secret",
        isSecret: true)

    // MARK: The listener

    static let forwardTo = Setting(
        "listener.forward_to", "Where the receiver is: http://localhost:3000/webhook.", placeholder: "url"
    ) { text throws(SettingComplaint) in
        do throws(EndpointURLError) {
            return try EndpointURL(parsing: text)
        } catch {
            throw SettingComplaint(error.message)
        }
    }
    static let listenerName = Setting(
        "listener.name", "What the webhook is called: listen:NAME. Left out, the host's name.", placeholder: "name"
    ) { text throws(SettingComplaint) in
        guard let place = ListenPlace(named: text) else { throw SettingComplaint(ListenPlace.rule) }
        return place.name
    }
    static let stateDirectory = Setting.text(
        "listener.state_dir",
        "Where answers are kept until the server has them. Left out, martlet in $XDG_STATE_HOME or in ~/.local/state.",
        placeholder: "path")

    // MARK: The sink

    static let sinkListen = Setting(
        "sink.listen", "The address and port to listen on; port 0 takes any free one.", placeholder: "address:port",
        fallback: "127.0.0.1:9000"
    ) { text throws(SettingComplaint) in try ListenAddress(text: text) }
    static let sinkStatus = Setting.number(
        "sink.status", "The status to answer with.", in: 200...599, fallback: 200)
    static let sinkDelay = Setting.duration(
        "sink.delay", "How long to wait before answering.", in: .zero ... .seconds(86_400), fallback: .zero)
    static let sinkFailFirst = Setting.number(
        "sink.fail_first",
        "Answer so many requests with --status, 500 unless it is given, and those after them with 200.",
        in: 0...1_000_000_000, fallback: 0)
    static let sinkHang = Setting.switching("sink.hang", "Take requests and never answer.", fallback: false)
    static let sinkReset = Setting.switching(
        "sink.reset", "Reset the connection once a request is in.", fallback: false)
    static let sinkDrip = Setting.switching(
        "sink.drip", "Answer a byte a second, without end.", fallback: false)
    static let sinkVerify = Setting.text(
        "sink.verify", "Verify signatures with this secret, and answer 401 where they do not match.",
        placeholder: "secret", isSecret: true)

    /// All of them, in the order in which they are shown.
    static let all: [any SettingFacts] =
        [
            config, dataDirectory, store, masterKey, listen, publicURL, trustedProxies, allowPrivateNetworks,
            allowNetworks, requireHTTPS, migrate, nodeName, nodeLease, logLevel, logFormat,
        ] + mail + bounds + [
            template, url, apiKey, profile, secret, forwardTo, listenerName, stateDirectory, sinkListen, sinkStatus,
            sinkDelay, sinkFailFirst, sinkHang,
            sinkReset, sinkDrip,
            sinkVerify,
        ]

    /// What bounds memory, descriptors and disk.
    static let bounds: [any SettingFacts] = [
        maxInFlight, maxInFlightPerEndpoint, breakerMinimum, maxConnections, maxClients, maxBodiesSize, maxBacklog,
        diskReserve,
        maxQueued, maxQueuedSize, maxWaitingEvents, maxWaitingSize,
        maxEventSize, maxRequestSize, maxBatchSize, maxBatchEvents, maxDeliveriesPerEvent, maxStoreSize,
        retentionPayloads, retentionHistory, drainTimeout,
    ]

    /// How e-mail is sent.
    static let mail: [any SettingFacts] = [smtpURL, smtpFrom, smtpAuthorities]

    /// Those that `serve` works with.
    static let serving: [any SettingFacts] =
        [
            config, dataDirectory, store, masterKey, listen, publicURL, trustedProxies, allowPrivateNetworks,
            allowNetworks, requireHTTPS, migrate, nodeName, nodeLease, logLevel, logFormat,
        ] + mail + bounds
}

extension SettingTable {
    /// Where a sink that was told nothing else receives.
    static let sinkURL = "http://\(sinkListen.fallback ?? "127.0.0.1:9000")/webhook"
}
