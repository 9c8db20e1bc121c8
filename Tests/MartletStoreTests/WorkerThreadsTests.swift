import Synchronization
import Testing

@testable import MartletStore

struct WorkerThreadsTests {
    /// A gate at which a worker's thread waits, as it would for a disk.
    private final class Gate: Sendable {
        private let isOpen = Mutex(false)
        private let arrivals: AsyncStream<Void>
        private let arrive: AsyncStream<Void>.Continuation

        init() { (arrivals, arrive) = AsyncStream.makeStream() }

        func pass() {
            arrive.yield()
            while !isOpen.withLock({ $0 }) {}
        }

        func waitForArrival() async {
            for await _ in arrivals { return }
        }

        func open() { isOpen.withLock { $0 = true } }
    }

    @Test func whatDoesNotFitTheQueueIsRefusedAndTheRestIsCarriedOut() async throws {
        let gate = Gate()
        let threads = try await WorkerThreads.start("reads", count: 1, capacity: 1) { 7 }
        async let first = threads.run { (context: Int) throws(StoreError) in
            gate.pass()
            return context
        }
        await gate.waitForArrival()
        // One runs and one may wait: of two more, the second is refused, whichever it is.
        let results = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do throws(StoreError) {
                        return String(try await threads.run { (context: Int) throws(StoreError) in context + 1 })
                    } catch {
                        gate.open()
                        return error.description
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(try await first == 7)
        #expect(results.contains("8"))
        #expect(results.contains("The store is overloaded: 1 reads are waiting already."))
        await threads.close()
    }

    @Test func closingLetsWhatWaitsFinishAndRefusesTheRest() async throws {
        let gate = Gate()
        let threads = try await WorkerThreads.start("reads", count: 1, capacity: 10) { 7 }
        async let first = threads.run { (context: Int) throws(StoreError) in
            gate.pass()
            return context
        }
        await gate.waitForArrival()
        async let closed: Void = threads.close()
        var refusal: StoreError?
        while refusal == nil {
            // Refused as soon as closing has begun; queued, and carried out later, before that.
            let attempt = Task { () -> StoreError? in
                do throws(StoreError) {
                    _ = try await threads.run { (context: Int) throws(StoreError) in context }
                    return nil
                } catch {
                    return error
                }
            }
            gate.open()
            refusal = await attempt.value
        }
        await closed

        #expect(try await first == 7)
        #expect(refusal?.description == "The store is closed.")
    }

    @Test func aContextThatCannotBeMadeIsToldToWhoeverStarts() async throws {
        let made = Mutex(0)

        let error = await #expect(throws: StoreError.self) {
            try await WorkerThreads.start("reads", count: 3, capacity: 10) { () throws(StoreError) in
                guard
                    made.withLock({
                        $0 += 1; return $0
                    }) < 2
                else { throw .unavailable("No more.") }
                return 7
            }
        }

        #expect(error?.description == "No more.")
        #expect(made.withLock { $0 } == 2)
    }

    @Test func everyThreadHasAContextOfItsOwnAndLetsGoOfItWhenClosed() async throws {
        final class Context: Sendable {
            let released: @Sendable () -> Void
            init(_ released: @escaping @Sendable () -> Void) { self.released = released }
            deinit { released() }
        }
        let counts = Mutex((made: 0, released: 0))
        let threads = try await WorkerThreads.start("reads", count: 3, capacity: 10) {
            counts.withLock { $0.made += 1 }
            return Context { counts.withLock { $0.released += 1 } }
        }

        await threads.close()

        #expect(counts.withLock { $0.made } == 3)
        #expect(counts.withLock { $0.released } == 3)
    }
}
