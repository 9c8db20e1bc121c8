/// What an alert's rule says of the state of things at one moment.
public struct AlertReading: Sendable, Hashable {
    /// How many culprits are told by name.
    public static let mostCulprits = 10

    public var isBroken: Bool
    /// What the rule looks at: failures in a row, a share from 0 to 1, seconds, or how many endpoints or sources; `nil`
    /// where there is nothing to go by.
    public var value: Double?
    /// The ids of what breaks the rule, the worst first, at most ``mostCulprits``.
    public var culprits: [String]
    /// How many break it in all.
    public var culpritCount: Int

    public init(isBroken: Bool, value: Double?, culprits: [String] = [], culpritCount: Int? = nil) {
        self.isBroken = isBroken
        self.value = value
        self.culprits = Array(culprits.prefix(Self.mostCulprits))
        self.culpritCount = culpritCount ?? culprits.count
    }

    /// A reading that breaks no rule, where there is nothing to go by.
    public static let nothing = AlertReading(isBroken: false, value: nil)
}
