/// How long is kept what has ended, where an environment says nothing else, and how gently it is dropped.
public struct RetentionLimits: Sendable, Hashable {
    /// How long events keep their payloads: 30 days.
    public var payloads = Duration.seconds(30 * 86_400)
    /// How long events, deliveries, attempts and hourly sums are kept: 90 days.
    public var history = Duration.seconds(90 * 86_400)
    /// How many rows one transaction drops. It bounds how long a commit may have to wait for it.
    public var step = 250
    /// How often what is old is looked for.
    public var interval = Duration.seconds(300)

    public init() {}
}
