import WebhookSigning

extension ReceiverRecipe {
    /// Express, as most guides write it.
    var node: String {
        """
        // \(ReceiverLanguage.node.fileName): npm install express, then WEBHOOK_SECRET=… node \(ReceiverLanguage.node.fileName)
        const crypto = require('node:crypto');
        const express = require('express');

        const secret = process.env.WEBHOOK_SECRET;
        if (!secret) throw new Error('Set WEBHOOK_SECRET');
        \(nodeKey)

        function isAuthentic(headers, body) {
        \(nodeCheck)
        }
        \(nodeHelp)
        const app = express();

        // The signature covers the bytes as they came: keep them, and parse them when they are known to be genuine.
        app.post('/webhook', express.raw({ type: () => true, limit: '1mb' }), (req, res) => {
          if (!Buffer.isBuffer(req.body) || !isAuthentic(req.headers, req.body)) {
            return res.status(401).send('Invalid signature');
          }
          res.status(\(status)).send('Webhook received');        // acknowledge first,
          setImmediate(receive, JSON.parse(req.body)); // then work
        });

        \(nodeHandlers)

        const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
          console.log(`Listening on ${server.address().port}`);
        });

        """
    }

    private var nodeKey: String {
        switch signature.keyDerivation {
        case _ where isPublicKey:
            """
            // The last 32 bytes of the key are the public one; in front stands what makes it a key that Node reads (RFC 8410).
            const key = crypto.createPublicKey({
              key: Buffer.concat([
                Buffer.from('302a300506032b6570032100', 'hex'),
                Buffer.from(secret.slice(5), 'base64').subarray(-32),
              ]),
              format: 'der',
              type: 'spki',
            });
            """
        case .utf8: "const key = secret; // the whole string"
        case .hex: "const key = Buffer.from(secret, 'hex');"
        case .base64: "const key = Buffer.from(secret, 'base64');"
        case .base64AfterPrefix(let prefix):
            """
            const prefix = \(Self.quoted(prefix, "'"));
            const key = Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, 'base64');
            """
        }
    }

    private var nodeHMAC: String { "crypto.createHmac('\(signature.hash.rawValue)', key)" }

    private func nodeHeader(_ name: String) -> String { "headers[\(Self.quoted(name.lowercased(), "'"))] ?? ''" }

    private var nodeCheck: String {
        let encoding = "'\(signature.encoding.rawValue)'"
        let lead = signature.prefix.isEmpty ? "" : Self.quoted(signature.prefix, "'") + " + "
        switch signature.scheme {
        case .body:
            return """
                  const expected = \(lead)\(nodeHMAC).update(body).digest(\(encoding));
                  return equal(\(nodeHeader(signature.signatureHeader)), expected);
                """
        case .timestampBody:
            return """
                  const timestamp = \(nodeHeader(timestampHeader));
                  if (!isRecent(timestamp)) return false;
                  const expected = \(lead)\(nodeHMAC).update(timestamp).update(body).digest(\(encoding));
                  return equal(\(nodeHeader(signature.signatureHeader)), expected);
                """
        case .tV1:
            return """
                  // t=1700000000,v1=5257a869…
                  const [, timestamp, received] = /^t=(\\d+),v1=(.+)$/.exec(\(nodeHeader(signature.signatureHeader))) ?? [];
                  if (!received || !isRecent(timestamp)) return false;
                  const expected = \(nodeHMAC).update(`${timestamp}.`).update(body).digest(\(encoding));
                  return equal(received, expected);
                """
        case .standard:
            return """
                  const id = \(nodeHeader(idHeader));
                  const timestamp = \(nodeHeader(timestampHeader));
                  if (!isRecent(timestamp)) return false;
                  const expected = \(nodeHMAC).update(`${id}.${timestamp}.`).update(body).digest('base64');
                  // While a secret is being changed there are several signatures, with blanks between them.
                  return (\(nodeHeader(signature.signatureHeader))).split(' ').some((one) => equal(one, `v1,${expected}`));
                """
        case .standardEd25519:
            return """
                  const id = \(nodeHeader(idHeader));
                  const timestamp = \(nodeHeader(timestampHeader));
                  if (!isRecent(timestamp)) return false;
                  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
                  // While a key is being changed there are several signatures, with blanks between them.
                  return (\(nodeHeader(signature.signatureHeader))).split(' ').some((one) =>
                    one.startsWith('v1a,') && crypto.verify(null, signed, key, Buffer.from(one.slice(4), 'base64')));
                """
        }
    }

    private var nodeHelp: String {
        var parts: [String] = []
        if signature.scheme.signsTimestamp {
            parts.append(
                """

                // Older ones are refused, so that nobody can send a genuine request again.
                function isRecent(timestamp) {
                  return Math.abs(Date.now() / 1000 - Number(timestamp)) <= \(toleranceSeconds);
                }
                """)
        }
        if !isPublicKey {
            parts.append(
                """

                // In constant time: a comparison that stops early tells how much of a guess is right.
                function equal(received, expected) {
                  const [a, b] = [Buffer.from(received), Buffer.from(expected)];
                  return a.length === b.length && crypto.timingSafeEqual(a, b);
                }
                """)
        }
        return parts.joined(separator: "\n") + "\n"
    }

    private var nodeHandlers: String {
        guard namesType else {
            return """
                function receive(event) {
                  console.log('Received webhook event:', event);
                }
                """
        }
        let cases = types.map { type in
            """
                case '\(type)':
                  handle\(Self.words(type))(event.data);
                  break;
            """
        }.joined(separator: "\n")
        let handlers = types.map { type in
            """
            function handle\(Self.words(type))(data) {
              console.log('\(type):', data);
            }
            """
        }.joined(separator: "\n\n")
        return """
            function receive(event) {
              switch (event.type) {
            \(cases)
                default:
                  console.log('Unhandled event type:', event.type);
              }
            }

            \(handlers)
            """
    }
}
