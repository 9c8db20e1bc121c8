/// Where an endpoint of kind `listen` stands: a name in the place of a host, `listen:laptop`.
///
/// It names no address, so there is nothing that the address guard could refuse or that anybody could connect to.
public struct ListenPlace: Sendable, Hashable, CustomStringConvertible {
    /// 1 to 64 letters, digits, dots, dashes and underscores.
    public let name: String

    /// The most characters of a name.
    public static let longestName = 64
    private static let scheme = "listen:"

    /// `nil` where the text is no such place: see ``rule``.
    public init?(parsing text: String) {
        guard Self.isMeant(by: text) else { return nil }
        self.init(named: String(text.utf8.dropFirst(Self.scheme.utf8.count)) ?? "")
    }

    /// `nil` where this is no name.
    public init?(named name: String) {
        guard (1...Self.longestName).contains(name.utf8.count), name.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.name = name
    }

    /// Whether a text is meant as such a place, whether or not its name is one.
    public static func isMeant(by text: String) -> Bool { text.utf8.starts(with: scheme.utf8) }

    /// What a place looks like, for those who gave another.
    public static let rule =
        "A webhook that is listened to has a URL such as listen:laptop: a name of 1 to 64 letters, digits, dots, dashes "
        + "and underscores after the colon."

    public var description: String { Self.scheme + name }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
