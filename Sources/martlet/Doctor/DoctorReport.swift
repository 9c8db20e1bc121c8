import MartletCore

/// What `martlet doctor` says.
struct DoctorReport: Sendable {
    /// A setting as it is in force.
    struct InForce: Sendable {
        var name: String
        var value: String
        var source: SettingSource
    }

    var findings: [Finding]
    var settings: [InForce]

    /// The worst that was found.
    var level: Finding.Level { findings.map(\.level).max() ?? .ok }

    func text(_ style: Style) -> String {
        var lines: [String] = []
        let width = findings.map(\.subject.count).max() ?? 0
        for finding in findings {
            let colour: Style.Colour =
                switch finding.level {
                case .ok: .green
                case .warn: .yellow
                case .fail: .red
                }
            lines.append(
                "\(style(Self.padded(finding.level.rawValue, 4), colour))  \(Self.padded(finding.subject, width))  "
                    + finding.detail)
            if let remedy = finding.remedy { lines.append(String(repeating: " ", count: width + 8) + remedy) }
        }
        guard !settings.isEmpty else { return lines.joined(separator: "\n") }
        lines += ["", style("Settings in force", .bold)]
        let names = settings.map(\.name.count).max() ?? 0
        let values = min(40, settings.map(\.value.count).max() ?? 0)
        for setting in settings {
            lines.append(
                "\(Self.padded(setting.name, names))  \(Self.padded(setting.value, values))  "
                    + style(setting.source.name, .dim))
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("status", level.rawValue)
            writer.array("checks") { writer in
                for finding in findings {
                    writer.object { writer in
                        writer.field("subject", finding.subject)
                        writer.field("status", finding.level.rawValue)
                        writer.field("detail", finding.detail)
                        writer.field("remedy", finding.remedy)
                    }
                }
            }
            writer.array("settings") { writer in
                for setting in settings {
                    writer.object { writer in
                        writer.field("name", setting.name)
                        writer.field("value", setting.value)
                        writer.field("source", setting.source.name)
                    }
                }
            }
        }
        return writer.text
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension DoctorReport.InForce {
    /// The settings that `serve` works with, secrets not shown.
    static func all(_ settings: Settings) -> [Self] {
        SettingTable.serving.map { setting in
            guard let found = settings.found(setting) else {
                return Self(name: setting.key, value: "-", source: .fallback)
            }
            return Self(
                name: setting.key, value: setting.isSecret ? "(set)" : found.texts.joined(separator: ", "),
                source: found.source)
        }
    }
}
