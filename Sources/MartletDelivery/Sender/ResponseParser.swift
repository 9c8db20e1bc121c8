import MartletCore

/// Reads one HTTP/1.1 response (RFC 9112) out of whatever pieces it arrives in, with every size bounded.
///
/// It is our own rather than NIO's decoder for three reasons: a response must be judged by bounds that the decoder does
/// not have (interim responses, the head as a whole with its interim ones), a body must be cut off and kept as it is,
/// and most of a response's cost would be that of the messages that the decoder passes through the pipeline.
struct ResponseParser {
    /// What is to be done after some bytes, or the end of them.
    enum Verdict: Equatable {
        /// There is more to come.
        case incomplete
        /// The response is in ``response``, whole or cut off.
        case complete
        /// There will be no response, and why: a phrase with "the receiver" as its subject.
        case invalid(AttemptFailure.Code, String)
    }

    private enum Phase {
        case statusLine
        case fields
        case sizedBody(remaining: Int)
        case bodyUntilClose
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailers
        case finished
    }

    private let headBytes: Int
    private let headerFields: Int
    private let interimResponses: Int
    private let bodyBytes: Int

    private var phase = Phase.statusLine
    /// The beginning of a line whose end has not arrived.
    private var line: [UInt8] = []
    private var headBytesRead = 0
    private var fieldsRead = 0
    private var interimRead = 0
    private var isVersion10 = false

    private var status = 0
    private var headers: [HeaderField] = []
    private var body: [UInt8] = []
    private var isTruncated = false

    /// Whether any byte has arrived.
    private(set) var hasBegun = false
    /// Whether the final response's head is complete: from here on there is a response, whatever happens.
    private(set) var isHeadComplete = false
    /// Whether the connection may carry another exchange. Meaningful once the response is complete.
    private(set) var allowsReuse = false
    /// Seconds after which the receiver says it closes an idle connection.
    private(set) var idleSeconds: Int?

    init(limits: SenderLimits) {
        headBytes = limits.headBytes
        headerFields = limits.headerFields
        interimResponses = limits.interimResponses
        bodyBytes = limits.bodyBytes
    }

    /// Makes ready for the next response, once ``takeResponse()`` has been called for the one before.
    mutating func reset() {
        phase = .statusLine
        line.removeAll(keepingCapacity: line.capacity <= 1024)
        headBytesRead = 0
        fieldsRead = 0
        interimRead = 0
        isTruncated = false
        hasBegun = false
        isHeadComplete = false
        allowsReuse = false
        idleSeconds = nil
    }

    /// The response as far as it was read, moved out. Only once the head is complete.
    mutating func takeResponse() -> AttemptResponse {
        let response = AttemptResponse(
            status: status, headers: headers, body: body, isTruncated: isTruncated || !isFinished)
        headers = []
        body = []
        return response
    }

    /// Reads on.
    mutating func consume(_ input: Span<UInt8>) -> Verdict {
        guard !input.isEmpty else { return isFinished ? .complete : .incomplete }
        hasBegun = true
        var position = 0
        while position < input.count, !isFinished {
            switch phase {
            case .sizedBody(let remaining):
                let count = min(remaining, input.count - position)
                if !keep(input, position..<(position + count)) || remaining == count {
                    phase = .finished
                } else if body.count == bodyBytes {
                    cutOff()
                } else {
                    phase = .sizedBody(remaining: remaining - count)
                }
                position += count
            case .bodyUntilClose:
                if !keep(input, position..<input.count) { phase = .finished }
                position = input.count
            case .chunk(let remaining):
                let count = min(remaining, input.count - position)
                if keep(input, position..<(position + count)) {
                    phase = remaining > count ? .chunk(remaining: remaining - count) : .chunkEnd
                } else {
                    phase = .finished
                }
                position += count
            case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers:
                let verdict = consumeLine(input, &position)
                if verdict != .incomplete { return verdict }
            case .finished:
                break
            }
        }
        guard isFinished else { return .incomplete }
        // Bytes that nobody asked for: whatever they are, the next response must not begin with them.
        if position < input.count { allowsReuse = false }
        return .complete
    }

    /// The connection was closed.
    mutating func end() -> Verdict {
        if case .bodyUntilClose = phase { phase = .finished }
        if isHeadComplete {
            allowsReuse = false
            return .complete
        }
        guard hasBegun else { return .invalid(.connectionClosed, "closed the connection before it answered") }
        return .invalid(.connectionClosed, "closed the connection in the middle of the response's headers")
    }

