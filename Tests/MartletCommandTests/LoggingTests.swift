import Logging
import MartletCore
import Synchronization
import Testing

@testable import martlet

/// What log lines look like, and what never stands in them.
@Suite struct LoggingTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func append(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct FixedTime: TimeSource {
        func now() -> Timestamp { Timestamp(milliseconds: 1_686_825_000_123) }
    }

    private func lines(
        _ format: LogFormat, level: Logger.Level = .info, _ body: (Logger) -> Void
    ) -> [String] {
        let lines = Lines()
        let logger = Logger(label: "test") { label in
            LineLogHandler(label: label, level: level, format: format, time: FixedTime()) { lines.append($0) }
        }
        body(logger)
        return lines.all
    }

    @Test func textIsALineForPeople() {
        let lines = lines(.text) { log in
            log.warning("it is late", metadata: ["b": "two words", "a": "1"])
        }

        #expect(lines == ["2023-06-15T10:30:00.123Z warning  test: it is late a=1 b=\"two words\"\n"])
    }

    @Test func jsonIsAnObjectALine() {
        let lines = lines(.json) { log in
            log.error("it \"failed\"\n", metadata: ["id": "evt_1", "level": "mine"])
        }

        #expect(
            lines == [
                #"{"time":"2023-06-15T10:30:00.123Z","level":"error","label":"test","message":"it \"failed\"\n","id":"evt_1","level_":"mine"}"#
                    + "\n"
            ])
    }

    @Test func whatComesFromOutsideStaysOnItsLine() {
        let lines = lines(.text) { log in
            log.info("one\ntwo\u{1B}[31m", metadata: ["k": "a\nb"])
        }

        #expect(lines == ["2023-06-15T10:30:00.123Z info     test: one two [31m k=\"a\\nb\"\n"])
    }

    @Test func whatIsBelowTheLevelIsNotWritten() {
        let lines = lines(.text, level: .warning) { log in
            log.info("quiet")
            log.warning("loud")
        }

        #expect(lines.count == 1)
    }

    @Test func metadataOfTheLoggerIsWrittenAndTheLinesOwnCountsMore() {
        let lines = lines(.json) { log in
            var log = log
            log[metadataKey: "a"] = "logger"
            log[metadataKey: "b"] = "logger"
            log.info("x", metadata: ["b": "line"])
        }

        #expect(lines[0].contains(#""a":"logger","b":"line""#))
    }

    @Test(arguments: [
        ("key mk_live_0123456789abcdef", "key mk_live_0123•••"), ("mk_test_0123", "mk_test_0123"),
        ("Authorization: Bearer mk_test_0123456789", "Authorization: Bearer mk_test_0123•••"),
        ("Bearer abc, next", "Bearer •••, next"), ("{\"secret\":\"whsec_abc+/=\"}", "{\"secret\":\"whsec_•••\"}"),
        ("whsk_x whsec_y", "whsk_••• whsec_•••"), ("nothing to hide", "nothing to hide"),
    ])
    func secretsAreMasked(text: String, masked: String) {
        let lines = lines(.json) { log in log.info("\(text)", metadata: ["value": "\(text)"]) }

        #expect(SecretMask.masked(text) == masked)
        #expect(text == masked || !lines[0].contains(text))
    }
}
