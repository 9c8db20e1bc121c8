import WebhookSigning

extension ReceiverRecipe {
    /// The JDK's own server; the check is the same in Spring and Quarkus.
    var java: String {
        """
        // \(ReceiverLanguage.java.fileName): WEBHOOK_SECRET=… java \(ReceiverLanguage.java.fileName)
        import com.sun.net.httpserver.Headers;
        import com.sun.net.httpserver.HttpServer;
        import java.net.InetSocketAddress;
        import java.nio.charset.StandardCharsets;
        import java.security.*;
        import java.security.spec.X509EncodedKeySpec;
        import java.time.Instant;
        import java.util.*;
        import java.util.concurrent.*;
        import java.util.regex.*;
        import javax.crypto.Mac;
        import javax.crypto.spec.SecretKeySpec;

        public class Webhook {
            static final String SECRET = Objects.requireNonNull(System.getenv("WEBHOOK_SECRET"), "Set WEBHOOK_SECRET");

            static boolean isAuthentic(Headers headers, byte[] body) throws GeneralSecurityException {
        \(javaCheck)
            }
        \(javaHelp)
            static byte[] bytes(String text) {
                return text.getBytes(StandardCharsets.UTF_8);
            }

            static String header(Headers headers, String name) {
                String value = headers.getFirst(name);
                return value == null ? "" : value;
            }

            public static void main(String[] arguments) throws Exception {
                ExecutorService work = Executors.newFixedThreadPool(2);
                int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "3000"));
                HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
                server.createContext("/webhook", exchange -> {
                    // The signature covers the bytes as they came: they are parsed when they are known to be genuine.
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    boolean isGenuine;
                    try {
                        isGenuine = isAuthentic(exchange.getRequestHeaders(), body);
                    } catch (GeneralSecurityException | IllegalArgumentException failure) {
                        isGenuine = false;
                    }
                    exchange.sendResponseHeaders(isGenuine ? \(status) : 401, -1); // acknowledge first,
                    exchange.close();
                    if (isGenuine) {
                        work.submit(() -> receive(new String(body, StandardCharsets.UTF_8))); // then work
                    }
                });
                server.setExecutor(Executors.newCachedThreadPool());
                server.start();
                System.out.println("Listening on " + server.getAddress().getPort());
            }

        \(javaHandlers)
        }

        """
    }

