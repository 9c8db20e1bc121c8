import MartletCore

/// Bytes that came over the wire, as a page shows them: text where they are UTF-8, else in hexadecimal.
struct ByteText {
    /// The most bytes of text that are shown, and of other bytes.
    static let most = 64 << 10
    private static let mostDumped = 4096

    let text: String
    let isText: Bool
    /// How many bytes there are beyond what is shown.
    let left: Int

    init(_ bytes: ArraySlice<UInt8>) {
        var shown = bytes.prefix(Self.most)
        // A character that is cut in two makes no text of the rest.
        while shown.count < bytes.count, shown.count > Self.most - 4, String(validating: shown, as: UTF8.self) == nil {
            shown = shown.dropLast()
        }
        if let text = String(validating: shown, as: UTF8.self) {
            self.text = text
            isText = true
            left = bytes.count - shown.count
        } else {
            let dumped = bytes.prefix(Self.mostDumped)
            text = Self.dump(dumped)
            isText = false
            left = bytes.count - dumped.count
        }
    }

    /// Sixteen bytes a line: where, in hexadecimal, and as far as they are printable.
    private static func dump(_ bytes: ArraySlice<UInt8>) -> String {
        var lines: [String] = []
        var rest = bytes
        var offset = 0
        while !rest.isEmpty {
            let line = rest.prefix(16)
            let hex = line.map { hexadecimal(UInt32($0), width: 2) }.joined(separator: " ")
            let printable = String(
                decoding: line.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
            lines.append(
                hexadecimal(UInt32(offset), width: 6) + "  " + hex
                    + String(repeating: " ", count: (16 - line.count) * 3) + "  " + printable)
            offset += line.count
            rest = rest.dropFirst(16)
        }
        return lines.joined(separator: "\n")
    }

    private static func hexadecimal(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// What a template shows of a body: laid out where it is JSON, exact beside it.
    ///
    /// - Parameter isCut: whether there was more that was not kept.
    static func view(_ bytes: ArraySlice<UInt8>, isCut: Bool = false) -> View {
        let text = ByteText(bytes)
        let note: String? =
            if text.left > 0 {
                "The first \(Figures.bytes(bytes.count - text.left)) of \(Figures.bytes(bytes.count))."
            } else if isCut {
                "There was more; the first \(Figures.bytes(bytes.count)) were kept."
            } else {
                nil
            }
        return [
            "isEmpty": bytes.isEmpty, "exact": text.text, "isText": text.isText, "size": Figures.bytes(bytes.count),
            "pretty": bytes.first.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") } ?? false
                ? JSONMarkup.lines(bytes) : nil, "note": note,
        ]
    }

    static let template = Template(
        "body",
        """
        {{#isEmpty}}<p class="muted small">No body.</p>{{/isEmpty}}
        {{^isEmpty}}
        {{#pretty}}<pre class="code" tabindex="0">{{pretty}}</pre>
        <details class="more"><summary>Exact bytes ({{size}})</summary><pre class="code wrap" tabindex="0">{{exact}}</pre></details>{{/pretty}}
        {{^pretty}}<pre class="code wrap" tabindex="0">{{exact}}</pre>{{^isText}}<p class="muted small">Not UTF-8 text: shown in
          hexadecimal.</p>{{/isText}}{{/pretty}}
        {{#note}}<p class="muted small">{{note}}</p>{{/note}}
        {{/isEmpty}}
        """)
}
