/// One thing that a request must pass.
public indirect enum InboundCheck: Sendable, Hashable {
    /// A signature in the sender's own way.
    case signature(SignatureStep)
    /// A signature by RFC 9421.
    case messageSignature(MessageSignatureStep)
    /// The secret itself.
    case token(TokenPlace)
    /// Basic authentication (RFC 7617). The secret is `user:password`.
    case basic
    /// A checksum in the payload.
    case checksum(ChecksumStep)
    /// Where the request names its algorithm, and what it may name.
    case algorithm(header: String, oneOf: [String])
    /// An address within one of these ranges.
    case addresses([AddressRange])
    /// Any one of these. One that a given secret does not fit is left out.
    case anyOf([InboundCheck])

    /// What the check asks for, in a phrase.
    public var summary: String {
        switch self {
        case .signature(let step):
            "\(step.algorithm.name) of " + step.content.map(\.name).joined(separator: " + ")
                + (step.items.map { ", for each element of \($0)" } ?? "") + ", in \(step.encoding.rawValue), in "
                + step.place.name
        case .messageSignature(let step):
            "\(step.algorithm.name) of what Signature-Input names, "
                + (step.components.isEmpty ? "" : "at least \(step.components.joined(separator: ", ")), ")
                + "in Signature"
        case .token(let place): "the secret itself in \(place.name)"
        case .basic: "user and password in header Authorization"
        case .checksum(let step):
            "\(step.hash.rawValue) of " + step.content.map(\.name).joined(separator: " + ")
                + ", in \(step.encoding.rawValue), at \(step.pointer) in the payload"
        case .algorithm(let header, let names): "\(names.joined(separator: " or ")) in header \(header)"
        case .addresses(let ranges): "an address in " + ranges.map(\.description).joined(separator: ", ")
        case .anyOf(let checks): checks.map(\.summary).joined(separator: "; or ")
        }
    }

    /// How far timestamps may lie from the clock; `nil` where none is judged.
    public var tolerance: Duration? {
        switch self {
        case .signature(let step): step.tolerance
        case .messageSignature(let step): step.tolerance
        case .token, .basic, .checksum, .algorithm, .addresses: nil
        case .anyOf(let checks): checks.lazy.compactMap(\.tolerance).first
        }
    }

    /// Whether passing it shows who sent the request.
    public var needsSecret: Bool {
        switch self {
        case .signature, .messageSignature, .token, .basic: true
        case .checksum, .algorithm, .addresses: false
        case .anyOf(let checks): checks.contains(where: \.needsSecret)
        }
    }

    /// The algorithm for which it takes a key of a pair; `nil` where it takes none.
    var asymmetricAlgorithm: SignatureAlgorithm? {
        switch self {
        case .signature(let step): step.algorithm.isAsymmetric ? step.algorithm : nil
        case .messageSignature(let step): step.algorithm.isAsymmetric ? step.algorithm : nil
        case .anyOf(let checks): checks.lazy.compactMap(\.asymmetricAlgorithm).first
        case .token, .basic, .checksum, .algorithm, .addresses: nil
        }
    }

    /// How its secret becomes a key; `nil` where it is none of a signature.
    var keyDerivation: KeyDerivation? {
        switch self {
        case .signature(let step): step.keyDerivation
        case .messageSignature(let step): step.keyDerivation
        case .anyOf(let checks): checks.lazy.compactMap(\.keyDerivation).first
        case .token, .basic, .checksum, .algorithm, .addresses: nil
        }
    }

    /// The check with another tolerance wherever it has one.
    func withTolerance(_ tolerance: Duration) -> InboundCheck {
        switch self {
        case .signature(var step):
            if step.tolerance != nil { step.tolerance = tolerance }
            return .signature(step)
        case .messageSignature(var step):
            step.tolerance = tolerance
            return .messageSignature(step)
        case .anyOf(let checks): return .anyOf(checks.map { $0.withTolerance(tolerance) })
        case .token, .basic, .checksum, .algorithm, .addresses: return self
        }
    }
}
