import Configuration
import MartletCore

/// What every setting is in this run, and where its value comes from: a flag, else a variable, else `martlet.yaml`,
/// else the default.
struct Settings: Sendable {
    /// A setting as it was found.
    struct Found: Sendable, Hashable {
        /// One text, or several where the setting is a list.
        var texts: [String]
        var source: SettingSource
        /// The file that held the text, where the source names one instead.
        var secretFile: String?
    }

    private var found: [String: Found] = [:]
    /// The file that was read; `nil` where there is none.
    let file: String?
    /// The profiles that the file has beside the settings.
    let profiles: [Profile]
    /// The variables that begin with `MARTLET_` and are no setting's.
    let strangers: [String]

    /// Finds every setting.
    ///
    /// - Parameters:
    ///   - flags: the texts of the flags that were given, by key.
    ///   - environment: the variables of the process. Empty ones count as not given, as they come from templates that
    ///     had nothing to put in.
    /// - Throws: ``CommandFailure`` where a file cannot be read or has what no setting takes.
    init(flags: [String: [String]], environment: [String: String]) async throws {
        let environment = environment.filter { $0.key.hasPrefix("MARTLET_") && !$0.value.isEmpty }
        strangers = Self.strangers(in: environment)
        let file = try await ConfigurationFile.read(
            named: flags[SettingTable.config.key]?.first ?? environment[SettingTable.config.variable])
        self.file = file?.path
        profiles = file?.profiles ?? []

        // In the order of SettingSource, by which the trace tells who answered.
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: Self.values(flags)),
            EnvironmentVariablesProvider(environmentVariables: environment, secretsSpecifier: .all)
                .prefixKeys(with: "martlet"),
        ]
        if let file { providers.append(file.provider) }
        let trace = SourceTrace()
        let reader = ConfigReader(providers: providers, accessReporter: trace)
        for setting in SettingTable.all {
            found[setting.key] = try await Self.find(setting, in: reader, trace, file: file?.path)
        }
    }

    /// The setting as it was found, or its default; `nil` where there is neither.
    func found(_ setting: any SettingFacts) -> Found? {
        found[setting.key] ?? setting.fallback.map { Found(texts: [$0], source: .fallback) }
    }

    /// The value of a setting; `nil` where nobody set it and it has no default.
    ///
    /// - Throws: ``CommandFailure`` where the text is no value of it; it names whoever gave it.
    func value<Value>(of setting: Setting<Value>) throws(CommandFailure) -> Value? {
        guard let found = found(setting) else { return nil }
        do throws(SettingComplaint) {
            return try setting.parse(found.texts)
        } catch {
            let place = found.secretFile ?? setting.spelling(in: found.source, file: file)
            let text = setting.isSecret ? "" : " \(found.texts.joined(separator: ","))"
            throw .usage("\(place)\(text): \(error.message)")
        }
    }

    /// The value of a setting that has a default.
    subscript<Value>(setting: Setting<Value>) -> Value {
        get throws(CommandFailure) {
            guard let value = try value(of: setting) else {
                throw .usage("Give \(setting.flag), or set \(setting.variable).")
            }
            return value
        }
    }

    private static func values(_ flags: [String: [String]]) -> [AbsoluteConfigKey: ConfigValue] {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for setting in SettingTable.all {
            if let texts = flags[setting.key] {
                let content = setting.isList ? ConfigContent.stringArray(texts) : .string(texts[0])
                values[AbsoluteConfigKey(setting.key.components)] = ConfigValue(content, isSecret: setting.isSecret)
            }
            if setting.isSecret, let path = flags[setting.fileKey]?.first {
                values[AbsoluteConfigKey(setting.fileKey.components)] = ConfigValue(.string(path), isSecret: false)
            }
        }
        return values
    }

    private static func find(
        _ setting: any SettingFacts, in reader: ConfigReader, _ trace: SourceTrace, file: String?
    ) async throws -> Found? {
        do {
            let key = ConfigKey(setting.key.components)
            if setting.isList {
                return try await reader.fetchStringArray(forKey: key).map { Found(texts: $0, source: trace.last) }
            }
            let given = try await reader.fetchString(forKey: key, isSecret: setting.isSecret)
                .map { Found(texts: [$0], source: trace.last) }
            guard setting.isSecret,
                let path = try await reader.fetchString(forKey: ConfigKey(setting.fileKey.components)),
                trace.last <= given?.source ?? .fallback
            else { return given }
            guard trace.last != given?.source else {
                throw CommandFailure.usage(
                    "\(setting.spelling(in: trace.last, file: file)) is given twice, as itself and as the file "
                        + "\(path). Give one of them.")
            }
            let text = try SecretFile.read(path, for: setting)
            return Found(texts: [text], source: trace.last, secretFile: path)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            // All that is left to go wrong is a value of another shape in the file.
            let shape = setting.isList ? "a list" : "one value"
            throw CommandFailure.usage("\(setting.spelling(in: trace.last, file: file)): Give \(shape).")
        }
    }

    /// Variables that look like settings and are none. Kubernetes sets `MARTLET_PORT…` and `MARTLET_SERVICE_…` by itself
    /// where a service is called martlet.
    private static func strangers(in environment: [String: String]) -> [String] {
        let known = Set(SettingTable.all.flatMap { $0.isSecret ? [$0.variable, $0.fileVariable] : [$0.variable] })
        return environment.keys.filter { name in
            !known.contains(name) && !name.hasPrefix("MARTLET_PORT") && !name.hasPrefix("MARTLET_SERVICE_")
        }.sorted()
    }
}

extension String {
    /// A setting's key as swift-configuration takes it.
    fileprivate var components: [String] { split(separator: ".").map(String.init) }
}
