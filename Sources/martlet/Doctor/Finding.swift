/// What a check found.
struct Finding: Sendable, Hashable {
    enum Level: String, Sendable, Comparable, CaseIterable {
        /// As it should be.
        case ok
        /// It works, and may not for long or not as meant.
        case warn
        /// It does not work.
        case fail

        static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warn: 1
            case .fail: 2
            }
        }
    }

    var level: Level
    /// What was checked: `data directory`.
    var subject: String
    /// What was found.
    var detail: String
    /// How to mend it; `nil` where nothing needs mending.
    var remedy: String?

    static func ok(_ subject: String, _ detail: String) -> Self {
        Self(level: .ok, subject: subject, detail: detail, remedy: nil)
    }

    static func warn(_ subject: String, _ detail: String, _ remedy: String) -> Self {
        Self(level: .warn, subject: subject, detail: detail, remedy: remedy)
    }

    static func fail(_ subject: String, _ detail: String, _ remedy: String) -> Self {
        Self(level: .fail, subject: subject, detail: detail, remedy: remedy)
    }
}
