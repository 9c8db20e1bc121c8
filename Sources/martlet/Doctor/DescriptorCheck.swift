/// Files and sockets for all connections.
struct DescriptorCheck: Sendable {
    let plan: DescriptorPlan

    /// - Parameter configuration: what the server would be told.
    init(_ configuration: ServeConfiguration) {
        // The server raises its limit to the hard one.
        plan = DescriptorPlan(configuration, limit: FileDescriptors.limits.hard)
    }

    var finding: Finding {
        let detail = "\(plan.limit) files and sockets at once, of which the bounds ask for \(plan.wanted)"
        guard plan.isCut else { return .ok("file descriptors", detail) }
        return .warn(
            "file descriptors", "\(detail): the server lowers them to \(plan.summary)",
            "Raise the limit (ulimit -Hn, LimitNOFILE= in systemd), or lower --max-clients and --max-connections.")
    }
}
