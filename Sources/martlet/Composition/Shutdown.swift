import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services until they are asked to stop: the first SIGTERM or SIGINT lets them finish what they are at, the second
/// ends the process there and then.
struct Shutdown: Sendable {
    let services: [any Service]
    /// How long finishing may take, all services together, before they are cancelled.
    let bound: Duration
    let log: Logger

    /// Returns once every service has ended, the last of the list first.
    ///
    /// - Throws: what the first service that failed threw.
    func run() async throws {
        let group = ServiceGroup(configuration: configuration)
        // Before anything runs, so that no signal finds the default action in its place.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try await group.run()
                return true
            }
            tasks.addTask {
                var count = 0
                for await signal in signals {
                    count += 1
                    guard count == 1 else { Self.end(signal) }
                    log.info("stopping", metadata: ["signal": "\(signal)"])
                    await group.triggerGracefulShutdown()
                }
                return false
            }
            while let isOver = try await tasks.next(), !isOver {}
            tasks.cancelAll()
        }
    }

    private var configuration: ServiceGroupConfiguration {
        // The library speaks of its own workings; what goes wrong comes out of `run()`.
        var quiet = log
        quiet.logLevel = max(log.logLevel, .warning)
        var configuration = ServiceGroupConfiguration(
            services: services.map { service in
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            logger: quiet)
        configuration.maximumGracefulShutdownDuration = bound
        return configuration
    }

    /// What was accepted is on the disk, and what was in flight is delivered again after the next start.
    private static func end(_ signal: UnixSignal) -> Never {
        Console.complain("martlet: a second \(signal) ends it at once; attempts in flight are made again")
        _exit(CommandFailure.Status.failed.rawValue)
    }
}
