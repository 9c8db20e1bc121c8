import ArgumentParser
import MartletCore
import MartletService
import WebhookSigning

/// `martlet sign`
struct SignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a payload off line, and print the headers that a delivery of it carries.",
        discussion: """
            Example:
              MARTLET_SECRET=whsec_… martlet sign --profile sharmo --body @payload.json
            """)

    @OptionGroup(title: "Signature") var signing: SigningOptions

    @Option(help: "The event's id.")
    var id = "evt_test"

    @Option(help: ArgumentHelp("The moment of the attempt in Unix seconds (default: now).", valueName: "seconds"))
    var timestamp: Int64?

    @Option(help: BodyArgument.help)
    var body = "-"

    func run() async throws {
        let choice = try SigningChoice(try await Settings(given: signing.given))
        let bytes = try BodyArgument.read(body)
        do throws(WebhookSigningError) {
            let headers = try WebhookSigner(profile: choice.profile, secret: choice.secret)
                .sign(id: id, timestamp: timestamp ?? WallClock().now().seconds, body: bytes)
            for (name, value) in headers { Console.print("\(name): \(value)") }
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }
}
