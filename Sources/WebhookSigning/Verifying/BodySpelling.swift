/// Another way of writing the same body, as a program or a proxy on its way might have written it.
public enum BodySpelling: String, Sendable, Hashable, CaseIterable {
    /// With a line feed at the end.
    case finalNewlineAdded = "final-newline-added"
    /// Without the line break at the end.
    case finalNewlineRemoved = "final-newline-removed"
    /// With LF where this body has CRLF.
    case lineFeeds = "line-feeds"
    /// With CRLF where this body has LF.
    case carriageReturnsAdded = "carriage-returns-added"
    /// Without the byte order mark at the start.
    case byteOrderMarkRemoved = "byte-order-mark-removed"
    /// No body at all.
    case empty

    /// White space as here, escapes undone: `é` and `/`.
    case escapesUndone = "escapes-undone"
    /// White space as here, `\u00e9` for `é`.
    case escapedNonASCII = "escaped-non-ascii"
    /// White space as here, `\/` for `/`.
    case escapedSlashes = "escaped-slashes"
    /// White space as here, `\u00e9` for `é` and `\/` for `/`.
    case escapedNonASCIIAndSlashes = "escaped-non-ascii-and-slashes"

    /// Without white space, as `JSON.stringify` writes it.
    case minified
    /// Without white space, `\u00e9` for `é`.
    case minifiedEscapedNonASCII = "minified-escaped-non-ascii"
    /// Without white space, `\/` for `/`, as Foundation writes it.
    case minifiedEscapedSlashes = "minified-escaped-slashes"
    /// Without white space, `\u00e9` for `é` and `\/` for `/`, as PHP's `json_encode` writes it.
    case minifiedEscapedNonASCIIAndSlashes = "minified-escaped-non-ascii-and-slashes"
    /// Without white space, `\u003c` for `<`, as Go's `encoding/json` writes it.
    case minifiedEscapedHTML = "minified-escaped-html"

    /// With a space after commas and colons.
    case spaced
    /// With a space after commas and colons, `\u00e9` for `é`, as Python's `json.dumps` writes it.
    case spacedEscapedNonASCII = "spaced-escaped-non-ascii"

    /// Indented by two spaces.
    case indentedByTwo = "indented-by-two"
    /// Indented by four spaces.
    case indentedByFour = "indented-by-four"
    /// Indented by four spaces, `\u00e9` for `é`.
    case indentedByFourEscapedNonASCII = "indented-by-four-escaped-non-ascii"

    /// What the spelling is, to follow "the body".
    var phrase: String {
        switch self {
        case .finalNewlineAdded: "with a line feed at its end"
        case .finalNewlineRemoved: "without the line break at its end"
        case .lineFeeds: "with LF for its CRLF"
        case .carriageReturnsAdded: "with CRLF for its LF"
        case .byteOrderMarkRemoved: "without its byte order mark"
        case .empty: "left empty"
        case .escapesUndone: "with its escapes undone (é for \\u00e9, / for \\/)"
        case .escapedNonASCII: "with \\u escapes for what is not ASCII"
        case .escapedSlashes: "with \\/ for /"
        case .escapedNonASCIIAndSlashes: "with \\u escapes for what is not ASCII and \\/ for /"
        case .minified: "without white space, as JSON.stringify writes it"
        case .minifiedEscapedNonASCII: "without white space and with \\u escapes for what is not ASCII"
        case .minifiedEscapedSlashes: "without white space and with \\/ for /"
        case .minifiedEscapedNonASCIIAndSlashes: "as PHP's json_encode writes it (minified, \\u escapes, \\/ for /)"
        case .minifiedEscapedHTML: "as Go's encoding/json writes it (no white space, \\u003c for <)"
        case .spaced: "with a space after commas and colons"
        case .spacedEscapedNonASCII: "as Python's json.dumps writes it (a space after commas and colons, \\u escapes)"
        case .indentedByTwo: "indented by two spaces"
        case .indentedByFour: "indented by four spaces"
        case .indentedByFourEscapedNonASCII: "indented by four spaces and with \\u escapes for what is not ASCII"
        }
    }

    /// The body in this spelling; `nil` where that changes nothing, cannot be written, or is another spelling as well.
    func applied(to body: UnsafeRawBufferPointer, traits: JSONRespelling.Traits) -> [UInt8]? {
        let spelt: [UInt8]? =
            switch self {
            case .finalNewlineAdded: Array(body) + [UInt8(ascii: "\n")]
            case .finalNewlineRemoved: Self.withoutFinalNewline(body)
            case .lineFeeds: Self.withLineFeeds(body)
            case .carriageReturnsAdded: Self.withCarriageReturns(body)
            case .byteOrderMarkRemoved: body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(body.dropFirst(3)) : nil
            case .empty: []
            default: jsonWriting.flatMap { $0.canDiffer(on: traits) ? $0.rewritten(body) : nil }
            }
        guard let spelt, !spelt.elementsEqual(body) else { return nil }
        return spelt
    }

    private var jsonWriting: JSONRespelling? {
        switch self {
        case .finalNewlineAdded, .finalNewlineRemoved, .lineFeeds, .carriageReturnsAdded, .byteOrderMarkRemoved, .empty:
            nil
        case .escapesUndone: JSONRespelling(layout: .kept)
        case .escapedNonASCII: JSONRespelling(layout: .kept, escapesNonASCII: true)
        case .escapedSlashes: JSONRespelling(layout: .kept, escapesSlashes: true)
        case .escapedNonASCIIAndSlashes: JSONRespelling(layout: .kept, escapesNonASCII: true, escapesSlashes: true)
        case .minified: JSONRespelling(layout: .minified)
        case .minifiedEscapedNonASCII: JSONRespelling(layout: .minified, escapesNonASCII: true)
        case .minifiedEscapedSlashes: JSONRespelling(layout: .minified, escapesSlashes: true)
        case .minifiedEscapedNonASCIIAndSlashes:
            JSONRespelling(layout: .minified, escapesNonASCII: true, escapesSlashes: true)
        case .minifiedEscapedHTML: JSONRespelling(layout: .minified, escapesHTML: true)
        case .spaced: JSONRespelling(layout: .spaced)
        case .spacedEscapedNonASCII: JSONRespelling(layout: .spaced, escapesNonASCII: true)
        case .indentedByTwo: JSONRespelling(layout: .indented(2))
        case .indentedByFour: JSONRespelling(layout: .indented(4))
        case .indentedByFourEscapedNonASCII: JSONRespelling(layout: .indented(4), escapesNonASCII: true)
        }
    }

    private static func withoutFinalNewline(_ body: UnsafeRawBufferPointer) -> [UInt8]? {
        guard body.last == UInt8(ascii: "\n") else { return nil }
        let line = body.dropLast()
        return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }

    private static func withLineFeeds(_ body: UnsafeRawBufferPointer) -> [UInt8] {
        var spelt: [UInt8] = []
        spelt.reserveCapacity(body.count)
        for byte in body {
            if byte == UInt8(ascii: "\n"), spelt.last == UInt8(ascii: "\r") { spelt.removeLast() }
            spelt.append(byte)
        }
        return spelt
    }

    private static func withCarriageReturns(_ body: UnsafeRawBufferPointer) -> [UInt8] {
        var spelt: [UInt8] = []
        spelt.reserveCapacity(body.count + body.count / 16)
        for byte in body {
            if byte == UInt8(ascii: "\n"), spelt.last != UInt8(ascii: "\r") { spelt.append(UInt8(ascii: "\r")) }
            spelt.append(byte)
        }
        return spelt
    }
}
