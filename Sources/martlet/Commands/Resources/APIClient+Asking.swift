import MartletCore
import NIOHTTP1

extension APIClient {
    /// Asks, and gives the answer's JSON; an empty object where it has no body.
    ///
    /// - Throws: ``CommandFailure`` with the API's own sentence where it refuses.
    func asked(_ method: HTTPMethod, _ path: String, body: [UInt8]? = nil) async throws -> JSONValue {
        let answer = try await send(method, path, body: body)
        guard answer.isSuccess else { throw Problem.failure(answer, of: self) }
        guard !answer.body.isEmpty else { return .object([]) }
        do {
            return try JSONValue(parsing: answer.body)
        } catch {
            throw CommandFailure("\(url) answered something that is not JSON. Look at --url.")
        }
    }
}

extension APIOptions {
    /// Prints an answer: as it is, or laid out for people.
    func show(_ answer: JSONValue) {
        Console.print(json ? String(decoding: answer.bytes, as: UTF8.self) : Outline.text(answer))
    }
}
