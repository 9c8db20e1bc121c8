import MartletCore
import MartletTesting
import Testing

@testable import MartletDelivery

struct LeafCertificateTests {
    private let authority = TestAuthority(named: "An Authority")

    @Test func namesAddressesAndIssuerAreRead() throws {
        let der = authority.issue(.init(names: ["A.example", "*.b.example"], addresses: ["127.0.0.1", "::1"])).der

        let leaf = try #require(LeafCertificate(der: der))

        #expect(leaf.names == ["a.example", "*.b.example"])
        #expect(leaf.addresses == [IPAddress("127.0.0.1"), IPAddress("::1")])
        #expect(leaf.issuer == "An Authority")
        #expect(!leaf.isSelfIssued)
    }

    @Test func aCertificateThatIssuedItselfIsKnown() throws {
        let der = authority.issue(.init(isSelfSigned: true)).der

        #expect(try #require(LeafCertificate(der: der)).isSelfIssued)
    }

    @Test(arguments: [
        ("hooks.example.com", "hooks.example.com", true), ("hooks.example.com.", "hooks.example.com", true),
        ("*.example.com", "hooks.example.com", true), ("*.example.com", "a.hooks.example.com", false),
        ("*.example.com", "example.com", false), ("h*.example.com", "hooks.example.com", false),
        ("*", "localhost", false), ("*.", "localhost", false), ("", "hooks.example.com", false),
        ("example.com", "hooks.example.com", false),
        ("hooks.example.com\u{0}.evil.example", "hooks.example.com", false),
    ])
    func aNameCoversAHostByRFC9525(name: String, host: String, covers: Bool) throws {
        let leaf = try #require(LeafCertificate(der: authority.issue(.init(names: [name])).der))

        #expect(leaf.covers(host) == covers)
    }

    @Test func whatIsCutShortOrGarbledNeverCrashesIt() {
        let der = authority.issue(.init(names: ["a.example"], addresses: ["::1"])).der
        var random = SeededRandom(seed: 1)

        for count in 0..<der.count { #expect(LeafCertificate(der: Array(der.prefix(count))) == nil) }
        for _ in 0..<3000 {
            var garbled = der
            for _ in 0..<3 {
                garbled[Int.random(in: 0..<der.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let leaf = LeafCertificate(der: garbled)
            #expect((leaf?.names.count ?? 0) < 100)
        }
    }
}
