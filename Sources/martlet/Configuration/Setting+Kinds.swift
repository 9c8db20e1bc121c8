import MartletCore

extension Setting where Value == String {
    /// Any text but the empty one.
    static func text(
        _ key: String, _ summary: String, placeholder: String, fallback: String? = nil, isSecret: Bool = false,
        flag: String? = nil
    ) -> Self {
        Setting(
            key, summary, placeholder: placeholder, fallback: fallback, isSecret: isSecret, flag: flag
        ) { text throws(SettingComplaint) in
            guard !text.isEmpty else { throw SettingComplaint("Give a value, or leave it out.") }
            return text
        }
    }
}

extension Setting where Value == Bool {
    /// Yes or no: a flag that `--no-…` turns round.
    static func switching(_ key: String, _ summary: String, fallback: Bool?) -> Self {
        Setting(
            key, summary, placeholder: "", fallback: fallback.map(String.init)
        ) { text throws(SettingComplaint) in
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: throw SettingComplaint("Give true or false.")
            }
        }
    }
}

extension Setting where Value == Int {
    /// A whole number within bounds.
    static func number(
        _ key: String, _ summary: String, in range: ClosedRange<Int>, fallback: Int?
    ) -> Self {
        Setting(
            key, summary, placeholder: "number", fallback: fallback.map(String.init)
        ) { text throws(SettingComplaint) in
            guard let number = Int(text), range.contains(number) else {
                throw SettingComplaint("Give a whole number from \(range.lowerBound) to \(range.upperBound).")
            }
            return number
        }
    }

    /// A number of bytes within bounds.
    static func size(
        _ key: String, _ summary: String, in range: ClosedRange<Int>, fallback: Int?
    ) -> Self {
        Setting(
            key, summary, placeholder: "size", fallback: fallback.map { ByteText.text($0) }
        ) { text throws(SettingComplaint) in
            guard let bytes = ByteText.bytes(text), range.contains(bytes) else {
                throw SettingComplaint(
                    "Give a size from \(ByteText.text(range.lowerBound)) to \(ByteText.text(range.upperBound)), such as "
                        + "512KiB or 64MiB.")
            }
            return bytes
        }
    }
}

extension Setting where Value == Duration {
    /// A duration within bounds.
    static func duration(
        _ key: String, _ summary: String, in range: ClosedRange<Duration>, fallback: Duration?
    ) -> Self {
        Setting(
            key, summary, placeholder: "duration", fallback: fallback?.text
        ) { text throws(SettingComplaint) in
            guard let duration = Duration(text: text), range.contains(duration) else {
                throw SettingComplaint(
                    "Give a duration from \(range.lowerBound.text) to \(range.upperBound.text), such as 500ms, 30s or 5m."
                )
            }
            return duration
        }
    }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few names.
    static func choice(_ key: String, _ summary: String, fallback: Value?) -> Self {
        let names = Value.allCases.map(\.rawValue)
        return Setting(
            key, summary, placeholder: names.joined(separator: "|"), fallback: fallback?.rawValue
        ) { text throws(SettingComplaint) in
            guard let value = Value(rawValue: text) else {
                throw SettingComplaint("Give one of \(names.joined(separator: ", ")).")
            }
            return value
        }
    }
}
