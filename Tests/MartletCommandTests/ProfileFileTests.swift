import MartletCore
import NIOHTTP1
import Testing
import WebhookSigning

@testable import martlet

/// Profiles that stand in `martlet.yaml`.
@Suite(.timeLimit(.minutes(10))) struct ProfileFileTests {
    private static let acme = """
        profiles:
          acme:
            base: sharmo
            envelope: data
            timeout: 10s
            success: [200, 204]
            signature:
              scheme: timestamp-body
              signature_header: Acme-Signature
              timestamp_header: Acme-Timestamp
              prefix: sha512=
              hash: sha512
              encoding: base64
              key: hex
              tolerance: 1m
            retry:
              delays: [5s, 5m]
              jitter: 0.2
              window: 15m

        """

    private func profiles(_ file: String) async throws -> [Profile] {
        let directory = try TemporaryDirectory()
        let path = try directory.write(file, to: "martlet.yaml")
        return try await Settings(flags: ["config": [path]], environment: [:]).profiles
    }

    private func failure(_ file: String) async -> String {
        do {
            return "no complaint: \(try await profiles(file))"
        } catch {
            return "\(error)"
        }
    }

    @Test func everyFieldIsRead() async throws {
        let profile = try #require(try await profiles(Self.acme).first)

        #expect(profile.name == "acme")
        #expect(profile.envelope == .data)
        #expect(profile.timeout == .seconds(10))
        #expect(profile.success == .statuses([200, 204]))
        #expect(profile.retry == RetryPolicy(delays: [.seconds(5), .seconds(300)], window: .seconds(900), jitter: 0.2))
        #expect(
            profile.signature
                == SignatureProfile(
                    scheme: .timestampBody, signatureHeader: "Acme-Signature", timestampHeader: "Acme-Timestamp",
                    prefix: "sha512=", hash: .sha512, encoding: .base64, keyDerivation: .hex, tolerance: .seconds(60)))
    }

    @Test func whatIsLeftOutIsAsInTheBase() async throws {
        let profiles = try await profiles(
            "profiles:\n  one:\n    timeout: 1s\n  two:\n    base: getequity\n    success: 2xx\n")

        var one = Profile.standard
        one.name = "one"
        one.timeout = .seconds(1)
        var two = Profile.getequity
        two.name = "two"
        two.success = .any2xx
        #expect(profiles == [one, two])
    }

    @Test func growingDelaysAndHeadersThatAreTakenBackAreRead() async throws {
        let profiles = try await profiles(
            """
            profiles:
              grown:
                base: real-estate
                signature:
                  scheme: body
                  timestamp_header: null
                retry:
                  exponential: {first: 1s, longest: 1h}
                  window: 1d

            """)

        #expect(profiles[0].signature.timestampHeader == nil)
        #expect(
            profiles[0].retry
                == RetryPolicy(
                    schedule: .exponential(first: .seconds(1), factor: 2, longest: .seconds(3600)),
                    window: .seconds(86_400)))
    }

    @Test(arguments: [
        ("timeot: 1s", "has an unknown key profiles.a.timeot. Did you mean timeout?"),
        ("timeout: soon", "profiles.a.timeout in "), ("base: acme", "Give a built-in profile: standard, "),
        ("envelope: box", "Give one of event, data."), ("success: all", "Give 2xx, or a list of statuses: [200]."),
        ("success: [ok]", "Give 2xx, or a list of statuses: [200]."), ("timeout: [1s]", "Give one value."),
        ("retry: {jitter: 0.1}", "Give delays, a list such as [5s, 5m], or exponential."),
        ("retry: {delays: [5]}", "'5' is not a duration."), ("retry: {delays: [5s], jitter: much}", "Give a number."),
        ("retry: {exponential: {first: 1s}}", "Give first and longest, both durations."),
        ("signature: {key: rot13}", "Give utf8, hex, base64, or base64-after:"),
    ])
    func whatIsNoProfileIsNamedWithItsPlace(line: String, complaint: String) async {
        let message = await failure("profiles:\n  a:\n    \(line)\n")

        #expect(message.contains(complaint))
    }

    @Test func everyEnvironmentHasThemAndFollowsTheirChanges() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.acme, to: "martlet.yaml")
        let first = try await ServerProcess(in: directory)
        let keys = try #require(first.keys)

        let live = try await first.client(keys.live).send(.GET, "/v1/profiles/acme")
        let sandbox = try await first.client(keys.sandbox).send(.GET, "/v1/profiles/acme")
        _ = await first.stop()
        try directory.write(Self.acme.replacing("timeout: 10s", with: "timeout: 7s"), to: "martlet.yaml")
        let second = try await ServerProcess(in: directory)
        let changed = try await second.client(keys.live).send(.GET, "/v1/profiles/acme")

        #expect(try JSONValue(parsing: live.body)["timeout"]?.string == "10s")
        #expect(try JSONValue(parsing: sandbox.body)["signature"]?["signature_header"]?.string == "Acme-Signature")
        #expect(try JSONValue(parsing: changed.body)["timeout"]?.string == "7s")
    }

    @Test(arguments: [
        ("sharmo:\n    timeout: 1s", "profiles.sharmo in martlet.yaml: There is a profile sharmo already."),
        ("a:\n    signature: {scheme: body}", "profiles.a.signature."),
        ("a:\n    timeout: 2d", "profiles.a.timeout in"),
    ])
    func whatTheServiceRefusesStopsTheStart(section: String, complaint: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("profiles:\n  \(section)\n", to: "martlet.yaml")

        let ended = try await MartletProcess.run(["serve", "--listen", "127.0.0.1:0"], in: directory)

        #expect(ended.status == 2)
        #expect(ended.errors.contains(complaint))
    }

    @Test func signAndVerifyKnowThem() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.acme, to: "martlet.yaml")
        let common = ["--profile", "acme", "--secret", "00ff00ff", "--body", "{}"]

        let signed = try await MartletProcess.run(["sign", "--timestamp", "1700000000"] + common, in: directory)
        let headers = signed.output.split(separator: "\n").flatMap { ["--header", String($0)] }
        let verified = try await MartletProcess.run(
            ["verify", "--now", "1700000060"] + common + headers, in: directory)

        #expect(signed.output.contains("Acme-Signature: sha512="))
        #expect(verified.status == 0)
    }
}
