import WebhookSigning

extension ReceiverRecipe {
    /// Python's own server; the check is the same in Flask, Django and FastAPI.
    var python: String {
        """
        # \(ReceiverLanguage.python.fileName): WEBHOOK_SECRET=… python3 \(ReceiverLanguage.python.fileName)
        import base64
        import hashlib
        import hmac
        import json
        import os
        import re
        import sys
        import time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        \(isPublicKey ? "\nfrom cryptography.exceptions import InvalidSignature  # pip install cryptography\nfrom cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey\n" : "")
        SECRET = os.environ.get("WEBHOOK_SECRET") or sys.exit("Set WEBHOOK_SECRET")
        \(pythonKey)


        def is_authentic(headers, body):
        \(pythonCheck)

        \(signature.scheme.signsTimestamp ? pythonRecent : "")
        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                # The signature covers the bytes as they came: they are parsed when they are known to be genuine.
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if not is_authentic(self.headers, body):
                    return self.answer(401)
                self.answer(\(status))  # acknowledge first,
                receive(json.loads(body))  # then work; better still, in a queue

            def answer(self, status):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()


        \(pythonHandlers)


        if __name__ == "__main__":
            server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 3000))), Receiver)
            print(f"Listening on {server.server_port}", flush=True)
            server.serve_forever()

        """
    }

    private var pythonKey: String {
        switch signature.keyDerivation {
        case _ where isPublicKey:
            "KEY = Ed25519PublicKey.from_public_bytes(base64.b64decode(SECRET[5:])[-32:])"
        case .utf8: "KEY = SECRET.encode()  # the whole string"
        case .hex: "KEY = bytes.fromhex(SECRET)"
        case .base64: "KEY = base64.b64decode(SECRET)"
        case .base64AfterPrefix(let prefix):
            "KEY = base64.b64decode(SECRET.removeprefix(\(Self.quoted(prefix, "\""))))"
        }
    }

    private func pythonHeader(_ name: String) -> String { "headers.get(\(Self.quoted(name, "\"")), \"\")" }

    private func pythonDigest(_ content: String) -> String {
        let code = "hmac.new(KEY, \(content), hashlib.\(signature.hash.rawValue))"
        let text = signature.encoding == .hex ? "\(code).hexdigest()" : "base64.b64encode(\(code).digest()).decode()"
        return signature.prefix.isEmpty ? text : "\(Self.quoted(signature.prefix, "\"")) + \(text)"
    }

    private var pythonCheck: String {
        let compare = "return hmac.compare_digest(received.encode(), expected.encode())  # in constant time"
        switch signature.scheme {
        case .body:
            return """
                    received = \(pythonHeader(signature.signatureHeader))
                    expected = \(pythonDigest("body"))
                    \(compare)
                """
        case .timestampBody:
            return """
                    received = \(pythonHeader(signature.signatureHeader))
                    timestamp = \(pythonHeader(timestampHeader))
                    if not is_recent(timestamp):
                        return False
                    expected = \(pythonDigest("timestamp.encode() + body"))
                    \(compare)
                """
        case .tV1:
            return """
                    # t=1700000000,v1=5257a869…
                    parts = re.fullmatch(r"t=([0-9]+),v1=(.+)", \(pythonHeader(signature.signatureHeader)))
                    if not parts or not is_recent(parts[1]):
                        return False
                    timestamp, received = parts[1], parts[2]
                    expected = \(pythonDigest("timestamp.encode() + b\".\" + body"))
                    \(compare)
                """
        case .standard:
            return """
                    message_id = \(pythonHeader(idHeader))
                    timestamp = \(pythonHeader(timestampHeader))
                    if not is_recent(timestamp):
                        return False
                    expected = "v1," + \(pythonDigest("f\"{message_id}.{timestamp}.\".encode() + body"))
                    # While a secret is being changed there are several signatures, with blanks between them.
                    return any(
                        hmac.compare_digest(one.encode(), expected.encode())  # in constant time
                        for one in \(pythonHeader(signature.signatureHeader)).split(" ")
                    )
                """
        case .standardEd25519:
            return """
                    message_id = \(pythonHeader(idHeader))
                    timestamp = \(pythonHeader(timestampHeader))
                    if not is_recent(timestamp):
                        return False
                    # While a key is being changed there are several signatures, with blanks between them.
                    for one in \(pythonHeader(signature.signatureHeader)).split(" "):
                        try:
                            KEY.verify(base64.b64decode(one.removeprefix("v1a,")), f"{message_id}.{timestamp}.".encode() + body)
                            return True
                        except (InvalidSignature, ValueError):
                            continue
                    return False
                """
        }
    }

    private var pythonRecent: String {
        """

        # Older ones are refused, so that nobody can send a genuine request again.
        def is_recent(timestamp):
            return bool(re.fullmatch("[0-9]{1,12}", timestamp)) and abs(time.time() - int(timestamp)) <= \(toleranceSeconds)


        """
    }

    private var pythonHandlers: String {
        guard namesType else {
            return """
                def receive(event):
                    print("Received webhook event:", event, flush=True)
                """
        }
        let handlers = types.map { type in
            """
            def handle_\(Self.snake(type))(data):
                print("\(type):", data, flush=True)
            """
        }.joined(separator: "\n\n\n")
        let table = types.map { "    \"\($0)\": handle_\(Self.snake($0))," }.joined(separator: "\n")
        return """
            def receive(event):
                handler = HANDLERS.get(event["type"])
                if handler:
                    handler(event["data"])
                else:
                    print("Unhandled event type:", event["type"], flush=True)


            \(handlers)


            HANDLERS = {
            \(table)
            }
            """
    }

    /// `property.updated` as part of a name: `property_updated`.
    static func snake(_ type: String) -> String {
        type.split { !$0.isLetter && !$0.isNumber }.joined(separator: "_").lowercased()
    }
}
