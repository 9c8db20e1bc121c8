import MartletCore
import MartletService
import MartletTesting
import Testing
import WebhookSigning

/// Every preset through the server: what comes over the wire is judged as the library judges it, and is never an error.
@Suite struct InboundPresetTests {
    /// A way to get a request wrong, or right.
    private struct Variant {
        var name: String
        var request: WebhookRequest
        /// What the verdict has to be; `nil` where the library's own receiver says it.
        var code: String?
    }

    /// The tolerance that sources with signed times get here, in seconds.
    private static let tolerance: Int64 = 300

    private static let parameters: [String: [String: String]] = [
        "paypal": ["webhook_id": "1JE4291016473214C"], "ip": ["ranges": "127.0.0.0/8"],
        "hmac": [
            "header": "X-Acme-Signature", "content": "{timestamp}.{body}", "timestamp_header": "X-Acme-Time",
            "event_id": "header:X-Acme-Id",
        ],
    ]

    @Test(arguments: WebhookPreset.names)
    func everyRequestGetsItsVerdictOverTheWire(name: String) async throws {
        let clock = ManualTimeSource()
        try await TestService.with(time: clock) { service in
            let parameters = Self.parameters[name] ?? [:]
            let preset = try WebhookPreset.named(name, parameters: parameters)
            let secret = SigningSecret.generate(for: preset)
            let hasTime = preset.tolerance != nil
            let sender = try await Sender(
                service, preset: name, parameters: parameters, secret: secret,
                hasTime
                    ? [.init("duplicate_window", "0s"), .init("tolerance", "5m")]
                    : [.init("duplicate_window", "0s")])
            let receiver = try WebhookReceiver(
                preset: preset, secrets: secret.map { [$0] } ?? [], tolerance: hasTime ? .seconds(300) : nil)
            let now = clock.now().seconds
            let variants = try Self.variants(preset, PresetSigner(preset: preset, secret: secret), sender.url, now: now)
            var expected: [String] = []

            for variant in variants {
                let answer = try await sender.send(variant.request)

                var judged = variant.request
                judged.remoteAddress = "127.0.0.1"
                let reception = receiver.receive(judged, now: now)
                let code = reception.failure?.code ?? (reception.acceptance == nil ? "answered" : "accepted")
                #expect(variant.code == nil || code == variant.code, "\(variant.name): \(reception)")
                let status = reception.failure == nil ? preset.acknowledgement.status : 401
                #expect(answer.status == status, "\(variant.name): \(reception)")
                if answer.status == 401 {
                    let text = String(decoding: answer.body, as: UTF8.self)
                    #expect(text.contains("not_verified") && !text.contains(code), "\(variant.name): \(text)")
                } else {
                    #expect(answer.body == preset.acknowledgement.body, "\(variant.name)")
                }
                expected.append(code)
            }

            let log = try await sender.log()
            #expect(log.reversed().compactMap { $0["code"]?.string } == expected, "\(variants.map(\.name))")
        }
    }

    private static func variants(
        _ preset: WebhookPreset, _ signer: PresetSigner, _ url: String, now: Int64
    ) throws -> [Variant] {
        var count = 0
        func signed(at instant: Int64) throws -> WebhookRequest {
            count += 1
            return try signer.sign(signer.sample(url: url), id: "msg_\(count)", now: instant)
        }
        var variants = [Variant(name: "right", request: try signed(at: now), code: "accepted")]
        let isTimed = preset.tolerance != nil && preset.name != "gitlab"
        for offset in [-tolerance - 1, -tolerance + 1, tolerance - 1, tolerance + 1] {
            let code = !isTimed || abs(offset) < tolerance ? "accepted" : offset < 0 ? "stale" : "early"
            // Certificates of RFC 9421 and Mailgun's tokens say in their own words how long they count.
            variants.append(Variant(name: "\(offset) s", request: try signed(at: now + offset), code: code))
        }
        variants.append(Variant(name: "not signed", request: signer.sample(url: url)))
        let plain = Set(signer.sample(url: url).headers.map { $0.name.lowercased() })
        for header in try signed(at: now).headers where !plain.contains(header.name.lowercased()) {
            let changes: [(String, (inout WebhookRequest) -> Void)] = [
                ("absent", { $0.headers.removeAll { $0.name == header.name } }),
                ("empty", { $0.set(header.name, "") }),
                ("short", { $0.set(header.name, "a") }),
                ("long", { $0.set(header.name, String(repeating: "a", count: 8192)) }),
                ("not ASCII", { $0.set(header.name, "sömething") }),
                ("twice", { $0.headers.append((header.name, header.value)) }),
            ]
            for (name, change) in changes {
                var request = try signed(at: now)
                change(&request)
                variants.append(Variant(name: "\(header.name) \(name)", request: request))
            }
        }
        for (name, body) in [("empty", []), ("cut", nil), ("not UTF-8", [0xFF, 0x00, 0xFE])] as [(String, [UInt8]?)] {
            var request = try signed(at: now)
            request.body = body ?? request.body.dropLast()
            variants.append(Variant(name: "body \(name)", request: request))
        }
        return variants
    }
}

extension WebhookRequest {
    /// Gives a header that is there another value.
    fileprivate mutating func set(_ name: String, _ value: String) {
        for index in headers.indices where headers[index].name == name { headers[index].value = value }
    }
}
