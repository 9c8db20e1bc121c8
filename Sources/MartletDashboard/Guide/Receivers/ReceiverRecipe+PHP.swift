import WebhookSigning

extension ReceiverRecipe {
    /// PHP without a framework.
    var php: String {
        """
        <?php
        // \(ReceiverLanguage.php.fileName): WEBHOOK_SECRET=… php -S 127.0.0.1:3000 \(ReceiverLanguage.php.fileName)
        $secret = getenv('WEBHOOK_SECRET') ?: throw new RuntimeException('Set WEBHOOK_SECRET');
        \(phpKey)

        function header_value(string $name): string
        {
            return $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? '';
        }
        \(signature.scheme.signsTimestamp ? phpRecent : "")
        function is_authentic(string $body, string $key): bool
        {
        \(phpCheck)
        }

        // The signature covers the bytes as they came: they are parsed when they are known to be genuine.
        $body = file_get_contents('php://input');
        if (!is_authentic($body, $key)) {
            http_response_code(401);
            exit('Invalid signature');
        }

        http_response_code(\(status)); // acknowledge first,
        if (function_exists('fastcgi_finish_request')) {
            fastcgi_finish_request();
        }
        receive(json_decode($body, true, 1024)); // then work; better still, in a queue

        \(phpHandlers)

        """
    }

    private var phpKey: String {
        switch signature.keyDerivation {
        case _ where isPublicKey: "$key = substr(base64_decode(substr($secret, 5)), -32); // the public key"
        case .utf8: "$key = $secret; // the whole string"
        case .hex: "$key = hex2bin($secret);"
        case .base64: "$key = base64_decode($secret);"
        case .base64AfterPrefix(let prefix):
            """
            $prefix = \(Self.quoted(prefix, "'"));
            $key = base64_decode(str_starts_with($secret, $prefix) ? substr($secret, strlen($prefix)) : $secret);
            """
        }
    }

    private func phpHeader(_ name: String) -> String { "header_value(\(Self.quoted(name, "'")))" }

    private func phpDigest(_ content: String) -> String {
        let code =
            signature.encoding == .hex
            ? "hash_hmac('\(signature.hash.rawValue)', \(content), $key)"
            : "base64_encode(hash_hmac('\(signature.hash.rawValue)', \(content), $key, true))"
        return signature.prefix.isEmpty ? code : "\(Self.quoted(signature.prefix, "'")) . \(code)"
    }

    private var phpCheck: String {
        switch signature.scheme {
        case .body:
            return """
                    $expected = \(phpDigest("$body"));
                    return hash_equals($expected, \(phpHeader(signature.signatureHeader))); // in constant time
                """
        case .timestampBody:
            return """
                    $timestamp = \(phpHeader(timestampHeader));
                    if (!is_recent($timestamp)) {
                        return false;
                    }
                    $expected = \(phpDigest("$timestamp . $body"));
                    return hash_equals($expected, \(phpHeader(signature.signatureHeader))); // in constant time
                """
        case .tV1:
            return """
                    // t=1700000000,v1=5257a869…
                    if (!preg_match('/^t=([0-9]+),v1=(.+)$/D', \(phpHeader(signature.signatureHeader)), $parts)) {
                        return false;
                    }
                    [, $timestamp, $received] = $parts;
                    if (!is_recent($timestamp)) {
                        return false;
                    }
                    $expected = \(phpDigest("$timestamp . '.' . $body"));
                    return hash_equals($expected, $received); // in constant time
                """
        case .standard:
            return """
                    $id = \(phpHeader(idHeader));
                    $timestamp = \(phpHeader(timestampHeader));
                    if (!is_recent($timestamp)) {
                        return false;
                    }
                    $expected = 'v1,' . \(phpDigest("\"$id.$timestamp.$body\""));
                    // While a secret is being changed there are several signatures, with blanks between them.
                    foreach (explode(' ', \(phpHeader(signature.signatureHeader))) as $one) {
                        if (hash_equals($expected, $one)) { // in constant time
                            return true;
                        }
                    }
                    return false;
                """
        case .standardEd25519:
            return """
                    $id = \(phpHeader(idHeader));
                    $timestamp = \(phpHeader(timestampHeader));
                    if (!is_recent($timestamp)) {
                        return false;
                    }
                    // While a key is being changed there are several signatures, with blanks between them.
                    foreach (explode(' ', \(phpHeader(signature.signatureHeader))) as $one) {
                        $received = base64_decode(substr($one, 4));
                        if (str_starts_with($one, 'v1a,') && strlen($received) === SODIUM_CRYPTO_SIGN_BYTES
                            && sodium_crypto_sign_verify_detached($received, "$id.$timestamp.$body", $key)) {
                            return true;
                        }
                    }
                    return false;
                """
        }
    }

    private var phpRecent: String {
        """

        // Older ones are refused, so that nobody can send a genuine request again.
        function is_recent(string $timestamp): bool
        {
            return ctype_digit($timestamp) && abs(time() - (int) $timestamp) <= \(toleranceSeconds);
        }

        """
    }

    private var phpHandlers: String {
        guard namesType else {
            return """
                function receive(array $event): void
                {
                    error_log('Received webhook event: ' . json_encode($event));
                }
                """
        }
        let cases = types.map { type in
            """
                    case '\(type)':
                        handle\(Self.words(type))($event['data']);
                        break;
            """
        }.joined(separator: "\n")
        let handlers = types.map { type in
            """
            function handle\(Self.words(type))(mixed $data): void
            {
                error_log('\(type): ' . json_encode($data));
            }
            """
        }.joined(separator: "\n\n")
        return """
            function receive(array $event): void
            {
                switch ($event['type']) {
            \(cases)
                    default:
                        error_log('Unhandled event type: ' . $event['type']);
                }
            }

            \(handlers)
            """
    }
}