    // MARK: - Lines

    /// Consumes up to the end of the line at `position`, or all there is of it.
    private mutating func consumeLine(_ input: Span<UInt8>, _ position: inout Int) -> Verdict {
        let start = position
        var end = start
        while end < input.count, input[end] != UInt8(ascii: "\n") { end += 1 }
        let isWhole = end < input.count
        position = isWhole ? end + 1 : end

        headBytesRead += position - start
        if isChunkFraming {
            // Extensions of chunks are read and dropped; nobody needs more than this of them in one line.
            guard line.count + end - start <= 1024 else { return unreadable("sent an endless chunk header") }
        } else if headBytesRead > headBytes {
            return unreadable("sent more than \(headBytes) bytes of headers", .responseTooLarge)
        }

        guard isWhole, line.isEmpty else {
            line.reserveCapacity(line.count + end - start)
            for index in start..<end { line.append(input[index]) }
            guard isWhole else { return judgeBeginning() }
            let whole = line
            line.removeAll(keepingCapacity: true)
            return parse(line: whole.span.extracting(0..<lengthWithoutReturn(whole.span)))
        }
        let whole = input.extracting(start..<end)
        return parse(line: whole.extracting(0..<lengthWithoutReturn(whole)))
    }

    private var isFinished: Bool {
        if case .finished = phase { true } else { false }
    }

    private var isChunkFraming: Bool {
        switch phase {
        case .chunkSize, .chunkEnd: true
        default: false
        }
    }

    /// The length of a line without the CR at its end: it may end with LF alone (RFC 9112 section 2.2).
    private func lengthWithoutReturn(_ line: Span<UInt8>) -> Int {
        line.isEmpty || line[line.count - 1] != UInt8(ascii: "\r") ? line.count : line.count - 1
    }

    private mutating func parse(line: Span<UInt8>) -> Verdict {
        switch phase {
        case .statusLine: parse(statusLine: line)
        case .fields: line.isEmpty ? finishHead() : parse(field: line)
        case .chunkSize: parse(chunkSize: line)
        case .chunkEnd: parse(chunkEnd: line)
        case .trailers: parse(trailer: line)
        case .sizedBody, .bodyUntilClose, .chunk, .finished: .incomplete
        }
    }

    /// Says at once that something else than HTTP speaks here, without waiting for the end of a line.
    private func judgeBeginning() -> Verdict {
        guard case .statusLine = phase else { return .incomplete }
        let expected = Self.statusLinePrefix
        for (index, byte) in line.prefix(expected.count).enumerated() where byte != expected[index] {
            return .invalid(.malformedResponse, "answered with \(excerpt(line.span)), which is not HTTP/1.1")
        }
        return .incomplete
    }

    private static let statusLinePrefix = Array("HTTP/1.".utf8)

    /// `HTTP/1.1 200 OK`; the reason may be missing, its space too.
    private mutating func parse(statusLine line: Span<UInt8>) -> Verdict {
        let expected = Self.statusLinePrefix
        var isValid = line.count >= 12 && (line.count == 12 || line[12] == UInt8(ascii: " "))
        if isValid {
            for index in 0..<expected.count where line[index] != expected[index] { isValid = false }
            isValid = isValid && digit(line[7]) != nil && line[8] == UInt8(ascii: " ")
        }
        guard isValid, let hundreds = digit(line[9]), let tens = digit(line[10]), let ones = digit(line[11]),
            hundreds > 0
        else {
            return .invalid(
                .malformedResponse, "answered with \(excerpt(line)), which is not a status line of HTTP/1.1")
        }
        isVersion10 = line[7] == UInt8(ascii: "0")
        status = hundreds * 100 + tens * 10 + ones
        phase = .fields
        return .incomplete
    }

    private mutating func parse(field line: Span<UInt8>) -> Verdict {
        if line[0] == UInt8(ascii: " ") || line[0] == UInt8(ascii: "\t") {
            // A value folded over several lines: out of use, but to be read as one with a space (RFC 9112 section 5.2).
            guard let last = headers.indices.last, let value = fieldValue(line) else {
                return .invalid(.malformedResponse, "sent the header line \(excerpt(line)), which continues nothing")
            }
            headers[last].value += value.isEmpty || headers[last].value.isEmpty ? value : " " + value
            return .incomplete
        }
        guard let field = field(line) else {
            return .invalid(.malformedResponse, "sent the header line \(excerpt(line)), which is no name and value")
        }
        fieldsRead += 1
        guard fieldsRead <= headerFields else {
            return .invalid(.responseTooLarge, "sent more than \(headerFields) header fields")
        }
        headers.append(field)
        return .incomplete
    }

