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
            """)

    @OptionGroup(title: "Signature") var signing: SigningOptions

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
        let choice = try SigningChoice(try await Settings(given: signing.given))
        let headers = try header.map { text throws(CommandFailure) in try HeaderArgument.parse(text) }
        let tolerance = try tolerance.map { text throws(CommandFailure) in
            guard let duration = Duration(text: text) else {
                throw CommandFailure.usage("--tolerance \(text): Give a duration such as 30s or 5m.")
            }
            return duration
        }
        let verifier: WebhookVerifier
        do throws(WebhookSigningError) {
            verifier = try WebhookVerifier(profile: choice.profile, secrets: [choice.secret], tolerance: tolerance)
        } catch {
            throw CommandFailure.usage(error.description)
        }
        let result = verifier.verify(
            headers: headers, body: try BodyArgument.read(body), now: now ?? WallClock().now().seconds)
        if json { Console.print(Self.json(result)) } else { Self.tell(result) }
        if !result.isValid { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }

    private static func tell(_ result: VerificationResult) {
        guard let failure = result.failure else {
            Console.print("Valid.")
            return
        }
        Console.complain("Invalid (\(failure.code)). \(failure)")
    }

    private static func json(_ result: VerificationResult) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("valid", result.isValid)
            writer.field("code", result.failure?.code)
            writer.field("reason", result.failure?.description)
        }
        return writer.text
    }
}
