import MartletService

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The key that encrypts secrets at rest.
struct MasterKey: Sendable, Hashable {
    let bytes: [UInt8]

    /// Makes one from the system's randomness.
    static func make() -> MasterKey {
        var system = SystemRandomNumberGenerator()
        return MasterKey(
            bytes: (0..<SecretVault.keyLength).map { _ in UInt8.random(in: .min ... .max, using: &system) })
    }

    /// Reads a key's base64; what it says of another text never repeats it.
    init(text: String) throws(SettingComplaint) {
        guard let data = Data(base64Encoded: text) else {
            throw SettingComplaint(
                "This is not base64. Give \(SecretVault.keyLength) bytes in padded base64, as `openssl rand -base64 32` "
                    + "makes them.")
        }
        guard data.count == SecretVault.keyLength else {
            throw SettingComplaint(
                "This is a key of \(data.count) bytes, and \(SecretVault.keyLength) are needed, as `openssl rand -base64 "
                    + "32` makes them.")
        }
        bytes = Array(data)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The key itself, in base64.
    var revealed: String { Data(bytes).base64EncodedString() }

    /// What seals and opens with it.
    var vault: SecretVault {
        guard let vault = SecretVault(masterKey: bytes) else { preconditionFailure("the length was checked") }
        return vault
    }
}

extension MasterKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// "redacted".
    var description: String { "redacted" }
    /// "redacted".
    var debugDescription: String { "redacted" }
    /// Nothing.
    var customMirror: Mirror { Mirror(self, children: []) }
}
