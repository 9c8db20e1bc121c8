import Foundation
import WebhookSigning

/// What the files in `Vectors` hold.
enum Vectors {
    /// Published by the senders themselves; `source` says where.
    struct Published: Decodable {
        let preset: String
        let secret: String?
        let secretHex: String?
        let secretB64: String?
        let `private`: String?
        let `public`: String?
        let id: String?
        let timestamp: String?
        let body: String?
        let signed: String?
        let signature: String
        let signatureSecondary: String?
        let primary: String?
        let secondary: String?
        let privateJwkD: String?
        let method: String?
        let url: String?
        let form: [String: String]?

        /// The timestamp as the library takes it.
        var seconds: Int64? { timestamp.flatMap { Int64($0) } }
    }

    /// The headers that another implementation of the guides' formulas gives.
    struct Profiles: Decodable {
        struct Case: Decodable {
            let profile: String
            let secret: String
            let id: String
            let timestamp: Int64
            let body: String
            let headers: [String: String]
        }
        let cases: [Case]
    }

    /// RFC 4231 section 4, without the truncated case 5. Keys, data and codes in hex.
    struct RFC4231: Decodable {
        let name: String
        let key: String
        let data: String
        let sha256: String
        let sha512: String
    }

    static func load<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws -> Content {
        let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let url else { throw CocoaError(.fileNoSuchFile) }
        return try decoder.decode(type, from: Data(contentsOf: url))
    }

    static func published(_ preset: String) throws -> Published {
        guard let found = try allPublished(preset).first else { throw CocoaError(.fileReadCorruptFile) }
        return found
    }

    static func allPublished(_ preset: String) throws -> [Published] {
        try load("published", as: [Published].self).filter { $0.preset == preset }
    }

    /// Keys made for these tests and nothing else, in PEM.
    static func key(_ name: String) throws -> String {
        guard let key = try keys.get()[name] else { throw CocoaError(.fileReadCorruptFile) }
        return key
    }

    private static let keys = Result { try load("keys", as: [String: String].self) }
}
