import Glibc
import Logging
import MartletCore
import MartletService

extension Logger {
    /// A logger that writes lines to the standard error.
    ///
    /// - Parameter format: `nil` for text on a terminal and JSON elsewhere.
    static func line(label: String, level: Logger.Level, format: LogFormat?) -> Logger {
        let isTerminal = Console.isTerminal(STDERR_FILENO)
        return Logger(label: label) { label in
            LineLogHandler(
                label: label, level: level, format: format ?? (isTerminal ? .text : .json),
                style: Style(for: STDERR_FILENO), time: WallClock()
            ) { Console.write($0, to: STDERR_FILENO) }
        }
    }
}
