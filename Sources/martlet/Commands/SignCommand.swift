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
              MARTLET_SECRET=… martlet sign --preset slack --body @payload.json

            With --preset, the request is made as that sender would. Where the sender writes into the body or the URL, the
            whole request is printed.
            """)

    @OptionGroup(title: "Signature") var signing: SigningOptions

    @OptionGroup(title: "Sender") var sender: PresetOptions

    @Option(help: "The event's id.")
    var id = "evt_test"

    @Option(help: ArgumentHelp("The moment of the attempt in Unix seconds (default: now).", valueName: "seconds"))
    var timestamp: Int64?

    @Option(help: BodyArgument.help)
    var body = "-"

    func run() async throws {
        let settings = try await Settings(given: signing.given)
        let bytes = try BodyArgument.read(body)
        if let preset = try sender.chosen() {
            guard signing.profile == nil else {
                throw CommandFailure.usage("--preset and --profile say the same thing twice: give one.")
            }
            return try sign(bytes, as: preset, settings)
        }
        let choice = try SigningChoice(settings)
        do throws(WebhookSigningError) {
            let headers = try WebhookSigner(profile: choice.profile, secret: choice.secret)
                .sign(id: id, timestamp: timestamp ?? WallClock().now().seconds, body: bytes)
            for (name, value) in headers { Console.print("\(name): \(value)") }
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    private func sign(_ body: [UInt8], as preset: WebhookPreset, _ settings: Settings) throws {
        let secret = try SigningChoice.secret(settings, for: preset)
        let request = WebhookRequest(method: sender.method.uppercased(), url: sender.url, body: body)
        do throws(WebhookSigningError) {
            let signed = try PresetSigner(preset: preset, secret: secret)
                .sign(request, id: id, now: timestamp ?? WallClock().now().seconds)
            if signed.url != request.url { Console.print("\(signed.method) \(signed.url)") }
            for (name, value) in signed.headers { Console.print("\(name): \(value)") }
            if signed.body != body { Console.print("\n" + String(decoding: signed.body, as: UTF8.self)) }
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }
}
