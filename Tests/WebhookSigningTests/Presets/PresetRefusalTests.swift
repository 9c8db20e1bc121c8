import Testing
import WebhookSigning

/// What every preset accepts and refuses, whoever its sender is.
@Suite struct PresetRefusalTests {
    private let now = PresetCase.now

    @Test(arguments: PresetCase.all)
    func aRequestAsTheSenderMakesItIsAccepted(sample: PresetCase) throws {
        let request = try sample.signed()

        let reception = try sample.receiver().receive(request, now: now)

        #expect(reception.failure == nil, "\(reception)")
        #expect(try reception.acceptance?.matchedSecret == (sample.preset().needsSecret ? 0 : nil))
        #expect(try sample.tolerance == nil || reception.acceptance?.timestamp == now)
    }

    @Test(arguments: PresetCase.all)
    func theSecondOfTwoSecretsIsAcceptedAndNamed(sample: PresetCase) throws {
        guard try sample.hasOtherSecrets else { return }
        let secrets = try [sample.verifyingSecret(1), sample.verifyingSecret()].compactMap { $0 }
        let receiver = try WebhookReceiver(preset: sample.preset(), secrets: secrets)

        let reception = try receiver.receive(sample.signed(), now: now)

        #expect(reception.acceptance?.matchedSecret == 1, "\(reception)")
    }

    @Test(arguments: PresetCase.all)
    func anotherSecretIsRefused(sample: PresetCase) throws {
        guard try sample.hasOtherSecrets else { return }
        let request = try sample.signed(1)

        let reception = try sample.receiver().receive(request, now: now)

        #expect(["wrong_secret", "wrong_token"].contains(reception.failure?.code), "\(reception)")
    }

    @Test(arguments: PresetCase.all)
    func thePreviousSecretIsNamed(sample: PresetCase) throws {
        guard try sample.hasOtherSecrets, let previous = try sample.verifyingSecret(1) else { return }
        let request = try sample.signed(1)

        let reception = try sample.receiver(previous: [previous]).receive(request, now: now)

        #expect(reception.failure == .matchesPreviousSecret(index: 0))
    }

    @Test(arguments: PresetCase.all)
    func aBodyThatIsUnderTheSignatureCannotBeChanged(sample: PresetCase) throws {
        let unsigned = ["token", "basic", "ip", "gitlab", "okta", "cloudevents", "event-grid", "mailgun", "adyen"]
        let isToken = sample.name == "rapture" && sample.parameters["checksum"] == nil
        guard !unsigned.contains(sample.name), !isToken else { return }
        var request = try sample.signed()
        let digit = try #require(request.body.lastIndex { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        request.body[digit] = request.body[digit] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")

        let reception = try sample.receiver().receive(request, now: now)

        #expect(reception.failure != nil)
    }

    @Test(arguments: PresetCase.all)
    func anEmptyRequestIsRefused(sample: PresetCase) throws {
        let request = WebhookRequest(url: PresetCase.url)

        let reception = try sample.receiver().receive(request, now: now)

        #expect(reception.failure != nil)
    }

    // MARK: Headers

    /// The headers that the signature put into the request: each is needed.
    private func addedHeaders(_ sample: PresetCase, _ request: WebhookRequest) throws -> [String] {
        let signer = try PresetSigner(preset: sample.preset(), secret: sample.signingSecret())
        let plain = Set(signer.sample(url: PresetCase.url).headers.map(\.name))
        return request.headers.map(\.name).filter { !plain.contains($0) }
    }

    @Test(arguments: PresetCase.all)
    func aMissingHeaderIsNamed(sample: PresetCase) throws {
        let request = try sample.signed()
        for name in try addedHeaders(sample, request) {
            var changed = request
            changed.headers.removeAll { $0.name == name }

            let reception = try sample.receiver().receive(changed, now: now)

            #expect(reception.failure?.code == "header_missing", "\(name): \(reception)")
        }
    }

    @Test(arguments: PresetCase.all)
    func anEmptyHeaderIsRefused(sample: PresetCase) throws {
        let request = try sample.signed()
        for name in try addedHeaders(sample, request) {
            for value in ["", " ", "\t"] {
                let reception = try sample.receiver().receive(request.with(name, value), now: now)

                // A covered header that is empty is another message, whatever it is for.
                let code = name == "content-digest" ? "wrong_secret" : "header_malformed"
                #expect(reception.failure?.code == code, "\(name): \(reception)")
            }
        }
    }

    @Test(arguments: PresetCase.all)
    func aHeaderThatIsShortenedLengthenedOrNotASCIIIsRefused(sample: PresetCase) throws {
        let request = try sample.signed()
        for name in try addedHeaders(sample, request) {
            let value = try #require(request.values(of: name).first)
            let wrong = [
                String(value.dropLast()), String(value.prefix(1)), value + "0",
                value + String(repeating: "A", count: 9000),
                value + "é", "é" + value, String(value.dropLast(2)) + "\u{0}1", "\u{FFFD}", "😀",
            ]
            for value in wrong where value != request.values(of: name).first {
                let reception = try sample.receiver().receive(request.with(name, value), now: now)

                #expect(reception.failure != nil, "\(name): \(value.debugDescription.prefix(200))")
            }
        }
    }

