import MartletCore

/// What an environment may show itself as.
enum CustomerPagesRules {
    /// The longest logo, as a URL: a `data:` URL travels in every page.
    static let longestLogo = 64 << 10
    static let mostAncestors = 20

    /// Notes what is not acceptable, named as the API spells it.
    static func check(_ pages: CustomerPages, into fields: inout [ServiceError.Field]) {
        func note(_ name: String, _ message: String) { fields.append(.init("pages.\(name)", message)) }
        if let name = pages.name, !(1...100).contains(name.utf8.count) || !isPrintable(name) {
            note("name", "Give 1 to 100 bytes without control characters, or null.")
        }
        if let colour = pages.colour, !isColour(colour) { note("colour", "Give a colour such as #3451d1, or null.") }
        if let logo = pages.logo, !isLogo(logo) {
            note(
                "logo",
                "Give an https URL, or data:image/… in base64 of at most \(longestLogo / 1024) KiB, or null.")
        }
        if let support = pages.support, !isSupport(support) {
            note("support", "Give an e-mail address or an http(s) URL, or null.")
        }
        if pages.frameAncestors.count > mostAncestors {
            note("frame_ancestors", "At most \(mostAncestors) are taken.")
        }
        for (index, origin) in pages.frameAncestors.enumerated() where !isOrigin(origin) {
            note(
                "frame_ancestors[\(index)]",
                "Give an origin such as https://app.example.com or https://*.example.com: no path, no quotes.")
        }
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    private static func isColour(_ text: String) -> Bool {
        text.utf8.count == 7 && text.hasPrefix("#") && text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private static func isLogo(_ text: String) -> Bool {
        guard text.utf8.count <= longestLogo, isBare(text) else { return false }
        if let rest = text.dropped("data:image/") {
            let parts = rest.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, ["png", "jpeg", "gif", "webp", "svg+xml"].contains(String(parts[0])),
                let data = String(parts[1]).dropped("base64,")
            else { return false }
            return !data.isEmpty
                && data.utf8.allSatisfy { byte in
                    Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
                        || [UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "=")].contains(byte)
                }
        }
        guard text.utf8.count <= 2000, let rest = text.dropped("https://") else { return false }
        return isHost(String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }), wildcards: false)
    }

    private static func isSupport(_ text: String) -> Bool {
        guard text.utf8.count <= 500, isBare(text) else { return false }
        for scheme in ["https://", "http://"] {
            if let rest = text.dropped(scheme) { return !rest.isEmpty }
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(":")
    }

    private static func isOrigin(_ text: String) -> Bool {
        for scheme in ["https://", "http://"] {
            if let rest = text.dropped(scheme) { return isHost(rest, wildcards: true) }
        }
        return false
    }

    /// A host, with a port where there is one; with `*.` in front where that is allowed (CSP Level 3, section 2.3.1).
    private static func isHost(_ text: String, wildcards: Bool) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 260 else { return false }
        if parts.count == 2, UInt16(parts[1]) == nil { return false }
        let host = wildcards ? String(parts[0]).dropped("*.") ?? String(parts[0]) : String(parts[0])
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        }
    }

    /// Visible ASCII that stands in an attribute and in a header without a second meaning.
    private static func isBare(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#""'<>\`"#.utf8.contains($0) }
    }
}

extension String {
    /// What stands after a beginning; `nil` where it begins otherwise.
    fileprivate func dropped(_ beginning: String) -> String? {
        hasPrefix(beginning) ? String(dropFirst(beginning.count)) : nil
    }
}
