/// What stands where a request begins, in the bytes that a connection has brought so far.
///
/// It is stricter than the framework's parser, and takes nothing that a recipient could read in two ways (RFC 9112,
/// sections 2.2, 3, 5 and 6): whatever it knows the end of, the parser reads with the same meaning to the same end. All else
/// is left to the parser, which knows what to say of it.
enum RequestScan: Equatable {
    /// A head that has not come to its end, and is none to wonder at so far.
    case incomplete
    /// A request that may be answered without the framework, once its body is there.
    case plain(PlainRequest)
    /// A request for the routes, of so many bytes, its body included.
    case framed(length: Int)
    /// What only the parser can tell the end of, if anybody can.
    case unclear

    /// - Parameters:
    ///   - limits: how large heads may be.
    ///   - mostBytes: the largest body that is answered without the framework.
    init(_ bytes: UnsafeRawBufferPointer, limits: ConnectionLimits, mostBytes: Int) {
        var reader = HeadReader(bytes, limits: limits, mostBytes: mostBytes)
        do throws(HeadReader.Stop) {
            self = try reader.read()
        } catch {
            switch error {
            case .end: self = bytes.count < limits.headersBytes ? .incomplete : .unclear
            case .doubt: self = .unclear
            }
        }
    }
}

/// Reads a request's head, byte by byte and once.
private struct HeadReader {
    enum Stop: Error {
        /// There are no more bytes.
        case end
        /// These are not to be judged here.
        case doubt
    }

    private let bytes: UnsafeRawBufferPointer
    private let limits: ConnectionLimits
    private let mostBytes: Int
    private var at = 0

    private var isPost = false
    private var target = 0..<0
    private var fieldCount = 0
    private var length: Int?
    private var authorization: Range<Int>?
    private var hasHost = false
    private var hasType = false
    /// Whether a POST to a source may be answered here.
    private var isPlain = true
    /// Whether an event may be published here.
    private var isPlainEvent = true

    init(_ bytes: UnsafeRawBufferPointer, limits: ConnectionLimits, mostBytes: Int) {
        self.bytes = bytes
        self.limits = limits
        self.mostBytes = mostBytes
    }

    mutating func read() throws(Stop) -> RequestScan {
        try readRequestLine()
        let fieldsStart = at
        while try readField() {}
        let framed = RequestScan.framed(length: at + (length ?? 0))
        guard isPost, isPlain, hasHost, let length, length <= mostBytes else { return framed }
        let purpose: PlainRequest.Purpose
        if holds(target, "/v1/events") {
            guard isPlainEvent, let authorization, length > 0 else { return framed }
            purpose = .publish(authorization: authorization)
        } else if target.count > 4, holds(target.lowerBound..<(target.lowerBound + 4), "/in/"),
            bytes[target].allSatisfy(Self.isPlainInTarget)
        {
            purpose = .receive(target: target)
        } else {
            return framed
        }
        return .plain(
            PlainRequest(
                purpose: purpose, fieldsStart: fieldsStart, fieldCount: fieldCount, headLength: at, bodyLength: length))
    }

    // MARK: Lines

