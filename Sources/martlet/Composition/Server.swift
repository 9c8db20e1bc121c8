import Glibc
import Logging
import MartletAPI
import MartletCore
import MartletDashboard
import MartletDelivery
import MartletMail
import MartletService
import MartletStore
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Puts a server together and runs it: the one place that knows which back-ends and which clock are used.
struct Server: Sendable {
    let configuration: ServeConfiguration
    /// Makes the logger of a part of the program.
    let log: @Sendable (_ label: String) -> Logger

    /// Serves until a signal ends it.
    func run() async throws {
        FileDescriptors.raiseLimit()
        var configuration = configuration
        let plan = DescriptorPlan(configuration, limit: FileDescriptors.limits.soft)
        plan.apply(to: &configuration)
        if plan.isCut {
            log("serve").warning(
                "the limit of open files is too low for the bounds that are set; they are lowered",
                metadata: ["limit": "\(plan.limit)", "wanted": "\(plan.wanted)", "granted": "\(plan.summary)"])
        }
        let server = Server(configuration: configuration, log: log)
        let opened = try await OpenStore.open(
            configuration.place, migrates: configuration.migrates, limits: configuration.storeLimits)
        do {
            try await server.serve(opened)
        } catch {
            await opened.close()
            throw error
        }
        await opened.close()
    }

    private func serve(_ opened: OpenStore) async throws {
        let greeting = Greeting(configuration: configuration)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let clock = SystemClock(group: group)
        let identifiers = IdentifierSource()
        let template = Template.standard
        let firstKeys = try await Bootstrap(
            store: opened.store, vault: opened.vault, identifiers: identifiers, time: clock
        ).makeEnvironments(template: template)
        // At once: should anything fail from here on, they would never be seen again.
        if let firstKeys { Console.print(greeting.keys(firstKeys)) }

        let directory = Directory(vault: opened.vault)
        // Asked first: what is changed while the rest is read is then read twice, not never.
        let lastChange = try await opened.store.configurationChanges(after: nil).last
        directory.load(try await stored(in: opened.store))
        let node = NodeStatus(isShared: opened.store.isShared)
        let fence = node.isShared ? NodeFence() : nil
        let metrics = ServiceMetrics()
        let committer = GroupCommitter(
            store: opened.store, limits: configuration.commit, metrics: metrics, log: log("commit"),
            intake: Intake(limits: configuration.intake))
        let watch = StorageWatch(
            intake: committer.intake,
            probe: opened.probe,
            log: log("storage"))
        let sweeper = Sweeper(
            store: opened.store, directory: directory, time: clock, limits: configuration.retention, metrics: metrics,
            log: log("retention"), node: node)
        let eraser = Eraser(
            store: opened.store, intake: committer.intake, time: clock, log: log("retention"), node: node)
        let resolver = SystemResolver()
        let sender = Sender(
            group: group, policy: configuration.egress, resolver: resolver, limits: configuration.sender)
        let listeners = ListenHub()
        let post = try configuration.mail.map { mail in
            do {
                return try SMTPPostman(
                    mail.server, sender: mail.sender, authorities: mail.authorities, group: group, time: clock)
            } catch {
                throw CommandFailure.usage(
                    "\(SettingTable.smtpAuthorities.flag): Give a file with certificates in PEM. (\(error))")
            }
        }
        let engine = DeliveryEngine(
            store: opened.store, directory: directory, committer: committer, sender: sender, group: group,
            limits: configuration.engine, identifiers: identifiers, clock: clock, metrics: metrics,
            version: Version.current, log: log("engine"), fence: fence, listeners: listeners)
        let context = ServiceContext(
            store: opened.store, directory: directory, committer: committer, courier: engine,
            identifiers: identifiers, time: clock, vault: opened.vault, egress: configuration.egress,
            limits: configuration.service, metrics: metrics, log: log("service"), node: node,
            listeners: listeners, post: post, publicURL: configuration.publicURL, proxies: configuration.proxies)
        let membership = fence.map { fence in
            let follower = ConfigurationFollower(
                store: opened.store, directory: directory, courier: engine, after: lastChange, adjusting: adjusted,
                log: log("nodes"))
            directory.follow(follower)
            return Membership(
                context, name: configuration.nodeName, lease: configuration.nodeLease, fence: fence, courier: engine,
                follower: follower, log: log("nodes"))
        }
        if let membership {
            listeners.claim { (endpoint) async throws(StoreError) in try await membership.claim(endpoint) }
            try await membership.join()
        }
        try await OperatorProfiles(configuration.profiles, file: configuration.file).put(into: context)
        try await engine.restore()
        await watch.look()
        let jobs = JobRunner(context, clock: clock)
        let herald = Herald(context)
        let alerts = AlertKeeper(context)
        let mail = MailCarrier(context)
        let dashboard = Dashboard(
            context,
            Dashboard.Configuration(
                publicURL: configuration.publicURL, version: Version.current,
                openAPI: APIServer.document(of: context, version: Version.current)),
            log: log("dashboard"))
        // Where nobody reads along, a link would lie about in logs.
        let isWatched = firstKeys != nil || Console.isTerminal(STDOUT_FILENO)
        let loginToken =
            isWatched
            ? try await LoginLinks(store: opened.store, time: clock).issue(lifetime: Greeting.loginLifetime) : nil
        let api = APIServer(
            context: context, host: configuration.listen.host, port: configuration.listen.port, group: group,
            version: Version.current, log: log("api"), limits: configuration.connections,
            site: Site(takes: Dashboard.takes) { try await dashboard.respond(to: $0) }
        ) { port in
            Console.print(greeting.ready(port: port))
            Console.print(greeting.dashboard(loginToken: loginToken, port: port))
            if let firstKeys { Console.print(greeting.firstSteps(firstKeys, template: template, port: port)) }
            ProgramPages.release()
        }
        do {
            // The last one stops first: nothing is accepted any more while the engine finishes what is in flight, and the node
            // lives until it has.
            let services: [any Service] = [
                Housekeeping(chores: [watch.run, sweeper.run, eraser.run, herald.run, alerts.run, mail.run]), engine,
                jobs, api,
            ]
            try await Shutdown(
                services: (membership.map { [$0] } ?? []) + services,
                bound: configuration.engine.drain + Self.grace, log: log("serve")
            ).run()
        } catch let error as IOError {
            throw ListenFailure(error, address: configuration.listen).failure
        }
        await sender.shutdown()
        resolver.shutdown()
        try await group.shutdownGracefully()
    }

    /// What the services may take to stop beside the engine's own bound.
    private static let grace = Duration.seconds(10)

    /// What the store holds, with what the operator asked for in every environment.
    private func stored(in store: any Store) async throws -> MartletStore.Configuration {
        var stored = try await store.configuration()
        stored.environments = stored.environments.map(adjusted)
        return stored
    }

    /// An environment with what the operator asked for in every one.
    private func adjusted(_ environment: Environment) -> Environment {
        var environment = environment
        if let required = configuration.requiresHTTPS { environment.requiresHTTPS = required }
        return environment
    }
}
