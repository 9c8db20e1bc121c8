/// What a check that a request passed has shown.
struct Proof {
    /// The index of the first secret that fits.
    var matchedSecret: Int?
    /// The signed timestamp, in Unix seconds.
    var timestamp: Int64?
}
