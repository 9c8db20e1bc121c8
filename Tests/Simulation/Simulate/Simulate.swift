import ArgumentParser
import MartletSimulation

/// Plays histories until they are through or one breaks an invariant.
@main struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Play histories of deliveries in virtual time, and check what must hold in each: docs/simulation.md.")

    @Option(help: "How many histories to play.") var histories = 20_000
    @Option(help: "The first history's seed; each further one's is one more. Left out, another one each time.")
    var seed: UInt64?
    @Option(help: "A defect to put in: one of \(Mutant.allCases.map(\.rawValue).joined(separator: ", ")).")
    var mutant: String?
    @Flag(help: "Tell everything that happens.") var trace = false

    func validate() throws {
        guard histories > 0 else { throw ValidationError("--histories is at least 1.") }
        guard let mutant else { return }
        guard Mutant(rawValue: mutant) != nil else { throw ValidationError("There is no mutant '\(mutant)'.") }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 0..<1_000_000_000_000)
        let clock = ContinuousClock()
        let beginning = clock.now
        let report = await Campaign(
            seed: seed, histories: histories, mutant: mutant.flatMap(Mutant.init(rawValue:)), isTraced: trace
        ).run()
        print(report.table(took: clock.now - beginning))
        guard report.failures.isEmpty else { throw ExitCode.failure }
    }
}
