/// An endpoint's secret with the one it replaces, and who signs when.
///
/// Where the scheme carries several signatures, old and new both sign until ``overlapEnds``. Where it carries one, the
/// old signs until ``cutOverAt`` and the new from then on; a 401 or 403 before ``overlapEnds`` is tried once more with
/// ``other(at:scheme:)``, so that receivers may change over at any moment in between. Instants are Unix seconds.
public struct SigningSecrets: Sendable, Hashable {
    /// The secret that stays.
    public let current: SigningSecret

    /// The secret that it replaces; `nil` when there was no rotation.
    public let previous: SigningSecret?

    /// From when ``previous`` no longer counts for anything.
    public let overlapEnds: Int64

    /// From when ``current`` signs where only one can. Never after ``overlapEnds``.
    public let cutOverAt: Int64

    /// One secret, not rotated.
    public init(current: SigningSecret) {
        self.current = current
        previous = nil
        overlapEnds = .min
        cutOverAt = .min
    }

    /// A rotation as it was stored.
    ///
    /// - Parameters:
    ///   - current: The secret that stays.
    ///   - previous: The secret that it replaces.
    ///   - overlapEnds: When `previous` ceases, in Unix seconds. A cut-over later than this moves it there.
    ///   - cutOverAt: When `current` takes over where only one can sign, in Unix seconds.
    public init(current: SigningSecret, previous: SigningSecret?, overlapEnds: Int64, cutOverAt: Int64) {
        self.current = current
        self.previous = previous
        self.overlapEnds = max(overlapEnds, cutOverAt)
        self.cutOverAt = cutOverAt
    }

    /// Puts a new secret in the place of the current one.
    ///
    /// Where the overlap of an earlier rotation still runs, its older secret ends at once, unless that is the only one
    /// that receivers have seen sign: then it is the secret last rotated in that goes.
    ///
    /// - Parameters:
    ///   - secret: The new secret.
    ///   - now: The moment of the rotation, in Unix seconds.
    ///   - overlapEnds: When the old secret ceases, in Unix seconds.
    ///   - cutOverAt: When the new secret takes over where only one can sign; `now` when left out.
    ///   - scheme: The scheme of the endpoint's profile.
    public func rotated(
        to secret: SigningSecret,
        at now: Int64,
        overlapEnds: Int64,
        cutOverAt: Int64? = nil,
        scheme: SignatureScheme
    ) -> SigningSecrets {
        SigningSecrets(
            current: secret,
            previous: secretsInForce(at: now, scheme: scheme).first,
            overlapEnds: overlapEnds,
            cutOverAt: cutOverAt ?? now)
    }

    /// The secrets that sign a delivery made at `now`, the one that counts most first. One, or two during the overlap
    /// of a scheme that carries several.
    public func secretsInForce(at now: Int64, scheme: SignatureScheme) -> [SigningSecret] {
        guard let previous, now < overlapEnds else { return [current] }
        if scheme.carriesSeveralSignatures { return [current, previous] }
        return now < cutOverAt ? [previous] : [current]
    }

    /// The secret to try once more with when a receiver answered 401 or 403: during the overlap of a scheme that
    /// carries one signature, the one that did not sign. `nil` otherwise.
    public func other(at now: Int64, scheme: SignatureScheme) -> SigningSecret? {
        guard let previous, now < overlapEnds, !scheme.carriesSeveralSignatures else { return nil }
        return now < cutOverAt ? current : previous
    }
}
