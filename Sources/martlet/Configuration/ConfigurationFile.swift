import Configuration
import MartletCore
import Synchronization

/// `martlet.yaml`, or the file that was named in its place.
struct ConfigurationFile: Sendable {
    let path: String
    let provider: any ConfigProvider
    /// The profiles of its own that it has.
    let profiles: [Profile]

    private static let longest = 1 << 20

    /// Reads the file.
    ///
    /// - Parameter name: the file that was asked for; `nil` for `martlet.yaml`, where there is one.
    /// - Returns: `nil` where there is no file, or nothing in it.
    /// - Throws: ``CommandFailure`` where a file that was asked for is missing, cannot be read, is no YAML, or has a key
    ///   that no setting and no profile has.
    static func read(named name: String?) async throws(CommandFailure) -> ConfigurationFile? {
        let path = name ?? SettingTable.config.fallback ?? "martlet.yaml"
        let text: [UInt8]
        do throws(TextFile.Failure) {
            text = try TextFile.read(path, atMost: longest)
        } catch {
            if name == nil, error.isMissing { return nil }
            throw .usage(error.description)
        }
        // A file in which every line is commented out is no mapping, and nothing is wrong with it.
        guard hasContent(text) else { return nil }

        let keys = KeyList()
        let provider: FileProvider<YAMLSnapshot>
        do {
            // Asked about every key that the file has, and so the way to know them.
            let secrets = SecretsSpecifier<String, Void>.dynamic { key, _ in
                keys.append(key)
                return SettingTable.all.contains { $0.isSecret && $0.key == key }
            }
            provider = try await FileProvider(
                snapshotType: YAMLSnapshot.self,
                parsingOptions: YAMLSnapshot.ParsingOptions(secretsSpecifier: secrets),
                config: ConfigReader(
                    provider: InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)])))
        } catch {
            throw .usage("\(path) is no YAML that settings can be read from: \(oneLine("\(error)"))")
        }
        try refuseUnknown(keys.all, in: path)
        let profiles = try await ProfileSections.read(keys.all, from: provider, file: path)
        return ConfigurationFile(path: path, provider: provider, profiles: profiles)
    }

    private static func refuseUnknown(_ keys: [String], in path: String) throws(CommandFailure) {
        // A file cannot name itself.
        let known = SettingTable.all.filter { $0.key != SettingTable.config.key }.flatMap {
            $0.isSecret ? [$0.key, $0.fileKey] : [$0.key]
        }
        for key in keys.sorted() where !known.contains(key) && !key.hasPrefix(ProfileSections.lead) {
            let suggestion =
                Suggestion.nearest(to: key, among: known + ["profiles"]).map { " Did you mean \($0)?" } ?? ""
            throw .usage("\(path) has an unknown key \(key).\(suggestion)")
        }
    }

    private static func hasContent(_ text: [UInt8]) -> Bool {
        text.split(separator: 0x0A).contains { line in
            let rest = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            return !rest.isEmpty && rest.first != UInt8(ascii: "#") && !rest.elementsEqual("---".utf8)
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private final class KeyList: Sendable {
        private let keys = Mutex<[String]>([])
        var all: [String] { keys.withLock { $0 } }
        func append(_ key: String) { keys.withLock { $0.append(key) } }
    }
}
