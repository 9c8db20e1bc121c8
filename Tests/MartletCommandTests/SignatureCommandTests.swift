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
}
