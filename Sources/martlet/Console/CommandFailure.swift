/// Why a command ends with another status than 0: one sentence for the standard error.
struct CommandFailure: Error, CustomStringConvertible {
    /// 1 where it failed, 2 where it was asked for wrongly.
    enum Status: Int32 {
        case failed = 1
        case usage = 2
    }

    let description: String
    let status: Status

    init(_ description: String, status: Status = .failed) {
        self.description = description
        self.status = status
    }

    /// It was asked for wrongly.
    static func usage(_ description: String) -> Self { Self(description, status: .usage) }
}
