import WebhookSigning

extension Profile {
    /// The profiles every environment has. Their names cannot be taken by one's own.
    public static let builtIn: [Profile] = [
        .standard, .standardEd25519, .fractio, .realEstate, .sharmo, .getequity,
    ]

    /// [Standard Webhooks](https://www.standardwebhooks.com) with the retry schedule that it recommends.
    public static let standard = Profile(
        name: "standard", signature: .standard, timeout: .seconds(15), retry: .standard)

    /// Standard Webhooks with public-key signatures.
    public static let standardEd25519 = Profile(
        name: "standard-ed25519", signature: .standardEd25519, timeout: .seconds(15), retry: .standard)

    /// As the Fractio tutorial verifies: hex over the body alone.
    public static let fractio = Profile(
        name: "fractio", signature: .fractio, timeout: .seconds(15), retry: .standard)

    /// As the real-estate guide promises: 5 s to answer; five retries, to the minute.
    public static let realEstate = Profile(
        name: "real-estate", signature: .realEstate, timeout: .seconds(5),
        retry: RetryPolicy(
            delays: [.seconds(300), .seconds(1800), .seconds(7200), .seconds(18_000), .seconds(36_000)]))

    /// As the Sharmo guide verifies: `t=…,v1=…`, and 5 s to answer.
    public static let sharmo = Profile(
        name: "sharmo", signature: .sharmo, timeout: .seconds(5), retry: .standard)

    /// As the GetEquity guide promises: only a 200 acknowledges, and events keep coming for 15 minutes.
    public static let getequity = Profile(
        name: "getequity", signature: .getequity, success: .statuses([200]), timeout: .seconds(15),
        retry: RetryPolicy(
            schedule: .exponential(first: .seconds(5), factor: 2, longest: .seconds(120)), window: .seconds(900)))
}
