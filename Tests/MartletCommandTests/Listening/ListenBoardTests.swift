import MartletCore
import Testing

@testable import martlet

@Suite struct ListenBoardTests {
    private let style = Style(isColoured: false)
    private let time = Timestamp(milliseconds: 1_686_825_000_123)

    private func board() throws -> ListenBoard {
        ListenBoard(
            ListenIntroduction(
                place: ListenPlan.Place(id: "ep_1", url: "listen:laptop", events: ["order.*"]),
                receiver: try EndpointURL(parsing: "http://localhost:3000/webhook"), secret: nil))
    }

    private func attempt(_ number: Int, body: String = "{}") -> ListenedAttempt {
        ListenedAttempt(
            key: ListenedAttempt.Key(delivery: "dlv_\(number)", number: 1), event: "evt_\(number)",
            type: "order.created",
            headers: [HeaderField(name: "webhook-id", value: "evt_\(number)")], body: Array(body.utf8))
    }

    private func result(_ attempt: ListenedAttempt, _ status: Int) -> ForwardResult {
        let response = AttemptResponse(status: status, headers: [], body: Array("thanks".utf8), isTruncated: false)
        return ForwardResult(
            attempt.key,
            AttemptOutcome(result: .response(response), timing: AttemptTiming(total: 12_000), address: nil))
    }

    @Test func anAttemptIsARowFromItsBeginningToItsRecord() throws {
        var board = try board()
        let attempt = attempt(1)

        board.note(.listening, at: time)
        let empty = board.lines(width: 100, height: 12, style: style)
        board.note(.forwarding(attempt), at: time)
        let begun = board.lines(width: 100, height: 12, style: style)
        board.note(.forwarded(result(attempt, 200)), at: time)
        let answered = board.lines(width: 100, height: 12, style: style)
        board.note(.recorded(result(attempt, 200)), at: time)
        let recorded = board.lines(width: 100, height: 12, style: style)

        #expect(empty[0] == "listen:laptop → http://localhost:3000/webhook")
        #expect(empty[2] == "listening")
        #expect(empty.contains("Nothing has come yet."))
        #expect(begun[6] == "▸ 10:30:00.123  …                     order.created  evt_1")
        #expect(answered[6] == "▸ 10:30:00.123  200 (kept)        12  order.created  evt_1")
        #expect(recorded[6] == "▸ 10:30:00.123  200               12  order.created  evt_1")
        #expect(recorded[3].hasPrefix("1 forwarded: 1 taken, 0 refused, 0 unanswered"))
    }

    @Test(arguments: [(20, 5), (40, 10), (80, 24), (200, 60), (1, 1)])
    func itFitsTheScreen(width: Int, height: Int) throws {
        var board = try board()
        for number in 1...50 { board.note(.forwarding(attempt(number)), at: time) }
        for _ in 0..<30 { _ = board.press(.down, height: height) }

        let table = board.lines(width: width, height: height, style: style)
        _ = board.press(.enter, height: height)
        let details = board.lines(width: width, height: height, style: style)

        for lines in [table, details] {
            #expect(lines.count <= max(height, 2))
            #expect(lines.allSatisfy { $0.count <= width })
        }
        if height >= 10 { #expect(table.contains { $0.hasPrefix("▸") }) }
    }

    @Test func theChosenRowStaysChosenWhenMoreCome() throws {
        var board = try board()
        for number in 1...3 { board.note(.forwarding(attempt(number)), at: time) }
        _ = board.press(.down, height: 24)

        board.note(.forwarding(attempt(4)), at: time)

        #expect(board.press(.character("r"), height: 24) == .replay(event: "evt_2"))
        _ = board.press(.home, height: 24)
        board.note(.forwarding(attempt(5)), at: time)
        #expect(board.press(.character("r"), height: 24) == .replay(event: "evt_5"))
    }

    @Test func theDetailsShowRequestAndAnswer() throws {
        var board = try board()
        let attempt = attempt(1, body: "{\"a\":\"\u{1B}[2J\"}")
        board.note(.forwarding(attempt), at: time)
        board.note(.forwarded(result(attempt, 500)), at: time)

        _ = board.press(.character("d"), height: 40)
        let lines = board.lines(width: 100, height: 40, style: style)
        _ = board.press(.escape, height: 40)

        #expect(lines.contains("webhook-id: evt_1"))
        #expect(lines.contains("{\"a\":\"\u{FFFD}[2J\"}"))
        #expect(lines.contains("500 in 12 ms"))
        #expect(lines.contains("thanks"))
        #expect(board.lines(width: 100, height: 40, style: style)[6].hasPrefix("▸"))
    }

    @Test func aLongPayloadIsShownWhole() throws {
        var board = try board()
        board.note(.forwarding(attempt(1, body: String(repeating: "0123456789", count: 7))), at: time)

        _ = board.press(.character("d"), height: 40)
        let lines = board.lines(width: 32, height: 40, style: style)

        #expect(lines.contains("01234567890123456789012345678901"))
        #expect(lines.contains("23456789012345678901234567890123"))
        #expect(lines.contains("456789"))
    }

    @Test func qQuitsAndAnEmptyBoardReplaysNothing() throws {
        var board = try board()

        #expect(board.press(.character("r"), height: 24) == nil)
        #expect(board.press(.character("d"), height: 24) == nil)
        #expect(board.press(.character("q"), height: 24) == .quit)
    }

    @Test func theOldestGoWhenThereAreTooMany() throws {
        var board = try board()

        for number in 1...250 { board.note(.forwarding(attempt(number)), at: time) }

        #expect(board.rows.count == 200)
        #expect(board.rows.last?.attempt.event == "evt_51")
    }

    @Test(
        arguments: [
            ("q", [.character("q")]), ("\u{1B}[A\u{1B}OB", [.up, .down]), ("\u{1B}", [.escape]),
            ("\u{1B}[5~\u{1B}[6~\u{1B}[1;5A", [.pageUp, .pageDown, .up]), ("\r\n", [.enter, .enter]),
            ("\u{1B}[H\u{1B}[4~\u{1B}[24~x", [.home, .end, .character("x")]), ("\u{1}", []), ("\u{1B}[", []),
        ] as [(String, [Key])])
    func keysAreReadAsTerminalsSendThem(sent: String, keys: [Key]) {
        #expect(Key.reading(Array(sent.utf8)) == keys)
    }
}
