import MartletCore
public import WebhookSigning

/// A source's secrets in the clear.
public struct SourceSecrets: Sendable {
    public var current: SigningSecret
    /// The one before: in force until ``overlapEnds``, and afterwards only recognised.
    public var previous: SigningSecret?
    /// In Unix seconds.
    public var overlapEnds: Int64?

    func inForce(at now: Int64) -> [SigningSecret] {
        guard let previous, let overlapEnds, now < overlapEnds else { return [current] }
        return [current, previous]
    }

    func retired(at now: Int64) -> [SigningSecret] {
        guard let previous, now >= overlapEnds ?? .min else { return [] }
        return [previous]
    }
}

extension SecretVault {
    func seal(_ secret: SigningSecret, of source: SourceID) -> [UInt8] {
        seal(Array(secret.revealed.utf8), owner: source.description)
    }

    /// A source's secrets in the clear; `nil` where it has none, or this master key does not open them.
    func open(_ sealed: SealedSecrets?, of source: SourceID) -> SourceSecrets? {
        guard let sealed, let current = openSecret(sealed.current, of: source) else { return nil }
        return SourceSecrets(
            current: current, previous: sealed.previous.flatMap { openSecret($0, of: source) },
            overlapEnds: sealed.overlapEnds?.seconds)
    }

    private func openSecret(_ sealed: [UInt8], of source: SourceID) -> SigningSecret? {
        guard let bytes = try? open(sealed, owner: source.description) else { return nil }
        return SigningSecret(kept: String(decoding: bytes, as: UTF8.self))
    }

    // MARK: Parameters

    /// What a sealed parameter begins with in the store; none that is given begins so.
    private static let sealedMark = "\u{1}"

    /// A choice as it rests in the store: parameters that are secrets are encrypted.
    func sealed(_ choice: PresetChoice, of source: SourceID) -> PresetChoice {
        mapSecrets(of: choice) { value in
            guard !value.isEmpty, !value.hasPrefix(Self.sealedMark) else { return value }
            let sealed = seal(Array(value.utf8), owner: source.description)
            return Self.sealedMark + sealed.map { Self.hex($0) }.joined()
        }
    }

    /// A choice in the clear. What this master key does not open stays as it is, and fits nothing.
    func opened(_ choice: PresetChoice, of source: SourceID) -> PresetChoice {
        mapSecrets(of: choice) { value in
            guard value.hasPrefix(Self.sealedMark), let sealed = Self.bytes(value.dropFirst()),
                let bytes = try? open(sealed, owner: source.description)
            else { return value }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func mapSecrets(of choice: PresetChoice, _ body: (String) -> String) -> PresetChoice {
        var choice = choice
        let secret = (try? WebhookPreset.parameters(of: choice.name))?.filter(\.isSecret) ?? []
        for parameter in secret { choice.parameters[parameter.name] = choice.parameters[parameter.name].map(body) }
        return choice
    }

    private static func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map { UInt8($0) } }
        guard digits.count == hex.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
