import Foundation
import MartletCore

/// The lines of `ssrf.tsv`: a URL, what must become of it, and where.
struct EgressCorpus {
    struct Line: CustomStringConvertible {
        var isAllowed: Bool
        var url: String
        var stage: String
        var reason: String
        /// What a stub resolver answers, one list for each time it is asked.
        var answers: [[IPAddress]]
        var description: String { "\(url) (\(stage): \(reason))" }
    }

    struct Malformed: Error {
        var line: String
    }

    var lines: [Line]

    static func load() throws -> EgressCorpus {
        let text = try String(contentsOf: Corpora.url("ssrf", "tsv"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return EgressCorpus(lines: try lines.map(line))
    }

    static func lines(_ stages: String...) -> [Line] {
        // An empty list would make every test over it pass, so the loading has a test of its own.
        ((try? load())?.lines ?? []).filter { stages.contains($0.stage) }
    }

    private static func line(_ text: Substring) throws -> Line {
        var fields = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 4 else { throw Malformed(line: String(text)) }
        if fields.last == "escape=c" {
            fields[1] = fields[1].replacing("\\r", with: "\r").replacing("\\n", with: "\n")
                .replacing("\\x00", with: "\0")
        }
        let dns = fields.first { $0.hasPrefix("dns=") }
        return Line(
            isAllowed: fields[0] == "allow",
            url: fields[1].replacing("<sp>", with: " "),
            stage: fields[2],
            reason: fields[3],
            answers: dns.map(answers) ?? [])
    }

    /// `dns=A=1.2.3.4 AAAA=::1`, or several of them after labels: `dns=first:A=… ttl=0; then:A=…`.
    private static func answers(_ text: String) -> [[IPAddress]] {
        text.dropFirst("dns=".count).split(separator: ";").map { answer in
            answer.split(separator: " ").compactMap { record in
                guard let range = record.range(of: "A=") else { return nil }
                let name = record[..<range.lowerBound].split(separator: ":").last ?? ""
                guard ["", "AAA", "first", "then", "at-create", "at-delivery"].contains(name) else { return nil }
                return IPAddress(record[range.upperBound...])
            }
        }
    }
}
