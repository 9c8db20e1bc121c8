import Foundation
import Testing
import WebhookSigning

/// The receivers that the guide prints, started as it says, are the judges of what they are sent: what is genuine is
/// taken, what is altered, forged or stale is refused.
@Suite struct GuideReceiverTests {
    @Test func theGuidesReceiverForNodeTakesWhatIsGenuineAndNothingElse() async throws { try await judge(by: .node) }
    @Test func theGuidesReceiverForPythonTakesWhatIsGenuineAndNothingElse() async throws {
        try await judge(by: .python)
    }
    @Test func theGuidesReceiverForPHPTakesWhatIsGenuineAndNothingElse() async throws { try await judge(by: .php) }
    @Test func theGuidesReceiverForRubyTakesWhatIsGenuineAndNothingElse() async throws { try await judge(by: .ruby) }

    @Test(.enabled(if: GuideLanguage.go.isThere, "Go is not on this machine, and make test-setup could not get it."))
    func theGuidesReceiverForGoTakesWhatIsGenuineAndNothingElse() async throws { try await judge(by: .go) }

    @Test(
        .enabled(if: GuideLanguage.java.isThere, "Java is not on this machine, and make test-setup could not get it."))
    func theGuidesReceiverForJavaTakesWhatIsGenuineAndNothingElse() async throws { try await judge(by: .java) }