    @Test(arguments: PresetCase.all)
    func aDuplicatedHeaderIsNamed(sample: PresetCase) throws {
        let request = try sample.signed()
        for name in try addedHeaders(sample, request) {
            // RFC 8941 section 4.2: the lines of a dictionary are one, and of two members of a name the last counts.
            if name.hasPrefix("Signature") { continue }
            var changed = request
            changed.headers.append((name.uppercased(), try #require(request.values(of: name).first)))

            let reception = try sample.receiver().receive(changed, now: now)

            let code = name == "content-digest" ? "wrong_secret" : "header_duplicated"
            #expect(reception.failure?.code == code, "\(name): \(reception)")
        }
    }

    @Test(arguments: PresetCase.all)
    func theCaseOfHeaderNamesDoesNotCount(sample: PresetCase) throws {
        var request = try sample.signed()
        request.headers = request.headers.map { ($0.name.uppercased(), $0.value) }

        let reception = try sample.receiver().receive(request, now: now)

        #expect(reception.failure == nil)
    }

    // MARK: Time

    @Test(arguments: PresetCase.all)
    func theToleranceIsKeptBothWaysToTheSecond(sample: PresetCase) throws {
        guard let tolerance = try sample.tolerance?.components.seconds else { return }
        let request = try sample.signed()
        let receiver = try sample.receiver()

        for offset in [-tolerance, 1 - tolerance, 0, tolerance - 1, tolerance] {
            #expect(receiver.receive(request, now: now + offset).failure == nil, "\(offset)")
        }
        #expect(
            receiver.receive(request, now: now + tolerance + 1).failure
                == .stale(bySeconds: tolerance + 1, toleranceSeconds: tolerance))
        #expect(
            receiver.receive(request, now: now - tolerance - 1).failure
                == .early(bySeconds: tolerance + 1, toleranceSeconds: tolerance))
        #expect(receiver.receive(request, now: .max).failure?.code == "stale")
        #expect(receiver.receive(request, now: .min).failure?.code == "early")
    }

    @Test(arguments: PresetCase.all)
    func fiveMinutesCanBeAskedForWhateverThePreset(sample: PresetCase) throws {
        guard try sample.tolerance != nil else { return }
        let request = try sample.signed()
        let receiver = try sample.receiver(tolerance: .seconds(300))

        #expect(receiver.receive(request, now: now + 299).failure == nil)
        #expect(receiver.receive(request, now: now - 299).failure == nil)
        #expect(
            receiver.receive(request, now: now + 301).failure == .stale(bySeconds: 301, toleranceSeconds: 300))
        #expect(
            receiver.receive(request, now: now - 301).failure == .early(bySeconds: 301, toleranceSeconds: 300))
    }

    @Test(arguments: PresetCase.all)
    func aTimestampInTheWrongUnitIsNamed(sample: PresetCase) throws {
        let request = try sample.signed()
        for header in request.headers where ["1700000000", "1700000000000"].contains(header.value) {
            let other = header.value.utf8.count == 10 ? "1700000000000" : "1700000000"

            let reception = try sample.receiver().receive(request.with(header.name, other), now: now)

            #expect(reception.failure?.code == "timestamp_malformed", "\(header.name): \(reception)")
        }
    }

    // MARK: Garbage

    @Test(arguments: PresetCase.all)
    func garbageIsRefusedAndNeverCrashes(sample: PresetCase) throws {
        var generator = SeededGenerator(seed: 7)
        let receiver = try sample.receiver()
        let request = try sample.signed()
        let fragments =
            HeaderGarbageTests.fragments + ["(", ")", "sig1=", ":", ";created=1", "/", "%zz", "{", "[", "Basic "]
        for _ in 0..<60 {
            var changed = request
            func garbage() -> String {
                (0..<Int.random(in: 0..<6, using: &generator))
                    .map { _ in fragments.randomElement(using: &generator) ?? "" }.joined()
            }
            for index in changed.headers.indices where Bool.random(using: &generator) {
                changed.headers[index].value = garbage()
            }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: changed.body = Array(garbage().utf8)
            case 1: changed.url = garbage()
            case 2:
                changed.method = ["GET", "OPTIONS", "PUT", garbage()].randomElement(using: &generator) ?? ""
                changed.url += garbage()
            default: changed.body = (0..<100).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
            changed.remoteAddress = garbage()

            let reception = receiver.receive(changed, now: now)

            // Nobody's handshake is an event, and only the right secret makes one.
            if let acceptance = reception.acceptance {
                #expect(acceptance.matchedSecret == 0, "\(changed)")
            }
        }
    }
}

extension WebhookRequest {
    /// The request with one header's value changed.
    func with(_ name: String, _ value: String) -> WebhookRequest {
        var copy = self
        for index in copy.headers.indices where copy.headers[index].name == name { copy.headers[index].value = value }
        return copy
    }
}
