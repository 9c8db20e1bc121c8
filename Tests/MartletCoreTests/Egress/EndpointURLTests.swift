import MartletCore
import Testing

@Suite struct EndpointURLTests {
    @Test func aURLFallsIntoItsParts() throws {
        let url = try EndpointURL(parsing: "https://Hooks.Example.com:8443/In/Box?token=a%20b&x[]=1")

        #expect(url.scheme == .https)
        #expect(url.host == .name("hooks.example.com"))
        #expect(url.port == 8443)
        #expect(url.target == "/In/Box?token=a%20b&x[]=1")
        #expect(url.authority == "hooks.example.com:8443")
        #expect(url.description == "https://hooks.example.com:8443/In/Box?token=a%20b&x[]=1")
    }

    @Test(arguments: [
        ("HTTPS://EXAMPLE.COM", "https://example.com/"), ("https://example.com:443/", "https://example.com/"),
        ("http://example.com:80", "http://example.com/"), ("https://example.com:80/", "https://example.com:80/"),
        ("https://example.com./x", "https://example.com/x"), ("https://example.com?q", "https://example.com/?q"),
        ("https://[2001:DB8:0::1]/", "https://[2001:db8::1]/"),
        ("https://[2001:db8::1]:444", "https://[2001:db8::1]:444/"),
        ("https://8.8.8.8:8443/a//b/../c", "https://8.8.8.8:8443/a//b/../c"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://example.com/~a/b;c=1,2/(d)!*'@:$&+", "https://example.com/~a/b;c=1,2/(d)!*'@:$&+"),
        ("https://example.com/?a=/?", "https://example.com/?a=/?"),
    ])
    func theCanonicalTextParsesToTheSame(_ text: String, _ canonical: String) throws {
        let url = try EndpointURL(parsing: text)

        #expect(url.description == canonical)
        #expect(try EndpointURL(parsing: canonical) == url)
    }

    @Test(
        arguments: [
            ("", .length), ("https://example.com/" + String(repeating: "a", count: 2040), .length),
            ("https://exa mple.com/", .whitespace), ("https://example.com/\t", .whitespace),
            ("https://example.com/%0a", .whitespace),
            ("https://example.com/%7F", .whitespace), ("https:\\\\example.com", .backslash),
            ("example.com/hook", .scheme),
            ("example.com:443/hook", .scheme), ("ftp://example.com/", .scheme), ("https:example.com", .scheme),
            ("https:/example.com", .scheme), ("//example.com/", .scheme), ("https://a:b@example.com/", .credentials),
            ("https://@example.com/", .credentials), ("https:///x", .host), ("https://:443/", .host),
            ("https://?x", .host),
            ("https://-a.example.com/", .host), ("https://a-.example.com/", .host), ("https://a..b/", .host),
            ("https://./", .host), ("https://.example.com/", .host), ("https://a%41.example.com/", .host),
            ("https://a!b.com/", .host),
            ("https://" + String(repeating: "a", count: 64) + ".com/", .host),
            ("https://" + String(repeating: "abcdefg.", count: 32) + "com/", .host),
            ("https://bücher.example/", .internationalHost), ("https://127.1/", .address),
            ("https://0x7f.1/", .address),
            ("https://1.2.3.4./", .address), ("https://example.0x/", .address), ("https://example.123/", .address),
            ("https://[::1/", .address), ("https://[1.2.3.4]/", .address), ("https://[fe80::1%25eth0]/", .address),
            ("https://[]/", .address), ("https://[::1]x/", .port), ("https://[::1]:/", .port),
            ("https://example.com:/", .port),
            ("https://example.com:0/", .port), ("https://example.com:0443/", .port),
            ("https://example.com:65536/", .port),
            ("https://example.com:+80/", .port), ("https://example.com/ü", .path), ("https://example.com/%", .path),
            ("https://example.com/%4", .path), ("https://example.com/%+4", .path), ("https://example.com/%zz", .path),
            ("https://example.com/a|b", .path), ("https://example.com/<b>", .path), ("https://example.com/a[0]", .path),
            ("https://example.com/#", .fragment), ("https://example.com#x", .fragment),
        ] as [(String, EndpointURLError.Code)])
    func eachFaultHasItsCodeAndASentence(_ text: String, _ code: EndpointURLError.Code) throws {
        let error = try #require(throws: EndpointURLError.self) { try EndpointURL(parsing: text) }

        #expect(error.code == code)
        #expect(error.message.contains(" "))
    }

    @Test(arguments: UInt64(1)...8)
    func whateverIsAcceptedHasOneReading(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let parts = [
            "http", "https", ":", "://", "/", "//", "\\", "@", "#", "?", ".", "..", "[", "]", "::1", "127.0.0.1",
            "0x7f", "1",
            "example", ".com", "%00", "%2e", "%", "-", "_", "é", "\u{3002}", " ", "\n", "\0", "80", ":80", "a", "&",
            "\u{202E}",
        ]
        var accepted = 0
        for round in 0..<4_000 {
            let tail = (0..<Int.random(in: 0...6, using: &random))
                .map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }.joined()
            let text = (round % 2 == 0 ? "http://a.example" : "") + tail
            guard let url = try? EndpointURL(parsing: text) else { continue }

            accepted += 1

            #expect(try EndpointURL(parsing: url.description) == url, "seed \(seed): '\(text)'")
            #expect(url.description.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }, "seed \(seed): '\(text)'")
            #expect(!url.authority.contains("@") && !url.authority.contains("/"), "seed \(seed): '\(text)'")
        }
        #expect(accepted > 100)
    }
}
