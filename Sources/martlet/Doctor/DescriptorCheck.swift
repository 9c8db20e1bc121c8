/// Files and sockets for all connections.
struct DescriptorCheck: Sendable {
    /// The most connections to receivers.
    let connections: Int

    /// What callers of the API, the store and the log take beside them.
    private static let others = 1024

    var finding: Finding {
        // The server raises its limit to the hard one.
        let hard = FileDescriptors.limits.hard
        let detail = "\(hard) files and sockets at once, for \(connections) connections to receivers"
        guard hard < connections + Self.others else { return .ok("file descriptors", detail) }
        return .warn(
            "file descriptors", detail,
            "Raise the limit (ulimit -Hn, LimitNOFILE= in systemd) or lower --max-connections to "
                + "\(max(1, hard - Self.others)).")
    }
}
