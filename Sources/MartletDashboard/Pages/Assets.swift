import Crypto
import MartletCore

/// The files that pages need, compiled into the program, so that one binary is all there is to install. Each has its
/// digest in its name: a browser keeps it for good, and fetches another when it changes.
struct Assets: Sendable {
    struct File: Sendable {
        let name: String
        let type: String
        let bytes: [UInt8]

        var path: String { "\(Dashboard.path)/assets/\(name)" }
    }

    let style: File
    let script: File
    let mark: File

    init() {
        style = Self.file("dashboard", "css", "text/css; charset=utf-8", PackageResources.dashboard_css)
        script = Self.file("dashboard", "js", "text/javascript; charset=utf-8", PackageResources.dashboard_js)
        mark = Self.file("mark", "svg", "image/svg+xml", Array(Mark.file.utf8))
    }

    subscript(name: String) -> File? { [style, script, mark].first { $0.name == name } }

    private static func file(_ name: String, _ suffix: String, _ type: String, _ bytes: [UInt8]) -> File {
        let digest = SHA256.hash(data: bytes).prefix(6).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        return File(name: "\(name).\(digest).\(suffix)", type: type, bytes: bytes)
    }
}

/// Martlet's mark: the swift of heraldry, which never lands.
enum Mark {
    /// Wings, body and forked tail, on 24 by 24 units.
    static let path =
        "M2 7.2c4.6.1 7.7 1.5 9.6 4.1C13 7.6 16.6 4.6 22 4c-2.6 1.6-4.2 3.6-5 6.1 1.300-.1 2.500.1 3.600.7"
        + "-1.800.3-3.100 1-4 2.100C15 14.900 12.800 16 10 16.100L6 20l.7-2.900L3.500 18l3.600-3.300"
        + "c.9-.8 1.500-1.500 1.900-2.200C7.600 9.900 5.300 8.200 2 7.200z"

    static let markup = Markup(
        trusted: #"<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=""# + path
            + #""/></svg>"#)

    static let file =
        ##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#3451d1"/>"##
        + ##"<path transform="translate(3 3) scale(.75)" fill="#fff" d=""## + path + #""/></svg>"#
}
