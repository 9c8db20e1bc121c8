extension Template {
    /// The Rapture guide is about receiving: it names a user's registration and a payment's confirmation as what an
    /// external service would send. They come in through a source and go out under Standard Webhooks.
    public static let rapture = Template(
        name: "rapture", profile: "standard", title: "Rapture",
        summary: "What external services report: registrations and payments, as in the Rapture guide.",
        eventTypes: [
            TemplateEventType(
                name: "user.registered", group: "User Events",
                description: "A user registered with the external service",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": ["user"],
                      "properties": {
                        "user": {
                          "type": "object",
                          "required": ["id", "name", "email", "registered_at"],
                          "properties": {
                            "id": { "type": "string", "description": "The user, as the service knows them." },
                            "name": { "type": "string" },
                            "email": { "type": "string", "format": "email" },
                            "registered_at": {
                              "type": "string",
                              "format": "date-time",
                              "description": "When they registered."
                            }
                          }
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "user": {
                        "id": "u_20931",
                        "name": "Amélie Laurent",
                        "email": "amelie@example.com",
                        "registered_at": "2023-11-08T13:25:40Z"
                      }
                    }
                    """#),
            TemplateEventType(
                name: "payment.confirmed", group: "Payment Events",
                description: "The external service confirmed a payment",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": ["payment"],
                      "properties": {
                        "payment": {
                          "type": "object",
                          "required": ["id", "user_id", "reference", "amount", "currency", "method", "confirmed_at"],
                          "properties": {
                            "id": { "type": "string", "description": "The payment, as the service knows it." },
                            "user_id": { "type": "string", "description": "Who paid." },
                            "reference": { "type": "string", "description": "What it is for." },
                            "amount": { "type": "number", "minimum": 0, "description": "What was paid." },
                            "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                            "method": {
                              "type": "string",
                              "enum": ["card", "bank_transfer", "wallet"],
                              "description": "How it was paid."
                            },
                            "confirmed_at": {
                              "type": "string",
                              "format": "date-time",
                              "description": "When it was confirmed."
                            }
                          }
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "payment": {
                        "id": "pay_88120",
                        "user_id": "u_20931",
                        "reference": "Premium plan, one year",
                        "amount": 119.4,
                        "currency": "USD",
                        "method": "card",
                        "confirmed_at": "2023-11-08T13:31:02Z"
                      }
                    }
                    """#),
        ])
}
