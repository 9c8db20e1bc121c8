import WebhookSigning

extension ReceiverRecipe {
    /// Go's own server.
    var go: String {
        let imports = goImports.map { "\t\"\($0)\"" }.joined(separator: "\n")
        return """
            // \(ReceiverLanguage.go.fileName): WEBHOOK_SECRET=… go run \(ReceiverLanguage.go.fileName)
            package main

            import (
            \(imports)
            )

            var key = signingKey(os.Getenv("WEBHOOK_SECRET"))

            \(goKey)

            func isAuthentic(header http.Header, body []byte) bool {
            \(goCheck)
            }
            \(goHelp)
            func main() {
            \thttp.HandleFunc("/webhook", func(w http.ResponseWriter, r *http.Request) {
            \t\t// The signature covers the bytes as they came: they are parsed when they are known to be genuine.
            \t\tbody, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
            \t\tif err != nil || r.Method != http.MethodPost || !isAuthentic(r.Header, body) {
            \t\t\thttp.Error(w, "Invalid signature", http.StatusUnauthorized)
            \t\t\treturn
            \t\t}
            \t\tw.WriteHeader(\(status)) // acknowledge,
            \t\tgo receive(body) // and work beside it
            \t})
            \tport := os.Getenv("PORT")
            \tif port == "" {
            \t\tport = "3000"
            \t}
            \tlistener, err := net.Listen("tcp", "127.0.0.1:"+port)
            \tif err != nil {
            \t\tlog.Fatal(err)
            \t}
            \tfmt.Println("Listening on", listener.Addr().(*net.TCPAddr).Port)
            \tlog.Fatal(http.Serve(listener, nil))
            }

            \(goHandlers)

            """
    }

    private var goImports: [String] {
        var names = ["encoding/json", "fmt", "io", "log", "net", "net/http", "os"]
        if isPublicKey {
            names += ["crypto/ed25519", "encoding/base64"]
        } else {
            names += ["crypto/hmac", "crypto/\(signature.hash.rawValue)"]
            if signature.encoding == .hex || signature.keyDerivation == .hex { names.append("encoding/hex") }
            if signature.encoding == .base64 || usesBase64Key { names.append("encoding/base64") }
        }
        if signature.scheme.signsTimestamp { names += ["strconv", "time"] }
        switch signature.scheme {
        case .standard, .standardEd25519, .tV1: names.append("strings")
        case .body, .timestampBody:
            if case .base64AfterPrefix = signature.keyDerivation { names.append("strings") }
        }
        return Set(names).sorted()
    }

    private var usesBase64Key: Bool {
        switch signature.keyDerivation {
        case .base64, .base64AfterPrefix: true
        case .utf8, .hex: false
        }
    }

