import MartletCore
import Testing
import WebhookSigning

@testable import martlet

/// `martlet sign` and `martlet verify`, run as a user runs them.
@Suite(.timeLimit(.minutes(10))) struct SignatureCommandTests {
    private static let body = #"{"id":"evt_1","type":"order.created","data":{"total":12.5}}"#
    private static let shared = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    /// RFC 8032 section 7.1, test 1: the seed in base64.
    private static let seed = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="

    private func signed(
        _ profile: String, secret: String = shared, at timestamp: Int64 = 1_700_000_000,
        in directory: TemporaryDirectory
    ) async throws -> [String] {
        let ended = try await MartletProcess.run(
            ["sign", "--profile", profile, "--id", "evt_1", "--timestamp", "\(timestamp)", "--body", Self.body],
            variables: ["MARTLET_SECRET": secret], in: directory)
        #expect(ended.status == 0, "\(ended.errors)")
        return ended.output.split(separator: "\n").map(String.init)
    }

    private func verified(
        _ profile: String, _ headers: [String], body: String = body, secret: String = shared,
        now: Int64 = 1_700_000_000,
        _ more: [String] = [], in directory: TemporaryDirectory
    ) async throws -> MartletProcess.Result {
        try await MartletProcess.run(
            ["verify", "--profile", profile, "--secret", secret, "--now", "\(now)", "--body", "-"] + more
                + headers.flatMap { ["--header", $0] },
            in: directory, input: body)
    }

    @Test(arguments: SignatureProfile.builtIn.map(\.name))
    func whatOneSignsTheOtherVerifies(profile: String) async throws {
        let directory = try TemporaryDirectory()
        let secret = profile == "standard-ed25519" ? Self.seed : Self.shared

        let headers = try await signed(profile, secret: secret, in: directory)
        let right = try await verified(profile, headers, secret: secret, in: directory)
        let tampered = try await verified(profile, headers, body: Self.body + " ", secret: secret, in: directory)

        #expect(headers.contains("webhook-id: evt_1"))
        #expect(headers.contains("webhook-timestamp: 1700000000"))
        #expect(right.status == 0)
        #expect(right.output == "Valid.\n")
        #expect(tampered.status == 1)
        #expect(tampered.errors.hasPrefix("Invalid ("))
    }

    @Test func aWrongSecretIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let headers = try await signed("sharmo", in: directory)

        let ended = try await verified("sharmo", headers, secret: "another-secret", in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.hasPrefix("Invalid (wrong_secret). Wrong secret: "))
    }

    @Test func aStaleSignatureIsNamedWithItsAge() async throws {
        let directory = try TemporaryDirectory()
        let headers = try await signed("real-estate", in: directory)

        let stale = try await verified("real-estate", headers, now: 1_700_000_301, in: directory)
        let tolerated = try await verified(
            "real-estate", headers, now: 1_700_000_301, ["--tolerance", "10m"], in: directory)

        #expect(stale.status == 1)
        #expect(stale.errors.hasPrefix("Invalid (stale). Stale by 301 s"))
        #expect(tolerated.status == 0)
    }

    @Test func aBodyThatWasWrittenAgainIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let headers = try await signed("fractio", in: directory)

        let ended = try await verified(
            "fractio", headers, body: #"{ "id": "evt_1", "type": "order.created", "data": { "total": 12.5 } }"#,
            ["--json"], in: directory)

        #expect(ended.status == 1)
        let answer = try JSONValue(parsing: ended.output)
        #expect(answer["valid"]?.boolean == false)
        #expect(answer["code"]?.string == "body_reserialised")
    }

    @Test func hexWhereBase64WasDueIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let headers = try await signed("fractio", in: directory)
        let hex = try #require(headers.first { $0.hasPrefix("x-fractio-signature: ") }).dropFirst(21)

        let ended = try await verified("getequity", ["x-getequity-signature: \(hex)"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.hasPrefix("Invalid (hex_where_base64_was_due)."))
    }

    @Test func aHeaderThatIsMissingIsNamed() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await verified("standard", ["webhook-id: evt_1"], in: directory)

        #expect(ended.status == 1)
        #expect(ended.errors.contains("(header_missing)"))
    }

    @Test func theSecretMayStandInAFileAndTheBodyToo() async throws {
        let directory = try TemporaryDirectory()
        let secret = try directory.write(Self.shared + "\n", to: "secret")
        let body = try directory.write(Self.body, to: "body.json")
        let expected = try await signed("sharmo", in: directory)

        let ended = try await MartletProcess.run(
            [
                "sign", "--profile", "sharmo", "--id", "evt_1", "--timestamp", "1700000000", "--body", "@\(body)",
                "--secret-file", secret,
            ], in: directory)

        #expect(ended.output.split(separator: "\n").map(String.init) == expected)
    }

    @Test func aSecretThatCannotSignIsRefusedWithoutBeingRepeated() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await MartletProcess.run(
            ["sign", "--secret", "whsec_not*base64", "--body", "{}"], in: directory)

        #expect(ended.status == 2)
        #expect(ended.errors.contains("not padded base64"))
        #expect(!ended.errors.contains("not*base64"))
    }

    // MARK: Presets

    private func run(
        _ command: String, _ arguments: [String], secret: String = "your_webhook_secret", input: String = body,
        in directory: TemporaryDirectory
    ) async throws -> MartletProcess.Result {
        try await MartletProcess.run(
            [command] + arguments, variables: ["MARTLET_SECRET": secret], in: directory, input: input)
    }

    @Test(arguments: [
        ["github"], ["slack"], ["hmac", "--parameter", "header=X-Acme", "--parameter", "prefix=v1="],
        ["square", "--url", "https://my.example/hook"],
    ])
    func whatOneMakesAsASenderTheOtherVerifies(preset: [String]) async throws {
        let directory = try TemporaryDirectory()
        let arguments = ["--preset"] + preset

        let signed = try await run("sign", arguments + ["--timestamp", "1700000000"], in: directory)
        let headers = signed.output.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.isEmpty }.flatMap { ["--header", String($0)] }
        let body = signed.output.split(separator: "\n\n", maxSplits: 1).dropFirst().first.map { String($0.dropLast()) }
        let right = try await run(
            "verify", arguments + headers + ["--now", "1700000000"], input: body ?? Self.body, in: directory)
        let wrong = try await run(
            "verify", arguments + headers + ["--now", "1700000000", "--previous-secret", "your_webhook_secret"],
            secret: "another", input: body ?? Self.body, in: directory)

        #expect(signed.status == 0, "\(signed.errors)")
        #expect(right.status == 0, "\(right.errors)")
        #expect(right.output.hasPrefix("Valid"))
        #expect(wrong.status == 1)
        #expect(wrong.errors.hasPrefix("Invalid (matches_previous_secret)."))
    }

    @Test func anEventIsNamedByItsIDAndType() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await run(
            "verify",
            [
                "--preset", "gitlab", "--header", "X-Gitlab-Token: your_webhook_secret", "--header",
                "X-Gitlab-Event: Push Hook", "--header", "Idempotency-Key: k-1",
            ], in: directory)

        #expect(ended.output == "Valid: event k-1, type Push Hook.\n")
    }

    @Test func aHandshakeIsToldWithItsAnswer() async throws {
        let directory = try TemporaryDirectory()

        let ended = try await run(
            "verify", ["--preset", "dropbox", "--method", "get", "--url", "https://a.example/?challenge=abc"],
            input: "", in: directory)

        #expect(ended.status == 0)
        #expect(ended.output.hasPrefix("A handshake, to be answered 200:\n"))
        #expect(ended.output.hasSuffix("\n\nabc\n"))
    }

    @Test(arguments: [
        (["--preset", "githab"], "Did you mean github?"), (["--preset", "hmac"], "needs the parameter header"),
        (["--preset", "hmac", "--parameter", "header"], "Give a name and a value"),
        (["--parameter", "a=b"], "belongs to a preset"),
        (["--preset", "github", "--profile", "standard"], "give one"),
        (["--preset", "discord"], "not a key for Ed25519"),
    ])
    func aPresetThatCannotBeIsAMistakeOfUse(arguments: [String], complaint: String) async throws {
        let directory = try TemporaryDirectory()

        let ended = try await run("verify", arguments, in: directory)

        #expect(ended.status == 2)
        #expect(ended.errors.contains(complaint), "\(ended.errors)")
    }
}
