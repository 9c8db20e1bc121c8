import Foundation
import MartletCore
import Testing

@testable import martlet

@Suite struct ListenJournalTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path + "/listen.ndjson"
    }

    private func key(_ number: Int) -> ListenedAttempt.Key { ListenedAttempt.Key(delivery: "dlv_1", number: number) }

    private func result(_ number: Int, body: Int = 2) -> ForwardResult {
        let response = AttemptResponse(
            status: 201, headers: [HeaderField(name: "X", value: "é")], body: [UInt8](repeating: 0xFF, count: body),
            isTruncated: false)
        return ForwardResult(
            key(number), AttemptOutcome(result: .response(response), timing: AttemptTiming(total: 1), address: nil))
    }

    @Test func whatIsNotDoneIsThereAfterAKill() throws {
        var journal = try ListenJournal(path: path)
        for number in 1...3 { try journal.begun(key(number)) }
        for number in 2...3 { try journal.answered(result(number)) }
        try journal.done(key(3))

        let left = try ListenJournal(path: path).left

        #expect(left.map(\.key) == [key(1), key(2)])
        #expect(left[0].failure == ListenJournal.cutOff)
        #expect(left[1].status == 201)
        #expect(left[1].answer == result(2).answer)
    }

    @Test func anAnswerIsThereAgainHoweverOftenItIsOpened() throws {
        var journal = try ListenJournal(path: path)
        try journal.begun(key(1))
        _ = try ListenJournal(path: path)

        let left = try ListenJournal(path: path).left

        #expect(left.map(\.key) == [key(1)])
        #expect(left[0].failure == ListenJournal.cutOff)
    }

    @Test func aLineThatWasCutOffIsPassedOver() throws {
        var journal = try ListenJournal(path: path)
        try journal.begun(key(1))
        try journal.answered(result(1))
        let whole = try Data(contentsOf: URL(filePath: path))
        try (whole + Data(#"{"done":{"delivery":"dlv_1","number":1}}"#.utf8)).write(to: URL(filePath: path))

        let left = try ListenJournal(path: path).left

        #expect(left == [ForwardResult(answer: try JSONValue(parsing: result(1).answer))])
    }

    @Test func whatIsDoneTakesNoRoom() throws {
        var journal = try ListenJournal(path: path)
        for number in 1...120 {
            try journal.begun(key(number))
            try journal.answered(result(number, body: 60 << 10))
            try journal.done(key(number))
        }

        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)

        #expect(size < 5 << 20)
        #expect(try ListenJournal(path: path).left.isEmpty)
    }

    @Test func aPlaceThatCannotBeWrittenIsSaid() {
        #expect(throws: CommandFailure.self) { try ListenJournal(path: "/proc/listen.ndjson") }
    }
}
