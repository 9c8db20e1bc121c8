import ArgumentParser
import MartletCore
import MartletService
import WebhookSigning

/// `martlet verify`
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a signature off line, and say why where it is refused.",
        discussion: """
            The body must be the request's own bytes: one that was parsed and written again has another signature.

            Example:
              MARTLET_SECRET=whsec_… martlet verify --profile sharmo --header 'Sharmo-Signature: t=…,v1=…' \\
                --body @payload.json
              MARTLET_SECRET=… martlet verify --preset github --header 'X-Hub-Signature-256: sha256=…' \\
                --body @payload.json

            With --preset, handshakes are recognised too, and the answer that they are due is printed.
            """)

    @OptionGroup(title: "Signature") var signing: SigningOptions

    @OptionGroup(title: "Sender") var sender: PresetOptions

    @Option(help: ArgumentHelp("The address that the request came from.", valueName: "address"))
    var remoteAddress: String?

    @Option(help: ArgumentHelp("A secret that was in force before, to be told when it matches.", valueName: "secret"))
    var previousSecret: String?

    @Option(help: ArgumentHelp("A header of the request; may be repeated.", valueName: "name: value"))
    var header: [String] = []

    @Option(help: BodyArgument.help)
    var body = "-"

    @Option(help: ArgumentHelp("The receiver's clock in Unix seconds (default: now).", valueName: "seconds"))
    var now: Int64?

    @Option(help: ArgumentHelp("How far the timestamp may be off (default: the profile's, 5m).", valueName: "duration"))
    var tolerance: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try await Settings(given: signing.given)
        let headers = try header.map { text throws(CommandFailure) in try HeaderArgument.parse(text) }
        let tolerance = try tolerance.map { text throws(CommandFailure) in
            guard let duration = Duration(text: text) else {
                throw CommandFailure.usage("--tolerance \(text): Give a duration such as 30s or 5m.")
            }
            return duration
        }
        let preset = try sender.chosen()
        if preset != nil, signing.profile != nil {
            throw CommandFailure.usage("--preset and --profile say the same thing twice: give one.")
        }
        let body = try BodyArgument.read(body)
        let verdict =
            if let preset {
                try verdict(preset, settings, headers: headers, body: body, tolerance: tolerance)
            } else {
                try verdict(settings, headers: headers, body: body, tolerance: tolerance)
            }
        if json { Console.print(verdict.json) } else { verdict.tell() }
        if verdict.failure != nil { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }

    private func verdict(
        _ settings: Settings, headers: [WebhookSigner.Header], body: [UInt8], tolerance: Duration?
    ) throws -> VerifyVerdict {
        let choice = try SigningChoice(settings)
        do throws(WebhookSigningError) {
            let previous = try previousSecret.map { text throws(WebhookSigningError) in try Self.secret(text) }
            let verifier = try WebhookVerifier(
                profile: choice.profile, secrets: [choice.secret], previous: [previous].compactMap { $0 },
                tolerance: tolerance)
            let result = verifier.verify(headers: headers, body: body, now: now ?? WallClock().now().seconds)
            return VerifyVerdict(failure: result.failure)
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    private func verdict(
        _ preset: WebhookPreset, _ settings: Settings, headers: [WebhookSigner.Header], body: [UInt8],
        tolerance: Duration?
    ) throws -> VerifyVerdict {
        let secret = try SigningChoice.secret(settings, for: preset)
        do throws(WebhookSigningError) {
            let previous = try previousSecret.map { text throws(WebhookSigningError) in try Self.secret(text) }
            let receiver = try WebhookReceiver(
                preset: preset, secrets: [secret].compactMap { $0 }, previous: [previous].compactMap { $0 },
                tolerance: tolerance)
            let request = WebhookRequest(
                method: sender.method.uppercased(), url: sender.url, headers: headers, body: body,
                remoteAddress: remoteAddress)
            switch receiver.receive(request, now: now ?? WallClock().now().seconds) {
            case .accepted(let acceptance): return VerifyVerdict(event: acceptance)
            case .answered(let answer): return VerifyVerdict(answer: answer)
            case .refused(let failure): return VerifyVerdict(failure: failure)
            }
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    private static func secret(_ text: String) throws(WebhookSigningError) -> SigningSecret {
        do throws(SigningSecretError) {
            return try SigningSecret(text)
        } catch {
            throw WebhookSigningError(error)
        }
    }
}

/// What `martlet verify` found, and how it tells.
private struct VerifyVerdict {
    var failure: VerificationFailure?
    var event: Acceptance?
    var answer: WebhookAnswer?

    func tell() {
        if let failure {
            Console.complain("Invalid (\(failure.code)). \(failure)")
        } else if let answer {
            Console.print("A handshake, to be answered \(answer.status):")
            for header in answer.headers { Console.print("\(header.name): \(header.value)") }
            if !answer.body.isEmpty { Console.print("\n" + String(decoding: answer.body, as: UTF8.self)) }
        } else {
            let facts = [event?.eventID.map { "event \($0)" }, event?.eventType.map { "type \($0)" }].compactMap { $0 }
            Console.print(facts.isEmpty ? "Valid." : "Valid: \(facts.joined(separator: ", ")).")
        }
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("valid", failure == nil)
            writer.field("code", failure?.code)
            writer.field("reason", failure?.description)
            if let event {
                writer.field("event_id", event.eventID)
                writer.field("event_type", event.eventType)
            }
            if let answer {
                writer.field("answer_status", Int64(answer.status))
                writer.field("answer_body", String(decoding: answer.body, as: UTF8.self))
            }
        }
        return writer.text
    }
}
