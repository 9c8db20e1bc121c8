import MartletCore
import WebhookSigning

/// What a receiver has to know of a profile in order to take its deliveries, and the program that does so in each
/// language.
struct ReceiverRecipe: Sendable {
    let signature: SignatureProfile
    let envelope: Profile.Envelope
    /// A status that acknowledges.
    let status: Int
    /// Event types that the program tells apart, by way of example.
    let types: [String]

    /// - Parameter types: those of the catalogue; the first few are taken.
    init(_ profile: Profile, types: [String]) {
        signature = profile.signature
        envelope = profile.envelope
        status =
            switch profile.success {
            case .any2xx: 200
            case .statuses(let statuses): statuses.contains(200) ? 200 : statuses.min() ?? 200
            }
        var names: Set<String> = []
        // Each gets a function of its own, whose name must not be another's in any of the languages.
        let distinct = types.filter {
            names.insert(Self.snake($0)).inserted && names.insert("~" + Self.words($0)).inserted
        }
        self.types = Array(distinct.prefix(3))
    }

    /// A whole program that verifies, acknowledges and takes each event.
    func program(in language: ReceiverLanguage) -> String {
        switch language {
        case .node: node
        case .python: python
        case .php: php
        case .ruby: ruby
        case .go: go
        case .java: java
        case .swift: swift
        }
    }

    /// Whether a body tells its event's type.
    var namesType: Bool { envelope == .event && !types.isEmpty }
    var toleranceSeconds: Int { max(1, Int(signature.tolerance.wholeMilliseconds) / 1000) }
    var timestampHeader: String { signature.timestampHeader ?? "webhook-timestamp" }
    var idHeader: String { signature.idHeader ?? "webhook-id" }
    var isPublicKey: Bool { signature.scheme == .standardEd25519 }

    /// `property.updated` as part of a name: `PropertyUpdated`.
    static func words(_ type: String) -> String {
        type.split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// Text as a literal between these quotes, in any language whose escapes begin with a backslash.
    static func quoted(_ text: String, _ quote: Character) -> String {
        var result = String(quote)
        for character in text {
            if character == quote || character == "\\" { result.append("\\") }
            result.append(character)
        }
        result.append(quote)
        return result
    }
}
