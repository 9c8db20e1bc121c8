import MartletCore
import MartletService
import Testing

@testable import MartletAPI

@Suite struct ConnectionRulesTests {
    private static func head(_ service: TestService, _ line: String, _ headers: String...) -> String {
        ([line, "Host: localhost", "Authorization: Bearer \(service.keys.sandbox)"] + headers).joined(separator: "\r\n")
            + "\r\n\r\n"
    }

    private static let event = #"{"type":"a.b","data":{"n":1}}"#

    @Test func requestsInOneGoAreAnsweredInTheirOrder() async throws {
        try await TestService.with { service in
            let answers = try await RawConnection.with(port: service.port) { connection in
                let publish = Self.head(service, "POST /v1/events HTTP/1.1", "Content-Length: \(Self.event.utf8.count)")
                try await connection.send(
                    publish + Self.event + Self.head(service, "GET /v1/nothing HTTP/1.1") + publish + Self.event
                        + Self.head(service, "GET /healthz HTTP/1.1") + "garbage\r\n\r\n")
                var answers: [RawAnswer] = []
                while let answer = try await connection.answer() { answers.append(answer) }
                return answers
            }

            #expect(answers.map(\.status) == [202, 404, 202, 200, 400])
            #expect(answers.last?.header("connection") == "close")
            #expect(answers.last.map { APIAnswer(raw: $0).code } == "malformed_request")
        }
    }

