import MartletTesting
import NIOCore
import Testing

@testable import MartletDelivery

struct DeadlineQueueTests {
    private func time(_ value: Int) -> NIODeadline { .uptimeNanoseconds(UInt64(value)) }

    @Test func aDeadlineMovedLaterIsKeptLater() {
        var queue = DeadlineQueue()
        let target = Timed()
        target.deadline = time(10)
        queue.note(target)

        target.deadline = time(20)
        let early = queue.popDue(time(15))
        let next = queue.next
        let due = queue.popDue(time(20))

        #expect(early == nil)
        #expect(next == time(20))
        #expect(due === target)
        #expect(queue.next == nil)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func theQueueBehavesAsAListOfDeadlinesDoes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var queue = DeadlineQueue()
        let targets = (0..<40).map { _ in Timed() }
        var queued: [ObjectIdentifier: Timed] = [:]
        var now = 0

        for _ in 0..<5000 {
            guard let target = targets.randomElement(using: &random) else { return }
            switch Int.random(in: 0...9, using: &random) {
            case 0...5:
                target.deadline = time(now + Int.random(in: 0...100, using: &random))
                queue.note(target)
                queued[ObjectIdentifier(target)] = target
            case 6:
                queue.remove(target)
                queued[ObjectIdentifier(target)] = nil
            default:
                now += Int.random(in: 0...30, using: &random)
                var due: Set<ObjectIdentifier> = []
                while let target = queue.popDue(time(now)) { due.insert(ObjectIdentifier(target)) }
                let expected = Set(queued.filter { $0.value.deadline <= time(now) }.keys)
                #expect(due == expected)
                for key in due { queued[key] = nil }
            }
            #expect((queue.next == nil) == queued.isEmpty)
        }
    }
}
