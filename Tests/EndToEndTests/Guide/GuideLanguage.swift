import Foundation

/// A language that the guide has a whole program in, and how the program's first line says to start it.
struct GuideLanguage: Sendable {
    let key: String
    let file: String
    /// The program that runs it, by its name on the path.
    let tool: String
    /// What stands before the file.
    var arguments: [String] = []

    static let node = GuideLanguage(key: "node", file: "webhook.js", tool: "node")
    static let python = GuideLanguage(key: "python", file: "webhook.py", tool: "python3")
    static let php = GuideLanguage(key: "php", file: "webhook.php", tool: "php", arguments: ["-S", "127.0.0.1:0"])
    static let ruby = GuideLanguage(key: "ruby", file: "webhook.rb", tool: "ruby")
    static let go = GuideLanguage(key: "go", file: "webhook.go", tool: "go", arguments: ["run"])
    static let java = GuideLanguage(key: "java", file: "Webhook.java", tool: "java")

    /// Whether its toolchain is there.
    var isThere: Bool { (try? Repository.tool(tool)) != nil }

    /// The path of the program that runs it.
    func interpreter() throws -> String {
        // Its verification of public keys needs a package, as the program says.
        key == "python" ? try Repository.python() : try Repository.tool(tool)
    }

    /// The port that a line of what it prints names.
    static func port(in line: String) -> Int? {
        if line.hasPrefix("Listening on ") { return Int(line.dropFirst("Listening on ".count)) }
        guard let start = line.firstRange(of: "(http://127.0.0.1:")?.upperBound else { return nil }
        return Int(line[start...].prefix { $0.isNumber })
    }
}

/// A page of the guide as it was fetched.
struct GuidePage {
    let html: String

    /// The text of the first element with this id, as a reader copies it.
    func text(of id: String) -> String? {
        guard let start = html.firstRange(of: "id=\"\(id)\""), let open = html[start.upperBound...].firstIndex(of: ">"),
            let end = html[open...].firstRange(of: "</pre>")
        else { return nil }
        var text = String(html[html.index(after: open)..<end.lowerBound])
        for (name, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
            text = text.replacingOccurrences(of: name, with: character)
        }
        return text
    }
}
