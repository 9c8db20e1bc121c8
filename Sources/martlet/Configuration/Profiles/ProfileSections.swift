import Configuration
import MartletCore

/// The profiles that a file has.
enum ProfileSections {
    /// What the keys of profiles begin with.
    static let lead = "profiles."

    /// Reads every profile among the keys, by name.
    static func read(
        _ keys: [String], from provider: some ConfigProvider, file: String
    ) async throws(CommandFailure) -> [Profile] {
        let reader = ConfigReader(provider: provider)
        var sections: [String: [String: ProfileSection.Value]] = [:]
        for key in keys where key.hasPrefix(lead) {
            let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 3 else {
                throw .usage("\(key) in \(file): Give the profile's settings below its name.")
            }
            sections[parts[1], default: [:]][parts[2...].joined(separator: ".")] = await value(of: parts, in: reader)
        }
        var profiles: [Profile] = []
        for (name, values) in sections.sorted(by: { $0.key < $1.key }) {
            profiles.append(try ProfileSection(name: name, values: values, file: file).profile())
        }
        return profiles
    }

    /// A reader is told what to expect, and a file is free in what it has.
    private static func value(of parts: [String], in reader: ConfigReader) async -> ProfileSection.Value? {
        let key = ConfigKey(parts)
        if let text = try? await reader.fetchString(forKey: key) { return .text(text) }
        return (try? await reader.fetchStringArray(forKey: key)).flatMap { $0.map(ProfileSection.Value.list) }
    }
}
