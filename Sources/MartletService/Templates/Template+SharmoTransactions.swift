extension Template {
    /// What the guide lists under Transaction Events.
    static let sharmoTransactionEvents: [TemplateEventType] = [
        TemplateEventType(
            name: "transaction.created", group: "Transaction Events",
            description: "A new transaction is initiated",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "transaction_id", "user_id", "property_id", "token_id", "type", "status", "amount",
                    "currency", "created_at"
                  ],
                  "properties": {
                    "transaction_id": { "type": "string", "description": "The transaction." },
                    "user_id": { "type": "string", "description": "Whose it is." },
                    "property_id": { "type": "string", "description": "The property it is about." },
                    "token_id": { "type": "string", "description": "The token bought or sold." },
                    "type": {
                      "type": "string",
                      "enum": ["purchase", "sale", "transfer"],
                      "description": "What it is."
                    },
                    "status": { "type": "string", "const": "created", "description": "Where it stands." },
                    "amount": { "type": "number", "minimum": 0, "description": "What it comes to." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "created_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was initiated."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "transaction_id": "txn_Q4v81Z",
                  "user_id": "user_9aT3",
                  "property_id": "prop_7Jk2mQ",
                  "token_id": "tok_MAD45",
                  "type": "purchase",
                  "status": "created",
                  "amount": 2500,
                  "currency": "EUR",
                  "created_at": "2024-03-01T10:00:00Z"
                }
                """#),
        TemplateEventType(
            name: "transaction.pending", group: "Transaction Events",
            description: "A transaction is waiting for confirmation",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "transaction_id", "user_id", "property_id", "token_id", "type", "status", "amount",
                    "currency", "created_at", "transaction_hash", "confirmations", "required_confirmations"
                  ],
                  "properties": {
                    "transaction_id": { "type": "string", "description": "The transaction." },
                    "user_id": { "type": "string", "description": "Whose it is." },
                    "property_id": { "type": "string", "description": "The property it is about." },
                    "token_id": { "type": "string", "description": "The token bought or sold." },
                    "type": {
                      "type": "string",
                      "enum": ["purchase", "sale", "transfer"],
                      "description": "What it is."
                    },
                    "status": { "type": "string", "const": "pending", "description": "Where it stands." },
                    "amount": { "type": "number", "minimum": 0, "description": "What it comes to." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "created_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was initiated."
                    },
                    "transaction_hash": {
                      "type": "string",
                      "description": "The transaction on chain.",
                      "pattern": "^0x[0-9a-f]{64}$"
                    },
                    "confirmations": { "type": "integer", "minimum": 0, "description": "How many it has." },
                    "required_confirmations": {
                      "type": "integer",
                      "minimum": 1,
                      "description": "How many it needs."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "transaction_id": "txn_Q4v81Z",
                  "user_id": "user_9aT3",
                  "property_id": "prop_7Jk2mQ",
                  "token_id": "tok_MAD45",
                  "type": "purchase",
                  "status": "pending",
                  "amount": 2500,
                  "currency": "EUR",
                  "created_at": "2024-03-01T10:00:00Z",
                  "transaction_hash": "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b",
                  "confirmations": 3,
                  "required_confirmations": 12
                }
                """#),
        TemplateEventType(
            name: "transaction.completed", group: "Transaction Events",
            description: "A transaction is successfully completed",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "transaction_id", "user_id", "property_id", "token_id", "type", "status", "amount",
                    "currency", "created_at", "transaction_hash", "completed_at"
                  ],
                  "properties": {
                    "transaction_id": { "type": "string", "description": "The transaction." },
                    "user_id": { "type": "string", "description": "Whose it is." },
                    "property_id": { "type": "string", "description": "The property it is about." },
                    "token_id": { "type": "string", "description": "The token bought or sold." },
                    "type": {
                      "type": "string",
                      "enum": ["purchase", "sale", "transfer"],
                      "description": "What it is."
                    },
                    "status": { "type": "string", "const": "completed", "description": "Where it stands." },
                    "amount": { "type": "number", "minimum": 0, "description": "What it comes to." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "created_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was initiated."
                    },
                    "transaction_hash": {
                      "type": "string",
                      "description": "The transaction on chain.",
                      "pattern": "^0x[0-9a-f]{64}$"
                    },
                    "completed_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was completed."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "transaction_id": "txn_Q4v81Z",
                  "user_id": "user_9aT3",
                  "property_id": "prop_7Jk2mQ",
                  "token_id": "tok_MAD45",
                  "type": "purchase",
                  "status": "completed",
                  "amount": 2500,
                  "currency": "EUR",
                  "created_at": "2024-03-01T10:00:00Z",
                  "transaction_hash": "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b",
                  "completed_at": "2024-03-01T10:02:45Z"
                }
                """#),
        TemplateEventType(
            name: "transaction.failed", group: "Transaction Events",
            description: "A transaction fails to complete",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "transaction_id", "user_id", "property_id", "token_id", "type", "status", "amount",
                    "currency", "created_at", "failure", "failed_at"
                  ],
                  "properties": {
                    "transaction_id": { "type": "string", "description": "The transaction." },
                    "user_id": { "type": "string", "description": "Whose it is." },
                    "property_id": { "type": "string", "description": "The property it is about." },
                    "token_id": { "type": "string", "description": "The token bought or sold." },
                    "type": {
                      "type": "string",
                      "enum": ["purchase", "sale", "transfer"],
                      "description": "What it is."
                    },
                    "status": { "type": "string", "const": "failed", "description": "Where it stands." },
                    "amount": { "type": "number", "minimum": 0, "description": "What it comes to." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "created_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was initiated."
                    },
                    "failure": {
                      "type": "object",
                      "description": "Why it failed.",
                      "required": ["code", "message"],
                      "properties": {
                        "code": { "type": "string", "description": "For programs." },
                        "message": { "type": "string", "description": "For people." }
                      }
                    },
                    "failed_at": { "type": "string", "format": "date-time", "description": "When it failed." }
                  }
                }
                """#,
            example: #"""
                {
                  "transaction_id": "txn_Q4v81Z",
                  "user_id": "user_9aT3",
                  "property_id": "prop_7Jk2mQ",
                  "token_id": "tok_MAD45",
                  "type": "purchase",
                  "status": "failed",
                  "amount": 2500,
                  "currency": "EUR",
                  "created_at": "2024-03-01T10:00:00Z",
                  "failure": {
                    "code": "insufficient_funds",
                    "message": "The wallet holds less than the transaction needs."
                  },
                  "failed_at": "2024-03-01T10:01:12Z"
                }
                """#),
        TemplateEventType(
            name: "transaction.refunded", group: "Transaction Events",
            description: "A transaction is refunded",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "transaction_id", "user_id", "property_id", "token_id", "type", "status", "amount",
                    "currency", "created_at", "refund_id", "refund_amount", "reason", "refunded_at"
                  ],
                  "properties": {
                    "transaction_id": { "type": "string", "description": "The transaction." },
                    "user_id": { "type": "string", "description": "Whose it is." },
                    "property_id": { "type": "string", "description": "The property it is about." },
                    "token_id": { "type": "string", "description": "The token bought or sold." },
                    "type": {
                      "type": "string",
                      "enum": ["purchase", "sale", "transfer"],
                      "description": "What it is."
                    },
                    "status": { "type": "string", "const": "refunded", "description": "Where it stands." },
                    "amount": { "type": "number", "minimum": 0, "description": "What it comes to." },
                    "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                    "created_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was initiated."
                    },
                    "refund_id": { "type": "string", "description": "The refund." },
                    "refund_amount": { "type": "number", "minimum": 0, "description": "What was paid back." },
                    "reason": { "type": "string", "description": "Why it was paid back." },
                    "refunded_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was paid back."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "transaction_id": "txn_Q4v81Z",
                  "user_id": "user_9aT3",
                  "property_id": "prop_7Jk2mQ",
                  "token_id": "tok_MAD45",
                  "type": "purchase",
                  "status": "refunded",
                  "amount": 2500,
                  "currency": "EUR",
                  "created_at": "2024-03-01T10:00:00Z",
                  "refund_id": "rfd_77Kx",
                  "refund_amount": 2500,
                  "reason": "The offering was closed before settlement",
                  "refunded_at": "2024-03-04T13:37:00Z"
                }
                """#),
    ]
}
