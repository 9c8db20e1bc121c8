import MartletCore
import Testing

@Suite struct SpecialRangeTests {
    /// The registries' ranges, written down once more, so that a slip in the table shows.
    private static let expected = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48",
        "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    ]

    @Test(arguments: expected)
    func theRegistriesRangesAreRefusedFromTheFirstToTheLastAddress(_ text: String) throws {
        let block = try AddressBlock(parsing: text)

        #expect(EgressPolicy().verdict(for: block.network) != .allow)
        #expect(EgressPolicy().verdict(for: block.last) != .allow)
    }

    @Test(arguments: SpecialRange.all)
    func everyRangeEndsWhereItSays(_ range: SpecialRange) throws {
        let policy = EgressPolicy()
        let narrower = SpecialRange.all.filter { $0.block.prefixLength > range.block.prefixLength }
        func isCoveredByAnother(_ address: IPAddress) -> Bool {
            SpecialRange.all.contains { $0.block != range.block && $0.block.contains(address) }
        }

        for inside in [range.block.network, range.block.last] {
            guard case .refuse(let found) = policy.verdict(for: inside) else {
                Issue.record("\(inside) is allowed")
                continue
            }
            #expect(found == range || narrower.contains(found), "\(inside) is taken for \(found.block)")
        }
        for outside in [Self.before(range.block.network), Self.after(range.block.last)].compactMap({ $0 }) {
            let verdict = policy.verdict(for: outside)
            #expect(verdict != .refuse(range), "\(outside)")
            if !isCoveredByAnother(outside) { #expect(verdict == .allow, "\(outside)") }
        }
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15",
        "168.63.129.17", "2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "2606:4700:4700::1111",
        "3ffe:ffff::", "3fff:1000::", "2620:4f:7fff::",
    ])
    func neighboursOfTheRangesAreAllowed(_ text: String) throws {
        let address = try #require(IPAddress(text))

        #expect(EgressPolicy().verdict(for: address) == .allow)
    }

    @Test func theNarrowestRangeIsTheOneThatIsNamed() throws {
        let imds = try #require(IPAddress("169.254.169.254"))

        let range = try #require(SpecialRange.containing(imds))

        #expect(range.use.contains("metadata"))
    }

    @Test(arguments: UInt64(1)...4)
    func onlyGlobalUnicastIsEverAllowed(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<2_000 {
            let high = UInt64.random(in: .min ... .max, using: &random)
            let address = IPAddress(v6: high, .random(in: .min ... .max, using: &random))

            let isAllowed = EgressPolicy().verdict(for: address) == .allow

            #expect(!isAllowed || high >> 61 == 0b001, "seed \(seed): \(address)")
        }
    }

    private static func before(_ address: IPAddress) -> IPAddress? {
        var bytes = address.bytes
        for index in bytes.indices.reversed() {
            bytes[index] &-= 1
            if bytes[index] != 255 { return IPAddress(bytes: bytes) }
        }
        return nil
    }

    private static func after(_ address: IPAddress) -> IPAddress? {
        var bytes = address.bytes
        for index in bytes.indices.reversed() {
            bytes[index] &+= 1
            if bytes[index] != 0 { return IPAddress(bytes: bytes) }
        }
        return nil
    }
}
