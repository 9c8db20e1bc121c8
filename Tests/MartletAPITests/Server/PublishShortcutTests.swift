import MartletCore
import MartletService
import Testing

@testable import MartletAPI

@Suite struct PublishShortcutTests {
    private static let event = #"{"type":"a.b","data":{"n":1}}"#

    private static func publish(_ service: TestService, _ body: String = event, _ headers: String...) -> String {
        ([
            "POST /v1/events HTTP/1.1", "Host: localhost", "Authorization: Bearer \(service.keys.sandbox)",
            "Content-Length: \(body.utf8.count)",
        ] + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    @Test func itAnswersAsTheRoutesDo() async throws {
        try await TestService.with { service in
            let answers = try await RawConnection.with(port: service.port) { connection in
                // The routes alone know queries.
                let routed = Self.publish(service).replacing("/v1/events ", with: "/v1/events?explain=false ")
                try await connection.send(Self.publish(service) + routed)
                return [try await connection.answer(), try await connection.answer()]
            }
            let (short, routed) = (try #require(answers[0]), try #require(answers[1]))

            #expect(short.status == routed.status)
            for name in ["content-type", "cache-control", "server", "date"] {
                #expect(short.header(name) != nil && short.header(name)?.count == routed.header(name)?.count, "\(name)")
            }
            #expect(APIAnswer(raw: short).members.contains("delivery_count"))
            #expect(APIAnswer(raw: short).members == APIAnswer(raw: routed).members)
        }
    }

    @Test func whatItDoesNotTakeIsAnsweredByTheRoutesInItsTurn() async throws {
        try await TestService.with { service in
            let statuses = try await RawConnection.with(port: service.port) { connection in
                let chosen = #"{"id":"once","type":"a.b","data":{"n":1}}"#
                try await connection.send(
                    Self.publish(service) + Self.publish(service, "{") + Self.publish(service, chosen)
                        + Self.publish(service, chosen) + Self.publish(service, Self.event, "Idempotency-Key: k")
                        + Self.publish(service, Self.event, "Content-Type: text/plain") + Self.publish(service))
                var statuses: [Int?] = []
                for _ in 0..<7 { statuses.append(try await connection.answer()?.status) }
                return statuses
            }

            #expect(statuses == [202, 400, 202, 202, 202, 415, 202])
        }
    }

    @Test func aClientThatHasSaidAllIsAnsweredAll() async throws {
        try await TestService.with { service in
            let statuses = try await RawConnection.with(port: service.port) { connection in
                try await connection.send(Self.publish(service) + Self.publish(service))
                connection.finishSending()
                return [try await connection.answer()?.status, try await connection.answer()?.status]
            }

            #expect(statuses == [202, 202])
        }
    }

    @Test func roomForBodiesIsTakenAndGivenBack() {
        let bytes = BodyBytes(most: 10)

        let (first, second) = (bytes.take(10), bytes.take(1))
        bytes.giveBack(10)
        let third = bytes.take(1)

        #expect((first, second, third) == (true, false, true))
    }
}
