import Foundation
import MartletCore
import MartletService
import NIOHTTP1
import Testing
import WebhookSigning

@testable import martlet

/// `martlet sink`, and `martlet trigger` through a server to it, run as a user runs them.
@Suite(.timeLimit(.minutes(10))) struct SinkTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func sink(_ flags: [String], in directory: TemporaryDirectory) throws -> MartletProcess {
        try MartletProcess(["sink", "--listen", "127.0.0.1:0"] + flags, in: directory)
    }

    private func post(_ url: String) async throws -> APIClient.Answer {
        try await APIClient(url: try EndpointURL(parsing: url), key: nil, timeout: .seconds(300))
            .send(.POST, "/hook", body: Array(#"{"id":"evt_9","type":"a.b"}"#.utf8))
    }

    @Test func aTriggeredEventArrivesAndIsVerified() async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink(["--verify", Self.secret, "--profile", "sharmo"], in: directory)
        let receiver = try await sink.url()
        let setUp = try await MartletProcess.run(["init", "--template", "sharmo", "--json"], in: directory)
        let key = try #require(try JSONValue(parsing: setUp.output)["keys"]?["sandbox"]?.string)
        let server = try await ServerProcess(["--allow-private-networks"], in: directory)
        let webhook = #"{"url":"\#(receiver)/hook","events":["*"],"secret":"\#(Self.secret)"}"#
        _ = try await server.client(key).send(.POST, "/v1/webhooks", body: Array(webhook.utf8))
        let type = try SettingTable.template.parse(["sharmo"]).eventTypes[0].name

        let triggered = try await MartletProcess.run(
            ["trigger", type, "--url", server.url.description], variables: ["MARTLET_API_KEY": key], in: directory)
        let line = try await sink.line(containing: type)

        #expect(triggered.status == 0, "\(triggered.errors)")
        let id = try #require(ServerProcess.word(startingWith: "evt_", in: triggered.output))
        #expect(triggered.output.hasPrefix("\(id) \(type), 1 delivery\n  dlv_"))
        #expect(line.hasSuffix(" POST /hook \(type) \(id) verified, 200"))
    }

    @Test func triggerTakesAPayloadAndPrintsTheAnswerAsItIs() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)
        let key = try #require(server.keys).sandbox
        let payload = try directory.write(#"{"a": 1}"#, to: "payload.json")
        let common = ["--url", server.url.description, "--key", key]

        let fromFile = try await MartletProcess.run(
            ["trigger", "a.b", "--data", "@\(payload)", "--json"] + common, in: directory)
        let fromInput = try await MartletProcess.run(
            ["trigger", "a.b", "--data", "-", "--json"] + common, in: directory, input: #"{"a":2}"#)
        let unknown = try await MartletProcess.run(["trigger", "a.b"] + common, in: directory)
        let broken = try await MartletProcess.run(["trigger", "a.b", "--data", "{"] + common, in: directory)

        #expect(try JSONValue(parsing: fromFile.output)["type"]?.string == "a.b")
        #expect(try JSONValue(parsing: fromInput.output)["delivery_count"]?.integer == 0)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("The catalogue has no event type a.b."))
        #expect(broken.status == 1)
        #expect(broken.errors.split(separator: "\n").count == 1)
    }

    @Test func triggerTriesOneWebhookAndSaysWhatCameOfIt() async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink(["--fail-first", "1"], in: directory)
        let receiver = try await sink.url()
        let server = try await ServerProcess(["--allow-private-networks"], in: directory)
        let key = try #require(server.keys).sandbox
        let made = try await server.client(key).send(
            .POST, "/v1/webhooks", body: Array(#"{"url":"\#(receiver)/hook","events":["*"]}"#.utf8))
        let webhook = try #require(try JSONValue(parsing: made.body)["id"]?.string)
        let arguments = [
            "trigger", "a.b", "--data", #"{"a":1}"#, "--webhook", webhook, "--url", server.url.description, "--key",
            key,
        ]

        let refused = try await MartletProcess.run(arguments, in: directory)
        let taken = try await MartletProcess.run(arguments, in: directory)
        let both = try await MartletProcess.run(arguments + ["--application", "x"], in: directory)

        #expect(refused.status == 1)
        #expect(refused.output.contains(" a.b to \(webhook): "))
        #expect(refused.output.contains("500"))
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(taken.output.hasPrefix("evt_"))
        #expect(taken.output.contains("200"))
        #expect(both.status == 2)
    }

    @Test func triggerSaysWhyItCannotReachTheServerOrMayNot() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)

        let closed = try await MartletProcess.run(
            ["trigger", "a.b", "--url", "http://127.0.0.1:1", "--key", "k"], in: directory)
        let notTLS = try await MartletProcess.run(
            ["trigger", "a.b", "--url", "https://\(server.url.authority)", "--key", "k"], in: directory)
        let stranger = try await MartletProcess.run(
            ["trigger", "a.b", "--url", server.url.description, "--key", "mk_test_nobody"], in: directory)

        #expect(closed.status == 1)
        #expect(closed.errors.contains("Connection refused"))
        #expect(notTLS.status == 1)
        #expect(notTLS.errors.contains("TLS cannot be agreed on"))
        #expect(stranger.status == 1)
        #expect(stranger.errors.contains("(401 invalid_key)"))
    }

    @Test func itAnswersWithTheStatusItIsTold() async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink(["--status", "503"], in: directory)

        let answer = try await post(try await sink.url())

        #expect(answer.status == 503)
        #expect(try await sink.line(containing: "a.b").hasSuffix("POST /hook a.b evt_9 503"))
    }

    @Test func itFailsTheFirstAndTakesTheRest() async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink(["--fail-first", "2"], in: directory)
        let url = try await sink.url()

        var statuses: [Int] = []
        for _ in 0..<3 { statuses.append(try await post(url).status) }

        #expect(statuses == [500, 500, 200])
    }

    @Test func itRefusesWhatItCannotVerifyAndSaysWhy() async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink(["--verify", Self.secret, "--json"], in: directory)

        let answer = try await post(try await sink.url())
        let record = try JSONValue(parsing: try await sink.line(containing: "a.b"))

        #expect(answer.status == 401)
        #expect(record["verified"]?.boolean == false)
        #expect(record["code"]?.string == "header_missing")
        #expect(record["status"]?.integer == 401)
        #expect(record["id"]?.string == "evt_9")
    }

    @Test func aResetIsNoAnswer() async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink(["--reset"], in: directory)
        let url = try await sink.url()

        await #expect(throws: CommandFailure.self) { try await post(url) }

        #expect(try await sink.line(containing: "a.b").hasSuffix("reset"))
    }

    @Test(arguments: [("--hang", "left hanging"), ("--drip", "200 by drips")])
    func someAnswersNeverComeToAnEnd(flag: String, said: String) async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink([flag], in: directory)
        let url = try EndpointURL(parsing: try await sink.url())
        let client = APIClient(url: url, key: nil, timeout: .seconds(3))

        let failure = await #expect(throws: CommandFailure.self) {
            try await client.send(.POST, "/hook", body: Array(#"{"type":"a.b"}"#.utf8))
        }

        #expect(failure?.description.contains("did not answer within 3s") == true)
        #expect(try await sink.line(containing: "a.b").hasSuffix(said))
    }

    @Test func aSignalEndsItWithASum() async throws {
        let directory = try TemporaryDirectory()
        let sink = try sink(["--quiet", "--verify", Self.secret], in: directory)
        _ = try await post(try await sink.url())

        sink.send(SIGINT)
        let ended = await sink.ended()

        #expect(ended.status == 0)
        #expect(ended.output.hasSuffix("stops it)\n1 request, 0 verified, 1 not\n"))
    }

    @Test func whatAStrangerSendsDoesNotMoveTheCursor() {
        let head = HeadSample.head(uri: "/\u{1B}[2J")
        let record = SinkRecord(
            time: Timestamp(milliseconds: 0), request: SinkRequest(head: head, body: Array(#"{"type":"\u0007"}"#.utf8)),
            verdict: nil, status: 200, manner: .answer)

        let text = record.text(Style(isColoured: false))

        #expect(text == "00:00:00.000 POST /?[2J ? - 200")
    }

    @Test func failingFirstKeepsTheStatusThatWasAskedFor() {
        let plain = SinkBehaviour(failFirst: 1)
        let own = SinkBehaviour(status: 429, hasOwnStatus: true, failFirst: 1)

        #expect(plain.status(for: 1, verdict: nil) == 500)
        #expect(plain.status(for: 2, verdict: nil) == 200)
        #expect(own.status(for: 1, verdict: nil) == 429)
        #expect(own.status(for: 2, verdict: nil) == 200)
        #expect(own.status(for: 2, verdict: .invalid(.wrongSecret)) == 401)
    }
}
