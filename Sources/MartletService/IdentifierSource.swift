public import MartletCore
import Synchronization

/// Makes the service's identifiers, from any thread, each greater than the one before.
public final class IdentifierSource: Sendable {
    private struct State {
        var generator = IdentifierGenerator()
        var random: UInt64
    }

    private let state: Mutex<State>

    public init() {
        var system = SystemRandomNumberGenerator()
        state = Mutex(State(random: system.next()))
    }

    /// The next identifier of a kind.
    public func next<Kind: IdentifierKind>(_ kind: Kind.Type = Kind.self, at now: Timestamp) -> Identifier<Kind> {
        state.withLock { state in
            // SplitMix64: identifiers must not collide, they need not be unguessable. Secrets come from the system.
            state.random &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state.random
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return state.generator.next(kind, at: now, random: mixed ^ mixed >> 31)
        }
    }
}
