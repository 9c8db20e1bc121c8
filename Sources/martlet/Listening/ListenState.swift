import Glibc

/// What a listener keeps on this machine of one webhook, which one listener at a time has.
final class ListenState: Sendable {
    let journal: ListenJournal
    private let lock: ProcessLock

    /// - Parameter directory: `nil` for the user's own.
    init(directory: String?, webhook: String) throws(CommandFailure) {
        let place: DataDirectory
        if let directory {
            place = DataDirectory(path: directory)
        } else {
            place = DataDirectory(path: try Self.usual())
        }
        do throws(CommandFailure) {
            try place.create()
        } catch {
            throw CommandFailure("\(error)".replacing("--data-dir", with: "--state-dir"))
        }
        let path = "\(place.path)/listen-\(webhook)"
        lock = try ProcessLock.take("\(path).lock", on: "\(webhook) here", other: "--name")
        journal = try ListenJournal(path: "\(path).ndjson")
    }

    /// As the XDG base directory specification has it.
    private static func usual() throws(CommandFailure) -> String {
        if let state = getenv("XDG_STATE_HOME").map({ String(cString: $0) }), state.hasPrefix("/") {
            return state + "/martlet"
        }
        guard let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") else {
            throw CommandFailure.usage("There is no HOME to keep answers in. Give --state-dir.")
        }
        return home + "/.local/state/martlet"
    }
}
