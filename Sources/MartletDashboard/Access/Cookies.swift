import HTTPTypes
import HummingbirdCore
import MartletCore

/// Cookies (RFC 6265).
enum Cookies {
    /// The value of the first cookie of that name.
    static func value(of name: String, in request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                if pair.hasPrefix(name + "=") { return String(pair.dropFirst(name.utf8.count + 1)) }
            }
        }
        return nil
    }

    /// A `Set-Cookie` for all pages, which scripts cannot read and other sites' forms do not send.
    ///
    /// - Parameter value: of letters, digits, dots and hyphens.
    static func setting(_ name: String, to value: String, lifetime: Duration, isSecure: Bool) -> String {
        "\(name)=\(value); Path=/; Max-Age=\(lifetime.wholeMilliseconds / 1000); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }
}
