import WebhookSigning

extension ReceiverRecipe {
    /// WEBrick; the check is the same in Rails and Sinatra.
    var ruby: String {
        """
        # \(ReceiverLanguage.ruby.fileName): gem install webrick, then WEBHOOK_SECRET=… ruby \(ReceiverLanguage.ruby.fileName)
        require 'json'
        require 'openssl'
        require 'webrick'

        $stdout.sync = true
        SECRET = ENV.fetch('WEBHOOK_SECRET', '')
        abort 'Set WEBHOOK_SECRET' if SECRET.empty?
        \(rubyKey)

        def authentic?(request, body)
        \(rubyCheck)
        end
        \(signature.scheme.signsTimestamp ? rubyRecent : "")
        \(rubyHandlers)

        server = WEBrick::HTTPServer.new(
          BindAddress: '127.0.0.1', Port: ENV.fetch('PORT', 3000).to_i, AccessLog: []
        )
        server.mount_proc('/webhook') do |request, response|
          # The signature covers the bytes as they came: they are parsed when they are known to be genuine.
          body = request.body.to_s.b
          if authentic?(request, body)
            response.status = \(status) # acknowledge,
            Thread.new { receive(JSON.parse(body.force_encoding('UTF-8'), max_nesting: false)) } # and work beside it
          else
            response.status = 401
          end
        end
        trap('TERM') { server.shutdown }
        puts "Listening on #{server.listeners.first.addr[1]}"
        server.start

        """
    }

    private var rubyKey: String {
        switch signature.keyDerivation {
        case _ where isPublicKey:
            """
            # The last 32 bytes of the key are the public one; in front stands what makes it a key that OpenSSL reads (RFC 8410).
            KEY = OpenSSL::PKey.read(['302a300506032b6570032100'].pack('H*') + SECRET[5..].unpack1('m').byteslice(-32, 32))
            """
        case .utf8: "KEY = SECRET # the whole string"
        case .hex: "KEY = [SECRET].pack('H*')"
        case .base64: "KEY = SECRET.unpack1('m')"
        case .base64AfterPrefix(let prefix):
            "KEY = SECRET.delete_prefix(\(Self.quoted(prefix, "'"))).unpack1('m')"
        }
    }

    private func rubyHeader(_ name: String) -> String { "request[\(Self.quoted(name, "'"))].to_s" }

    private func rubyDigest(_ content: String) -> String {
        let name = signature.hash == .sha256 ? "SHA256" : "SHA512"
        let code =
            signature.encoding == .hex
            ? "OpenSSL::HMAC.hexdigest('\(name)', KEY, \(content))"
            : "[OpenSSL::HMAC.digest('\(name)', KEY, \(content))].pack('m0')"
        return signature.prefix.isEmpty ? code : "\(Self.quoted(signature.prefix, "'")) + \(code)"
    }

    private var rubyCheck: String {
        switch signature.scheme {
        case .body:
            return """
                  expected = \(rubyDigest("body"))
                  OpenSSL.secure_compare(\(rubyHeader(signature.signatureHeader)), expected) # in constant time
                """
        case .timestampBody:
            return """
                  timestamp = \(rubyHeader(timestampHeader))
                  return false unless recent?(timestamp)

                  expected = \(rubyDigest("timestamp + body"))
                  OpenSSL.secure_compare(\(rubyHeader(signature.signatureHeader)), expected) # in constant time
                """
        case .tV1:
            return """
                  # t=1700000000,v1=5257a869…
                  parts = /\\At=(\\d+),v1=(.+)\\z/.match(\(rubyHeader(signature.signatureHeader)))
                  return false unless parts && recent?(parts[1])

                  timestamp, received = parts[1], parts[2]
                  expected = \(rubyDigest("\"#{timestamp}.\".b + body"))
                  OpenSSL.secure_compare(received, expected) # in constant time
                """
        case .standard:
            return """
                  id = \(rubyHeader(idHeader))
                  timestamp = \(rubyHeader(timestampHeader))
                  return false unless recent?(timestamp)

                  expected = 'v1,' + \(rubyDigest("\"#{id}.#{timestamp}.\".b + body"))
                  # While a secret is being changed there are several signatures, with blanks between them.
                  \(rubyHeader(signature.signatureHeader)).split(' ').any? { |one| OpenSSL.secure_compare(one, expected) }
                """
        case .standardEd25519:
            return """
                  id = \(rubyHeader(idHeader))
                  timestamp = \(rubyHeader(timestampHeader))
                  return false unless recent?(timestamp)

                  signed = "#{id}.#{timestamp}.".b + body
                  # While a key is being changed there are several signatures, with blanks between them.
                  \(rubyHeader(signature.signatureHeader)).split(' ').any? do |one|
                    one.start_with?('v1a,') && KEY.verify(nil, one.delete_prefix('v1a,').unpack1('m'), signed)
                  end
                """
        }
    }

    private var rubyRecent: String {
        """

        # Older ones are refused, so that nobody can send a genuine request again.
        def recent?(timestamp)
          timestamp.match?(/\\A\\d{1,12}\\z/) && (Time.now.to_i - timestamp.to_i).abs <= \(toleranceSeconds)
        end

        """
    }

    private var rubyHandlers: String {
        guard namesType else {
            return """
                def receive(event)
                  puts "Received webhook event: #{event}"
                end
                """
        }
        let cases = types.map { "  when '\($0)' then handle_\(Self.snake($0))(event['data'])" }.joined(separator: "\n")
        let handlers = types.map { type in
            """
            def handle_\(Self.snake(type))(data)
              puts "\(type): #{data}"
            end
            """
        }.joined(separator: "\n\n")
        return """
            def receive(event)
              case event['type']
            \(cases)
              else puts "Unhandled event type: #{event['type']}"
              end
            end

            \(handlers)
            """
    }
}
