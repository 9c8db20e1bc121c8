import MartletCore
import MartletTesting
import Testing

@testable import MartletStore

struct RecordTests {
    private let environment = EnvironmentID(high: 1, low: 2)

    @Test func anEnvironmentOfTheFirstVersionKeepsWhatTheServiceKeeps() throws {
        let id = ApplicationID(high: 3, low: 4)
        let record = """
            {"profile":"standard","payload_form":"stable","requires_https":true,"default_application":"\(id)"}
            """

        let environment = try EnvironmentRecord.decode(Array(record.utf8), id: environment, name: "live")

        #expect(environment.retention == Retention())
        #expect(String(decoding: EnvironmentRecord.encode(environment), as: UTF8.self) == record)
    }

    @Test func anEnvironmentKeepsItsRetention() throws {
        var kept = Environment(
            id: environment, name: "live", profile: "standard", requiresHTTPS: true,
            defaultApplication: ApplicationID(high: 3, low: 4))
        for retention in [
            Retention(payloads: .seconds(60)), Retention(history: .seconds(90)),
            Retention(payloads: .zero, history: .milliseconds(1)),
        ] {
            kept.retention = retention

            let read = try EnvironmentRecord.decode(EnvironmentRecord.encode(kept), id: environment, name: "live")

            #expect(read == kept)
        }
    }
    private let now = Timestamp(milliseconds: 1_686_825_000_000)

    private func endpoint(_ record: String) throws(StoreError) -> Endpoint {
        try EndpointRecord.decode(
            Array(record.utf8), id: EndpointID(high: 3, low: 4), environment: environment,
            application: ApplicationID(high: 5, low: 6), inactivity: nil, secrets: SealedSecrets(current: []),
            createdAt: now, updatedAt: now)
    }

    private static let bare = """
        {"url":"https://example.com","events":["*"],"description":"","profile":null,"headers":[],\
        "max_in_flight":null,"retry":null,"timeout_ms":null,"success":null,"metadata":[]}
        """

