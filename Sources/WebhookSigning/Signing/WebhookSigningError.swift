/// Why a signer or a verifier could not be made, or a message not signed.
public struct WebhookSigningError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case profile(SignatureProfileError)
        case secret(SigningSecretError)
        case noSecret
        case severalSecrets(Int, SignatureScheme)
        case tooManySecrets(Int)
        case emptyID
        case longID(Int)
        case unprintableID
        case keyCannotSign
        case bodyCannotCarry(JSONPointer)
        case unsignable(VerificationFailure)
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// That a secret cannot be used.
    public init(_ error: SigningSecretError) {
        self.init(.secret(error))
    }

    /// A stable name for programs, such as `profile_invalid`. A secret's own code where a secret is at fault.
    public var code: String {
        switch kind {
        case .profile: "profile_invalid"
        case .secret(let error): error.code
        case .noSecret: "secret_missing"
        case .severalSecrets, .tooManySecrets: "secrets_too_many"
        case .emptyID, .longID, .unprintableID: "message_id_invalid"
        case .keyCannotSign: "key_cannot_sign"
        case .bodyCannotCarry: "body_cannot_carry_signature"
        case .unsignable: "request_cannot_be_signed"
        }
    }

    /// What is wrong and how to mend it, in a sentence or two.
    public var description: String {
        switch kind {
        case .profile(let error):
            "The profile cannot be used: \(error)"
        case .secret(let error):
            error.description
        case .noSecret:
            "No secret was given. Give at least one."
        case .severalSecrets(let count, let scheme):
            "Scheme \(scheme.rawValue) carries one signature, and \(count) secrets were given to sign. Give the one in "
                + "force."
        case .tooManySecrets(let count):
            "\(count) secrets were given; at most \(WebhookSigner.mostSecrets) are accepted."
        case .emptyID:
            "The message's id is empty. Give one: receivers tell repeated deliveries by it."
        case .longID(let length):
            "The message's id has \(length) bytes; at most \(WebhookSigner.longestID) are accepted."
        case .unprintableID:
            "The message's id has characters that a header cannot carry. Use visible ASCII without spaces."
        case .keyCannotSign:
            "The key could not sign the message: it is a public key. Give the private key that belongs to it."
        case .bodyCannotCarry(let pointer):
            "The body cannot carry \(pointer): it is not JSON, or has something else on the way there."
        case .unsignable(let failure):
            "The request cannot be signed. \(failure)"
        }
    }

    /// The profile's fault, where it is one.
    public var profileError: SignatureProfileError? {
        if case .profile(let error) = kind { error } else { nil }
    }

    /// The secret's fault, where it is one.
    public var secretError: SigningSecretError? {
        if case .secret(let error) = kind { error } else { nil }
    }
}
