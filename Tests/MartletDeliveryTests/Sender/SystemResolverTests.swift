import Foundation
import MartletCore
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import MartletDelivery

struct SystemResolverTests {
    /// Lookups that end when the test says so.
    private final class Gate: Sendable {
        private let state = Mutex<(running: [String], begun: [String])>(([], []))
        private let semaphores = Mutex<[String: DispatchSemaphore]>([:])

        var running: Set<String> { state.withLock { Set($0.running) } }
        var begun: [String] { state.withLock(\.begun) }

        func lookup(_ host: String) -> Result<[IPAddress], ResolutionFailure> {
            state.withLock { state in
                state.running.append(host)
                state.begun.append(host)
            }
            if host.hasPrefix("hung") { semaphore(host).wait() }
            state.withLock { state in state.running.removeAll { $0 == host } }
            return .success([IPAddress(v4: 0x7F00_0001)])
        }

        func release(_ host: String) { semaphore(host).signal() }

        /// Waits until as many lookups run.
        func hasRunning(_ count: Int) async {
            while running.count < count { await Task.yield() }
        }

        private func semaphore(_ host: String) -> DispatchSemaphore {
            semaphores.withLock { semaphores in
                let semaphore = semaphores[host] ?? DispatchSemaphore(value: 0)
                semaphores[host] = semaphore
                return semaphore
            }
        }
    }

    private let loop = MultiThreadedEventLoopGroup.singleton.any()

    private func resolver(_ gate: Gate, queueLimit: Int = 100, slowness: Duration = .seconds(60)) -> SystemResolver {
        SystemResolver(threads: 4, queueLimit: queueLimit, slowness: slowness, lookup: gate.lookup)
    }

    @Test func thisMachineHasAnAddressOfItsOwn() async throws {
        let resolver = SystemResolver()

        let addresses = try await resolver.resolve("localhost", on: loop).get()

        #expect(addresses.contains { $0 == IPAddress("127.0.0.1") || $0 == IPAddress("::1") })
        resolver.shutdown()
    }

    @Test func oneNameIsLookedUpOnceAtATime() async throws {
        let gate = Gate()
        let resolver = resolver(gate)

        let futures = (0..<5).map { _ in resolver.resolve("hung.example", on: loop) }
        await gate.hasRunning(1)
        gate.release("hung.example")
        for future in futures { #expect(try await future.get() == [IPAddress(v4: 0x7F00_0001)]) }

        #expect(gate.begun == ["hung.example"])
        resolver.shutdown()
    }

    @Test func namesThatWereSlowLeaveThreadsForTheOthers() async throws {
        let gate = Gate()
        let resolver = resolver(gate, slowness: .zero)
        let slow = (0..<6).map { "hung\($0).example" }
        for name in slow {
            gate.release(name)
            _ = try await resolver.resolve(name, on: loop).get()
        }

        let hung = slow.map { resolver.resolve($0, on: loop) }
        await gate.hasRunning(2)
        let other = try await resolver.resolve("other.example", on: loop).get()

        #expect(!other.isEmpty)
        #expect(gate.running.count == 2)
        for name in slow { gate.release(name) }
        for future in hung { _ = try await future.get() }
        resolver.shutdown()
    }

    @Test func beyondItsQueueTheResolverIsBusy() async throws {
        let gate = Gate()
        let resolver = resolver(gate, queueLimit: 2)
        let running = (0..<4).map { resolver.resolve("hung\($0).example", on: loop) }
        await gate.hasRunning(4)
        let queued = ["a.example", "b.example"].map { resolver.resolve($0, on: loop) }

        let failure = await #expect(throws: ResolutionFailure.self) {
            try await resolver.resolve("c.example", on: loop).get()
        }

        #expect(failure?.code == .failed)
        #expect(failure?.message.contains("busy") == true)
        for index in 0..<4 { gate.release("hung\(index).example") }
        for future in running + queued { _ = try await future.get() }
        resolver.shutdown()
    }

    @Test func shuttingDownFailsWhatWaits() async throws {
        let gate = Gate()
        let resolver = resolver(gate)
        let future = resolver.resolve("hung.example", on: loop)
        await gate.hasRunning(1)

        resolver.shutdown()

        await #expect(throws: ResolutionFailure.self) { try await future.get() }
        await #expect(throws: ResolutionFailure.self) { try await resolver.resolve("a.example", on: loop).get() }
        gate.release("hung.example")
    }

    @Test func aResolverThatNobodyAskedShutsDownToo() async throws {
        let gate = Gate()
        let resolver = resolver(gate)

        resolver.shutdown()

        await #expect(throws: ResolutionFailure.self) { try await resolver.resolve("a.example", on: loop).get() }
        #expect(gate.begun.isEmpty)
    }

    @Test func whatTheSystemSaysIsTranslated() {
        let missing = SystemLookup.failure(EAI_NONAME, "a.example", after: .zero)
        let refused = SystemLookup.failure(EAI_AGAIN, "a.example", after: .milliseconds(20))
        let silent = SystemLookup.failure(EAI_AGAIN, "a.example", after: .seconds(10))
        let broken = SystemLookup.failure(EAI_FAIL, "a.example", after: .zero)

        #expect([missing, refused, silent, broken].map(\.code) == [.notFound, .failed, .timedOut, .failed])
        #expect([missing, refused, silent, broken].allSatisfy { $0.message.contains("'a.example'") })
    }
}
