/// Something that can be set by a flag, by an environment variable or in `martlet.yaml`, each under its own spelling of
/// one name: `--data-dir`, `MARTLET_DATA_DIR`, `data_dir`.
protocol SettingFacts: Sendable {
    /// The name in `martlet.yaml`. A point leads into a section: `sink.status` is `status` in `sink`.
    var key: String { get }
    /// What it is for, as the beginning of a line in `--help`.
    var summary: String { get }
    /// What stands for the value in `--help`.
    var placeholder: String { get }
    /// The value when nobody sets one, as text.
    var fallback: String? { get }
    /// Whether the value must not be shown. It may then stand in a file that `…_file` names.
    var isSecret: Bool { get }
    /// Whether it takes several values: a flag that may be repeated, commas in a variable, a list in the file.
    var isList: Bool { get }
    /// The flag without its two hyphens.
    var flagName: String { get }
}

extension SettingFacts {
    var flag: String { "--" + flagName }
    var variable: String { Self.variable(key) }
    /// The key under which a file with the secret is named.
    var fileKey: String { key + "_file" }
    var fileVariable: String { Self.variable(fileKey) }

    static func variable(_ key: String) -> String {
        "MARTLET_" + String(key.uppercased().map { $0 == "." ? "_" : $0 })
    }

    /// The name as it was spelt where the value comes from.
    func spelling(in source: SettingSource, file: String?) -> String {
        switch source {
        case .flag: flag
        case .environment: variable
        case .file: "\(key) in \(file ?? "martlet.yaml")"
        case .fallback: key
        }
    }
}

/// A setting whose text stands for a `Value`.
struct Setting<Value: Sendable>: SettingFacts {
    let key: String
    let summary: String
    let placeholder: String
    let fallback: String?
    let isSecret: Bool
    let isList: Bool
    let flagName: String
    /// Reads the texts that were given: one, unless it ``isList``.
    let parse: @Sendable ([String]) throws(SettingComplaint) -> Value

    /// - Parameter flag: the flag's name, where it is not made of the key: without its section, with hyphens.
    init(
        _ key: String, _ summary: String, placeholder: String, fallback: String? = nil, isSecret: Bool = false,
        flag: String? = nil, parse: @escaping @Sendable (String) throws(SettingComplaint) -> Value
    ) {
        self.key = key
        self.summary = summary
        self.placeholder = placeholder
        self.fallback = fallback
        self.isSecret = isSecret
        isList = false
        flagName = flag ?? Self.flagName(key)
        self.parse = { texts throws(SettingComplaint) in
            guard let text = texts.first, texts.count == 1 else { throw SettingComplaint("Give one value.") }
            return try parse(text)
        }
    }

    /// A setting that takes several values.
    init<Element>(
        list key: String, _ summary: String, placeholder: String, flag: String? = nil,
        parse: @escaping @Sendable (String) throws(SettingComplaint) -> Element
    ) where Value == [Element] {
        self.key = key
        self.summary = summary
        self.placeholder = placeholder
        fallback = nil
        isSecret = false
        isList = true
        flagName = flag ?? Self.flagName(key)
        self.parse = { texts throws(SettingComplaint) in
            try texts.map { text throws(SettingComplaint) in try parse(text) }
        }
    }

    private static func flagName(_ key: String) -> String {
        let name = key.split(separator: ".").last ?? ""
        return String(name.map { $0 == "_" ? "-" : $0 })
    }
}

/// Why a text is not a setting's value, and what would be.
struct SettingComplaint: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
