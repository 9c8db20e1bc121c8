import Logging
import MartletCore

/// Writes a line an occurrence to the standard error: a sentence and its metadata for people, or a JSON object.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let style: Style
    private let time: any TimeSource
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - label: what part of the program speaks.
    ///   - write: takes a line with its line feed.
    init(
        label: String, level: Logger.Level, format: LogFormat, style: Style = Style(isColoured: false),
        time: any TimeSource, write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        logLevel = level
        self.format = format
        self.style = style
        self.time = time
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        let fields = all.map { ($0.key, SecretMask.masked("\($0.value)")) }.sorted { $0.0 < $1.0 }
        let message = SecretMask.masked("\(event.message)")
        let error = event.error.map { SecretMask.masked("\($0)") }
        switch format {
        case .text: write(text(event.level, message, fields, error))
        case .json: write(json(event.level, message, fields, error))
        }
    }

    private func text(
        _ level: Logger.Level, _ message: String, _ fields: [(String, String)], _ error: String?
    ) -> String {
        let colour: Style.Colour? =
            switch level {
            case .critical, .error: .red
            case .warning: .yellow
            default: nil
            }
        let name = level.rawValue
        let padded = name + String(repeating: " ", count: max(0, 8 - name.count))
        var line = style(time.now().rfc3339, .dim) + " " + (colour.map { style(padded, $0) } ?? padded) + " "
        line += "\(label): \(Self.printable(message))"
        for (key, value) in fields { line += style(" \(key)=", .dim) + Self.quoted(value) }
        if let error, !fields.contains(where: { $0.0 == "error" }) {
            line += style(" error=", .dim) + Self.quoted(error)
        }
        return line + "\n"
    }

    private func json(
        _ level: Logger.Level, _ message: String, _ fields: [(String, String)], _ error: String?
    ) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("time", time.now().rfc3339)
            writer.field("level", level.rawValue)
            writer.field("label", label)
            writer.field("message", message)
            for (key, value) in fields {
                // A field of this name would hide one of ours.
                writer.key(escaping: Self.taken.contains(key) ? key + "_" : key)
                writer.string(value)
            }
            if let error, !fields.contains(where: { $0.0 == "error" }) { writer.field("error", error) }
        }
        writer.endLine()
        return writer.text
    }

    private static let taken: Set = ["time", "level", "label", "message"]

    /// What comes from outside must not move the cursor or begin a line of its own.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 < 0x7F }
        guard !isPlain else { return value }
        var writer = JSONWriter()
        writer.string(value)
        return writer.text
    }
}
