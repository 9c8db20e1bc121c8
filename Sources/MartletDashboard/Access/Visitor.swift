import Crypto
import HummingbirdCore

/// A browser in which nobody has signed in: told by a random cookie of its own, from which the token is made that its
/// forms carry. Without it, another site could sign people in as somebody whom they are not.
struct Visitor {
    let cookie: String
    let token: String

    init(of request: Request, isSecure: Bool) {
        var text = Self.text(of: request, isSecure) ?? ""
        if text.utf8.count != 32 {
            var system = SystemRandomNumberGenerator()
            text = (0..<32).map { _ in String(Int.random(in: 0..<16, using: &system), radix: 16) }.joined()
        }
        cookie = Cookies.setting(Self.name(isSecure), to: text, lifetime: .seconds(3600), isSecure: isSecure)
        token = Gate.token(for: text)
    }

    /// Whether a form's token is the one that this browser was given.
    static func proves(_ token: String, _ request: Request, isSecure: Bool) -> Bool {
        guard let text = text(of: request, isSecure), text.utf8.count == 32 else { return false }
        return token == Gate.token(for: text)
    }

    private static func text(of request: Request, _ isSecure: Bool) -> String? {
        Cookies.value(of: name(isSecure), in: request).flatMap { text in
            text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } ? text : nil
        }
    }

    private static func name(_ isSecure: Bool) -> String { isSecure ? "__Host-martlet_visitor" : "martlet_visitor" }
}
