import HTTPTypes

/// The paths that there are and the methods that each takes: what a request that fits no route is told by.
struct RoutePatterns: Sendable {
    private struct Pattern: Sendable {
        var segments: [Substring]
        var methods: [HTTPRequest.Method]

        func matches(_ path: [Substring]) -> Bool {
            path.count == segments.count && zip(path, segments).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
        }
    }

    private var patterns: [Pattern] = []

    init(_ operations: [Operation]) {
        for operation in operations {
            let segments = operation.path.split(separator: "/")
            if let index = patterns.firstIndex(where: { $0.segments == segments }) {
                patterns[index].methods.append(operation.method)
            } else {
                patterns.append(Pattern(segments: segments, methods: [operation.method]))
            }
        }
        // The router prefers a name that stands in the route to one that is caught.
        patterns.sort { Self.captures($0.segments) < Self.captures($1.segments) }
    }

    private static func captures(_ segments: [Substring]) -> Int { segments.count { $0.hasPrefix("{") } }

    /// What `Allow` lists for a path (RFC 9110, section 10.2.1); `nil` where there is nothing.
    func methods(at path: String) -> String? {
        let segments = path.split(separator: "/")
        guard let pattern = patterns.first(where: { $0.matches(segments) }) else { return nil }
        var names = pattern.methods.map(\.rawValue)
        if pattern.methods.contains(.get) { names.append("HEAD") }
        if !pattern.methods.contains(.options) { names.append("OPTIONS") }
        return names.sorted().joined(separator: ", ")
    }
}
