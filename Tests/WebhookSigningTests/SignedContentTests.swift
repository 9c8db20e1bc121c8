import Testing
import WebhookSigning

@Suite struct SignedContentTests {
    @Test(arguments: [
        (SignatureProfile.fractio, "{}"), (.getequity, "{}"), (.realEstate, "1700000000{}"), (.sharmo, "1700000000.{}"),
        (.standard, "evt_1.1700000000.{}"), (.standardEd25519, "evt_1.1700000000.{}"),
    ])
    func theSignatureBaseIsWhatEachSchemeSigns(profile: SignatureProfile, base: String) {
        let shown = profile.signatureBase(id: "evt_1", timestamp: 1_700_000_000, body: Array("{}".utf8))

        #expect(shown == base)
    }

    @Test func bytesThatAreNoTextAreKeptInTheContentAndReplacedInItsText() {
        let profile = SignatureProfile.sharmo

        let content = profile.signedContent(id: "", timestamp: 7, body: [0xFF, 0x00])

        #expect(content == [0x37, 0x2E, 0xFF, 0x00])
        #expect(profile.signatureBase(id: "", timestamp: 7, body: [0xFF, 0x00]) == "7.\u{FFFD}\0")
    }
}
