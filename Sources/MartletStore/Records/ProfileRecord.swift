public import MartletCore
import WebhookSigning

/// What a store keeps of a ``Profile`` as JSON; its name has a column of its own.
public enum ProfileRecord {
    /// Writes the record.
    public static func encode(_ profile: Profile) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("envelope", profile.envelope.rawValue)
            writer.object("signature") { encode(profile.signature, to: &$0) }
            writer.key("success")
            SuccessRecord.encode(profile.success, to: &writer)
            writer.duration("timeout_ms", profile.timeout)
            writer.key("retry")
            RetryRecord.encode(profile.retry, to: &writer)
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], environment: EnvironmentID, name: String
    ) throws(StoreError) -> Profile {
        var reader = try RecordReader(record, of: "profile \(name) in \(environment)")
        let profile = Profile(
            name: name,
            envelope: try reader.take("envelope") { $0.string.flatMap(Profile.Envelope.init) },
            signature: try signature(try reader.object("signature")),
            success: try reader.take("success", SuccessRecord.decode),
            timeout: try reader.duration("timeout_ms"),
            retry: try RetryRecord.decode(try reader.object("retry")))
        try reader.end()
        return profile
    }

    private static func encode(_ signature: SignatureProfile, to writer: inout JSONWriter) {
        writer.field("scheme", signature.scheme.rawValue)
        writer.field("signature_header", signature.signatureHeader)
        writer.field("timestamp_header", signature.timestampHeader)
        writer.field("id_header", signature.idHeader)
        writer.field("prefix", signature.prefix)
        writer.field("hash", signature.hash.rawValue)
        writer.field("encoding", signature.encoding.rawValue)
        writer.field("key_derivation", signature.keyDerivation.rawValue)
        writer.duration("tolerance_ms", signature.tolerance)
    }

    private static func signature(_ record: consuming RecordReader) throws(StoreError) -> SignatureProfile {
        var reader = record
        let signature = SignatureProfile(
            scheme: try reader.take("scheme") { $0.string.flatMap(SignatureScheme.init) },
            signatureHeader: try reader.string("signature_header"),
            timestampHeader: try reader.takeOptional("timestamp_header", \.string),
            idHeader: try reader.takeOptional("id_header", \.string),
            prefix: try reader.string("prefix"),
            hash: try reader.take("hash") { $0.string.flatMap(SignatureHash.init) },
            encoding: try reader.take("encoding") { $0.string.flatMap(SignatureEncoding.init) },
            keyDerivation: try reader.take("key_derivation") { $0.string.flatMap(KeyDerivation.init) },
            tolerance: try reader.duration("tolerance_ms"))
        try reader.end()
        return signature
    }
}
