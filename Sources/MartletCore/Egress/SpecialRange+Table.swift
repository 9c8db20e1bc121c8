extension SpecialRange {
    /// Every special range, the narrowest first, so that the first match is the most telling one.
    ///
    /// From IANA's special-purpose registries (RFC 6890 and its updates), multicast (RFC 5771, RFC 4291), and by hand
    /// the metadata services of clouds, some of which answer at addresses that look public. `is_private` functions of
    /// standard libraries miss several: shared space, NAT64, 6to4, site-local, Azure's wire server.
    public static let all: [SpecialRange] = (v4 + v6 + metadata + unassigned)
        .sorted { $0.block.prefixLength > $1.block.prefixLength }

    private static let v4: [SpecialRange] = [
        never("0.0.0.0/8", "this network", "RFC 1122", "Linux connects 0.0.0.0 to the machine itself."),
        ours("10.0.0.0/8", "private", "RFC 1918", "It belongs to whatever network the sender stands in."),
        ours(
            "100.64.0.0/10", "shared address space", "RFC 6598",
            "Carriers and overlay networks such as Tailscale put their own machines there."),
        ours("127.0.0.0/8", "loopback", "RFC 1122", "It is the sender's own machine."),
        ours("169.254.0.0/16", "link-local", "RFC 3927", "Clouds serve credentials to the machine there."),
        ours("172.16.0.0/12", "private", "RFC 1918", "It belongs to whatever network the sender stands in."),
        never(
            "192.0.0.0/24", "IETF protocol assignments", "RFC 6890",
            "Its few addresses belong to transition mechanisms, and to a cloud's metadata service."),
        never("192.0.2.0/24", "documentation, TEST-NET-1", "RFC 5737", "No receiver has it, but networks may use it."),
        never("192.31.196.0/24", "AS112", "RFC 7535", "It answers stray DNS queries and nothing else."),
        never("192.52.193.0/24", "multicast tunnelling", "RFC 7450", "It leads to a relay of another protocol."),
        never(
            "192.88.99.0/24", "6to4 relay anycast, deprecated", "RFC 7526",
            "Whoever announces it can answer for it."),
        ours("192.168.0.0/16", "private", "RFC 1918", "It belongs to whatever network the sender stands in."),
        never("192.175.48.0/24", "AS112", "RFC 7534", "It answers stray DNS queries and nothing else."),
        never("198.18.0.0/15", "benchmarking", "RFC 2544", "Laboratories and some proxies use it inside."),
        never(
            "198.51.100.0/24", "documentation, TEST-NET-2", "RFC 5737", "No receiver has it, but networks may use it."),
        never(
            "203.0.113.0/24", "documentation, TEST-NET-3", "RFC 5737", "No receiver has it, but networks may use it."),
        never("224.0.0.0/4", "multicast", "RFC 5771", "It is no single machine's address."),
        never("240.0.0.0/4", "reserved", "RFC 1112", "It was never assigned, but some networks use it inside."),
        never("255.255.255.255/32", "limited broadcast", "RFC 919", "It is every machine on the sender's link."),
    ]

    private static let v6: [SpecialRange] = [
        never("::/128", "unspecified", "RFC 4291", "Linux connects it to the machine itself."),
        ours("::1/128", "loopback", "RFC 4291", "It is the sender's own machine."),
        never(
            "::/96", "IPv4-compatible, deprecated", "RFC 4291",
            "It hides an IPv4 address. Give the IPv4 address itself."),
        never(
            "::ffff:0:0/96", "IPv4-mapped", "RFC 4291",
            "The kernel connects it to the IPv4 address inside. Give the IPv4 address itself."),
        never(
            "::ffff:0:0:0/96", "IPv4-translated", "RFC 7915",
            "A translator connects it to the IPv4 address inside. Give the IPv4 address itself."),
        never(
            "64:ff9b::/96", "NAT64", "RFC 6052",
            "A translator connects it to the IPv4 address inside. Give the IPv4 address itself."),
        never(
            "64:ff9b:1::/48", "local-use NAT64", "RFC 8215",
            "A translator connects it to the IPv4 address inside. Give the IPv4 address itself."),
        never("100::/64", "discard-only", "RFC 6666", "Routers drop what is sent there."),
        never("100:0:0:1::/64", "dummy prefix", "RFC 9780", "It is no machine's address."),
        never("2001::/23", "IETF protocol assignments", "RFC 2928", "It belongs to other protocols."),
        never("2001::/32", "Teredo", "RFC 4380", "It tunnels to the IPv4 address inside."),
        never("2001:2::/48", "benchmarking", "RFC 5180", "Laboratories use it inside."),
        never("2001:10::/28", "ORCHID, deprecated", "RFC 4843", "It is an identifier, not an address."),
        never("2001:20::/28", "ORCHIDv2", "RFC 7343", "It is an identifier, not an address."),
        never("2001:30::/28", "drone identifiers", "RFC 9374", "It is an identifier, not an address."),
        never("2001:db8::/32", "documentation", "RFC 3849", "No receiver has it, but networks may use it."),
        never(
            "2002::/16", "6to4, deprecated", "RFC 3056", "It tunnels to the IPv4 address inside. Give the IPv4 address."
        ),
        never("2620:4f:8000::/48", "AS112", "RFC 7534", "It answers stray DNS queries and nothing else."),
        never("3fff::/20", "documentation", "RFC 9637", "No receiver has it, but networks may use it."),
        never("5f00::/16", "segment routing", "RFC 9602", "It steers packets inside a provider's network."),
        ours("fc00::/7", "unique local", "RFC 4193", "It belongs to whatever network the sender stands in."),
        ours("fe80::/10", "link-local", "RFC 4291", "It is a neighbour on the sender's own link."),
        never(
            "fec0::/10", "site-local, deprecated", "RFC 3879",
            "It belonged to the sender's own site, and old networks still use it."),
        never("ff00::/8", "multicast", "RFC 4291", "It is no single machine's address."),
    ]

    private static let metadata: [SpecialRange] = [
        cloud("100.100.100.200/32", "Alibaba Cloud", "Alibaba Cloud's documentation"),
        cloud("168.63.129.16/32", "Azure's wire server", "Azure's documentation"),
        cloud("169.254.0.23/32", "Tencent Cloud", "Tencent Cloud's documentation"),
        cloud("169.254.169.0/24", "AWS, Azure, Google Cloud and others", "the clouds' documentation"),
        cloud("169.254.170.0/24", "AWS containers", "AWS's documentation"),
        cloud("192.0.0.192/32", "Oracle Cloud", "Oracle Cloud's documentation"),
        cloud("fd00:42::42/128", "Scaleway", "Scaleway's documentation"),
        cloud("fd00:a9fe:a9fe::254/128", "OpenStack and others", "the clouds' documentation"),
        cloud("fd00:c1::a9fe:a9fe/128", "Oracle Cloud", "Oracle Cloud's documentation"),
        cloud("fd00:ec2::/64", "AWS", "AWS's documentation"),
        cloud("fd20:ce::254/128", "Google Cloud", "Google Cloud's documentation"),
        cloud("fe80::a9fe:a9fe/128", "OpenStack", "OpenStack's documentation"),
    ]

    /// All of IPv6 but 2000::/3, the only part that is assigned as global unicast.
    private static let unassigned: [SpecialRange] = ["::/3", "4000::/2", "8000::/1"].map {
        never($0, "not global unicast", "RFC 4291", "Nobody on the public Internet has been given it.")
    }

    private static func ours(_ block: String, _ use: String, _ reference: String, _ why: String) -> SpecialRange {
        range(block, use, reference, why, .privateNetwork)
    }

    private static func never(_ block: String, _ use: String, _ reference: String, _ why: String) -> SpecialRange {
        range(block, use, reference, why, .never)
    }

    private static func cloud(_ block: String, _ whose: String, _ reference: String) -> SpecialRange {
        range(
            block, "metadata service of \(whose)", reference,
            "It hands the machine's credentials to whoever asks from it.", .never)
    }

    private static func range(
        _ block: String, _ use: String, _ reference: String, _ why: String, _ access: Access
    ) -> SpecialRange {
        do {
            return SpecialRange(
                block: try AddressBlock(parsing: block), use: use, reference: reference, why: why, access: access)
        } catch {
            // The blocks are literals of this file: a slip shows at the first test, not in front of a user.
            preconditionFailure("\(block): \(error)")
        }
    }
}
