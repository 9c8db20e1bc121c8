import MartletCore
import Testing

@Suite struct AddressBlockTests {
    @Test func aBlockHoldsItsFirstAndLastAddressAndNoOther() throws {
        let block = try AddressBlock(parsing: "10.16.0.0/12")

        #expect(block.contains(try #require(IPAddress("10.16.0.0"))))
        #expect(block.contains(try #require(IPAddress("10.31.255.255"))))
        #expect(!block.contains(try #require(IPAddress("10.15.255.255"))))
        #expect(!block.contains(try #require(IPAddress("10.32.0.0"))))
        #expect(block.last.description == "10.31.255.255")
    }

    @Test(arguments: ["0.0.0.0/0", "10.0.0.0/8", "1.2.3.4/32", "::/0", "fc00::/7", "2001:db8::/65", "::1/128"])
    func textComesBackAsItWas(_ text: String) throws {
        #expect(try AddressBlock(parsing: text).description == text)
    }

    @Test func aSingleAddressIsABlockOfOne() throws {
        let block = try AddressBlock(parsing: "192.168.1.7")

        #expect(block.description == "192.168.1.7/32")
        #expect(block.last == block.network)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "::/129", "10/8",
        "10.0.0.0/8/8",
        "localhost/8",
    ])
    func anythingElseIsNoBlock(_ text: String) {
        #expect(throws: AddressBlock.Malformed.self) { try AddressBlock(parsing: text) }
    }

    @Test func bitsBeyondThePrefixAreRefusedWithTheBlockThatWasMeant() throws {
        let error = try #require(throws: AddressBlock.Malformed.self) { try AddressBlock(parsing: "10.1.2.3/8") }

        #expect(error.message.contains("10.0.0.0/8"))
    }

    @Test func aMappedAddressIsInNoBlockOfIPv4() throws {
        let mapped = try #require(IPAddress("::ffff:10.0.0.1"))

        #expect(try !AddressBlock(parsing: "10.0.0.0/8").contains(mapped))
        #expect(try !AddressBlock(parsing: "0.0.0.0/0").contains(mapped))
    }
}
