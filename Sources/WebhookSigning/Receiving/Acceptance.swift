/// What is known of an event that was accepted.
public struct Acceptance: Sendable, Hashable {
    /// The index of the first secret that fits; `nil` where the preset has none.
    public var matchedSecret: Int?

    /// The signed timestamp in Unix seconds; `nil` where the sender signs none.
    public var timestamp: Int64?

    /// The sender's own id of the event, the same each time that it is sent; `nil` where there is none, or none of at
    /// most ``EventField/longestValue`` visible ASCII characters.
    public var eventID: String?

    /// The sender's own name for what happened; `nil` as for ``eventID``.
    public var eventType: String?

    /// Describes an acceptance.
    public init(
        matchedSecret: Int? = nil, timestamp: Int64? = nil, eventID: String? = nil, eventType: String? = nil
    ) {
        self.matchedSecret = matchedSecret
        self.timestamp = timestamp
        self.eventID = eventID
        self.eventType = eventType
    }
}
