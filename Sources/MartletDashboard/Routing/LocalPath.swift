/// Paths that come in with a form or a URL, to go on to.
enum LocalPath {
    /// A path at or below `base`, or nothing: never another site, and never out of where one is.
    static func checked(_ path: String?, within base: String) -> String? {
        guard let path, path.utf8.count <= 2000, path == base || path.hasPrefix(base + "/"),
            path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return nil }
        return path
    }
}
