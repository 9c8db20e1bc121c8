import MartletCore
import MartletService
import WebhookSigning

extension ProfileService.Listed: Wire {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", profile.name)
            writer.field("envelope", profile.envelope.rawValue)
            writer.object("signature") { writer in
                let signature = profile.signature
                writer.field("scheme", signature.scheme.rawValue)
                writer.field("signature_header", signature.signatureHeader)
                writer.field("timestamp_header", signature.timestampHeader)
                writer.field("id_header", signature.idHeader)
                writer.field("prefix", signature.prefix)
                writer.field("hash", signature.hash.rawValue)
                writer.field("encoding", signature.encoding.rawValue)
                writer.field("key", signature.keyDerivation.rawValue)
                writer.field("tolerance", signature.tolerance.text)
            }
            writer.field("success", profile.success)
            writer.field("timeout", profile.timeout.text)
            writer.field("retry", profile.retry)
            writer.field("built_in", isBuiltIn)
            writer.field("created_at", createdAt)
            writer.field("updated_at", updatedAt)
        }
    }
}

extension Profile {
    /// Reads a profile; what is left out is as in `base`.
    init(_ reader: inout FieldReader, name: String?, base: Profile) {
        var profile = base
        if let name { profile.name = name }
        if let envelope = reader.choice("envelope", Envelope.self) { profile.envelope = envelope }
        if let signature = reader.object("signature", { SignatureProfile(&$0, base: base.signature) }) {
            profile.signature = signature
        }
        if let success = reader.nullableSuccess("success") { profile.success = success ?? .any2xx }
        if let timeout = reader.duration("timeout") { profile.timeout = timeout }
        if let retry = reader.nullableRetry("retry") { profile.retry = retry ?? .standard }
        self = profile
    }
}

extension SignatureProfile {
    fileprivate init?(_ reader: inout FieldReader, base: SignatureProfile) {
        var profile = base
        if let scheme = reader.choice("scheme", SignatureScheme.self) { profile.scheme = scheme }
        if let header = reader.string("signature_header") { profile.signatureHeader = header }
        if let header = reader.nullableString("timestamp_header") { profile.timestampHeader = header }
        if let header = reader.nullableString("id_header") { profile.idHeader = header }
        if let prefix = reader.string("prefix") { profile.prefix = prefix }
        if let hash = reader.choice("hash", SignatureHash.self) { profile.hash = hash }
        if let encoding = reader.choice("encoding", SignatureEncoding.self) { profile.encoding = encoding }
        if let text = reader.string("key") {
            if let key = KeyDerivation(rawValue: text) {
                profile.keyDerivation = key
            } else {
                reader.note(
                    "key", "Give \"utf8\", \"hex\", \"base64\", or \"base64-after:\" and a prefix, such as whsec_.")
            }
        }
        if let tolerance = reader.duration("tolerance") { profile.tolerance = tolerance }
        self = profile
    }
}

extension FieldReader {
    /// One of an enumeration's values.
    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let text = string(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            note(name, "Give one of \(Value.allCases.map(\.rawValue).joined(separator: ", ")).")
            return nil
        }
        return value
    }
}
