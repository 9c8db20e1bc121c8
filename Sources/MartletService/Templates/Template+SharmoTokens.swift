extension Template {
    /// What the guide lists under Token Events.
    static let sharmoTokenEvents: [TemplateEventType] = [
        TemplateEventType(
            name: "token.issued", group: "Token Events",
            description: "New tokens are created for a property",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "token_id", "property_id", "symbol", "amount", "total_supply", "price", "currency",
                    "contract_address", "timestamp"
                  ],
                  "properties": {
                    "token_id": { "type": "string", "description": "The token." },
                    "property_id": { "type": "string", "description": "The property it stands for." },
                    "symbol": { "type": "string", "description": "Its short name." },
                    "amount": { "type": "integer", "minimum": 1, "description": "How many were created." },
                    "total_supply": { "type": "integer", "minimum": 1, "description": "How many there are now." },
                    "price": { "type": "number", "minimum": 0, "description": "Price of one." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "contract_address": {
                      "type": "string",
                      "description": "The contract on chain.",
                      "pattern": "^0x[0-9a-fA-F]{40}$"
                    },
                    "timestamp": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When they were created."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "token_id": "tok_MAD45",
                  "property_id": "prop_7Jk2mQ",
                  "symbol": "MAD45",
                  "amount": 12750,
                  "total_supply": 12750,
                  "price": 100,
                  "currency": "EUR",
                  "contract_address": "0xde709f2102306220921060314715629080e2fb77",
                  "timestamp": "2024-02-20T12:00:00Z"
                }
                """#),
        TemplateEventType(
            name: "token.transferred", group: "Token Events",
            description: "Tokens are transferred between users",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "transaction_id", "token_id", "from_address", "to_address", "from_user_id", "to_user_id",
                    "amount", "timestamp"
                  ],
                  "properties": {
                    "transaction_id": { "type": "string", "description": "The transaction that moved them." },
                    "token_id": { "type": "string", "description": "The token." },
                    "from_address": {
                      "type": "string",
                      "description": "The wallet they left.",
                      "pattern": "^0x[0-9a-fA-F]{40}$"
                    },
                    "to_address": {
                      "type": "string",
                      "description": "The wallet they reached.",
                      "pattern": "^0x[0-9a-fA-F]{40}$"
                    },
                    "from_user_id": { "type": "string", "description": "Who gave them." },
                    "to_user_id": { "type": "string", "description": "Who received them." },
                    "amount": { "type": "number", "exclusiveMinimum": 0, "description": "How many." },
                    "timestamp": { "type": "string", "format": "date-time", "description": "When they moved." }
                  }
                }
                """#,
            example: #"""
                {
                  "transaction_id": "txn_Q4v81Z",
                  "token_id": "tok_MAD45",
                  "from_address": "0x52908400098527886E0F7030069857D2E4169EE7",
                  "to_address": "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
                  "from_user_id": "user_4mC8",
                  "to_user_id": "user_9aT3",
                  "amount": 25,
                  "timestamp": "2024-03-01T10:02:45Z"
                }
                """#),
        TemplateEventType(
            name: "token.price_updated", group: "Token Events",
            description: "The market price of tokens changes",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["token_id", "property_id", "previous_price", "price", "currency", "timestamp"],
                  "properties": {
                    "token_id": { "type": "string", "description": "The token." },
                    "property_id": { "type": "string", "description": "The property it stands for." },
                    "previous_price": { "type": "number", "minimum": 0, "description": "Price of one before." },
                    "price": { "type": "number", "minimum": 0, "description": "Price of one now." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "timestamp": { "type": "string", "format": "date-time", "description": "When it changed." }
                  }
                }
                """#,
            example: #"""
                {
                  "token_id": "tok_MAD45",
                  "property_id": "prop_7Jk2mQ",
                  "previous_price": 100,
                  "price": 102.75,
                  "currency": "EUR",
                  "timestamp": "2024-04-15T00:00:00Z"
                }
                """#),
        TemplateEventType(
            name: "token.dividend_issued", group: "Token Events",
            description: "Dividend payments are issued to token holders",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "dividend_id", "token_id", "property_id", "period", "amount_per_token", "total_amount",
                    "currency", "payments", "timestamp"
                  ],
                  "properties": {
                    "dividend_id": { "type": "string", "description": "The dividend." },
                    "token_id": { "type": "string", "description": "The token." },
                    "property_id": { "type": "string", "description": "The property it stands for." },
                    "period": {
                      "type": "object",
                      "description": "The days it is paid for.",
                      "required": ["start", "end"],
                      "properties": {
                        "start": { "type": "string", "format": "date" },
                        "end": { "type": "string", "format": "date" }
                      }
                    },
                    "amount_per_token": { "type": "number", "minimum": 0, "description": "What one token earns." },
                    "total_amount": { "type": "number", "minimum": 0, "description": "What all of them earn." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "payments": {
                      "type": "array",
                      "description": "One for each holder.",
                      "items": {
                        "type": "object",
                        "required": ["user_id", "tokens", "amount"],
                        "properties": {
                          "user_id": { "type": "string", "description": "Who is paid." },
                          "tokens": {
                            "type": "number",
                            "exclusiveMinimum": 0,
                            "description": "How many they hold."
                          },
                          "amount": { "type": "number", "minimum": 0, "description": "What they are paid." }
                        }
                      }
                    },
                    "timestamp": { "type": "string", "format": "date-time", "description": "When it was issued." }
                  }
                }
                """#,
            example: #"""
                {
                  "dividend_id": "div_2024Q1",
                  "token_id": "tok_MAD45",
                  "property_id": "prop_7Jk2mQ",
                  "period": {
                    "start": "2024-01-01",
                    "end": "2024-03-31"
                  },
                  "amount_per_token": 0.85,
                  "total_amount": 10837.5,
                  "currency": "EUR",
                  "payments": [
                    {
                      "user_id": "user_4mC8",
                      "tokens": 12725,
                      "amount": 10816.25
                    },
                    {
                      "user_id": "user_9aT3",
                      "tokens": 25,
                      "amount": 21.25
                    }
                  ],
                  "timestamp": "2024-04-02T06:00:00Z"
                }
                """#),
    ]
}
