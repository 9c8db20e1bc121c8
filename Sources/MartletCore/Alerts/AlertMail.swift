/// A message that is to be sent by e-mail, and how far that is.
public struct AlertMail: Sendable, Hashable {
    public let id: MailID
    public let environment: EnvironmentID
    /// Each gets a message of its own.
    public let recipient: String
    public let subject: String
    /// Plain text, lines ended by `\n`.
    public let text: String
    public let createdAt: Timestamp
    /// When it is sent, or tried again.
    public var dueAt: Timestamp
    /// How often it was tried.
    public var tries: Int

    public init(
        id: MailID, environment: EnvironmentID, recipient: String, subject: String, text: String, createdAt: Timestamp,
        dueAt: Timestamp, tries: Int = 0
    ) {
        self.id = id
        self.environment = environment
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.tries = tries
    }
}
