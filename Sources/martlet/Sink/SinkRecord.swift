import MartletCore
import NIOHTTP1
import WebhookSigning

/// What a sink tells of a request.
struct SinkRecord: Sendable {
    let time: Timestamp
    let request: SinkRequest
    /// What came of its signature; `nil` where it was not checked.
    let verdict: VerificationResult?
    /// The status it is answered with; `nil` where it is not answered properly.
    let status: Int?
    /// What is done instead: `hang`.
    let manner: SinkBehaviour.Manner

    /// `10:30:00.123 POST /webhook order.created evt_… verified, 200`
    func text(_ style: Style) -> String {
        let clock = time.rfc3339.dropFirst(11).dropLast()
        var line = "\(style(String(clock), .dim)) \(Self.visible(request.head.method.rawValue)) "
        line += "\(Self.visible(request.head.uri)) \(Self.visible(request.type ?? "-")) "
        line += "\(Self.visible(request.id ?? "-")) "
        switch verdict {
        case nil: break
        case .valid?: line += style("verified", .green) + ", "
        case .invalid(let failure)?: line += style("NOT VERIFIED", .red) + " (\(failure.code)), "
        }
        line += outcome
        if let failure = verdict?.failure { line += "\n             \(failure)" }
        return line
    }

    private var outcome: String {
        switch manner {
        case .answer: status.map(String.init) ?? "-"
        case .hang: "left hanging"
        case .reset: "reset"
        case .drip: "\(status.map(String.init) ?? "-") by drips"
        }
    }

    /// One JSON object, for programs.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("time", time.rfc3339)
            writer.field("method", request.head.method.rawValue)
            writer.field("path", request.head.uri)
            writer.field("type", request.type)
            writer.field("id", request.id)
            writer.field("bytes", request.body.count)
            writer.field("status", status)
            writer.field("verified", verdict?.isValid)
            writer.field("code", verdict?.failure?.code)
            writer.field("reason", verdict?.failure?.description)
        }
        return writer.text
    }

    /// What a stranger sent must not move the cursor.
    private static func visible(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
    }
}
