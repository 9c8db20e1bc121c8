import Foundation
import MartletCore
import Testing

@testable import martlet

/// `martlet webhooks`, `events` and so on, run as a user runs them, against a server.
@Suite(.timeLimit(.minutes(10))) struct ResourceCommandTests {
    /// A server, and the means to run commands against it.
    private struct World {
        let directory: TemporaryDirectory
        let server: ServerProcess

        init() async throws {
            directory = try TemporaryDirectory()
            server = try await ServerProcess(["--allow-private-networks"], in: directory)
        }

        func run(_ arguments: String..., key: String? = nil) async throws -> MartletProcess.Result {
            try await MartletProcess.run(
                arguments,
                variables: [
                    "MARTLET_URL": "\(server.url)", "MARTLET_API_KEY": key ?? server.keys?.sandbox ?? "",
                ], in: directory)
        }

        func json(_ arguments: String...) async throws -> JSONValue {
            let ended = try await MartletProcess.run(
                arguments + ["--json"],
                variables: ["MARTLET_URL": "\(server.url)", "MARTLET_API_KEY": server.keys?.sandbox ?? ""],
                in: directory)
            #expect(ended.status == 0, "\(ended.errors)")
            return try JSONValue(parsing: ended.output)
        }
    }

    @Test func aWebhookIsMadeShownChangedListedAndDeleted() async throws {
        let world = try await World()

        let made = try await world.json(
            "webhooks", "create", "--endpoint", "http://127.0.0.1:59999/hook", "--event", "order.*", "--event", "a.b",
            "--data", #"{"description":"from the flags' rest","url":"http://127.0.0.1:59999/not-this-one"}"#)
        let id = try #require(made["id"]?.string)
        let shown = try await world.run("webhooks", "show", id)
        let changed = try await world.json("webhooks", "update", id, "--no-active", "--timeout", "5s")
        let listed = try await world.run("webhooks", "list")
        let deleted = try await world.run("webhooks", "delete", id)
        let none = try await world.run("webhooks", "list")

        #expect(made["url"]?.string == "http://127.0.0.1:59999/hook")
        #expect(made["events"]?.array?.compactMap(\.string) == ["order.*", "a.b"])
        #expect(made["description"]?.string == "from the flags' rest")
        #expect(shown.output.contains("id: \(id)\n"))
        #expect(changed["active"]?.boolean == false)
        #expect(changed["timeout"]?.string == "5s")
        #expect(listed.output.hasPrefix("id "))
        #expect(listed.output.contains("order.*, a.b"))
        #expect(deleted.output == "\(id) is deleted.\n")
        #expect(none.output == "There is no webhook to list.\n")
    }

    @Test func eventsArePublishedListedAcrossPagesAndFollowed() async throws {
        let world = try await World()
        for number in 0..<3 {
            _ = try await world.json(
                "events", "create", "--type", "a.b", "--id", "e-\(number)", "--payload", #"{"n":\#(number)}"#)
        }

        let first = try await world.json("events", "list", "--limit", "2")
        let cursor = try #require(first["next_cursor"]?.string)
        let second = try await world.json("events", "list", "--cursor", cursor)
        let narrowed = try await world.json("events", "list", "-q", #""n":1"#)
        let tail = try await world.run("events", "tail", "--json", "--limit", "2")

        func ids(_ answer: JSONValue) -> [String] { answer["data"]?.array?.compactMap { $0["id"]?.string } ?? [] }
        #expect(ids(first) == ["e-2", "e-1"])
        #expect(ids(second) == ["e-0"])
        #expect(second["next_cursor"]?.isNull == true)
        #expect(ids(narrowed) == ["e-1"])
        let lines = try tail.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8))["id"]?.string }
        #expect(lines == ["e-1", "e-2"])
    }

    @Test func whatFailedIsRetriedReplayedAndRecovered() async throws {
        let world = try await World()
        let webhook = try await world.json(
            "webhooks", "create", "--endpoint", "http://127.0.0.1:59999/hook", "--event", "*", "--data",
            #"{"retry":{"delays":[]}}"#)
        let id = try #require(webhook["id"]?.string)
        let event = try await world.json("events", "create", "--type", "a.b", "--payload", "{}")
        let delivery = try #require(event["deliveries"]?[0]?["id"]?.string)
        var status: String?
        while status != "failed" { status = try await world.json("deliveries", "show", delivery)["status"]?.string }

        let count = try await world.json("webhooks", "recover", id, "--since", "2026-01-01T00:00:00Z", "--dry-run")
        let job = try await world.json("webhooks", "recover", id, "--since", "2026-01-01T00:00:00Z")
        let jobs = try await world.json("jobs", "list")
        let selection = try await world.json("events", "replay", "--since", "2026-01-01T00:00:00Z", "--dry-run")
        let replayed = try await world.json("events", "replay", try #require(event["id"]?.string))
        let retried = try await world.run("deliveries", "retry", delivery)

        #expect(count["count"]?.integer == 1)
        #expect(job["kind"]?.string == "recover")
        #expect(jobs["data"]?.array?.first?["id"] == job["id"])
        #expect(selection["dry_run"]?.boolean == true)
        #expect(replayed["deliveries"]?.array?.count == 1)
        #expect(retried.status == 0, "\(retried.errors)")
    }

    @Test func applicationsKeysAndEventTypesHaveTheirCommands() async throws {
        let world = try await World()

        let application = try await world.json("apps", "create", "--name", "Acme", "--uid", "acme")
        let key = try await world.json(
            "keys", "create", "--role", "application", "--application", "acme", "--name", "theirs")
        let type = try await world.json(
            "event-types", "create", "--name", "a.b", "--example", #"{"n":1}"#, "--description", "It happened.")
        let renamed = try await world.json("apps", "update", "acme", "--name", "Acme Ltd")
        let listed = try await world.run("keys", "list")
        let erased = try await world.json("apps", "erase", "acme")

        #expect(application["uid"]?.string == "acme")
        #expect(key["key"]?.string?.hasPrefix("mk_test_") == true)
        #expect(type["example"]?["n"]?.integer == 1)
        #expect(renamed["name"]?.string == "Acme Ltd")
        #expect(listed.output.contains("theirs"))
        #expect(!listed.output.contains(key["key"]?.string ?? "mk_"))
        #expect(erased["application"] == application["id"])
    }

    @Test func refusalsAreSentencesWithTheStatusOne() async throws {
        let world = try await World()

        let unknown = try await world.run("webhooks", "show", "ep_00000000000000000000000000")
        let wrong = try await world.run("webhooks", "create", "--event", "a.b")
        let noKey = try await world.run("events", "list", key: "mk_test_none")
        let nothing = try await world.run("apps", "update", "acme")
        let noJSON = try await world.run("apps", "create", "--data", "[]")
        let neither = try await world.run("events", "replay")

        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("404 not_found"))
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("url"))
        #expect(noKey.status == 1)
        #expect(noKey.errors.contains("401"))
        #expect(nothing.status == 2)
        #expect(nothing.errors.contains("Give what is to change."))
        #expect(noJSON.status == 2)
        #expect(noJSON.errors.contains("--data: Give a JSON object"))
        #expect(neither.status == 2)
    }

    @Test func whatATerminalWouldObeyIsNotPrinted() {
        let rows = [["\u{1B}[31mred\u{1B}[0m", "a\u{202E}b", "line\nbreak"]]

        let text = Table.text(["one", "two", "three"], rows, style: Style(isColoured: false))

        #expect(!text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test func tablesAlignAndCutWhatIsTooLong() {
        let rows = [["a", String(repeating: "x", count: 100)], ["long name", "y"]]

        let lines = Table.text(["id", "text"], rows, style: Style(isColoured: false)).split(separator: "\n")

        #expect(lines[0] == "id         text")
        #expect(lines[1] == "a          " + String(repeating: "x", count: 59) + "…")
        #expect(lines[2] == "long name  y")
    }

    @Test func anOutlineHasALineAMemberAndADashAnElement() throws {
        let json = #"{"a":1,"list":[{"x":"y","z":null},"text"],"none":[],"in":{"b":true}}"#
        let value = try JSONValue(parsing: Array(json.utf8))

        let lines = Outline.text(value, style: Style(isColoured: false)).split(separator: "\n")

        #expect(lines == ["a: 1", "list:", "  - x: y", "    z: -", "  - text", "none: none", "in:", "  b: true"])
    }
}
