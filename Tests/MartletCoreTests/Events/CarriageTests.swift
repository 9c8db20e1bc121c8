import MartletCore
import Testing

@Suite struct CarriageTests {
    private let carriage = Carriage(
        source: SourceID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210),
        request: RequestID(high: 1, low: .max),
        headers: [
            HeaderField(name: "content-type", value: "text/plain; charset=\"é\""),
            HeaderField(name: "x-event", value: ""),
        ])

    @Test(arguments: [[], [0], Array("{\"a\":1}".utf8), Array(0...255)] as [[UInt8]])
    func aPayloadGoesOutAsItCameInWhateverTheEnvelope(payload: [UInt8]) {
        let body = EventBody(carrying: payload, with: carriage)

        #expect(Array(body.slice(.event)) == payload)
        #expect(Array(body.slice(.data)) == payload)
        #expect(Array(body.bytes[body.data]) == payload)
        #expect(body.carriage == carriage)
        #expect(body.carriage?.contentType == "text/plain; charset=\"é\"")
        #expect(!body.isDropped)
    }

    @Test func aPublishedEventCarriesNothingAlong() {
        let payload = Array("{\"id\":1}".utf8)
        let body = EventBody(bytes: payload, data: 0..<payload.count)

        #expect(!body.isCarried)
        #expect(body.carriage == nil)
        #expect(EventBody.dropped.carriage == nil)
        #expect(Array(body.slice(.data)) == payload)
    }

    @Test func aBodyThatMerelyBeginsLikeOneIsTakenForNone() {
        for length in 1..<60 {
            let bytes = [0] + [UInt8](repeating: 0xFF, count: length)

            #expect(EventBody(bytes: bytes, data: length..<bytes.count).carriage == nil || length == 33)
            #expect(EventBody(bytes: bytes, data: 0..<bytes.count).carriage == nil)
        }
    }
}
