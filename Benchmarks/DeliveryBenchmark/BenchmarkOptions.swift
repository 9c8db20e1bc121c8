/// What to measure, from `--name value` pairs.
struct BenchmarkOptions: Sendable {
    var binary = ".build/release/martlet"
    var events = 20_000
    var bytes = 500
    var connections = 32
    var batches = [1, 100]
    /// `postgres://…`; the embedded store unless it is given.
    var store: String?
    /// The process of the store's server, whose time and whose children's is told too.
    var storeProcess: Int32?

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst()
        while let name = rest.popFirst(), let value = rest.popFirst() {
            switch name {
            case "--binary": binary = value
            case "--events": events = Int(value) ?? events
            case "--bytes": bytes = max(100, Int(value) ?? bytes)
            case "--connections": connections = Int(value) ?? connections
            case "--batches": batches = value.split(separator: ",").compactMap { Int($0) }
            case "--store": store = value
            case "--store-process": storeProcess = Int32(value)
            default: preconditionFailure("unknown option \(name)")
            }
        }
    }
}
