import Testing

/// What arrived at a capture, webhook by webhook and event by event.
struct Arrivals {
    private var bodies: [Key: [[UInt8]]] = [:]

    private struct Key: Hashable {
        let path: String
        let id: String
    }

    init(_ requests: [Captured]) {
        for request in requests {
            bodies[Key(path: request.path, id: request["webhook-id"] ?? "none"), default: []].append(request.body)
        }
    }

    /// Arrivals beyond the first.
    var duplicates: Int { bodies.values.reduce(0) { $0 + $1.count - 1 } }

    /// Ids that arrived anywhere.
    var ids: Set<String> { Set(bodies.keys.map(\.id)) }

    /// The events that one of the paths did not get.
    func missing(of ids: some Sequence<String>, at paths: [String]) -> [String] {
        ids.filter { id in paths.contains { bodies[Key(path: $0, id: id)] == nil } }
    }

    /// The ids of events whose bodies were not the same bytes each time.
    var changed: [String] {
        var first: [String: [UInt8]] = [:]
        var changed: Set<String> = []
        for (key, bodies) in bodies {
            let expected = first[key.id] ?? bodies[0]
            first[key.id] = expected
            if !bodies.allSatisfy({ $0 == expected }) { changed.insert(key.id) }
        }
        return changed.sorted()
    }

    /// The number that each event carries, by id.
    func numbers() throws -> [String: Int] {
        var numbers: [String: Int] = [:]
        for (key, bodies) in bodies {
            let body = try JSON(parsing: bodies[0])
            #expect(body["id"].string == key.id)
            numbers[key.id] = body["data"]["number"].integer
        }
        return numbers
    }
}