    private func field(_ line: Span<UInt8>) -> HeaderField? {
        var colon = 0
        while colon < line.count, Self.isTokenByte(line[colon]) { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":"),
            let value = fieldValue(line.extracting((colon + 1)..<line.count))
        else { return nil }
        return HeaderField(name: text(line.extracting(0..<colon)), value: value)
    }

    /// The value without the whitespace around it; `nil` where it has a control character (RFC 9110 section 5.5).
    private func fieldValue(_ bytes: Span<UInt8>) -> String? {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] == UInt8(ascii: " ") || bytes[start] == UInt8(ascii: "\t") { start += 1 }
        while end > start, bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        for index in start..<end {
            let byte = bytes[index]
            if byte < 0x20 ? byte != UInt8(ascii: "\t") : byte == 0x7F { return nil }
        }
        return text(bytes.extracting(start..<end))
    }

    // MARK: - The head's meaning

    private mutating func finishHead() -> Verdict {
        // 101 is final here: nobody asked for another protocol, so nothing can follow.
        if status < 200, status != 101 {
            interimRead += 1
            guard interimRead <= interimResponses else {
                return .invalid(.malformedResponse, "sent more than \(interimResponses) interim (1xx) responses")
            }
            headers.removeAll(keepingCapacity: true)
            phase = .statusLine
            return .incomplete
        }

        var framing = ResponseFraming()
        for field in headers {
            if let fault = framing.note(field) { return .invalid(.malformedResponse, fault) }
        }
        if framing.length != nil && framing.isTransferCoded {
            return .invalid(.malformedResponse, "sent both Content-Length and Transfer-Encoding")
        }
        idleSeconds = framing.idleSeconds
        allowsReuse = isVersion10 ? framing.saysKeepAlive && !framing.saysClose : !framing.saysClose
        isHeadComplete = true

        if status == 204 || status == 304 {
            phase = .finished
        } else if status == 101 {
            phase = .finished
            allowsReuse = false
        } else if framing.isChunked {
            phase = .chunkSize
            if isVersion10 { allowsReuse = false }
        } else if !framing.isTransferCoded, let length = framing.length {
            phase = length == 0 ? .finished : .sizedBody(remaining: length)
        } else {
            phase = .bodyUntilClose
            allowsReuse = false
        }
        return .incomplete
    }

    // MARK: - Body

    /// Keeps what the bound allows of `range`, and says whether that was all.
    private mutating func keep(_ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let room = bodyBytes - body.count
        let kept = range.prefix(room)
        input.extracting(kept).withUnsafeBufferPointer { body.append(contentsOf: $0) }
        guard range.count > room else { return true }
        cutOff()
        return false
    }

    private mutating func parse(chunkSize line: Span<UInt8>) -> Verdict {
        var size = 0
        var index = 0
        while index < line.count, let value = hexDigit(line[index]) {
            guard size < 1 << 48 else { return unreadable("sent a chunk of an impossible size") }
            size = size << 4 | value
            index += 1
        }
        // What follows is whitespace or an extension.
        guard index > 0, index == line.count || " \t;".utf8.contains(line[index]) else {
            return unreadable("sent a malformed chunk")
        }
        phase = size == 0 ? .trailers : .chunk(remaining: size)
        return .incomplete
    }

    private mutating func parse(chunkEnd line: Span<UInt8>) -> Verdict {
        guard line.isEmpty else { return unreadable("sent a malformed chunk") }
        phase = .chunkSize
        return .incomplete
    }

    /// Trailers are read and dropped: nothing in them can matter to a sender of webhooks.
    private mutating func parse(trailer line: Span<UInt8>) -> Verdict {
        if line.isEmpty {
            phase = .finished
            return .incomplete
        }
        fieldsRead += 1
        guard fieldsRead <= headerFields else { return unreadable("sent too many trailers") }
        return .incomplete
    }

    private mutating func cutOff() {
        phase = .finished
        isTruncated = true
        allowsReuse = false
    }

    /// What cannot be read fails the exchange before the head is complete, and cuts the body off after.
    private mutating func unreadable(_ fault: String, _ code: AttemptFailure.Code = .malformedResponse) -> Verdict {
        guard isHeadComplete else { return .invalid(code, fault) }
        cutOff()
        return .complete
    }
}
