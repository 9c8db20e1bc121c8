import Logging
import MartletAPI
import MartletCore
import MartletDelivery
import MartletSQLite
import MartletService

/// Everything that `serve` is told.
struct ServeConfiguration: Sendable {
    var place: Place
    var listen: ListenAddress
    var publicURL: String?
    var proxies: TrustedProxies
    var egress: EgressPolicy
    /// What every environment requires; `nil` leaves it to each.
    var requiresHTTPS: Bool?
    var migrates: Bool
    /// What the process is called among those that share its store.
    var nodeName: String
    /// For how long it counts as alive after it has last said so.
    var nodeLease: Duration
    /// Profiles that every environment gets beside the built-in ones.
    var profiles: [Profile]
    /// The file that they, and the settings, were read from; `nil` where there is none.
    var file: String?
    /// How e-mail is sent; `nil` where none is.
    var mail: MailConfiguration?
    var service = ServiceLimits()
    var engine = EngineLimits()
    var commit = CommitLimits()
    var intake = IntakeLimits()
    var retention = RetentionLimits()
    var connections = ConnectionLimits()
    var sender = SenderLimits()
    var storeLimits = SQLiteStore.Limits()

    init(_ settings: Settings) throws(CommandFailure) {
        place = try Place(settings)
        listen = try settings[SettingTable.listen]
        publicURL = try settings.value(of: SettingTable.publicURL)
        proxies = TrustedProxies(try settings.value(of: SettingTable.trustedProxies) ?? [])
        // Whether plain http is refused is a matter of the environment, not of every connection.
        egress = EgressPolicy(
            allowsPrivateNetworks: try settings[SettingTable.allowPrivateNetworks], requiresHTTPS: false,
            allowedBlocks: try settings.value(of: SettingTable.allowNetworks) ?? [])
        requiresHTTPS = try settings.value(of: SettingTable.requireHTTPS)
        migrates = try settings[SettingTable.migrate]
        nodeName = try settings.value(of: SettingTable.nodeName) ?? ProcessName.text
        nodeLease = try settings[SettingTable.nodeLease]
        profiles = settings.profiles
        file = settings.file
        mail = try MailConfiguration(settings)

        service.eventBytes = try settings[SettingTable.maxEventSize]
        service.requestBytes = try settings[SettingTable.maxRequestSize]
        service.batchBytes = try settings[SettingTable.maxBatchSize]
        service.batchEvents = try settings[SettingTable.maxBatchEvents]
        service.deliveriesPerEvent = try settings[SettingTable.maxDeliveriesPerEvent]
        engine.drain = try settings[SettingTable.drainTimeout]
        engine.dispatch.inFlight = try settings[SettingTable.maxInFlight]
        engine.dispatch.inFlightPerEndpoint = try settings[SettingTable.maxInFlightPerEndpoint]
        engine.dispatch.breaker.minimum = try settings[SettingTable.breakerMinimum]
        engine.dispatch.parcels = try settings[SettingTable.maxQueued]
        engine.dispatch.parcelBytes = try settings[SettingTable.maxQueuedSize]
        commit.waitingEvents = try settings[SettingTable.maxWaitingEvents]
        commit.waitingBytes = try settings[SettingTable.maxWaitingSize]
        retention.payloads = try settings[SettingTable.retentionPayloads]
        retention.history = try settings[SettingTable.retentionHistory]
        intake.backlog = try settings[SettingTable.maxBacklog]
        intake.diskReserve = try settings[SettingTable.diskReserve]
        connections.clients = try settings[SettingTable.maxClients]
        connections.bodyBytes = try settings[SettingTable.maxBodiesSize]
        sender.connections = try settings[SettingTable.maxConnections]
        storeLimits.fileSize = try settings.value(of: SettingTable.maxStoreSize).map(Int64.init)
    }
}
