import Testing

@testable import martlet

/// Texts that stand for values on the command line.
@Suite struct TextFormTests {
    @Test(arguments: [
        ("0", 0), ("512", 512), ("1KiB", 1024), ("64 MiB", 64 << 20), ("1gib", 1 << 30), ("2TiB", 2 << 40),
        ("3kB", 3000), ("5MB", 5_000_000), ("7GB", 7_000_000_000), ("9B", 9),
    ])
    func sizesAreRead(text: String, bytes: Int) {
        #expect(ByteText.bytes(text) == bytes)
    }

    @Test(arguments: ["", "KiB", "-1", "1.5MiB", "1 parsec", "99999999999TiB", "٣"])
    func otherTextsAreNoSizes(text: String) {
        #expect(ByteText.bytes(text) == nil)
    }

    @Test(arguments: [(0, "0B"), (1, "1B"), (1024, "1KiB"), (1536, "1536B"), (64 << 20, "64MiB"), (1 << 40, "1TiB")])
    func sizesAreWrittenInTheLargestUnitThatDividesThem(bytes: Int, text: String) {
        #expect(ByteText.text(bytes) == text)
        #expect(ByteText.bytes(text) == bytes)
    }

    @Test(arguments: [(1, "1 B"), (1536, "1.5 KiB"), (1 << 30, "1.0 GiB"), (1_999_999_999, "1.8 GiB")])
    func sizesAreRoundedForPeople(bytes: Int, text: String) {
        #expect(ByteText.rounded(bytes) == text)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), (":8080", "0.0.0.0", 8080), ("[::1]:0", "::1", 0),
        ("localhost:65535", "localhost", 65535),
    ])
    func addressesAreRead(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(text: text)

        #expect(address == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [
        "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http", "::1:8080",
        "http://127.0.0.1:8080", "[::1]", "[]:80", "a@b:80",
    ])
    func otherTextsAreNoAddresses(text: String) {
        #expect(throws: SettingComplaint.self) { try ListenAddress(text: text) }
    }

    @Test(arguments: [
        (":8080", "http://127.0.0.1:8080"), ("[::]:80", "http://[::1]:80"), ("[::1]:81", "http://[::1]:81"),
        ("example.test:82", "http://example.test:82"),
    ])
    func anAddressHasAURLThatReachesItFromHere(text: String, url: String) throws {
        #expect(try ListenAddress(text: text).url() == url)
    }

    @Test(arguments: ["sqlite:", "sqlite::memory:", "mysql://x", "postgres://[x", "postgresql://x?y=1", "/a/path"])
    func otherTextsAreNoStores(text: String) {
        #expect(throws: SettingComplaint.self) { try StoreLocation(text: text) }
    }

    @Test func aStoreIsAFileOrADatabase() throws {
        #expect(try StoreLocation(text: "sqlite:/var/lib/m.db") == .sqlite(path: "/var/lib/m.db"))
        guard case .postgres(let address) = try StoreLocation(text: "postgresql://u:p@h:1/d") else {
            Issue.record("It is no database.")
            return
        }
        #expect(address.description == "h:1/d")
    }

    @Test(arguments: [
        ("migrat", "migrate"), ("sereve", "serve"), ("doktor", "doctor"), ("Serve", "serve"), ("signs", "sign"),
    ])
    func whatWasMeantIsFound(text: String, meant: String) {
        #expect(Suggestion.nearest(to: text, among: ["serve", "migrate", "doctor", "sign", "sink"]) == meant)
    }

    @Test(arguments: ["", "x", "webhooks", "deliver"])
    func nothingIsSuggestedForWhatIsNoSlip(text: String) {
        #expect(Suggestion.nearest(to: text, among: ["serve", "migrate", "doctor"]) == nil)
    }

    @Test func aMasterKeyIsThirtyTwoBytesInBase64() throws {
        let made = MasterKey.make()

        let read = try MasterKey(text: made.revealed)

        #expect(read == made)
        #expect(made.bytes.count == 32)
        #expect(MasterKey.make() != made)
        #expect("\(made)" == "redacted")
        #expect(String(reflecting: made) == "redacted")
    }

    @Test(arguments: ["", "not base64!", "c2hvcnQ="])
    func otherTextsAreNoMasterKeys(text: String) {
        #expect(throws: SettingComplaint.self) { try MasterKey(text: text) }
    }

    @Test func aHeaderIsANameAndAValue() throws {
        let header = try HeaderArgument.parse("X-Signature:  t=1,v1=a:b ")

        #expect(header.name == "X-Signature")
        #expect(header.value == "t=1,v1=a:b")
        #expect(throws: CommandFailure.self) { try HeaderArgument.parse("no colon") }
        #expect(throws: CommandFailure.self) { try HeaderArgument.parse(": nameless") }
    }
}