    private var javaKey: String {
        switch signature.keyDerivation {
        case _ where isPublicKey: ""
        case .utf8: "bytes(SECRET) /* the whole string */"
        case .hex: "HexFormat.of().parseHex(SECRET)"
        case .base64: "Base64.getDecoder().decode(SECRET)"
        case .base64AfterPrefix(let prefix):
            "Base64.getDecoder().decode(SECRET.startsWith(\(Self.quoted(prefix, "\""))) ? SECRET.substring(\(prefix.count)) : SECRET)"
        }
    }

    private func javaHeader(_ name: String) -> String { "header(headers, \(Self.quoted(name, "\"")))" }

    private var javaCheck: String {
        let received = javaHeader(signature.signatureHeader)
        let lead = signature.prefix.isEmpty ? "" : Self.quoted(signature.prefix, "\"") + " + "
        switch signature.scheme {
        case .body:
            return """
                        String expected = \(lead)sign(body);
                        return equal(\(received), expected);
                """
        case .timestampBody:
            return """
                        String timestamp = \(javaHeader(timestampHeader));
                        if (!isRecent(timestamp)) return false;
                        String expected = \(lead)sign(bytes(timestamp), body);
                        return equal(\(received), expected);
                """
        case .tV1:
            return """
                        // t=1700000000,v1=5257a869…
                        Matcher parts = Pattern.compile("t=([0-9]+),v1=(.+)").matcher(\(received));
                        if (!parts.matches() || !isRecent(parts.group(1))) return false;
                        String expected = sign(bytes(parts.group(1) + "."), body);
                        return equal(parts.group(2), expected);
                """
        case .standard:
            return """
                        String id = \(javaHeader(idHeader));
                        String timestamp = \(javaHeader(timestampHeader));
                        if (!isRecent(timestamp)) return false;
                        String expected = "v1," + sign(bytes(id + "." + timestamp + "."), body);
                        // While a secret is being changed there are several signatures, with blanks between them.
                        for (String one : \(received).split(" ")) {
                            if (equal(one, expected)) return true;
                        }
                        return false;
                """
        case .standardEd25519:
            return """
                        String id = \(javaHeader(idHeader));
                        String timestamp = \(javaHeader(timestampHeader));
                        if (!isRecent(timestamp)) return false;
                        // While a key is being changed there are several signatures, with blanks between them.
                        for (String one : \(received).split(" ")) {
                            if (!one.startsWith("v1a,")) continue;
                            Signature verifier = Signature.getInstance("Ed25519");
                            verifier.initVerify(publicKey());
                            verifier.update(bytes(id + "." + timestamp + "."));
                            verifier.update(body);
                            if (verifier.verify(Base64.getDecoder().decode(one.substring(4)))) return true;
                        }
                        return false;
                """
        }
    }

    private var javaHelp: String {
        var parts: [String] = []
        if isPublicKey {
            parts.append(
                """

                    // The last 32 bytes of the key are the public one; in front stands what makes it a key that Java reads (RFC 8410).
                    static PublicKey publicKey() throws GeneralSecurityException {
                        byte[] whole = Base64.getDecoder().decode(SECRET.substring(5));
                        byte[] encoded = Arrays.copyOf(HexFormat.of().parseHex("302a300506032b6570032100"), 44);
                        System.arraycopy(whole, whole.length - 32, encoded, 12, 32);
                        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
                    }
                """)
        } else {
            let name = signature.hash == .sha256 ? "HmacSHA256" : "HmacSHA512"
            let text =
                signature.encoding == .hex
                ? "HexFormat.of().formatHex(code.doFinal())" : "Base64.getEncoder().encodeToString(code.doFinal())"
            parts.append(
                """

                    static String sign(byte[]... parts) throws GeneralSecurityException {
                        byte[] key = \(javaKey);
                        Mac code = Mac.getInstance("\(name)");
                        code.init(new SecretKeySpec(key, "\(name)"));
                        for (byte[] part : parts) code.update(part);
                        return \(text);
                    }

                    // In constant time: a comparison that stops early tells how much of a guess is right.
                    static boolean equal(String received, String expected) {
                        return MessageDigest.isEqual(bytes(received), bytes(expected));
                    }
                """)
        }
        if signature.scheme.signsTimestamp {
            parts.append(
                """

                    // Older ones are refused, so that nobody can send a genuine request again.
                    static boolean isRecent(String timestamp) {
                        return timestamp.matches("[0-9]{1,12}")
                            && Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) <= \(toleranceSeconds);
                    }
                """)
        }
        return parts.joined(separator: "\n") + "\n"
    }

    private var javaHandlers: String {
        guard namesType else {
            return """
                    static void receive(String event) {
                        System.out.println("Received webhook event: " + event);
                    }
                """
        }
        let cases = types.map { "            case \"\($0)\" -> handle\(Self.words($0))(event);" }.joined(
            separator: "\n")
        let handlers = types.map { type in
            """

                static void handle\(Self.words(type))(String event) {
                    System.out.println("\(type): " + event);
                }
            """
        }.joined(separator: "\n")
        return """
                static void receive(String event) {
                    // With Jackson: new ObjectMapper().readTree(event).get("type").asText()
                    Matcher type = Pattern.compile("\\"type\\":\\"([^\\"]+)\\"").matcher(event);
                    switch (type.find() ? type.group(1) : "") {
            \(cases)
                        default -> System.out.println("Unhandled event: " + event);
                    }
                }
            \(handlers)
            """
    }
}
