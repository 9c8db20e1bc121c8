/// A host name, or the end of one, that never names a receiver on the public Internet.
public struct SpecialName: Hashable, Sendable {
    /// The name, or the last labels of the names: `local`. Empty for names of a single label.
    public let suffix: String
    /// Whether names below it are meant too.
    public let includesSubdomains: Bool
    /// What it names and where that is written.
    public let why: String
    /// Whether it opens with the private networks.
    public let access: SpecialRange.Access

    /// The entry that forbids a host name, which is lower-case and without a trailing dot; `nil` for an ordinary name.
    public static func matching(_ name: String) -> SpecialName? {
        if let entry = all.first(where: { $0.matches(name) }) { return entry }
        return name.contains(".") ? nil : singleLabel
    }

    private func matches(_ name: String) -> Bool {
        name == suffix || includesSubdomains && name.hasSuffix("." + suffix)
    }

    private static let singleLabel = SpecialName(
        suffix: "", includesSubdomains: false,
        why: "a name of a single label, which only the sender's own network resolves", access: .privateNetwork)

    /// The names, those that are never opened first.
    public static let all: [SpecialName] = [
        name("metadata.google.internal", "Google Cloud's metadata service", .never),
        name("metadata.goog", "Google Cloud's metadata service", .never),
        name("metadata", "a cloud's metadata service", .never),
        name("instance-data", "AWS's metadata service", .never),
        name("instance-data.ec2.internal", "AWS's metadata service", .never),
        below("onion", "a Tor service, which no DNS resolves (RFC 7686)", .never),
        below("localhost", "the sender's own machine (RFC 6761)"),
        below("localdomain", "the sender's own machine or network"),
        name("ip6-localhost", "the sender's own machine, by its hosts file"),
        name("ip6-loopback", "the sender's own machine, by its hosts file"),
        below("local", "a machine on the sender's link (RFC 6762)"),
        below("internal", "a private network (reserved by ICANN in 2024)"),
        below("cluster.local", "a service of the sender's own cluster"),
        below("home.arpa", "a home network (RFC 8375)"),
        below("intranet", "a private network (RFC 6762 appendix G)"),
        below("private", "a private network (RFC 6762 appendix G)"),
        below("corp", "a private network (RFC 6762 appendix G)"),
        below("home", "a private network (RFC 6762 appendix G)"),
        below("lan", "a private network (RFC 6762 appendix G)"),
    ]

    private static func name(
        _ name: String, _ why: String, _ access: SpecialRange.Access = .privateNetwork
    ) -> SpecialName {
        SpecialName(suffix: name, includesSubdomains: false, why: why, access: access)
    }

    private static func below(
        _ name: String, _ why: String, _ access: SpecialRange.Access = .privateNetwork
    ) -> SpecialName {
        SpecialName(suffix: name, includesSubdomains: true, why: why, access: access)
    }
}
