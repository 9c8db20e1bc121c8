import Foundation
import Testing
import WebhookSigning

/// `docs/presets.md` says of each preset what the preset does.
@Suite struct PresetDocumentationTests {
    private static let page = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "../../../docs/presets.md")

    /// Values for the parameters that have to be given, as the page shows them.
    private static let shown: [String: [String: String]] = [
        "paypal": ["webhook_id": "WEBHOOK-ID"], "hmac": ["header": "HEADER"], "ip": ["ranges": "RANGES"],
    ]

    @Test(arguments: WebhookPreset.names)
    func thePageHasThePresetAsItIs(name: String) throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)

        let row = try Self.row(name)
        #expect(page.contains(row), "Write into the table:\n\(row)")
        for parameter in try WebhookPreset.parameters(of: name) {
            let row = Self.row(name, parameter)
            #expect(page.contains(row), "Write into the table of parameters:\n\(row)")
        }
    }

    @Test func theTablesHaveNothingElse() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let tables = try #require(page.split(separator: "## The presets").last)
        let rows = tables.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let parameters = try WebhookPreset.names.map { try WebhookPreset.parameters(of: $0).count }.reduce(0, +)

        #expect(rows.count == WebhookPreset.names.count + parameters)
    }

    static func row(_ name: String) throws -> String {
        let given = name == "ip" ? ["ranges": "192.0.2.0/24"] : shown[name] ?? [:]
        let preset = try WebhookPreset.named(name, parameters: given)
        let tolerance = preset.tolerance.map { "\($0.components.seconds) s" } ?? "–"
        let cells = [
            "`\(name)`", "[\(preset.title)](\(preset.documentation))",
            preset.checks.map(\.summary).joined(separator: "; and "),
            preset.secret ?? "–", tolerance, preset.eventID.map(\.name).joined(separator: ", or "),
            preset.eventType.map(\.name).joined(separator: ", or "),
            (preset.handshakes.map { "Handshake: \($0.summary)." } + [preset.note].compactMap { $0 }).joined(
                separator: " "),
        ]
        let isAddress = preset.documentation.hasPrefix("https://")
        return "| "
            + cells.enumerated().map { index, cell in
                let text = index == 1 && !isAddress ? "\(preset.title) (\(preset.documentation))" : cell
                return text.isEmpty ? "–" : text.replacingOccurrences(of: "|", with: "\\|")
            }
            .joined(separator: " | ") + " |"
    }

    static func row(_ name: String, _ parameter: PresetParameter) -> String {
        let fallback = parameter.fallback.map { $0.isEmpty ? "empty" : "`\($0)`" } ?? "must be given"
        return "| `\(name)` | `\(parameter.name)` | \(parameter.summary) | \(fallback) |"
    }
}