    private mutating func readRequestLine() throws(Stop) {
        var byte = try next()
        while byte != UInt8(ascii: " ") {
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte), at < 8 else { throw .doubt }
            byte = try next()
        }
        let method = 0..<(at - 1)
        isPost = holds(method, "POST")
        guard isPost || Self.methods.contains(where: { holds(method, $0) }) else { throw .doubt }
        let start = at
        guard try next() == UInt8(ascii: "/") else { throw .doubt }
        byte = try next()
        while byte != UInt8(ascii: " ") {
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "#") else { throw .doubt }
            byte = try next()
        }
        target = start..<(at - 1)
        for byte in UnsafeBufferPointer(start: Self.version.utf8Start, count: Self.version.utf8CodeUnitCount) {
            guard try next() == byte else { throw .doubt }
        }
        guard target.count <= limits.headerBytes, at <= limits.headersBytes else { throw .doubt }
    }

    /// Reads a header field; `false` where the empty line stands that ends them.
    private mutating func readField() throws(Stop) -> Bool {
        let start = at
        var byte = try next()
        if byte == UInt8(ascii: "\r") {
            guard try next() == UInt8(ascii: "\n") else { throw .doubt }
            return false
        }
        while byte != UInt8(ascii: ":") {
            guard Self.isToken(byte) else { throw .doubt }
            byte = try next()
        }
        let name = start..<(at - 1)
        repeat { byte = try next() } while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        let valueStart = at - 1
        while byte != UInt8(ascii: "\r") {
            if byte < 0x20 || byte >= 0x7F {
                guard byte == UInt8(ascii: "\t") || byte > 0x7F else { throw .doubt }
                if byte > 0x7F { isPlain = false }
            }
            byte = try next()
        }
        let value = valueStart..<(at - 1)
        guard try next() == UInt8(ascii: "\n") else { throw .doubt }
        fieldCount += 1
        guard !name.isEmpty, fieldCount <= limits.headers, at - start <= limits.headerBytes, at <= limits.headersBytes
        else { throw .doubt }
        if let last = bytes[value].last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { isPlain = false }
        try note(name, value)
        return true
    }

    /// Takes from a field what it says of the request.
    private mutating func note(_ name: Range<Int>, _ value: Range<Int>) throws(Stop) {
        switch name.count {
        case 4 where isWord(name, "host"):
            if hasHost || value.isEmpty || !bytes[value].allSatisfy(Self.isPlainInHost) { isPlain = false }
            hasHost = true
        case 6 where isWord(name, "expect"), 7 where isWord(name, "trailer"): isPlain = false
        case 7 where isWord(name, "upgrade"): throw .doubt
        case 10 where isWord(name, "connection"):
            guard isWord(value, "keep-alive") else { throw .doubt }
        case 12 where isWord(name, "content-type"):
            let isJSON = isWord(value, "application/json") || isWord(value, "application/json; charset=utf-8")
            if hasType || !isJSON { isPlainEvent = false }
            hasType = true
        case 13 where isWord(name, "authorization"):
            if authorization != nil { isPlainEvent = false }
            authorization = value
        case 14 where isWord(name, "content-length"):
            guard length == nil, let number = number(value) else { throw .doubt }
            length = number
        case 15 where isWord(name, "idempotency-key"), 16 where isWord(name, "content-encoding"): isPlainEvent = false
        case 16 where isWord(name, "proxy-connection"), 17 where isWord(name, "transfer-encoding"): throw .doubt
        default: break
        }
    }

    /// A length (RFC 9110, section 8.6), if it is one that could come to an end.
    private func number(_ place: Range<Int>) -> Int? {
        guard (1...15).contains(place.count) else { return nil }
        var number = 0
        for byte in bytes[place] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }

    // MARK: Bytes

    @inline(__always)
    private mutating func next() throws(Stop) -> UInt8 {
        guard at < bytes.count else { throw .end }
        at += 1
        return bytes[at - 1]
    }

    private func holds(_ place: Range<Int>, _ text: StaticString) -> Bool {
        let text = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return place.count == text.count && zip(bytes[place], text).allSatisfy(==)
    }

    /// Whether `text`, which is in lower case, stands there, but for the case of its letters.
    private func isWord(_ place: Range<Int>, _ text: StaticString) -> Bool {
        guard place.count == text.utf8CodeUnitCount else { return false }
        var index = place.lowerBound
        for wanted in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
            let byte = bytes[index]
            index += 1
            let isUpper = byte &- UInt8(ascii: "A") < 26
            guard (isUpper ? byte | 0x20 : byte) == wanted else { return false }
        }
        return true
    }

    /// Those that have a route.
    private static let methods: [StaticString] = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let version: StaticString = "HTTP/1.1\r\n"

    /// RFC 9110, section 5.6.2: the bytes that a name may have, a bit for each; those below 64 and those from there on.
    private static let tokens: (UInt64, UInt64) = (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)

    @inline(__always)
    private static func isToken(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        return (byte < 64 ? tokens.0 >> byte : tokens.1 >> (byte - 64)) & 1 == 1
    }

    /// What stands in the URL of a source: letters, digits and what RFC 3986 has of signs for paths and queries.
    private static func isPlainInTarget(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "/")...UInt8(ascii: ";"), UInt8(ascii: "$")...UInt8(ascii: "."), UInt8(ascii: "!"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func isPlainInHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}
