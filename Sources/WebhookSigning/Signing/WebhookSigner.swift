internal import Crypto

/// Signs the deliveries of one endpoint.
///
/// Make it once and keep it: its keys are taken in when it is made. Every message gets `webhook-id` and
/// `webhook-timestamp`, the profile's own headers, and `webhook-signature` too where the secret is `whsec_` and base64,
/// so that a receiver may verify by Standard Webhooks whatever the profile.
///
/// ```swift
/// let signer = try WebhookSigner(profile: .sharmo, secret: SigningSecret("whsec_…"))
/// for header in try signer.sign(id: "evt_1", timestamp: 1_700_000_000, body: body) { … }
/// ```
public struct WebhookSigner: Sendable {
    /// A header to send, under the name that the profile spells.
    public typealias Header = (name: String, value: String)

    /// The profile that is signed by.
    public let profile: SignatureProfile

    /// The most secrets that sign one message.
    public static let mostSecrets = 8

    /// The longest id of a message, in bytes.
    public static let longestID = 256

    private let keys: Keys
    // Of `webhook-signature`, where that is another header than the profile's; empty otherwise.
    private let standardKeys: [KeyedHash]
    private let hasOwnIDHeader: Bool
    private let hasOwnTimestampHeader: Bool

    private enum Keys {
        case hashes([KeyedHash])
        case pairs([Ed25519Key])
    }

    /// Takes in the secrets that sign.
    ///
    /// - Parameters:
    ///   - profile: How signatures look.
    ///   - secrets: One, or up to ``mostSecrets`` where the scheme carries several; their signatures follow in this
    ///     order.
    /// - Throws: ``WebhookSigningError`` when the profile or a secret cannot be used.
    public init(profile: SignatureProfile, secrets: [SigningSecret]) throws(WebhookSigningError) {
        do { try profile.validate() } catch { throw WebhookSigningError(.profile(error)) }
        guard !secrets.isEmpty else { throw WebhookSigningError(.noSecret) }
        guard secrets.count <= (profile.scheme.carriesSeveralSignatures ? Self.mostSecrets : 1) else {
            throw WebhookSigningError(.severalSecrets(secrets.count, profile.scheme))
        }
        self.profile = profile
        hasOwnIDHeader = profile.idHeader.map { $0.lowercased() != StandardHeader.id } ?? false
        hasOwnTimestampHeader = profile.timestampHeader.map { $0.lowercased() != StandardHeader.timestamp } ?? false
        do {
            if profile.scheme == .standardEd25519 {
                keys = .pairs(
                    try secrets.map { secret throws(SigningSecretError) in
                        let key = try Ed25519Key(secret)
                        guard key.privateKey != nil else { throw SigningSecretError(.publicKeyCannotSign) }
                        return key
                    })
            } else {
                keys = .hashes(
                    try secrets.map { secret throws(SigningSecretError) in
                        KeyedHash(HMACHash(profile.hash), key: try secret.hmacKey(for: profile.keyDerivation))
                    })
            }
        } catch {
            throw WebhookSigningError(.secret(error))
        }
        standardKeys =
            profile.signatureHeader.lowercased() == StandardHeader.signature
            ? [] : secrets.compactMap(\.standardKey).map { KeyedHash(.sha256, key: $0) }
    }

    /// Takes in the one secret that signs.
    ///
    /// - Throws: ``WebhookSigningError`` when the profile or the secret cannot be used.
    public init(profile: SignatureProfile, secret: SigningSecret) throws(WebhookSigningError) {
        try self.init(profile: profile, secrets: [secret])
    }

    /// Appends the headers that a delivery of this message carries.
    ///
    /// - Parameters:
    ///   - id: The message's id, the same for every attempt: 1 to ``longestID`` visible ASCII characters.
    ///   - timestamp: The moment of this attempt, in Unix seconds.
    ///   - body: The body exactly as it will be sent.
    ///   - headers: What to append to.
    /// - Throws: ``WebhookSigningError`` when the id cannot stand in a header; nothing is appended then.
    public func sign(
        id: String, timestamp: Int64, body: UnsafeRawBufferPointer, into headers: inout [Header]
    ) throws(WebhookSigningError) {
        try Self.check(id)
        let timestampText = String(timestamp)
        let signature = try profileSignature(id: id, timestamp: timestampText, body: body)

        headers.append((StandardHeader.id, id))
        headers.append((StandardHeader.timestamp, timestampText))
        if hasOwnIDHeader, let name = profile.idHeader { headers.append((name, id)) }
        if hasOwnTimestampHeader, let name = profile.timestampHeader { headers.append((name, timestampText)) }
        headers.append((profile.signatureHeader, signature))
        if !standardKeys.isEmpty {
            headers.append(
                (
                    StandardHeader.signature,
                    Self.signatureList(standardKeys, id: id, timestamp: timestampText, body: body)
                ))
        }
    }

