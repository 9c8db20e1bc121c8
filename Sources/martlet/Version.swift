/// This version of Martlet, by Semantic Versioning 2.0. It stands in `User-Agent: Martlet/VERSION` too.
enum Version {
    static let current = "0.1.0"
}
