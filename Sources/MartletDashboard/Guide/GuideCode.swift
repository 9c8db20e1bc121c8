import MartletCore
import WebhookSigning

/// The guide's smaller pieces of code, with the environment's own names in them.
struct GuideCode: Sendable {
    let types: [EventType]
    let recipe: ReceiverRecipe
    let publicURL: String

    private var names: [String] {
        let names = Array(types.prefix(3).map(\.name))
        return names.isEmpty ? ["order.created"] : names
    }

    /// Registers for these.
    private var subscribed: String { names.map { "\"\($0)\"" }.joined(separator: ", ") }

    var endpoint: String {
        let cases = names.map { name in
            """
                case '\(name)':
                  handle\(ReceiverRecipe.words(name))(event.data);
                  break;
            """
        }.joined(separator: "\n")
        return """
            const express = require('express');
            const app = express();

            // Parse JSON bodies
            app.use(express.json());

            app.post('/webhook', (req, res) => {
              const event = req.body;
              console.log('Received webhook event:', event.type);

              // Respond quickly to acknowledge receipt
              res.sendStatus(\(recipe.status));

              // Process the event asynchronously
              switch (event.type) {
            \(cases)
                // Handle other event types
                default:
                  console.log('Unhandled event type:', event.type);
              }
            });

            app.listen(3000, () => {
              console.log('Webhook server running on port 3000');
            });
            """
    }

    var registration: String {
        """
        curl -X POST "\(publicURL)/v1/webhooks" \\
             -H "Authorization: Bearer YOUR_API_KEY" \\
             -H "Content-Type: application/json" \\
             -d '{
               "url": "https://your-app.com/webhook",
               "events": [\(subscribed)]
             }'
        """
    }

    var configuration: String {
        """
        {
          "url": "https://your-app.com/webhook",
          "events": [\(subscribed)],
          "secret": "\(secret)",
          "active": true
        }
        """
    }

    /// A secret of the form that this profile takes.
    private var secret: String {
        switch recipe.signature.keyDerivation {
        case .utf8: "whsec_abcdefghijklmnopqrstuvwxyz1234567890"
        case .hex: "6d6172746c65742d6578616d706c652d6b65792d6e6f742d612d736563726574"
        case .base64: "bWFydGxldC1leGFtcGxlLWtleS1ub3QtYS1zZWNyZXQ="
        case .base64AfterPrefix(let prefix): "\(prefix)bWFydGxldC1leGFtcGxlLWtleS1ub3QtYS1zZWNyZXQ="
        }
    }

    /// A function for each event, over the members of its example.
    var handling: String {
        let chosen = types.prefix(3)
        let cases = chosen.map { type in
            """
                case '\(type.name)':
                  await handle\(ReceiverRecipe.words(type.name))(event.data);
                  break;
            """
        }.joined(separator: "\n")
        let handlers = chosen.map { type in
            let name = ReceiverRecipe.words(type.name)
            return """
                async function handle\(name)(data) {
                  // \(comment(type))
                  await db.collection('\(ReceiverRecipe.snake(type.name))').insert({
                \(members(of: type.example))
                  });
                  console.log('Processed \(type.name)');
                }
                """
        }.joined(separator: "\n\n")
        return """
            async function receive(event) {
              switch (event.type) {
            \(cases)
                default:
                  console.log('Unhandled event type:', event.type);
              }
            }

            \(handlers)
            """
    }

    /// What a comment of one line says about a type.
    private func comment(_ type: EventType) -> String {
        let text = type.description.split { $0.isNewline }.joined(separator: " ")
        return text.isEmpty ? type.name : text
    }

    /// The first members of a payload, down to the first thing in it that has some.
    private func members(of example: String?) -> String {
        guard let example, let value = try? JSONValue(parsing: Array(example.utf8)) else {
            return "    ...data,"
        }
        var path = "data"
        var members = value.object ?? []
        if members.count == 1, let inner = members.first, let object = inner.value.object {
            path += "." + inner.key
            members = object
        }
        let names = members.map(\.key).filter {
            $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }
        guard !names.isEmpty else { return "    ...data," }
        return names.prefix(6).map { "    \($0): \(path).\($0)," }.joined(separator: "\n")
    }

    var idempotency: String {
        """
        async function handleIdempotentEvent(eventId, event) {
          // Check if we've already processed this event
          if (await db.processedEvents.exists(eventId)) {
            console.log(`Event ${eventId} already processed, skipping`);
            return;
          }

          // Process the event
          await processEvent(event);

          // Mark it as processed
          await db.processedEvents.insert({ eventId, processedAt: new Date() });
        }

        handleIdempotentEvent(req.headers['webhook-id'], event).catch(console.error);
        """
    }

    var missed: String {
        """
        # What happened since
        curl "\(publicURL)/v1/events?since=2023-06-15T00:00:00Z" -H "Authorization: Bearer YOUR_API_KEY"

        # Deliver again what failed since
        curl -X POST "\(publicURL)/v1/webhooks/WEBHOOK_ID/recover" \\
             -H "Authorization: Bearer YOUR_API_KEY" -H "Content-Type: application/json" \\
             -d '{"since": "2023-06-15T00:00:00Z", "only": "failed"}'
        """
    }

    var test: String {
        """
        curl -X POST "\(publicURL)/v1/webhooks/WEBHOOK_ID/test" \\
             -H "Authorization: Bearer YOUR_API_KEY" -H "Content-Type: application/json" \\
             -d '{"type": "\(names[0])"}'
        """
    }
}