    /// The headers that a delivery of this message carries.
    ///
    /// - Parameters:
    ///   - id: The message's id, the same for every attempt: 1 to ``longestID`` visible ASCII characters.
    ///   - timestamp: The moment of this attempt, in Unix seconds.
    ///   - body: The body exactly as it will be sent.
    /// - Throws: ``WebhookSigningError`` when the id cannot stand in a header.
    public func sign(
        id: String, timestamp: Int64, body: some Collection<UInt8>
    ) throws(WebhookSigningError) -> [Header] {
        var headers: [Header] = []
        headers.reserveCapacity(6)
        try body.withBytes { bytes throws(WebhookSigningError) in
            try sign(id: id, timestamp: timestamp, body: bytes, into: &headers)
        }
        return headers
    }

    private static func check(_ id: String) throws(WebhookSigningError) {
        let length = id.utf8.count
        guard length > 0 else { throw WebhookSigningError(.emptyID) }
        guard length <= longestID else { throw WebhookSigningError(.longID(length)) }
        // The id goes into a header: a line break in it would start another one.
        for byte in id.utf8 where byte <= 0x20 || byte >= 0x7F { throw WebhookSigningError(.unprintableID) }
    }

    private func profileSignature(
        id: String, timestamp: String, body: UnsafeRawBufferPointer
    ) throws(WebhookSigningError) -> String {
        switch keys {
        case .pairs(let pairs):
            return try Self.signatureList(pairs, id: id, timestamp: timestamp, body: body)
        case .hashes(let keys):
            switch profile.scheme {
            case .standard, .standardEd25519:
                return Self.signatureList(keys, id: id, timestamp: timestamp, body: body)
            case .body:
                return encoded(keys[0], lead: profile.prefix, head: UnsafeRawBufferPointer(start: nil, count: 0), body)
            case .timestampBody:
                return Self.withHead(.timestampBody, id: id, timestamp: timestamp) { head in
                    encoded(keys[0], lead: profile.prefix, head: head, body)
                }
            case .tV1:
                return Self.withHead(.timestampDotBody, id: id, timestamp: timestamp) { head in
                    encoded(keys[0], lead: "t=", timestamp, ",v1=", head: head, body)
                }
            }
        }
    }

    // The text in front comes in up to three pieces, each short enough for a string without memory of its own.
    private func encoded(
        _ key: KeyedHash, lead: String, _ timestamp: String = "", _ tag: String = "", head: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer
    ) -> String {
        let leadCount = lead.utf8.count + timestamp.utf8.count + tag.utf8.count
        return String(unsafeUninitializedCapacity: leadCount + profile.signatureCharacterCount) { buffer in
            var writer = ASCIIWriter(buffer)
            writer.append(lead)
            writer.append(timestamp)
            writer.append(tag)
            key.withCode(head: head, body: body) { writer.append($0, as: profile.encoding) }
            return writer.count
        }
    }

    /// `v1,… v1,…`: Standard Webhooks, "Signature scheme".
    private static func signatureList(
        _ keys: [KeyedHash], id: String, timestamp: String, body: UnsafeRawBufferPointer
    ) -> String {
        withHead(.idDotTimestampDotBody, id: id, timestamp: timestamp) { head in
            let characters = "v1,".utf8.count + SignatureEncoding.base64.characterCount(forByteCount: 32) + 1
            return String(unsafeUninitializedCapacity: characters * keys.count - 1) { buffer in
                var writer = ASCIIWriter(buffer)
                for key in keys {
                    if writer.count > 0 { writer.append(UInt8(ascii: " ")) }
                    writer.append("v1,")
                    key.withCode(head: head, body: body) { writer.append($0, as: .base64) }
                }
                return writer.count
            }
        }
    }

    private static func signatureList(
        _ pairs: [Ed25519Key], id: String, timestamp: String, body: UnsafeRawBufferPointer
    ) throws(WebhookSigningError) -> String {
        let message = SignedContent.idDotTimestampDotBody.head(id: id, timestamp: timestamp) + body
        var list = ""
        for pair in pairs {
            if !list.isEmpty { list.append(" ") }
            list.append("v1a,")
            list.append(Base64.encode(try pair.signature(for: message)))
        }
        return list
    }

    /// Hands over what stands in front of the body, written on the stack.
    @inline(__always)
    private static func withHead<Result>(
        _ content: SignedContent, id: String, timestamp: String, _ use: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let capacity = id.utf8.count + timestamp.utf8.count + 2
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { buffer in
            var writer = ASCIIWriter(buffer)
            if content.hasID {
                writer.append(id)
                writer.append(UInt8(ascii: "."))
            }
            writer.append(timestamp)
            if content != .timestampBody { writer.append(UInt8(ascii: ".")) }
            let head = UnsafeRawBufferPointer(buffer)
            return use(UnsafeRawBufferPointer(rebasing: head[..<writer.count]))
        }
    }
}

// A keyed hash holds what its key hashes to, which signs as well as the key does.
extension WebhookSigner: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The scheme; nothing of the secrets.
    public var description: String { "WebhookSigner(\(profile.scheme.rawValue), secrets: redacted)" }
    /// The scheme; nothing of the secrets.
    public var debugDescription: String { description }
    /// The profile alone.
    public var customMirror: Mirror { Mirror(self, children: ["profile": profile]) }
}
