import Testing
import WebhookSigning

/// Headers that nobody meant to send are refused and never crash the receiver.
@Suite struct HeaderGarbageTests {
    static let fragments = [
        "", " ", ",", "=", "v1", "v1,", "v1a,", "v1=", "t=", "t=1700000000", "1700000000", "t", "é", "\u{0}",
        "\u{FFFD}", "😀",
        "AAAA", "====", "deadbeef", "DEADBEEF", "-_", "sha256=", "9223372036854775808", "-1", "\r\n", ";", "\"", "%00",
        "v1,é",
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ]

    @Test(arguments: 1...8)
    func garbageIsRefusedUnderEveryProfile(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for profile in SignatureProfile.builtIn.map(\.profile) {
            let verifier = try Samples.verifier(profile)
            let right = try Samples.headers(profile)
            for round in 0..<60 {
                var headers = right
                let name = try #require(
                    [profile.signatureHeader, profile.signatureHeader, profile.timestampHeader, profile.idHeader]
                        .compactMap { $0 }.randomElement(using: &generator))
                let original = try #require(headers[name])
                let garbled = garble(original, using: &generator)
                headers[name] = garbled

                let result = verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp)

                // Some garbage is none: a list with the right signature left in it.
                if result.isValid {
                    let isHarmless = name == profile.signatureHeader && garbled.contains(core(of: original, profile))
                    #expect(
                        isHarmless || isTrimmed(garbled, original),
                        "seed \(seed), round \(round): \(garbled.debugDescription)")
                }
            }
        }
    }

    /// The encoded signature alone.
    private func core(of value: String, _ profile: SignatureProfile) -> String {
        String(value.suffix(profile.encoding == .hex ? 64 : profile.scheme == .standardEd25519 ? 88 : 44))
    }

    private func isTrimmed(_ garbled: String, _ original: String) -> Bool {
        garbled.filter { $0 != " " } == original
    }

    private func garble(_ value: String, using generator: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0:
            return (0..<Int.random(in: 0..<6, using: &generator))
                .map { _ in Self.fragments.randomElement(using: &generator) ?? "" }.joined()
        case 1:
            var scalars = Array(value.unicodeScalars)
            for _ in 0..<Int.random(in: 1..<4, using: &generator) where !scalars.isEmpty {
                scalars[Int.random(in: scalars.indices, using: &generator)] =
                    Unicode.Scalar(UInt32.random(in: 0..<0xD800, using: &generator)) ?? "?"
            }
            return String(String.UnicodeScalarView(scalars))
        case 2:
            return String(value.prefix(Int.random(in: 0..<max(1, value.count), using: &generator)))
        case 3:
            let at = value.index(value.startIndex, offsetBy: Int.random(in: 0...value.count, using: &generator))
            return value[..<at] + (Self.fragments.randomElement(using: &generator) ?? "") + value[at...]
        default:
            return String(repeating: Self.fragments.randomElement(using: &generator) ?? "", count: 2000)
        }
    }

    @Test(arguments: SignatureProfile.builtIn.map(\.profile))
    func aHundredKilobytesOfGarbageAreRefused(profile: SignatureProfile) throws {
        let verifier = try Samples.verifier(profile)
        for fragment in ["v1,AAAA ", "t=1,", "v1=00,", ",", " ", "é", "0"] {
            var headers = try Samples.headers(profile)
            headers[profile.signatureHeader] = String(repeating: fragment, count: 100_000 / fragment.utf8.count)

            let result = verifier.verify(headers: headers, body: Samples.body, now: Samples.timestamp)

            #expect(!result.isValid)
        }
    }
}
