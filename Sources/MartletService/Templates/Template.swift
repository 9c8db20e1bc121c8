/// A ready-made start for an environment: a profile and a catalogue that belong together.
///
/// `martlet init --template NAME` gives both new environments the template's profile and its event types.
public struct Template: Sendable {
    /// What `--template` takes: `real-estate`.
    public let name: String
    /// The built-in profile its deliveries follow, by name: `standard` where the source guide defines no signature.
    public let profile: String
    /// A name for people: `Real estate`.
    public let title: String
    /// What it is for, in a sentence.
    public let summary: String
    /// Where its readers find help, as the source guide names it.
    public var support: String?
    /// Its catalogue, in the source guide's order. Never empty: a first test event needs an example.
    public let eventTypes: [TemplateEventType]

    /// Every template, the neutral one first.
    public static let all: [Template] = [.standard, .fractio, .realEstate, .sharmo, .getequity, .rapture]

    /// The template of a name; `nil` when there is none.
    public static func named(_ name: String) -> Template? {
        all.first { $0.name == name }
    }
}
