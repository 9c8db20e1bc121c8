import MartletCore

/// The colours of a platform's own pages, made from the one that it gave: darker or lighter by as much as makes text
/// readable (WCAG 2.2, success criterion 1.4.3), whatever that colour is.
struct BrandColours: Sendable, Hashable {
    /// A colour of sRGB, its parts from 0 to 1.
    struct Colour: Sendable, Hashable {
        var red: Double
        var green: Double
        var blue: Double

        static let white = Colour(red: 1, green: 1, blue: 1)
        static let black = Colour(red: 0, green: 0, blue: 0)

        init(red: Double, green: Double, blue: Double) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        /// - Parameter hex: six hexadecimal digits.
        init?(hex: some StringProtocol) {
            guard hex.utf8.count == 6, hex.allSatisfy(\.isHexDigit), let value = UInt32(hex, radix: 16) else {
                return nil
            }
            func part(_ shift: UInt32) -> Double { Double(value >> shift & 255) / 255 }
            self.init(red: part(16), green: part(8), blue: part(0))
        }

        var hex: String {
            [red, green, blue].map { part in
                let byte = Int((part * 255).rounded())
                return String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
        }

        /// So much of another colour mixed in, from 0 to 1.
        func mixed(with other: Colour, _ share: Double) -> Colour {
            Colour(
                red: red + (other.red - red) * share, green: green + (other.green - green) * share,
                blue: blue + (other.blue - blue) * share)
        }

        /// The relative luminance (WCAG 2.2).
        private var luminance: Double {
            func linear(_ part: Double) -> Double {
                part <= 0.04045 ? part / 12.92 : Self.power((part + 0.055) / 1.055)
            }
            return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        }

        /// A number from 0 to 1 to the power of 2.4: its square times the fifth root of that, which is found by Newton's way.
        private static func power(_ base: Double) -> Double {
            let square = base * base
            var root = 1.0
            for _ in 0..<40 { root -= (root - square / (root * root * root * root)) / 5 }
            return square * root
        }

        /// The contrast ratio (WCAG 2.2): from 1 to 21.
        func contrast(to other: Colour) -> Double {
            let (one, two) = (luminance, other.luminance)
            return (max(one, two) + 0.05) / (min(one, two) + 0.05)
        }

        /// The nearest mixture with `other` that has this contrast to a ground.
        func readable(on ground: Colour, towards other: Colour, _ ratio: Double) -> Colour {
            for step in 0...50 {
                let colour = mixed(with: other, Double(step) / 50)
                // What is written is rounded, and may lose a little.
                if Colour(hex: colour.hex)?.contrast(to: ground) ?? 0 >= ratio { return colour }
            }
            return other
        }
    }

    /// As it was given.
    let given: Colour

    init?(hex: String) {
        guard hex.hasPrefix("#"), let given = Colour(hex: hex.dropFirst()) else { return nil }
        self.given = given
    }

    /// White text stands on it.
    var accent: Colour { given.readable(on: .white, towards: .black, 4.5) }
    /// Text on light grounds, the darkest of which is this.
    var textOnLight: Colour { given.readable(on: Self.lightGround, towards: .black, 4.5) }
    /// Text on dark grounds, the lightest of which is this.
    var textOnDark: Colour { given.readable(on: Self.darkGround, towards: .white, 4.5) }

    static let lightGround = Colour(red: 0.953, green: 0.957, blue: 0.965)
    static let darkGround = Colour(red: 0.125, green: 0.145, blue: 0.175)

    /// What stands over the dashboard's own tokens.
    var style: String {
        let hover = accent.mixed(with: .black, 0.14)
        let softLight = given.mixed(with: .white, 0.9)
        let softDark = given.mixed(with: Colour(red: 0.08, green: 0.09, blue: 0.11), 0.82)
        return """
            :root {
              --accent: #\(accent.hex);
              --accent-hover: #\(hover.hex);
              --accent-text: light-dark(#\(textOnLight.hex), #\(textOnDark.hex));
              --accent-soft: light-dark(#\(softLight.hex), #\(softDark.hex));
            }

            """
    }

    // MARK: As a file

    private static let beginning = "brand-1."
    private static let end = ".css"

    /// Where the style is. Its name says all that it is made of, so that a browser may keep it for good.
    var path: String { "\(Dashboard.path)/assets/\(Self.beginning)\(given.hex)\(Self.end)" }

    init?(fileName: String) {
        guard fileName.hasPrefix(Self.beginning), fileName.hasSuffix(Self.end),
            let given = Colour(hex: fileName.dropFirst(Self.beginning.count).dropLast(Self.end.count))
        else { return nil }
        self.given = given
    }
}
