/// How the event of an inbound request gets its type.
///
/// Senders write theirs in many ways: `Push Hook`, `orders/create`, `zen:event-type:user.created`. Subscriptions match
/// dotted names (``EventTypeName``), so the sender's own is spelt as one: `push_hook`, `orders.create`,
/// `zen.event-type.user.created`.
public struct EventTyping: Sendable, Hashable {
    /// What stands in front of every type: `github` makes `github.push`; nothing when empty.
    public var prefix: String
    /// The type of an event whose sender names none.
    public var fallback: String

    public init(prefix: String = "", fallback: String = "webhook.received") {
        self.prefix = prefix
        self.fallback = fallback
    }

    /// The type of an event.
    ///
    /// - Parameter sent: What the sender calls it; `nil` where it says nothing.
    /// - Returns: A valid name, cut to ``EventTypeName/maximumLength`` bytes at a segment's end where it would be longer.
    public func type(of sent: String?) -> String {
        let name = sent.map(Self.spelt).flatMap { $0.isEmpty ? nil : $0 } ?? fallback
        return Self.cut(prefix.isEmpty ? name : "\(prefix).\(name)")
    }

    /// A sender's name as a dotted one: `/`, `:` and white space between words part segments or join words, what else is
    /// not allowed becomes `_`, and no segment is empty.
    private static func spelt(_ sent: String) -> String {
        var name: [UInt8] = []
        for byte in sent.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                name.append(byte)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                name.append(byte)
            case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"):
                if let last = name.last, last != UInt8(ascii: ".") { name.append(UInt8(ascii: ".")) }
            default:
                if let last = name.last, last != UInt8(ascii: "."), last != UInt8(ascii: "_") {
                    name.append(UInt8(ascii: "_"))
                }
            }
        }
        while let last = name.last, last == UInt8(ascii: ".") || last == UInt8(ascii: "_") { name.removeLast() }
        // Words apart are a title, `Push Hook`, whose capitals say nothing; `orderCreated` keeps its own.
        if sent.utf8.contains(0x20) { return String(decoding: name, as: UTF8.self).lowercased() }
        return String(decoding: name, as: UTF8.self)
    }

    private static func cut(_ name: String) -> String {
        guard name.utf8.count > EventTypeName.maximumLength else { return name }
        let head = name.prefix(EventTypeName.maximumLength)
        if let dot = head.lastIndex(of: ".") { return String(head[..<dot]) }
        return String(head)
    }
}
