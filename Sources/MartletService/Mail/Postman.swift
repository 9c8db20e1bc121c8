/// Hands e-mail over to whoever carries it.
public protocol Postman: Sendable {
    /// Returns once somebody else has taken charge of the letter.
    func send(_ letter: Letter) async throws(PostFailure)
}

/// A message to one person, in plain text.
public struct Letter: Sendable, Hashable {
    /// An address that ``EmailAddress`` takes.
    public var recipient: String
    /// One line.
    public var subject: String
    /// Lines ended by `\n`.
    public var text: String
    /// Names the message, and is the same each time it is tried: it becomes part of its `Message-ID`.
    public var name: String

    public init(recipient: String, subject: String, text: String, name: String) {
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.name = name
    }
}

/// Why a letter was not taken.
public struct PostFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What happened, in a sentence.
    public var message: String
    /// Whether it would be the same another time.
    public var isPermanent: Bool

    public init(_ message: String, isPermanent: Bool = false) {
        self.message = message
        self.isPermanent = isPermanent
    }

    public var description: String { message }
}
