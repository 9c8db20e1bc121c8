import Glibc

/// Colours, for terminals alone.
struct Style: Sendable {
    enum Colour: String, Sendable {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    let isColoured: Bool

    /// Colours where `descriptor` is a terminal and nobody objects by `NO_COLOR` (https://no-color.org).
    init(for descriptor: Int32 = STDOUT_FILENO) {
        let isRefused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        isColoured = Console.isTerminal(descriptor) && !isRefused
    }

    init(isColoured: Bool) { self.isColoured = isColoured }

    func callAsFunction(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
