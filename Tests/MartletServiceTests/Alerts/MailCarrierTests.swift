import MartletCore
import MartletStore
import MartletTesting
import Testing

@testable import MartletService

struct MailCarrierTests {
    private func put(_ count: Int = 1, in scene: ServiceScene) async throws -> [AlertMail] {
        let now = scene.clock.now()
        let mails = (0..<count).map { index in
            AlertMail(
                id: scene.context.identifiers.next(at: now), environment: scene.live.id,
                recipient: "\(index)@example.com", subject: "S", text: "T\n", createdAt: now, dueAt: now)
        }
        for mail in mails { try await scene.store.putMail(mail) }
        return mails
    }

    private func waiting(in scene: ServiceScene) async throws -> [AlertMail] {
        try await scene.store.dueMails(by: scene.clock.now() + .seconds(365 * 86_400), limit: 1000)
    }

    @Test func whatIsTakenIsGone() async throws {
        let post = NotingPostman()
        let scene = try await ServiceScene(post: post)
        let mail = try await put(in: scene)[0]

        try await MailCarrier(scene.context).carry()
        try await MailCarrier(scene.context).carry()

        #expect(post.letters == [Letter(recipient: "0@example.com", subject: "S", text: "T\n", name: "\(mail.id)")])
        #expect(try await waiting(in: scene).isEmpty)
        await scene.stop()
    }

    @Test func whatIsNotTakenIsTriedAgainLaterEachTimeAndGivenUpAfterADay() async throws {
        let post = NotingPostman()
        post.refuse(PostFailure("451 later"))
        let scene = try await ServiceScene(post: post)
        _ = try await put(in: scene)
        let carrier = MailCarrier(scene.context)
        var delays: [Duration] = []

        while let mail = try await waiting(in: scene).first, delays.count < 100 {
            scene.clock.advance(by: max(.zero, mail.dueAt.since(scene.clock.now())))
            try await carrier.carry()
            if let next = try await waiting(in: scene).first { delays.append(next.dueAt.since(scene.clock.now())) }
        }

        let usual: [Int64] = [30, 60, 120, 240, 480, 960, 1920]
        #expect(delays.prefix(7) == usual.map { Duration.seconds($0) }[...])
        #expect(delays.dropFirst(7).allSatisfy { $0 == .seconds(3600) })
        #expect(delays.reduce(.zero, +) >= .seconds(86_400))
        #expect(delays.reduce(.zero, +) < .seconds(86_400 + 3600))
        await scene.stop()
    }

    @Test func whatNobodyWillEverTakeIsGivenUp() async throws {
        let post = NotingPostman()
        post.refuse(PostFailure("550 no such user", isPermanent: true))
        let scene = try await ServiceScene(post: post)
        _ = try await put(in: scene)

        try await MailCarrier(scene.context).carry()

        #expect(try await waiting(in: scene).isEmpty)
        await scene.stop()
    }

    @Test func withoutAPostmanItWaits() async throws {
        let scene = try await ServiceScene()
        _ = try await put(in: scene)

        try await MailCarrier(scene.context).carry()

        #expect(try await waiting(in: scene).map(\.tries) == [1])
        await scene.stop()
    }

    @Test func aRoundTakesAtMostSoManyAndTheRestLater() async throws {
        let post = NotingPostman()
        let scene = try await ServiceScene(post: post)
        _ = try await put(MailCarrier.round + 5, in: scene)

        try await MailCarrier(scene.context).carry()
        let first = post.letters.count
        try await MailCarrier(scene.context).carry()

        #expect(first == MailCarrier.round)
        #expect(post.letters.count == MailCarrier.round + 5)
        await scene.stop()
    }
}