    private var goKey: String {
        let body =
            switch signature.keyDerivation {
            case _ where isPublicKey:
                """
                \tkey, err := base64.StdEncoding.DecodeString(secret[5:])
                \tif err != nil || len(key) < 32 {
                \t\tlog.Fatal("WEBHOOK_SECRET is no key")
                \t}
                \treturn key[len(key)-32:] // the public key
                """
            case .utf8: "\treturn []byte(secret) // the whole string"
            case .hex:
                """
                \tkey, err := hex.DecodeString(secret)
                \tif err != nil {
                \t\tlog.Fatal(err)
                \t}
                \treturn key
                """
            case .base64: Self.goBase64("secret")
            case .base64AfterPrefix(let prefix):
                Self.goBase64("strings.TrimPrefix(secret, \(Self.quoted(prefix, "\"")))")
            }
        return """
            func signingKey(secret string) []byte {
            \tif secret == "" {
            \t\tlog.Fatal("Set WEBHOOK_SECRET")
            \t}
            \(body)
            }
            """
    }

    private static func goBase64(_ text: String) -> String {
        """
        \tkey, err := base64.StdEncoding.DecodeString(\(text))
        \tif err != nil {
        \t\tlog.Fatal(err)
        \t}
        \treturn key
        """
    }

    private func goHeader(_ name: String) -> String { "header.Get(\(Self.quoted(name, "\"")))" }

    private func goLead(_ lead: String) -> String { lead.isEmpty ? "" : Self.quoted(lead, "\"") + "+" }

    private var goCheck: String {
        let received = goHeader(signature.signatureHeader)
        let lead = goLead(signature.prefix)
        switch signature.scheme {
        case .body:
            return """
                \texpected := \(lead)sign(body)
                \treturn hmac.Equal([]byte(\(received)), []byte(expected)) // in constant time
                """
        case .timestampBody:
            return """
                \ttimestamp := \(goHeader(timestampHeader))
                \tif !isRecent(timestamp) {
                \t\treturn false
                \t}
                \texpected := \(lead)sign([]byte(timestamp), body)
                \treturn hmac.Equal([]byte(\(received)), []byte(expected)) // in constant time
                """
        case .tV1:
            return """
                \t// t=1700000000,v1=5257a869…
                \ttimestamp, received, found := strings.Cut(strings.TrimPrefix(\(received), "t="), ",v1=")
                \tif !found || !isRecent(timestamp) {
                \t\treturn false
                \t}
                \texpected := sign([]byte(timestamp+"."), body)
                \treturn hmac.Equal([]byte(received), []byte(expected)) // in constant time
                """
        case .standard:
            return """
                \tid, timestamp := \(goHeader(idHeader)), \(goHeader(timestampHeader))
                \tif !isRecent(timestamp) {
                \t\treturn false
                \t}
                \texpected := "v1," + sign([]byte(id+"."+timestamp+"."), body)
                \t// While a secret is being changed there are several signatures, with blanks between them.
                \tfor _, one := range strings.Split(\(received), " ") {
                \t\tif hmac.Equal([]byte(one), []byte(expected)) { // in constant time
                \t\t\treturn true
                \t\t}
                \t}
                \treturn false
                """
        case .standardEd25519:
            return """
                \tid, timestamp := \(goHeader(idHeader)), \(goHeader(timestampHeader))
                \tif !isRecent(timestamp) {
                \t\treturn false
                \t}
                \tsigned := append([]byte(id+"."+timestamp+"."), body...)
                \t// While a key is being changed there are several signatures, with blanks between them.
                \tfor _, one := range strings.Split(\(received), " ") {
                \t\treceived, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(one, "v1a,"))
                \t\tif err == nil && ed25519.Verify(key, signed, received) {
                \t\t\treturn true
                \t\t}
                \t}
                \treturn false
                """
        }
    }

    private var goHelp: String {
        var parts: [String] = []
        if !isPublicKey {
            let text =
                signature.encoding == .hex
                ? "hex.EncodeToString(code.Sum(nil))" : "base64.StdEncoding.EncodeToString(code.Sum(nil))"
            let hash = signature.hash == .sha256 ? "sha256.New" : "sha512.New"
            parts.append(
                """

                func sign(parts ...[]byte) string {
                \tcode := hmac.New(\(hash), key)
                \tfor _, part := range parts {
                \t\tcode.Write(part)
                \t}
                \treturn \(text)
                }
                """)
        }
        if signature.scheme.signsTimestamp {
            parts.append(
                """

                // Older ones are refused, so that nobody can send a genuine request again.
                func isRecent(timestamp string) bool {
                \tseconds, err := strconv.ParseInt(timestamp, 10, 64)
                \tage := time.Since(time.Unix(seconds, 0))
                \treturn err == nil && age <= \(toleranceSeconds)*time.Second && age >= -\(toleranceSeconds)*time.Second
                }
                """)
        }
        return parts.joined(separator: "\n") + "\n"
    }

    private var goHandlers: String {
        guard namesType else {
            return """
                func receive(body []byte) {
                \tvar event any
                \tif err := json.Unmarshal(body, &event); err != nil {
                \t\tlog.Print(err)
                \t\treturn
                \t}
                \tlog.Print("Received webhook event: ", event)
                }
                """
        }
        let cases = types.map { "\tcase \"\($0)\":\n\t\thandle\(Self.words($0))(event.Data)" }.joined(separator: "\n")
        let handlers = types.map { type in
            """
            func handle\(Self.words(type))(data json.RawMessage) {
            \tlog.Printf("\(type): %s", data)
            }
            """
        }.joined(separator: "\n\n")
        return """
            func receive(body []byte) {
            \tvar event struct {
            \t\tID   string          `json:"id"`
            \t\tType string          `json:"type"`
            \t\tData json.RawMessage `json:"data"`
            \t}
            \tif err := json.Unmarshal(body, &event); err != nil {
            \t\tlog.Print(err)
            \t\treturn
            \t}
            \tswitch event.Type {
            \(cases)
            \tdefault:
            \t\tlog.Print("Unhandled event type: ", event.Type)
            \t}
            }

            \(handlers)
            """
    }
}
