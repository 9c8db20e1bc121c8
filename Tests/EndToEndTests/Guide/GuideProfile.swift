import Testing
import WebhookSigning

/// A way of signing that the guide is written for, and that its programs are tried with.
struct GuideProfile: Sendable, CustomTestStringConvertible {
    /// The profile's name.
    let name: String
    let signature: SignatureProfile
    /// How Swift calls it.
    let member: String

    var testDescription: String { name }

    /// Each of the five schemes; `body` in both of its encodings.
    static let all = [
        GuideProfile(name: "standard", signature: .standard, member: "standard"),
        GuideProfile(name: "standard-ed25519", signature: .standardEd25519, member: "standardEd25519"),
        GuideProfile(name: "fractio", signature: .fractio, member: "fractio"),
        GuideProfile(name: "getequity", signature: .getequity, member: "getequity"),
        GuideProfile(name: "real-estate", signature: .realEstate, member: "realEstate"),
        GuideProfile(name: "sharmo", signature: .sharmo, member: "sharmo"),
    ]
}
