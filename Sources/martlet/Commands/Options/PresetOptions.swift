import ArgumentParser
import WebhookSigning

/// Whose requests to judge or to make, and what they were sent to.
struct PresetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A sender's preset in the stead of a profile: github, slack, stripe … (docs/presets.md).", valueName: "name"
        ))
    var preset: String?

    @Option(help: ArgumentHelp("What the preset needs besides its secret; may be repeated.", valueName: "name=value"))
    var parameter: [String] = []

    @Option(help: ArgumentHelp("The URL as the sender has it, where the preset signs it.", valueName: "url"))
    var url = ""

    @Option(help: ArgumentHelp("The request's method.", valueName: "method"))
    var method = "POST"

    /// The preset that was named; `nil` when none was.
    func chosen() throws(CommandFailure) -> WebhookPreset? {
        guard let name = preset else {
            guard parameter.isEmpty else { throw .usage("--parameter belongs to a preset: give --preset too.") }
            return nil
        }
        return try Self.preset(named: name, parameter)
    }

    /// The preset of that name, with parameters as `name=value`.
    static func preset(named name: String, _ given: [String]) throws(CommandFailure) -> WebhookPreset {
        var parameters: [String: String] = [:]
        for text in given {
            guard let equals = text.firstIndex(of: "=") else {
                throw .usage("--parameter '\(text)': Give a name and a value: 'header=X-Signature'.")
            }
            parameters[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        do throws(PresetError) {
            return try WebhookPreset.named(name, parameters: parameters)
        } catch {
            let suggestion = Suggestion.nearest(to: name, among: WebhookPreset.names).map { "Did you mean \($0)? " }
            let isUnknown = error.parameter == nil
            throw .usage("--preset \(name): \(isUnknown ? suggestion ?? "" : "")\(error)")
        }
    }
}
