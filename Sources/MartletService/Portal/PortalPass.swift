public import MartletCore

/// What a link to a portal stands for: one application, until some instant.
///
/// A link proves itself, so that a platform may make one for every page it shows: nothing is kept of it.
public struct PortalPass: Sendable, Hashable {
    public let link: PortalLinkID
    public let application: ApplicationID
    public let environment: EnvironmentID
    public let expiresAt: Timestamp

    /// Who its holder is: everything about that application and nothing else.
    public var principal: Principal {
        Principal(environment: environment, role: .application, application: application)
    }
}

extension PortalPass {
    private static let purpose = "portal link 1"
    private static let contentBytes = 56

    /// The link's token: its content and what proves it, in 176 hexadecimal digits.
    func token(_ vault: SecretVault) -> String {
        Digest.hexadecimal(content + vault.authenticationCode(for: content, purpose: Self.purpose))
    }

    /// Reads a token; `nil` where it was not made with this master key.
    init?(token: String, _ vault: SecretVault) {
        guard let bytes = Self.bytes(of: token), bytes.count == Self.contentBytes + 32 else { return nil }
        let content = Array(bytes[..<Self.contentBytes])
        guard vault.isAuthentic(Array(bytes[Self.contentBytes...]), for: content, purpose: Self.purpose) else {
            return nil
        }
        func word(_ index: Int) -> UInt64 {
            content[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        link = PortalLinkID(high: word(0), low: word(1))
        application = ApplicationID(high: word(2), low: word(3))
        environment = EnvironmentID(high: word(4), low: word(5))
        expiresAt = Timestamp(milliseconds: Int64(bitPattern: word(6)))
    }

    private var content: [UInt8] {
        let words = [
            link.high, link.low, application.high, application.low, environment.high, environment.low,
            UInt64(bitPattern: expiresAt.milliseconds),
        ]
        return words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        guard text.utf8.count == (contentBytes + 32) * 2 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }
}
