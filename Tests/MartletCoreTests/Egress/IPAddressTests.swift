import Foundation
import MartletCore
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "1.2.3.4", "255.255.255.255", "::", "::1", "1::", "fe80::1", "2001:db8::8:800:200c:417a",
        "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "ff02::fb",
    ])
    func canonicalTextComesBackAsItWas(_ text: String) throws {
        let address = try #require(IPAddress(text))

        #expect(address.description == text)
        #expect(IPAddress(bytes: address.bytes) == address)
    }

    @Test(arguments: [
        ("0:0:0:0:0:0:0:1", "::1"), ("FE80::ABCD", "fe80::abcd"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("::127.0.0.1", "::7f00:1"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("::ffff:7f00:1", "::ffff:127.0.0.1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func otherTextBecomesCanonical(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))

        #expect(address.description == canonical)
    }

    @Test(arguments: [
        "", ".", ":", ":::", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.+4", " 1.2.3.4", "1.2.3.4 ",
        "1..2.3",
        "0x7f.0.0.1", "127.1", "2130706433", "1.2.3.", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::",
        "g::",
        "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", ":1::", "1:", "::1:", "fe80::1%eth0", "[::1]", "::1.2.3", "::1.2.3.4:5",
        "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::1:2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8", "::/0", "١.2.3.4",
    ])
    func everythingElseIsNoAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: UInt64(1)...8)
    func randomAddressesReadAndWriteAsTheSystemDoes(seed: UInt64) throws {
        var random = SeededRandom(seed)
        for _ in 0..<500 {
            var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            for group in 0..<8 where Bool.random(using: &random) {
                bytes[group * 2] = 0
                if Bool.random(using: &random) { bytes[group * 2 + 1] = 0 }
            }

            let address = try #require(IPAddress(bytes: bytes))

            let system = try #require(Self.systemText(bytes))
            #expect(IPAddress(address.description) == address, "seed \(seed): \(address)")
            #expect(IPAddress(system) == address, "seed \(seed): \(system)")
            // The system writes ::1.2.3.4 for what RFC 5952 leaves as it is.
            if !system.contains(".") { #expect(address.description == system, "seed \(seed)") }
        }
    }

    @Test(arguments: UInt64(1)...8)
    func textIsAnAddressOnlyIfTheSystemThinksSo(seed: UInt64) {
        var random = SeededRandom(seed)
        let parts = [
            "", "0", "1", "ff", "00ff", "fffff", "::", ":", ":", ":", "1.2.3.4", "0.0.0.0", "01", ".", "g", "%1",
        ]
        var accepted = 0
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 1...16, using: &random))
                .map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }.joined()

            let ours = IPAddress(text)

            #expect(ours?.bytes == Self.systemParse(text), "seed \(seed): '\(text)'")
            if ours != nil { accepted += 1 }
        }
        #expect(accepted > 20)
    }

    private static func systemText(_ bytes: [UInt8]) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(AF_INET6, bytes, &buffer, 64) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func systemParse(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        return nil
    }
}
