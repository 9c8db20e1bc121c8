extension Template {
    /// GetEquity's guide names no event types. It speaks of the final state of what was first answered as pending, so
    /// that is what the catalogue has: requests and transactions, each with its two ends.
    public static let getequity = Template(
        name: "getequity", profile: "getequity", title: "GetEquity",
        summary: "The final state of pending requests and transactions, as in the GetEquity webhooks guide.",
        eventTypes: [
            TemplateEventType(
                name: "request.completed", group: "Request Events",
                description: "A request that was answered as pending has succeeded",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": [
                        "request_id", "reference", "operation", "status", "created_at", "result", "completed_at"
                      ],
                      "properties": {
                        "request_id": {
                          "type": "string",
                          "description": "The request, as its pending response named it."
                        },
                        "reference": { "type": "string", "description": "Your own reference, as you sent it." },
                        "operation": { "type": "string", "description": "What was asked for." },
                        "status": { "type": "string", "const": "completed", "description": "The final state." },
                        "created_at": { "type": "string", "format": "date-time", "description": "When it was made." },
                        "result": {
                          "type": "object",
                          "description": "What an immediate response would have carried."
                        },
                        "completed_at": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it reached this state."
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "request_id": "req_64f1c2a9",
                      "reference": "onboard-ada-2024",
                      "operation": "user.create",
                      "status": "completed",
                      "created_at": "2024-06-10T08:00:00Z",
                      "result": {
                        "user_id": "usr_64e8aa10",
                        "name": "Ada Obi",
                        "email": "ada@example.com"
                      },
                      "completed_at": "2024-06-10T08:00:41Z"
                    }
                    """#),
            TemplateEventType(
                name: "request.failed", group: "Request Events",
                description: "A request that was answered as pending has failed",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": [
                        "request_id", "reference", "operation", "status", "created_at", "failure", "failed_at"
                      ],
                      "properties": {
                        "request_id": {
                          "type": "string",
                          "description": "The request, as its pending response named it."
                        },
                        "reference": { "type": "string", "description": "Your own reference, as you sent it." },
                        "operation": { "type": "string", "description": "What was asked for." },
                        "status": { "type": "string", "const": "failed", "description": "The final state." },
                        "created_at": { "type": "string", "format": "date-time", "description": "When it was made." },
                        "failure": {
                          "type": "object",
                          "description": "Why it failed.",
                          "required": ["code", "message"],
                          "properties": {
                            "code": { "type": "string", "description": "For programs." },
                            "message": { "type": "string", "description": "For people." }
                          }
                        },
                        "failed_at": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it reached this state."
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "request_id": "req_64f1c2a9",
                      "reference": "onboard-ada-2024",
                      "operation": "user.create",
                      "status": "failed",
                      "created_at": "2024-06-10T08:00:00Z",
                      "failure": {
                        "code": "bvn_mismatch",
                        "message": "The name differs from the one at the bank."
                      },
                      "failed_at": "2024-06-10T08:00:41Z"
                    }
                    """#),
            TemplateEventType(
                name: "transaction.completed", group: "Transaction Events",
                description: "A pending transaction has succeeded",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": [
                        "transaction_id", "reference", "user_id", "type", "status", "amount", "currency",
                        "created_at", "completed_at"
                      ],
                      "properties": {
                        "transaction_id": { "type": "string", "description": "The transaction." },
                        "reference": { "type": "string", "description": "Your own reference, as you sent it." },
                        "user_id": { "type": "string", "description": "The customer." },
                        "type": {
                          "type": "string",
                          "enum": ["deposit", "withdrawal", "buy", "sell"],
                          "description": "What it is."
                        },
                        "status": { "type": "string", "const": "completed", "description": "The final state." },
                        "amount": { "type": "number", "minimum": 0, "description": "What it comes to." },
                        "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                        "created_at": { "type": "string", "format": "date-time", "description": "When it was made." },
                        "asset": {
                          "type": "object",
                          "description": "What was bought or sold.",
                          "required": ["symbol", "quantity", "unit_price"],
                          "properties": {
                            "symbol": { "type": "string", "description": "The asset's short name." },
                            "quantity": { "type": "number", "exclusiveMinimum": 0, "description": "How many." },
                            "unit_price": { "type": "number", "minimum": 0, "description": "Price of one." }
                          }
                        },
                        "completed_at": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it reached this state."
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "transaction_id": "txn_64f1d0b3",
                      "reference": "INV-2024-0117",
                      "user_id": "usr_64e8aa10",
                      "type": "buy",
                      "status": "completed",
                      "amount": 150000,
                      "currency": "NGN",
                      "asset": {
                        "symbol": "SOLARNG",
                        "quantity": 300,
                        "unit_price": 500
                      },
                      "created_at": "2024-06-10T08:15:02Z",
                      "completed_at": "2024-06-10T08:16:20Z"
                    }
                    """#),
            TemplateEventType(
                name: "transaction.failed", group: "Transaction Events",
                description: "A pending transaction has failed",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": [
                        "transaction_id", "reference", "user_id", "type", "status", "amount", "currency",
                        "created_at", "failure", "failed_at"
                      ],
                      "properties": {
                        "transaction_id": { "type": "string", "description": "The transaction." },
                        "reference": { "type": "string", "description": "Your own reference, as you sent it." },
                        "user_id": { "type": "string", "description": "The customer." },
                        "type": {
                          "type": "string",
                          "enum": ["deposit", "withdrawal", "buy", "sell"],
                          "description": "What it is."
                        },
                        "status": { "type": "string", "const": "failed", "description": "The final state." },
                        "amount": { "type": "number", "minimum": 0, "description": "What it comes to." },
                        "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                        "created_at": { "type": "string", "format": "date-time", "description": "When it was made." },
                        "asset": {
                          "type": "object",
                          "description": "What was bought or sold.",
                          "required": ["symbol", "quantity", "unit_price"],
                          "properties": {
                            "symbol": { "type": "string", "description": "The asset's short name." },
                            "quantity": { "type": "number", "exclusiveMinimum": 0, "description": "How many." },
                            "unit_price": { "type": "number", "minimum": 0, "description": "Price of one." }
                          }
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
                        "failed_at": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it reached this state."
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "transaction_id": "txn_64f1d0b3",
                      "reference": "INV-2024-0117",
                      "user_id": "usr_64e8aa10",
                      "type": "buy",
                      "status": "failed",
                      "amount": 150000,
                      "currency": "NGN",
                      "asset": {
                        "symbol": "SOLARNG",
                        "quantity": 300,
                        "unit_price": 500
                      },
                      "created_at": "2024-06-10T08:15:02Z",
                      "failure": {
                        "code": "insufficient_balance",
                        "message": "The wallet holds ₦120,000 of the ₦150,000 needed."
                      },
                      "failed_at": "2024-06-10T08:16:20Z"
                    }
                    """#),
        ])
}
