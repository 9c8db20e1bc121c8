import MartletCore
import Testing

@Suite struct EventBodyTests {
    let bytes = Array(#"{"id":"evt_1","type":"a","created":"2023-06-15T10:30:00Z","data":{"n":1}}"#.utf8)

    @Test func theEnvelopeOfAProfileSaysWhatIsSent() {
        let start = bytes.count - 8
        let body = EventBody(bytes: bytes, data: start..<start + 7)

        #expect(Array(body.slice(.event)) == bytes)
        #expect(String(decoding: body.slice(.data), as: UTF8.self) == #"{"n":1}"#)
    }
}