    /// The program stands in GuideSwift.swift, where the compiler sees it; only the profile that it names is another.
    @Test func theGuidesReceiverForSwiftTakesWhatIsGenuineAndNothingElse() async throws {
        let whole = try String(
            contentsOf: Repository.root.appending(path: "Tests/EndToEndTests/Guide/GuideSwift.swift"), encoding: .utf8)
        let compiled = try #require(whole.components(separatedBy: "\n\n// Webhook.swift").last)
        try await withStage { stage in
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            for profile in GuideProfile.all {
                let page = try await guide(of: martlet, for: profile)
                let printed = try #require(page.text(of: "code-swift"))

                #expect(
                    printed
                        == "// Webhook.swift"
                        + compiled.replacingOccurrences(of: "= .sharmo)", with: "= .\(profile.member))"),
                    "\(profile.name)")

                let before = try capture.requests().count
                let webhook = try await martlet.api.register(capture.url())
                let published = try await martlet.api.publishCatalogue() + martlet.api.publishHardPayloads()
                let requests = try await capture.requests(before + published.count).dropFirst(before)
                let check = try WebhookCheck(secret: webhook.secret, profile: profile.signature)
                for request in requests {
                    let now = Int64(request.receivedAt)
                    func status(_ body: [UInt8], now: Int64) -> Int {
                        check.status(headers: request.headers, body: body, now: now)
                    }
                    #expect(status(request.body, now: now) == 200, "\(profile.name)")
                    #expect(status(request.body + [0x20], now: now) == 401, "\(profile.name)")
                    let isDated = profile.signature.scheme != .body
                    #expect(status(request.body, now: now + 3600) == (isDated ? 401 : 200), "\(profile.name)")
                }
                _ = try await martlet.api.answer(to: martlet.api.request("DELETE", webhook.path), expecting: 204)
            }
        }
    }

    /// The guide's commands, with a key, a webhook and a receiver put in.
    @Test func theGuidesCommandsDoWhatTheySay() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: "sharmo")
            let capture = try await stage.capture()
            let page = try await guide(of: martlet, for: GuideProfile.all[0])
            func run(_ id: String, _ webhook: String = "") async throws -> JSON {
                let printed = try #require(page.text(of: id))
                let command = printed.replacingOccurrences(of: "YOUR_API_KEY", with: martlet.keys.sandbox)
                    .replacingOccurrences(of: "https://your-app.com/webhook", with: capture.url())
                    .replacingOccurrences(of: "WEBHOOK_ID", with: webhook)
                let answer = try await stage.run(
                    Repository.tool("bash"),
                    ["-c", "set -e; curl() { command curl -sS --fail-with-body -w '\\n' \"$@\"; }\n\(command)"],
                    name: id)
                return try JSON(parsing: #require(answer.split(separator: "\n").last.map(String.init)))
            }

            let registered = try await run("code-registration")
            let webhook = try #require(registered["id"].string)
            let tested = try await run("code-testCall", webhook)
            let job = try await run("code-missed", webhook)

            #expect(registered["secret"].string != nil)
            #expect(registered["events"].elements.count == 3)
            #expect(
                tested["attempt"]["response"]["status"] == 200 || tested["response"]["status"] == 200, "\(tested.text)")
            #expect(try await capture.requests(1)[0]["webhook-id"] != nil)
            #expect(job["id"].string != nil)
            let configuration = try JSON(parsing: #require(page.text(of: "code-configuration")))
            #expect(configuration["active"] == true)
        }
    }

    @Test func theGuidesPiecesOfJavaScriptAreJavaScript() async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet(template: "sharmo")
            let page = try await guide(of: martlet, for: GuideProfile.all[0])
            for id in ["code-stepOne", "code-handling", "code-idempotency"] {
                let path = stage.directory.path("\(id).js")
                try #require(page.text(of: id)).write(toFile: path, atomically: true, encoding: .utf8)

                _ = try await stage.run(Repository.node(), ["--check", path], name: id)
            }
        }
    }

    // MARK: The others

    private func judge(by language: GuideLanguage) async throws {
        try await withStage { stage in
            let martlet = try await stage.martlet()
            for profile in GuideProfile.all {
                let page = try await guide(of: martlet, for: profile)
                let printed = try #require(page.text(of: "code-\(language.key)"))
                let saved = try await martlet.api.send(
                    HTTPRequest(method: "GET", path: "/guide/sandbox/\(language.file)"))
                #expect(saved.text == printed, "\(profile.name)")
                try await judge(printed, language, profile, martlet, stage)
            }
        }
    }

    /// The guide for a profile, as anybody sees it.
    private func guide(of martlet: MartletServer, for profile: GuideProfile) async throws -> GuidePage {
        _ = try await martlet.api.patch(
            "/v1/environment", ["profile": .string(profile.name), "pages": ["public_guide": true]])
        let answer = try await martlet.api.http.send(
            HTTPRequest(method: "GET", path: "/guide/sandbox"), to: martlet.port)
        #expect(answer.status == 200)
        return GuidePage(html: answer.text)
    }

    private func judge(
        _ code: String, _ language: GuideLanguage, _ profile: GuideProfile, _ martlet: MartletServer, _ stage: Stage
    ) async throws {
        let name = "\(language.key)-\(profile.name)"
        // Nobody knows the port yet, and the program needs the secret first: it moves in afterwards.
        let webhook = try await martlet.api.register(
            "https://example.com/webhook", ["active": false, "timeout": "1m"])
        let directory = stage.directory.path(name)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try code.write(toFile: "\(directory)/\(language.file)", atomically: true, encoding: .utf8)
        let program = try stage.start(
            language.interpreter(), language.arguments + [language.file], name: name,
            environment: [
                "WEBHOOK_SECRET": webhook.secret, "PORT": "0", "NODE_PATH": "/usr/share/nodejs",
                "GOCACHE": stage.directory.path("go-cache"), "GOFLAGS": "-mod=mod",
            ], directory: directory, ownsGroup: true)
        let port = try await listening(program)
        _ = try await martlet.api.patch(
            webhook.path, ["url": .string("http://127.0.0.1:\(port)/webhook"), "active": true])

        // Live.
        let examples = try await martlet.api.publishCatalogue()
        let published = try await examples + martlet.api.publishHardPayloads()
        let deliveries = try await martlet.api.settledDeliveries(to: webhook)
        #expect(deliveries.count == published.count, "\(name)")
        #expect(
            deliveries.allSatisfy { $0["status"] == "succeeded" && $0["attempt_count"] == 1 },
            "\(name): \(deliveries.first { $0["status"] != "succeeded" }?.text.prefix(800) ?? "")")
        let types = try await martlet.api.list("/v1/event-types").compactMap(\.["name"].string)
        try await waitUntil("\(name) tells of \(types[0])") {
            program.output.lines.contains { $0.contains(types[0]) } || program.errors.contains(types[0])
        }

        // By hand, where each thing in turn is not as it should be.
        let body = Array(#"{"id":"evt_1","type":"\#(types[0])","created":"2026-01-01T00:00:00Z","data":{"n":1}}"#.utf8)
        let now = Int64(Date().timeIntervalSince1970)
        let other = try await martlet.api.register("https://example.com/", ["active": false])
        func answered(
            _ body: [UInt8], signedAt: Int64, sending sent: [UInt8]? = nil, by secret: String? = nil
        ) async throws -> Int {
            let signer = try WebhookSigner(profile: profile.signature, secret: SigningSecret(secret ?? webhook.secret))
            let headers = try signer.sign(id: "evt_1", timestamp: signedAt, body: body).map { ($0.name, $0.value) }
            return try await post(sent ?? body, headers, to: port, stage)
        }
        #expect(try await answered(body, signedAt: now) == 200, "\(name)")
        #expect(try await answered(body, signedAt: now, sending: altered(body)) == 401, "\(name)")
        #expect(try await answered(body, signedAt: now, by: other.secret) == 401, "\(name)")
        #expect(try await post(body, [], to: port, stage) == 401, "\(name)")
        if profile.signature.scheme != .body {
            #expect(try await answered(body, signedAt: now - 900) == 401, "\(name)")
            #expect(try await answered(body, signedAt: now + 900) == 401, "\(name)")
        }

        for webhook in [webhook, other] {
            _ = try await martlet.api.answer(to: martlet.api.request("DELETE", webhook.path), expecting: 204)
        }
        await program.stop()
    }

    /// Posts with curl, which understands every server's answers.
    private func post(_ body: [UInt8], _ headers: [(String, String)], to port: Int, _ stage: Stage) async throws -> Int
    {
        let arguments = headers.flatMap { ["-H", "\($0.0): \($0.1)"] }
        let status = try await stage.run(
            Repository.tool("curl"),
            ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json"] + arguments
                + ["--data-binary", String(decoding: body, as: UTF8.self), "http://127.0.0.1:\(port)/webhook"],
            name: "curl")
        return Int(status) ?? 0
    }

    private func listening(_ program: ChildProgram) async throws -> Int {
        try await waitUntil("\(program.name) says where it listens") {
            if let exit = program.exit {
                throw ChildProgram.EndedEarly(name: program.name, exit: exit, errors: program.errors)
            }
            let said = program.output.lines + program.errors.split(separator: "\n").map(String.init)
            return said.lazy.compactMap(GuideLanguage.port).first
        }
    }

    /// One character of the payload changed: it is JSON still.
    private func altered(_ body: [UInt8]) -> [UInt8] {
        var body = body
        if let index = body.lastIndex(of: UInt8(ascii: "1")) { body[index] = UInt8(ascii: "2") }
        return body
    }
}
