import Foundation

/// The files of cases that pin behaviour, shared by the rooms' tests.
enum Corpora {
    struct Missing: Error {
        var name: String
    }

    static func url(_ name: String, _ ext: String) throws -> URL {
        guard let url = Bundle.module.url(forResource: name, withExtension: ext, subdirectory: "Corpora") else {
            throw Missing(name: "\(name).\(ext)")
        }
        return url
    }
}
