import MartletCore
import Testing

@Suite struct EgressPolicyTests {
    private let strict = EgressPolicy()
    private let local = EgressPolicy(allowsPrivateNetworks: true, requiresHTTPS: false)

    private func refusal(_ policy: EgressPolicy, _ url: String) throws -> EgressRefusal {
        try #require(throws: EgressRefusal.self) { try policy.vet(url) }
    }

    @Test func aRefusalNamesTheRangeTheDocumentAndTheRemedy() throws {
        let refusal = try refusal(strict, "https://10.1.2.3/hook")

        #expect(refusal.code == "forbidden_address")
        #expect(
            refusal.message == "10.1.2.3 is in 10.0.0.0/8, private (RFC 1918); allow it with --allow-private-networks.")
    }

    @Test func aRefusedResolutionNamesTheHostToo() throws {
        let address = try #require(IPAddress("127.0.0.1"))

        let refusal = try #require(throws: EgressRefusal.self) {
            try strict.vet(addresses: [address], of: "loop.example.com")
        }

        #expect(
            refusal.message.hasPrefix("'loop.example.com' resolves to 127.0.0.1, which is in 127.0.0.0/8, loopback"))
    }

    @Test func plainHTTPIsRefusedWhereHTTPSIsRequired() throws {
        #expect(try refusal(strict, "http://example.com/").code == "plain_http")
    }

    @Test(arguments: [
        "http://localhost:3000/webhook", "http://127.0.0.1:8080/", "http://[::1]:4000/", "http://10.0.0.7/",
        "http://192.168.1.2:5000/", "http://172.20.0.3/", "http://100.64.1.1/", "http://[fd12:3456::1]/",
        "http://169.254.1.1/", "http://[fe80::1]/", "http://receiver:8080/", "http://app.localhost/",
        "http://printer.local/",
        "http://db.internal/", "http://hooks.default.svc.cluster.local/", "http://ip6-localhost/",
    ])
    func privateNetworksCanBeOpened(_ url: String) throws {
        #expect(throws: Never.self) { try local.vet(url) }
        #expect(throws: EgressRefusal.self) { try EgressPolicy(requiresHTTPS: false).vet(url) }
    }

    @Test(arguments: [
        "http://169.254.169.254/", "http://169.254.170.2/", "http://[fd00:ec2::254]/", "http://[fd20:ce::254]/",
        "http://168.63.129.16/", "http://100.100.100.200/", "http://192.0.0.192/", "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://240.0.0.1/", "http://255.255.255.255/", "http://192.0.2.1/", "http://[::]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:8.8.8.8]/", "http://[64:ff9b::a00:1]/", "http://[2002:a00:1::]/", "http://[ff02::1]/",
        "http://metadata.google.internal/", "http://metadata/", "http://abc.onion/", "http://localhost:22/",
        "http://localhost:6379/",
    ])
    func someThingsStayRefusedEvenThen(_ url: String) throws {
        let refusal = try refusal(local, url)

        #expect(!refusal.message.contains("--allow-private-networks"))
    }

    @Test func listedBlocksAreAllowedWhateverTheyAre() throws {
        let blocks = [try AddressBlock(parsing: "10.1.0.0/16"), try AddressBlock(parsing: "169.254.169.254")]
        let policy = EgressPolicy(allowedBlocks: blocks)

        #expect(throws: Never.self) { try policy.vet("https://10.1.2.3/") }
        #expect(throws: Never.self) { try policy.vet("https://169.254.169.254/") }
        #expect(throws: EgressRefusal.self) { try policy.vet("https://10.2.0.0/") }
        #expect(throws: EgressRefusal.self) { try policy.vet("https://[::ffff:10.1.2.3]/") }
    }

    @Test func oneBadAddressRefusesAll() throws {
        let good = try #require(IPAddress("93.184.215.14"))
        let bad = try #require(IPAddress("::ffff:127.0.0.1"))

        #expect(throws: Never.self) { try strict.vet(addresses: [good], of: "example.com") }
        #expect(throws: EgressRefusal.self) { try strict.vet(addresses: [good, bad], of: "example.com") }
        #expect(throws: EgressRefusal.self) { try strict.vet(addresses: [bad, good], of: "example.com") }
    }

    @Test func noAddressAtAllIsARefusal() throws {
        let refusal = try #require(throws: EgressRefusal.self) { try strict.vet(addresses: [], of: "example.com") }

        #expect(refusal.code == "no_address")
    }

    @Test(arguments: [80, 81, 443, 444, 3000, 4000, 5000, 8000, 8080, 8443, 8888, 9000, 9443, 49152, 65535])
    func portsOfWebServersAreAllowed(_ port: Int) {
        #expect(throws: Never.self) { try strict.vet("https://example.com:\(port)/") }
    }

    @Test(arguments: ServicePorts.all.sorted())
    func portsOfOtherServicesAreRefusedByName(_ port: UInt16) throws {
        let refusal = try refusal(strict, "https://example.com:\(port)/")

        #expect(refusal.code == "forbidden_port")
        #expect(!refusal.message.contains("another service"))
    }

    @Test func aPortCanBeOpened() {
        let policy = EgressPolicy(refusedPorts: ServicePorts.all.subtracting([9200]))

        #expect(throws: Never.self) { try policy.vet("https://example.com:9200/") }
    }

    @Test(arguments: ["localhost.example.com", "mylocalhost.com", "internal.example.com", "local.example", "onion.com"])
    func namesThatOnlyContainASpecialWordAreAllowed(_ host: String) {
        #expect(throws: Never.self) { try strict.vet("https://\(host)/") }
    }
}
