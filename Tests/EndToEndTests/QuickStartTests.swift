import Foundation
import Testing

/// What a newcomer types ends with a delivered, verified webhook.
@Suite struct QuickStartTests {
    /// The block after `<!-- quick start -->` in README.md, in a clean shell and a clean directory. Only the ports are
    /// others, since these may be taken here.
    @Test func theReadmesQuickStartEndsWithADeliveredAndVerifiedWebhook() async throws {
        try await withStage { stage in
            let (server, sink) = (try stage.freePort(), try stage.freePort())
            let bin = stage.directory.url.appending(path: "bin/.build/release")
            try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: bin.appending(path: "martlet").path, withDestinationPath: Repository.martlet())
            let script = try quickStart()
                .replacing("127.0.0.1:8080", with: "127.0.0.1:\(server)")
                .replacing("127.0.0.1:9000", with: "127.0.0.1:\(sink)")
            #expect(script.contains("martlet"))
            _ = try Repository.tool("curl")

            let shell = try stage.start(
                "/usr/bin/env",
                [
                    "-i", "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(stage.directory.path)",
                    "TMPDIR=\(stage.directory.path)", "MARTLET_URL=http://127.0.0.1:\(server)", "bash", "-c",
                    script + "\necho \"key $MARTLET_API_KEY\"\ntrap 'kill %1 %2' TERM\nwait\n",
                ],
                name: "shell", directory: stage.directory.path("bin"), ownsGroup: true)

            let delivery = try await shell.line("that the delivery is verified") { line in
                line.contains(" verified, 200") ? line : nil
            }
            #expect(delivery.contains("order.created"))
            let key = try await shell.line("the key") { $0.hasPrefix("key ") ? String($0.dropFirst(4)) : nil }
            let api = API(http: stage.http, key: key) { server }
            let delivered = try #require(try await api.list("/v1/deliveries").first?["id"].string)
            #expect(try await api.settled(delivered)["status"] == "succeeded")

            shell.send(SIGTERM)
            _ = try await shell.ended()
            try await waitUntil("nobody listens any more") { (try? HTTPConnection(port: server)) == nil }
        }
    }

    /// Every `sh` block of docs/api.md, in one shell. `fail-with-body` ends it at the first refusal.
    @Test func theExamplesOfTheGuideToTheAPIAreTakenInTheirOrder() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let sink = try await stage.sink()
            let guide = try String(contentsOf: Repository.root.appending(path: "docs/api.md"), encoding: .utf8)
            let blocks = guide.components(separatedBy: "\n```sh\n").dropFirst().map {
                $0.components(separatedBy: "\n```")[0]
            }
            let script = blocks.joined(separator: "\n")
                .replacing("127.0.0.1:8080", with: "127.0.0.1:\(martlet.port)")
                .replacing("http://127.0.0.1:9000", with: sink.url)
            _ = try Repository.tool("curl")
            try "fail-with-body".write(toFile: stage.directory.path(".curlrc"), atomically: true, encoding: .utf8)

            let output = try await stage.run(
                "/usr/bin/env", ["bash", "-c", "set -e -o pipefail\n\(script)"], name: "shell",
                environment: ["MARTLET_API_KEY": martlet.keys.sandbox, "CURL_HOME": stage.directory.path])

            #expect(blocks.count > 5)
            #expect(output.contains(#""accepted":2,"refused":0"#))
            let types = try await sink.records(5).map { $0["type"] }
            #expect(types.filter { $0 == "order.created" }.count == 4)
            #expect(types.filter { $0 == "order.paid" }.count == 1)
        }
    }

    private func quickStart() throws -> String {
        let readme = try String(contentsOf: Repository.root.appending(path: "README.md"), encoding: .utf8)
        let block = try #require(readme.firstRange(of: "<!-- quick start -->\n```sh\n"))
        let end = try #require(readme[block.upperBound...].firstRange(of: "```"))
        return String(readme[block.upperBound..<end.lowerBound])
    }

    @Test func theCommandsThatAFirstStartPrintsEndWithADeliveredAndVerifiedWebhook() async throws {
        try await withStage { stage in
            let empty = stage.directory.path("empty")
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
            let sinkPort = try stage.freePort()
            _ = try Repository.tool("curl")

            let server = try stage.start(
                Repository.martlet(), ["serve"], name: "martlet",
                environment: ["MARTLET_LISTEN": "127.0.0.1:0", "MARTLET_ALLOW_PRIVATE_NETWORKS": "true"],
                directory: empty)
            _ = try await server.portServed()
            let commands = try await waitUntil("the server prints two commands") {
                let printed = self.commands(in: server.output.lines)
                return printed.count == 2 ? printed : nil
            }
            #expect(commands.allSatisfy { $0.hasPrefix("curl ") && $0.contains("'Authorization: Bearer mk_test_") })

            let registered = try await stage.run(
                "/bin/sh", ["-c", commands[0].replacing("127.0.0.1:9000", with: "127.0.0.1:\(sinkPort)")],
                name: "register")
            let secret = try #require(try JSON(parsing: registered)["secret"].string)
            let sink = try await stage.sink(["--verify", secret], port: sinkPort)
            let published = try JSON(parsing: await stage.run("/bin/sh", ["-c", commands[1]], name: "publish"))

            let record = try await sink.records(1)[0]
            #expect(record["verified"] == true)
            #expect(record["id"] == published["id"])
            #expect(record["path"] == "/webhook")
        }
    }

    /// Commands over several lines, each indented and continued with a backslash.
    private func commands(in lines: [String]) -> [String] {
        var commands: [String] = []
        var isContinued = false
        for line in lines.map({ $0.trimmingCharacters(in: .whitespaces) }) {
            let text = line.hasSuffix("\\") ? String(line.dropLast()) : line
            if isContinued {
                commands[commands.count - 1] += text
            } else if line.hasPrefix("curl ") {
                commands.append(text)
            }
            isContinued = line.hasSuffix("\\") && !commands.isEmpty
        }
        return isContinued ? Array(commands.dropLast()) : commands
    }

    @Test func aSecondServerOnTheSameDataIsRefused() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()

            let second = try stage.start(
                Repository.martlet(),
                ["serve", "--data-dir", stage.directory.path(martlet.name), "--listen", "127.0.0.1:0"], name: "second")

            #expect(try await second.ended() == .status(1))
            #expect(second.errors.contains(stage.directory.path(martlet.name)))
            #expect(martlet.program.exit == nil)
        }
    }
}
