/// Makes identifiers that only ever grow, also within one millisecond and when the clock steps back.
///
/// The instant and the randomness come from the caller; UUIDv7's 74 free bits are random in a new millisecond and step
/// on by a random amount within one (RFC 9562, section 6.2, method 2).
public struct IdentifierGenerator: Sendable {
    private var milliseconds: UInt64 = 0
    private var counter: UInt64 = 0
    private var tail: UInt64 = 0

    public init() {}

    /// The next identifier, greater than every one before it.
    public mutating func next<Kind: IdentifierKind>(
        _ kind: Kind.Type = Kind.self, at instant: Timestamp, random: UInt64
    ) -> Identifier<Kind> {
        let now = UInt64(max(0, instant.milliseconds)) & 0xFFFF_FFFF_FFFF
        if now > milliseconds {
            milliseconds = now
            // The counter's top bit starts clear, which leaves room to count up within the millisecond.
            counter = random >> 53
            tail = random & 0x3FFF_FFFF_FFFF_FFFF
        } else {
            let step = (random & 0xFFFF_FFFF) + 1
            tail += step
            if tail > 0x3FFF_FFFF_FFFF_FFFF {
                tail &= 0x3FFF_FFFF_FFFF_FFFF
                counter += 1
                if counter > 0xFFF {
                    counter = 0
                    milliseconds += 1
                }
            }
        }
        return Identifier(high: milliseconds << 16 | 0x7000 | counter, low: 0x8000_0000_0000_0000 | tail)
    }
}
