extension Template {
    /// The Fractio tutorial's catalogue: the two event types it registers for, their fields in its snake case.
    public static let fractio = Template(
        name: "fractio", profile: "fractio", title: "Fractio",
        summary: "Fractional property investment, as in the Fractio webhook tutorial.",
        eventTypes: [
            TemplateEventType(
                name: "property.updated", group: "Property Events",
                description: "A property's details changed",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": [
                        "property_id", "name", "address", "status", "valuation", "currency", "fractions",
                        "updated_fields", "updated_at"
                      ],
                      "properties": {
                        "property_id": { "type": "string", "description": "The property." },
                        "name": { "type": "string", "description": "The name it is offered under." },
                        "address": { "type": "string", "description": "Its address in one line." },
                        "status": {
                          "type": "string",
                          "enum": ["draft", "funding", "funded", "closed"],
                          "description": "Where it stands on the market."
                        },
                        "valuation": {
                          "type": "number",
                          "minimum": 0,
                          "description": "What the whole property is worth."
                        },
                        "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                        "fractions": {
                          "type": "object",
                          "description": "The shares it is sold in.",
                          "required": ["total", "available", "price"],
                          "properties": {
                            "total": {
                              "type": "integer",
                              "minimum": 1,
                              "description": "How many it is divided into."
                            },
                            "available": { "type": "integer", "minimum": 0, "description": "How many are unsold." },
                            "price": { "type": "number", "minimum": 0, "description": "Price of one." }
                          }
                        },
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
                      "property_id": "prop_8f2c41",
                      "name": "Riverside Lofts 12B",
                      "address": "48 Quay Street, Bristol BS1 4RW",
                      "status": "funding",
                      "valuation": 480000,
                      "currency": "GBP",
                      "fractions": {
                        "total": 4800,
                        "available": 1315,
                        "price": 100
                      },
                      "updated_fields": [
                        "valuation",
                        "fractions"
                      ],
                      "updated_at": "2024-03-18T11:42:07Z"
                    }
                    """#),
            TemplateEventType(
                name: "investment.created", group: "Investment Events",
                description: "An investor bought fractions of a property",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": [
                        "investment_id", "property_id", "investor_id", "fractions", "price_per_fraction", "amount",
                        "currency", "status", "created_at"
                      ],
                      "properties": {
                        "investment_id": { "type": "string", "description": "The investment." },
                        "property_id": { "type": "string", "description": "The property invested in." },
                        "investor_id": { "type": "string", "description": "Who invested." },
                        "fractions": { "type": "integer", "minimum": 1, "description": "How many were bought." },
                        "price_per_fraction": { "type": "number", "minimum": 0, "description": "Price of one." },
                        "amount": { "type": "number", "minimum": 0, "description": "What was paid for all of them." },
                        "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                        "status": {
                          "type": "string",
                          "enum": ["pending", "confirmed"],
                          "description": "Whether the money has arrived."
                        },
                        "created_at": { "type": "string", "format": "date-time", "description": "When it was made." }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "investment_id": "inv_5d90ab",
                      "property_id": "prop_8f2c41",
                      "investor_id": "usr_2b7e19",
                      "fractions": 25,
                      "price_per_fraction": 100,
                      "amount": 2500,
                      "currency": "GBP",
                      "status": "confirmed",
                      "created_at": "2024-03-18T12:05:33Z"
                    }
                    """#),
        ])
}
