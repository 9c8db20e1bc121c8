extension Template {
    /// What the guide lists under Property Events.
    static let sharmoPropertyEvents: [TemplateEventType] = [
        TemplateEventType(
            name: "property.created", group: "Property Events",
            description: "A new property is added to the platform",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["property_id", "address", "price", "tokenization_status", "created_at"],
                  "properties": {
                    "property_id": { "type": "string", "description": "The property." },
                    "address": { "type": "string", "description": "Its address in one line." },
                    "price": { "type": "number", "minimum": 0, "description": "What the whole property costs." },
                    "tokenization_status": {
                      "type": "string",
                      "enum": ["not_tokenized", "pending", "tokenized"],
                      "description": "How far it is from being tokenised."
                    },
                    "created_at": { "type": "string", "format": "date-time", "description": "When it was added." }
                  }
                }
                """#,
            example: #"""
                {
                  "property_id": "prop_7Jk2mQ",
                  "address": "Calle de Alcalá 45, 28014 Madrid",
                  "price": 1250000,
                  "tokenization_status": "not_tokenized",
                  "created_at": "2024-02-05T08:30:00Z"
                }
                """#),
        TemplateEventType(
            name: "property.updated", group: "Property Events",
            description: "Property details are updated",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "property_id", "address", "price", "tokenization_status", "created_at", "updated_fields",
                    "updated_at"
                  ],
                  "properties": {
                    "property_id": { "type": "string", "description": "The property." },
                    "address": { "type": "string", "description": "Its address in one line." },
                    "price": { "type": "number", "minimum": 0, "description": "What the whole property costs." },
                    "tokenization_status": {
                      "type": "string",
                      "enum": ["not_tokenized", "pending", "tokenized"],
                      "description": "How far it is from being tokenised."
                    },
                    "created_at": { "type": "string", "format": "date-time", "description": "When it was added." },
                    "updated_fields": {
                      "type": "array",
                      "description": "The members that changed.",
                      "minItems": 1,
                      "items": { "type": "string" }
                    },
                    "updated_at": { "type": "string", "format": "date-time", "description": "When it changed." }
                  }
                }
                """#,
            example: #"""
                {
                  "property_id": "prop_7Jk2mQ",
                  "address": "Calle de Alcalá 45, 28014 Madrid",
                  "price": 1275000,
                  "tokenization_status": "not_tokenized",
                  "created_at": "2024-02-05T08:30:00Z",
                  "updated_fields": [
                    "price"
                  ],
                  "updated_at": "2024-02-12T15:41:20Z"
                }
                """#),
        TemplateEventType(
            name: "property.tokenized", group: "Property Events",
            description: "A property is tokenized",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "property_id", "address", "price", "tokenization_status", "created_at", "token_id",
                    "token_supply", "token_price", "contract_address", "tokenized_at"
                  ],
                  "properties": {
                    "property_id": { "type": "string", "description": "The property." },
                    "address": { "type": "string", "description": "Its address in one line." },
                    "price": { "type": "number", "minimum": 0, "description": "What the whole property costs." },
                    "tokenization_status": {
                      "type": "string",
                      "enum": ["not_tokenized", "pending", "tokenized"],
                      "description": "How far it is from being tokenised."
                    },
                    "created_at": { "type": "string", "format": "date-time", "description": "When it was added." },
                    "token_id": { "type": "string", "description": "The token that stands for it." },
                    "token_supply": {
                      "type": "integer",
                      "minimum": 1,
                      "description": "How many tokens it is divided into."
                    },
                    "token_price": { "type": "number", "minimum": 0, "description": "Price of one at issue." },
                    "contract_address": {
                      "type": "string",
                      "description": "The contract on chain.",
                      "pattern": "^0x[0-9a-fA-F]{40}$"
                    },
                    "tokenized_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was tokenised."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "property_id": "prop_7Jk2mQ",
                  "address": "Calle de Alcalá 45, 28014 Madrid",
                  "price": 1275000,
                  "tokenization_status": "tokenized",
                  "created_at": "2024-02-05T08:30:00Z",
                  "token_id": "tok_MAD45",
                  "token_supply": 12750,
                  "token_price": 100,
                  "contract_address": "0xde709f2102306220921060314715629080e2fb77",
                  "tokenized_at": "2024-02-20T12:00:00Z"
                }
                """#),
        TemplateEventType(
            name: "property.sold", group: "Property Events",
            description: "A property is sold",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "property_id", "address", "price", "tokenization_status", "created_at", "sale_price",
                    "buyer_id", "sold_at"
                  ],
                  "properties": {
                    "property_id": { "type": "string", "description": "The property." },
                    "address": { "type": "string", "description": "Its address in one line." },
                    "price": { "type": "number", "minimum": 0, "description": "What the whole property costs." },
                    "tokenization_status": {
                      "type": "string",
                      "enum": ["not_tokenized", "pending", "tokenized"],
                      "description": "How far it is from being tokenised."
                    },
                    "created_at": { "type": "string", "format": "date-time", "description": "When it was added." },
                    "sale_price": { "type": "number", "minimum": 0, "description": "What it was sold for." },
                    "buyer_id": { "type": "string", "description": "The user who bought it." },
                    "sold_at": { "type": "string", "format": "date-time", "description": "When it was sold." }
                  }
                }
                """#,
            example: #"""
                {
                  "property_id": "prop_7Jk2mQ",
                  "address": "Calle de Alcalá 45, 28014 Madrid",
                  "price": 1250000,
                  "tokenization_status": "tokenized",
                  "created_at": "2024-02-05T08:30:00Z",
                  "sale_price": 1310000,
                  "buyer_id": "user_9aT3",
                  "sold_at": "2024-09-30T16:20:00Z"
                }
                """#),
        TemplateEventType(
            name: "property.delisted", group: "Property Events",
            description: "A property is removed from listings",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [
                    "property_id", "address", "price", "tokenization_status", "created_at", "reason",
                    "delisted_at"
                  ],
                  "properties": {
                    "property_id": { "type": "string", "description": "The property." },
                    "address": { "type": "string", "description": "Its address in one line." },
                    "price": { "type": "number", "minimum": 0, "description": "What the whole property costs." },
                    "tokenization_status": {
                      "type": "string",
                      "enum": ["not_tokenized", "pending", "tokenized"],
                      "description": "How far it is from being tokenised."
                    },
                    "created_at": { "type": "string", "format": "date-time", "description": "When it was added." },
                    "reason": { "type": "string", "description": "Why it was removed." },
                    "delisted_at": {
                      "type": "string",
                      "format": "date-time",
                      "description": "When it was removed."
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "property_id": "prop_7Jk2mQ",
                  "address": "Calle de Alcalá 45, 28014 Madrid",
                  "price": 1250000,
                  "tokenization_status": "not_tokenized",
                  "created_at": "2024-02-05T08:30:00Z",
                  "reason": "Withdrawn by the owner",
                  "delisted_at": "2024-10-02T09:00:00Z"
                }
                """#),
    ]
}