    @Test func aBodyInChunksIsReadAsAWhole() async throws {
        try await TestService.with { service in
            let answer = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(Self.head(service, "POST /v1/events HTTP/1.1", "Transfer-Encoding: chunked"))
                for byte in Self.event.utf8 {
                    try await connection.send("1;x=y\r\n" + String(UnicodeScalar(byte)) + "\r\n")
                }
                try await connection.send("0\r\nX-Trailer: yes\r\n\r\n")
                return try await connection.answer()
            }

            #expect(answer?.status == 202)
        }
    }

    @Test(arguments: ["POST /v1/events HTTP/1.1", "GET /v1/nothing HTTP/1.1"])
    func whoeverAsksToCloseIsClosedAfterTheAnswer(line: String) async throws {
        try await TestService.with { service in
            let (answer, ends) = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(
                    Self.head(service, line, "Connection: Close", "Content-Length: \(Self.event.utf8.count)")
                        + Self.event)
                return (try await connection.answer(), try await connection.endsSilently())
            }

            #expect(answer != nil)
            #expect(answer?.header("connection") == "close")
            #expect(ends)
        }
    }

    @Test func aClientOfHTTP10IsClosedAfterTheAnswerAndNeedsNoHost() async throws {
        try await TestService.with { service in
            let (answer, ends) = try await RawConnection.with(port: service.port) { connection in
                try await connection.send("GET /healthz HTTP/1.0\r\n\r\n")
                return (try await connection.answer(), try await connection.endsSilently())
            }

            #expect(answer?.status == 200)
            #expect(ends)
        }
    }

    /// Java's own client asks to go over to HTTP/2 with its first request, whatever the request is.
    @Test func anOfferToUpgradeIsLeftAsideAndTheRequestAnswered() async throws {
        try await TestService.with { service in
            let answer = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(
                    Self.head(
                        service, "POST /v1/events HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                        "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
                        "Content-Length: \(Self.event.utf8.count)") + Self.event)
                return try await connection.answer()
            }

            #expect(answer?.status == 202)
        }
    }

    // MARK: 100 Continue

    @Test func whoeverWaitsForItIsToldToGoOn() async throws {
        try await TestService.with { service in
            let answers = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(
                    Self.head(
                        service, "POST /v1/events HTTP/1.1", "Expect: 100-continue",
                        "Content-Length: \(Self.event.utf8.count)"))
                let first = try await connection.answer()
                try await connection.send(Self.event)
                return [first, try await connection.answer()]
            }

            #expect(answers.map { $0?.status } == [100, 202])
        }
    }

    @Test func whoeverWaitsWithTooMuchIsRefusedBeforeSendingIt() async throws {
        try await TestService.with { service in
            let (answer, ends) = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(
                    Self.head(
                        service, "POST /v1/events HTTP/1.1", "Expect: 100-continue", "Content-Length: 104857600"))
                let answer = try await connection.answer()
                return (answer, try await connection.endsSilently())
            }

            #expect(answer?.status == 413)
            #expect(answer?.header("connection") == "close")
            #expect(ends)
        }
    }

    // MARK: Bodies that do not come

    private static let hasty: ConnectionLimits = {
        var limits = ConnectionLimits.patient
        limits.body = .milliseconds(50)
        return limits
    }()

    @Test func aBodyThatDoesNotComeInTimeIsCutOff() async throws {
        try await TestService.with(connections: Self.hasty) { service in
            let (answer, ends) = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(Self.head(service, "POST /v1/events HTTP/1.1", "Content-Length: 100") + "{")
                return (try await connection.answer(), try await connection.endsSilently())
            }

            #expect(answer?.status == 408)
            #expect(answer.map { APIAnswer(raw: $0).code } == "request_timeout")
            #expect(ends)
            #expect(try await service.admin.get("/v1/events").items.isEmpty)
        }
    }

    @Test func aRefusedRequestWhoseBodyDoesNotComeIsAnsweredOnceAndClosed() async throws {
        try await TestService.with(connections: Self.hasty) { service in
            let (answer, ends) = try await RawConnection.with(port: service.port) { connection in
                try await connection.send("POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
                return (try await connection.answer(), try await connection.endsSilently())
            }

            #expect(answer?.status == 401)
            #expect(ends)
        }
    }

    @Test(arguments: ["Content-Length: 100", "Transfer-Encoding: chunked"])
    func aBodyThatEndsTooSoonIsNotTaken(framing: String) async throws {
        try await TestService.with { service in
            let answer = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(
                    Self.head(service, "POST /v1/events HTTP/1.1", framing)
                        + (framing.hasPrefix("C") ? Self.event : "1d\r\n\(Self.event)\r\n"))
                connection.finishSending()
                return try await connection.answer()
            }

            #expect(answer?.status == 400)
            #expect(answer.map { APIAnswer(raw: $0).code } == "truncated_request")
            #expect(try await service.admin.get("/v1/events").items.isEmpty)
        }
    }

    @Test func whoeverHangsUpInTheMiddleLeavesNothingBehind() async throws {
        try await TestService.with { service in
            for _ in 0..<20 {
                try await RawConnection.with(port: service.port) { connection in
                    try await connection.send(
                        Self.head(service, "POST /v1/events HTTP/1.1", "Content-Length: 100") + "{")
                }
            }

            #expect(try await service.admin.get("/v1/events").items.isEmpty)
            #expect(try await service.admin.publish().status == 202)
        }
    }

    // MARK: Much of it

    @Test(arguments: ["Content-Length: 104857600", "Transfer-Encoding: chunked"])
    func aHundredMegabytesAreRefusedAndTheConnectionServesOn(framing: String) async throws {
        try await TestService.with { service in
            let megabyte = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
            let isChunked = !framing.hasPrefix("C")

            let answers = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(Self.head(service, "POST /v1/events HTTP/1.1", framing))
                for _ in 0..<100 {
                    if isChunked { try await connection.send("100000\r\n") }
                    try await connection.send(megabyte)
                    if isChunked { try await connection.send("\r\n") }
                }
                if isChunked { try await connection.send("0\r\n\r\n") }
                // The refused body has been read to its end, so that the connection serves on.
                try await connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                return [try await connection.answer(), try await connection.answer()]
            }

            #expect(answers[0]?.status == 413)
            #expect(answers[0].map { APIAnswer(raw: $0).code } == "request_too_large")
            #expect(answers[1]?.status == 200)
        }
    }

    @Test func headersAreTakenUpToTheirLimits() async throws {
        try await TestService.with { service in
            func answer(_ headers: [(String, String)]) async throws -> APIAnswer {
                try await service.client(nil).send("GET", "/healthz", headers: headers)
            }

            let long = try await answer([("X-Long", String(repeating: "x", count: 16_000))])
            let longer = try await answer([("X-Long", String(repeating: "x", count: 17_000))])
            let many = try await answer((0..<99).map { ("X-\($0)", "v") })
            let more = try await answer((0..<101).map { ("X-\($0)", "v") })
            let heavy = try await answer((0..<8).map { ("X-\($0)", String(repeating: "x", count: 10_000)) })

            #expect(long.status == 200)
            #expect(longer.status == 431)
            #expect(longer.code == "headers_too_large")
            #expect(many.status == 200)
            #expect(more.status == 431)
            #expect(heavy.status == 431)
        }
    }
}
