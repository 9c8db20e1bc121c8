import Crypto
import MartletCore
import WebhookSigning

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Encrypts what rests in the store: AES-256-GCM (NIST SP 800-38D) under the master key, a fresh nonce for each secret,
/// and the name of the thing it belongs to as additional data, so that a sealed secret cannot be moved to another.
public struct SecretVault: Sendable {
    private let key: SymmetricKey

    /// The master key's length in bytes.
    public static let keyLength = 32

    /// Something sealed that this master key does not open.
    public struct WrongKey: Error, Sendable, CustomStringConvertible {
        public var description: String {
            "The master key does not open what this store holds. Give the key that the store was made with."
        }
    }

    /// - Parameter masterKey: ``keyLength`` bytes.
    public init?(masterKey: [UInt8]) {
        guard masterKey.count == Self.keyLength else { return nil }
        key = SymmetricKey(data: masterKey)
    }

    /// Seals bytes for the thing named `owner`.
    public func seal(_ bytes: [UInt8], owner: String) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(bytes, using: key, authenticating: Array(owner.utf8))
            guard let combined = box.combined else { preconditionFailure("a 96-bit nonce always combines") }
            return Array(combined)
        } catch {
            preconditionFailure("sealing fails only for keys of a wrong length: \(error)")
        }
    }

    /// Opens what ``seal(_:owner:)`` sealed for the same owner.
    public func open(_ sealed: [UInt8], owner: String) throws(WrongKey) -> [UInt8] {
        do {
            return try Array(
                AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: Array(owner.utf8)))
        } catch {
            throw WrongKey()
        }
    }

    /// Proves bytes to have come from whoever has the master key: HMAC-SHA256 under a key of its own for each purpose
    /// (HKDF, RFC 5869).
    func authenticationCode(for bytes: [UInt8], purpose: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: derivedKey(purpose)))
    }

    /// Whether a code is the one that ``authenticationCode(for:purpose:)`` makes, told in constant time.
    func isAuthentic(_ code: [UInt8], for bytes: [UInt8], purpose: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: derivedKey(purpose))
    }

    private func derivedKey(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: 32)
    }

    func seal(_ secret: SigningSecret, of endpoint: EndpointID) -> [UInt8] {
        seal(Array(secret.revealed.utf8), owner: endpoint.description)
    }

    /// The signing secrets of an endpoint, in the clear.
    func open(_ sealed: SealedSecrets, of endpoint: EndpointID) throws(WrongKey) -> SigningSecrets {
        let current = try openSecret(sealed.current, of: endpoint)
        guard let previous = sealed.previous, let overlapEnds = sealed.overlapEnds, let cutOverAt = sealed.cutOverAt
        else { return SigningSecrets(current: current) }
        return SigningSecrets(
            current: current, previous: try openSecret(previous, of: endpoint), overlapEnds: overlapEnds.seconds,
            cutOverAt: cutOverAt.seconds)
    }

    private func openSecret(_ sealed: [UInt8], of endpoint: EndpointID) throws(WrongKey) -> SigningSecret {
        let bytes = try open(sealed, owner: endpoint.description)
        guard let secret = try? SigningSecret(String(decoding: bytes, as: UTF8.self)) else { throw WrongKey() }
        return secret
    }
}