    @Test func aRecordIsWrittenAsItHasAlwaysBeen() throws {
        let bare = try endpoint(Self.bare)
        var full = bare
        full.retry = RetryPolicy(delays: [.seconds(5)], window: .seconds(900), jitter: 0.1)
        full.success = .statuses([204, 200])
        full.timeout = .milliseconds(1500)
        full.headers = [HeaderField(name: "X-A", value: "1"), HeaderField(name: "X-A", value: "2")]

        // Files hold these texts: a change here needs a migration.
        #expect(String(decoding: EndpointRecord.encode(bare), as: UTF8.self) == Self.bare)
        #expect(
            String(decoding: EndpointRecord.encode(full), as: UTF8.self) == """
                {"url":"https://example.com","events":["*"],"description":"","profile":null,\
                "headers":[["X-A","1"],["X-A","2"]],"max_in_flight":null,\
                "retry":{"delays_ms":[5000],"window_ms":900000,"jitter":0.1},"timeout_ms":1500,"success":[200,204],\
                "metadata":[]}
                """)
        full.rateLimit = RateLimit(count: 50, per: .seconds(1), burst: 75)
        full.isOrdered = true
        full.filter = try PayloadFilter(["data.a": ["gte": .number("1e2")]])
        full.deactivate(.paused, at: now)
        full.activate(at: now + .seconds(9))
        #expect(
            String(decoding: EndpointRecord.encode(full), as: UTF8.self).hasSuffix(
                """
                "metadata":[],"filter":{"data.a":{"gte":1e2}},"rate_limit":{"count":50,"period_ms":1000,"burst":75},"ordered":true,\
                "deactivated_ms":1686825000000,"reactivated_ms":1686825009000}
                """))
        #expect(try endpoint(String(decoding: EndpointRecord.encode(full), as: UTF8.self)) == full)
        #expect(
            String(decoding: ProfileRecord.encode(.getequity), as: UTF8.self) == """
                {"envelope":"event","signature":{"scheme":"body","signature_header":"x-getequity-signature",\
                "timestamp_header":null,"id_header":null,"prefix":"","hash":"sha256","encoding":"base64",\
                "key_derivation":"utf8","tolerance_ms":300000},"success":[200],"timeout_ms":15000,\
                "retry":{"exponential":{"first_ms":5000,"factor":2,"longest_ms":120000},"window_ms":900000,"jitter":0}}
                """)
    }

    @Test(arguments: [
        ("", "damaged"),
        ("[]", "no object"),
        (bare.replacing(#""url":"https://example.com","#, with: ""), "\"url\""),
        (bare.replacing(#""url":"https://example.com""#, with: #""url":7"#), "\"url\""),
        (bare.replacing(#""events":["*"]"#, with: #""events":["*",1]"#), "\"events\""),
        (bare.replacing(#""headers":[]"#, with: #""headers":[["a"]]"#), "\"headers\""),
        (bare.replacing(#""retry":null"#, with: #""retry":{"delays_ms":[1],"jitter":0}"#), "\"window_ms\""),
        (
            bare.replacing(#""retry":null"#, with: #""retry":{"delays_ms":[1.5],"window_ms":null,"jitter":0}"#),
            "\"delays_ms\""
        ),
        (bare.replacing(#""retry":null"#, with: #""retry":[]"#), "no object"),
        (bare.replacing(#""success":null"#, with: #""success":"3xx""#), "\"success\""),
        (bare.replacing(#""metadata":[]"#, with: #""metadata":[],"colour":1"#), "\"colour\""),
        (bare.replacing(#""metadata":[]"#, with: #""metadata":[],"ordered":1"#), "\"ordered\""),
        (bare.replacing(#""metadata":[]"#, with: #""metadata":[],"filter":{"x":1}"#), "\"filter\""),
        (bare.replacing(#""metadata":[]"#, with: #""metadata":[],"deactivated_ms":"x""#), "\"deactivated_ms\""),
        (
            bare.replacing(
                #""metadata":[]"#, with: #""metadata":[],"rate_limit":{"count":0,"period_ms":1000,"burst":1}"#),
            "\"count\""
        ),
        (
            bare.replacing(
                #""metadata":[]"#, with: #""metadata":[],"rate_limit":{"count":1,"period_ms":0,"burst":1}"#),
            "\"period_ms\""
        ),
        (bare.replacing(#""metadata":[]"#, with: #""metadata":[],"url":"twice""#), "damaged"),
        (bare + " x", "damaged"),
    ])
    func aRecordOfAnotherFormIsCorruptAndNamed(_ record: String, _ culprit: String) {
        let error = #expect(throws: StoreError.self) { try endpoint(record) }

        #expect(error?.isCorrupt == true)
        #expect(error?.description.contains("endpoint \(EndpointID(high: 3, low: 4))") == true)
        #expect(error?.description.contains(culprit) == true, "\(error?.description ?? "")")
    }

    @Test func aStateThatNoVersionWroteIsCorrupt() {
        let id = DeliveryID(high: 1, low: 1)
        let pairs: [(Int64, String?)] = [
            (4, nil), (-1, nil), (0, "gone"), (1, "gone"), (2, nil), (2, "x"), (3, "gone"),
        ]

        for (code, reason) in pairs {
            let error = #expect(throws: StoreError.self) {
                try StoredState.state(code: code, at: now, reason: reason, of: id)
            }
            #expect(error?.isCorrupt == true)
            #expect(error?.description.contains(id.description) == true)
        }
    }

    @Test func headersThatAreCutShortAreCorrupt() throws {
        let fields = [HeaderField(name: "name", value: String(repeating: "ü", count: 100))]
        let bytes = HeaderRecord.encode(fields)

        #expect(try HeaderRecord.decode(bytes, of: "x") == fields)
        #expect(try HeaderRecord.decode([], of: "x") == [])
        for length in 1..<bytes.count {
            let error = #expect(throws: StoreError.self) {
                try HeaderRecord.decode(Array(bytes[..<length]), of: "attempt 7")
            }
            #expect(error?.isCorrupt == true)
            #expect(error?.description.contains("attempt 7") == true)
        }
        #expect(throws: StoreError.self) { try HeaderRecord.decode([1, 0xFF, 0], of: "x") }
    }

    @Test(arguments: 0..<200)
    func bytesAtRandomAreHeadersOrCorruptNeverATrap(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }

        if let fields = try? HeaderRecord.decode(bytes, of: "x") {
            #expect(try HeaderRecord.decode(HeaderRecord.encode(fields), of: "x") == fields)
        }
        if let histogram = try? LatencyRecord.decode(bytes, of: EndpointID(high: 0, low: 0)) {
            #expect(histogram.counts.count == LatencyHistogram.bucketCount)
        }
    }

    @Test func integersOfEveryLengthComeBack() {
        let values: [UInt64] = (0..<64).flatMap { [1 << $0, (1 << $0) - 1] } + [.max]
        for value in values {
            var bytes: [UInt8] = []
            VariableInteger.append(value, to: &bytes)
            var rest = bytes[...]

            #expect(VariableInteger.next(of: &rest) == value)
            #expect(rest.isEmpty)
        }
        var tooLong = (Array(repeating: UInt8(0xFF), count: 9) + [2])[...]
        #expect(VariableInteger.next(of: &tooLong) == nil)
    }

    @Test(arguments: [[], [0], [73], [0, 1, 72, 73]])
    func latenciesComeBackBucketByBucket(_ filled: [Int]) throws {
        var counts = Array(repeating: UInt32(0), count: LatencyHistogram.bucketCount)
        for index in filled { counts[index] = UInt32.max - UInt32(index) }
        let histogram = LatencyHistogram(counts: counts)

        let bytes = LatencyRecord.encode(histogram)

        #expect(try LatencyRecord.decode(bytes, of: EndpointID(high: 0, low: 0)) == histogram)
        #expect(bytes.count <= filled.count * 6)
    }

    @Test func identifiersComeBackInOrder() throws {
        let ids = [EventID(high: .max, low: 1), EventID(high: 0x0102_0304_0506_0708, low: .max)]

        let bytes = IdentifierRecord.encode(ids)

        #expect(Array(bytes[16..<24]) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try IdentifierRecord.decode(bytes, of: "x") == ids)
        #expect(throws: StoreError.self) {
            let _: [EventID] = try IdentifierRecord.decode(Array(bytes.dropLast()), of: "x")
        }
    }

    @Test func anHourBeginsAtItsFullHourAlsoBeforeTheEpoch() {
        let hour: Int64 = 3_600_000

        #expect(Timestamp(milliseconds: hour * 7 + 1).startOfHour == Timestamp(milliseconds: hour * 7))
        #expect(Timestamp(milliseconds: hour * 7).startOfHour == Timestamp(milliseconds: hour * 7))
        #expect(Timestamp(milliseconds: -1).startOfHour == Timestamp(milliseconds: -hour))
    }
}
