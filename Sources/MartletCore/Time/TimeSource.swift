/// Where the wall-clock time comes from: the machine's clock when serving, a manual one under test.
public protocol TimeSource: Sendable {
    /// The instant it is now.
    func now() -> Timestamp
}
