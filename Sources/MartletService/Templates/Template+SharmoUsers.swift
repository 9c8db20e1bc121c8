extension Template {
    /// What the guide lists under User Events.
    static let sharmoUserEvents: [TemplateEventType] = [
        TemplateEventType(
            name: "user.registered", group: "User Events",
            description: "A new user registers on the platform",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["user_id", "email", "name", "country", "kyc_status", "created_at"],
                  "properties": {
                    "user_id": { "type": "string", "description": "The user." },
                    "email": { "type": "string", "format": "email" },
                    "name": { "type": "string", "description": "Their full name." },
                    "country": { "type": "string", "description": "ISO 3166-1 alpha-2.", "pattern": "^[A-Z]{2}$" },
                    "kyc_status": {
                      "type": "string",
                      "enum": ["not_started", "pending", "verified", "rejected"],
                      "description": "How far their identity is checked."
                    },
                    "created_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When they registered."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "user_id": "user_9aT3",
                  "email": "lucia@example.com",
                  "name": "Lucía Fernández",
                  "country": "ES",
                  "kyc_status": "not_started",
                  "created_at": "2024-02-26T17:48:09Z"
                }
                """#),
        TemplateEventType(
            name: "user.kyc_updated", group: "User Events",
            description: "A user's KYC status changes",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["user_id", "previous_kyc_status", "kyc_status", "updated_at"],
                  "properties": {
                    "user_id": { "type": "string", "description": "The user." },
                    "previous_kyc_status": {
                      "type": "string",
                      "enum": ["not_started", "pending", "verified", "rejected"],
                      "description": "What it was."
                    },
                    "kyc_status": {
                      "type": "string",
                      "enum": ["not_started", "pending", "verified", "rejected"],
                      "description": "What it is."
                    },
                    "updated_at": { "type": "string", "format": "date-time", "description": "When it changed." }
                  }
                }
                """#,
            example: #"""
                {
                  "user_id": "user_9aT3",
                  "previous_kyc_status": "not_started",
                  "kyc_status": "pending",
                  "updated_at": "2024-02-26T18:03:51Z"
                }
                """#),
        TemplateEventType(
            name: "user.kyc_verified", group: "User Events",
            description: "A user passes KYC verification",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["user_id", "kyc_status", "kyc_level", "expires_at", "verified_at"],
                  "properties": {
                    "user_id": { "type": "string", "description": "The user." },
                    "kyc_status": { "type": "string", "const": "verified" },
                    "kyc_level": {
                      "type": "string",
                      "enum": ["basic", "full"],
                      "description": "How much was checked."
                    },
                    "expires_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it has to be repeated."
                    },
                    "verified_at": { "type": "string", "format": "date-time", "description": "When they passed." }
                  }
                }
                """#,
            example: #"""
                {
                  "user_id": "user_9aT3",
                  "kyc_status": "verified",
                  "kyc_level": "full",
                  "expires_at": "2026-02-27T00:00:00Z",
                  "verified_at": "2024-02-27T09:14:30Z"
                }
                """#),
        TemplateEventType(
            name: "user.kyc_rejected", group: "User Events",
            description: "A user fails KYC verification",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["user_id", "kyc_status", "reasons", "can_resubmit", "rejected_at"],
                  "properties": {
                    "user_id": { "type": "string", "description": "The user." },
                    "kyc_status": { "type": "string", "const": "rejected" },
                    "reasons": {
                      "type": "array",
                      "description": "Why they failed.",
                      "minItems": 1,
                      "items": {
                        "type": "object",
                        "required": ["code", "message"],
                        "properties": {
                          "code": { "type": "string", "description": "For programs." },
                          "message": { "type": "string", "description": "For people." }
                        }
                      }
                    },
                    "can_resubmit": { "type": "boolean", "description": "Whether they may try again." },
                    "rejected_at": { "type": "string", "format": "date-time", "description": "When they failed." }
                  }
                }
                """#,
            example: #"""
                {
                  "user_id": "user_9aT3",
                  "kyc_status": "rejected",
                  "reasons": [
                    {
                      "code": "document_expired",
                      "message": "The passport expired in 2023."
                    }
                  ],
                  "can_resubmit": true,
                  "rejected_at": "2024-02-27T09:14:30Z"
                }
                """#),
    ]
}
