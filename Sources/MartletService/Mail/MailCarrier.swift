import Logging
import MartletCore
import MartletStore

/// Sends the messages that wait in the store, and tries again those that nobody took. A message is sent twice only where a
/// process dies between the sending and the noting, or is stopped while a mail server is slow to take it.
public struct MailCarrier: Sendable {
    /// How many messages one round sends.
    static let round = 20
    static let interval = Duration.seconds(2)
    /// For how long a message is tried.
    static let lifetime = Duration.seconds(86_400)
    static let firstDelay = Duration.seconds(30)
    static let longestDelay = Duration.seconds(3600)

    private let context: ServiceContext
    private let pause: @Sendable (Duration) async -> Void

    /// - Parameter pause: waits; ends early where its task is cancelled.
    public init(
        _ context: ServiceContext,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.context = context
        self.pause = pause
    }

    /// Sends what is due until its task is cancelled.
    public func run() async {
        var hasComplained = false
        while !Task.isCancelled {
            do throws(ServiceError) {
                if context.node.has(.alerts) { try await carry() }
                hasComplained = false
            } catch {
                if !hasComplained { context.log.warning("e-mail waits", metadata: ["error": "\(error.detail)"]) }
                hasComplained = true
            }
            await pause(Self.interval)
        }
    }

    /// Sends what is due by now, ``round`` messages at the most.
    public func carry() async throws(ServiceError) {
        let mails = try await context.stored { () async throws(StoreError) in
            try await context.store.dueMails(by: context.time.now(), limit: Self.round)
        }
        for mail in mails where !Task.isCancelled { try await carry(mail) }
    }

    private func carry(_ mail: AlertMail) async throws(ServiceError) {
        let failure: PostFailure?
        do throws(PostFailure) {
            guard let post = context.post else {
                throw PostFailure("This server sends no e-mail: --smtp-url is not set.")
            }
            try await post.send(
                Letter(recipient: mail.recipient, subject: mail.subject, text: mail.text, name: mail.id.description))
            failure = nil
        } catch {
            failure = error
        }
        let now = context.time.now()
        try await context.stored { () async throws(StoreError) in
            guard let failure, !failure.isPermanent, now.since(mail.createdAt) < Self.lifetime else {
                if let failure {
                    context.log.error(
                        "e-mail was given up", metadata: ["mail": "\(mail.id)", "error": "\(failure.message)"])
                }
                return try await context.store.deleteMail(mail.id)
            }
            if mail.tries == 0 {
                context.log.warning(
                    "e-mail was not taken; it is tried again",
                    metadata: ["mail": "\(mail.id)", "error": "\(failure.message)"])
            }
            var waiting = mail
            waiting.tries += 1
            waiting.dueAt = now + min(Self.longestDelay, Self.firstDelay * (1 << min(mail.tries, 10)))
            try await context.store.putMail(waiting)
        }
    }
}
