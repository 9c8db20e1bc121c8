/// Reads server-sent events out of bytes as they come (WHATWG HTML, section 9.2.6).
///
/// What nobody here has a use for is passed over: `id`, `retry`, comments.
struct ServerSentEvents {
    /// One event.
    struct Event: Sendable, Hashable {
        /// `message` where the stream gives it none.
        var name: String
        /// Its lines of data, joined by line feeds.
        var data: [UInt8]
    }

    /// An event was longer than is read.
    struct TooLong: Error {}

    /// The most bytes of one event; more than the largest body that a server carries takes in base64.
    private let longest: Int
    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8]?
    /// The line before ended in a carriage return, so that a line feed now belongs to its end.
    private var endedInReturn = false

    init(longest: Int = 128 << 20) { self.longest = longest }

    /// Takes the next bytes of the stream.
    ///
    /// - Returns: the events that they complete.
    mutating func read(_ bytes: some Collection<UInt8>) throws(TooLong) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        if endedInReturn, rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
        if !bytes.isEmpty { endedInReturn = false }
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            try append(rest[..<end])
            let isReturn = rest[end] == UInt8(ascii: "\r")
            rest = rest[rest.index(after: end)...]
            if isReturn {
                if rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() } else { endedInReturn = rest.isEmpty }
            }
            if let event = endLine() { events.append(event) }
        }
        try append(rest)
        return events
    }

    private mutating func append(_ bytes: some Collection<UInt8>) throws(TooLong) {
        guard line.count + (data?.count ?? 0) + bytes.count <= longest else { throw TooLong() }
        line += bytes
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: line.count < 64 << 10) }
        guard !line.isEmpty else {
            defer {
                name = ""
                data = nil
            }
            return data.map { Event(name: name.isEmpty ? "message" : name, data: $0) }
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data": data = data.map { $0 + [UInt8(ascii: "\n")] + value } ?? Array(value)
        default: break
        }
        return nil
    }
}
