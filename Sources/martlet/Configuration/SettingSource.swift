/// Where a setting's value comes from, the one that counts most first.
enum SettingSource: Int, Sendable, Comparable, CaseIterable {
    case flag
    case environment
    case file
    case fallback

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// As `doctor` names it.
    var name: String {
        switch self {
        case .flag: "flag"
        case .environment: "environment"
        case .file: "file"
        case .fallback: "default"
        }
    }
}
