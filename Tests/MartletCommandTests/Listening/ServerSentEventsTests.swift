import Testing

@testable import martlet

@Suite struct ServerSentEventsTests {
    private func read(_ text: String, by count: Int) throws -> [ServerSentEvents.Event] {
        var reader = ServerSentEvents()
        let bytes = Array(text.utf8)
        var events: [ServerSentEvents.Event] = []
        for start in stride(from: 0, to: bytes.count, by: count) {
            events += try reader.read(bytes[start..<min(start + count, bytes.count)])
        }
        return events
    }

    private func event(_ name: String, _ data: String) -> ServerSentEvents.Event {
        ServerSentEvents.Event(name: name, data: Array(data.utf8))
    }

    @Test(arguments: ["\n", "\r\n", "\r"], 1...9)
    func eventsAreTheSameHoweverTheirBytesCome(lineEnd: String, count: Int) throws {
        let text =
            ": hello\nevent: a\ndata: 1\ndata:2\n\n\n: tick\n\ndata: x: y\nid: 7\nretry\n\nevent: b\n\nevent: c\ndata\n\n"

        let events = try read(text.replacing("\n", with: lineEnd), by: count)

        #expect(events == [event("a", "1\n2"), event("message", "x: y"), event("c", "")])
    }

    @Test func whatIsNotOverIsNoEvent() throws {
        #expect(try read("event: a\ndata: 1\n", by: 100) == [])
    }

    @Test func anEventThatIsTooLongIsRefused() throws {
        var reader = ServerSentEvents(longest: 10)

        #expect(throws: ServerSentEvents.TooLong.self) { try reader.read(Array("data: 012345".utf8)) }
    }

    @Test func linesOfOneEventCountTogether() throws {
        var reader = ServerSentEvents(longest: 20)
        _ = try reader.read(Array("data: 0123456789\n".utf8))

        #expect(throws: ServerSentEvents.TooLong.self) { try reader.read(Array("data: 012345".utf8)) }
    }
}
