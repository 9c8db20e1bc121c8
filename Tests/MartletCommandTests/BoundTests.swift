import Foundation
import MartletCore
import MartletService
import Testing

@testable import martlet

/// The bounds of the real binary.
@Suite(.timeLimit(.minutes(2))) struct BoundTests {
    private static let event = Array(#"{"type":"a.b","data":{"n":1}}"#.utf8)

    @Test func withLessRoomThanTheReserveNothingIsAcceptedAndEverythingElseGoesOn() async throws {
        let directory = try TemporaryDirectory()
        let flags = ["--allow-private-networks", "--no-require-https"]
        let first = try await ServerProcess(flags, in: directory)
        let key = first.keys?.sandbox
        let sink = try MartletProcess(["sink", "--listen", "127.0.0.1:0"], in: directory)
        let webhook = Array(#"{"url":"\#(try await sink.url())","events":["*"]}"#.utf8)
        _ = try await first.client(key).send(.POST, "/v1/webhooks", body: webhook)
        let later = (WallClock().now() + .seconds(3)).rfc3339
        let event = Array(#"{"type":"a.b","data":{},"deliver_at":"\#(later)"}"#.utf8)
        let accepted = try await first.client(key).send(.POST, "/v1/events", body: event)
        _ = await first.stop()

        let server = try await ServerProcess(flags + ["--disk-reserve", "64TiB"], in: directory)
        let refused = try await server.client(key).send(.POST, "/v1/events", body: Self.event)
        let ready = try await server.client(nil).send(.GET, "/readyz")
        let listed = try await server.client(key).send(.GET, "/v1/events")
        // What was accepted before is delivered.
        _ = try await sink.line(containing: "POST")
        let stopped = await server.stop()

        #expect(accepted.status == 202)
        #expect(refused.status == 503)
        #expect(String(decoding: refused.body, as: UTF8.self).contains("disk_nearly_full"))
        #expect(ready.status == 503)
        #expect(listed.status == 200)
        #expect(stopped.status == 0)
        #expect(stopped.errors.contains("the disk is nearly full"))
    }

    @Test func withFewDescriptorsClientsAreRefusedAndDeliveriesGoOn() async throws {
        let directory = try TemporaryDirectory()
        let sink = try MartletProcess(["sink", "--listen", "127.0.0.1:0"], in: directory)
        let server = try await ServerProcess(
            ["--allow-private-networks", "--no-require-https"], in: directory, descriptors: 320)
        let key = server.keys?.sandbox
        let webhook = Array(#"{"url":"\#(try await sink.url())","events":["*"]}"#.utf8)
        _ = try await server.client(key).send(.POST, "/v1/webhooks", body: webhook)
        let port = UInt16(server.url.authority.split(separator: ":").last ?? "") ?? 0

        var clients = try (0..<200).map { _ in try Client(port: port) }
        let statuses = clients.map { $0.ask() }
        let stillServed = clients.first?.ask()
        clients.removeAll()
        var published: Int?
        while published != 202 {
            published = try? await server.client(key).send(.POST, "/v1/events", body: Self.event).status
        }
        _ = try await sink.line(containing: "POST")
        let stopped = await server.stop()

        #expect(statuses.filter { $0 == 200 }.count > 20)
        #expect(statuses.filter { $0 == 503 }.count > 20)
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 })
        #expect(stillServed == 200)
        #expect(stopped.errors.contains("they are lowered"))
        #expect(!stopped.errors.contains("Too many open files"))
    }

    @Test func whatFitsIsGrantedAndWhatDoesNotIsCutInProportion() async throws {
        let settings = try await Settings(
            flags: ["max_clients": ["100"], "max_connections": ["200"], "max_in_flight": ["100"]], environment: [:])
        let configuration = try ServeConfiguration(settings)

        let wide = DescriptorPlan(configuration, limit: 400 + DescriptorPlan.others)
        let narrow = DescriptorPlan(configuration, limit: 200 + DescriptorPlan.others)
        let none = DescriptorPlan(configuration, limit: 10)

        #expect(!wide.isCut)
        #expect(wide.summary == "100 clients, 200 connections to receivers, 100 attempts at once")
        #expect(narrow.isCut)
        #expect(narrow.summary == "50 clients, 100 connections to receivers, 50 attempts at once")
        #expect(none.summary == "1 clients, 1 connections to receivers, 1 attempts at once")
    }

    @Test func doctorPrintsEveryBoundAndWhetherTheMachineHoldsIt() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess(
            ["doctor", "--json", "--listen", "127.0.0.1:0", "--disk-reserve", "64TiB", "--max-bodies-size", "1TiB"],
            in: directory, descriptors: 512
        ).ended()
        let report = try JSONValue(parsing: ended.output)
        func status(_ subject: String) -> String? {
            report["checks"]?.array?.first { $0["subject"]?.string == subject }?["status"]?.string
        }
        let shown = Set(report["settings"]?.array?.compactMap { $0["name"]?.string } ?? [])

        #expect(ended.status == 1)
        #expect(status("disk") == "fail")
        #expect(status("file descriptors") == "warn")
        #expect(status("memory") == "warn")
        for bound in SettingTable.bounds { #expect(shown.contains(bound.key)) }
    }
}

/// A connection that stays open until the value goes.
private final class Client {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw MartletProcess.Unexpected(description: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    /// The status that a request is answered with; `nil` where there is no answer.
    func ask() -> Int? {
        let request = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 12 else { return nil }
        return Int(String(decoding: bytes[9..<12], as: UTF8.self))
    }
}
