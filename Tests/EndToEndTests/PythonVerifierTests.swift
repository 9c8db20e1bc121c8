import Foundation
import Testing

/// Other people's libraries are the judges of what is sent.
@Suite struct PythonVerifierTests {
    /// `standardwebhooks` and `svix` judge `standard`, `stripe` judges `sharmo`; a few lines of Python judge the others.
    @Test func thePythonLibrariesVerifyEveryEventAndRefuseATamperedOne() async throws {
        try await withStage { stage in
            let python = try Repository.python()
            let martlet = try await stage.martlet()
            let capture = try await stage.capture()
            var endpoints: JSON = [:]
            var webhooks: [Webhook] = []
            for profile in ["standard", "sharmo", "fractio", "real-estate", "getequity"] {
                let webhook = try await martlet.api.register(
                    capture.url("/\(profile)"), ["profile": .string(profile)])
                webhooks.append(webhook)
                endpoints = endpoints.with([
                    "/\(profile)": ["profile": .string(profile), "secret": .string(webhook.secret)]
                ])
            }
            let known = stage.directory.path("endpoints.json")
            try endpoints.text.write(toFile: known, atomically: true, encoding: .utf8)

            let published = try await martlet.api.publishCatalogue() + martlet.api.publishHardPayloads()

            for webhook in webhooks {
                let deliveries = try await martlet.api.settledDeliveries(to: webhook)
                #expect(deliveries.count == published.count)
                #expect(deliveries.allSatisfy { $0["status"] == "succeeded" })
            }
            let verdicts = try await stage.run(
                python,
                [
                    Repository.receivers.appending(path: "verify_captures.py").path, "--endpoints", known,
                    capture.file.path,
                ], name: "verify_captures")
            // Two libraries know `standard`, whose headers the four others have besides their own.
            let checks = published.count * (2 + 4 * 3)
            #expect(verdicts.split(separator: "\n").last == "\(checks) of \(checks) checks passed")
        }
    }
}
