import Glibc
import MartletStore
import Synchronization

/// A terminal that a command has to itself: its other screen, and each key as it is pressed.
final class Terminal: Sendable {
    private let before = Mutex<termios?>(nil)

    /// Takes the terminal over, until ``leave()``.
    func enter() {
        before.withLock { before in
            var settings = termios()
            guard before == nil, tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
            before = settings
            // Signals stay: Ctrl-C ends the command as it ends any other. A stopped one would leave the screen as it is.
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
            settings.c_iflag &= ~tcflag_t(IXON)
            withUnsafeMutableBytes(of: &settings.c_cc) { $0[Int(VSUSP)] = 0 }
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
            Console.write("\u{1B}[?1049h\u{1B}[?25l", to: STDOUT_FILENO)
        }
    }

    /// Gives it back as it was. May be called again.
    func leave() {
        before.withLock { before in
            guard var settings = before else { return }
            before = nil
            Console.write("\u{1B}[?25h\u{1B}[?1049l", to: STDOUT_FILENO)
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        }
    }

    /// How many columns and lines it has.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Shows these lines and nothing else.
    func show(_ lines: [String]) {
        let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        Console.write("\u{1B}[H" + text + "\u{1B}[J", to: STDOUT_FILENO)
    }

    /// The keys, as they are pressed. A thread waits for them as long as the process lives.
    func keys() -> AsyncStream<Key> {
        let (keys, source) = AsyncStream<Key>.makeStream(bufferingPolicy: .bufferingOldest(256))
        _ = startThread("keys") {
            var bytes = [UInt8](repeating: 0, count: 256)
            while true {
                let count = read(STDIN_FILENO, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return source.finish() }
                for key in Key.reading(bytes[..<count]) { source.yield(key) }
            }
        }
        return keys
    }
}
