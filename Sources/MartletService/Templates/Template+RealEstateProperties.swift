extension Template {
    /// The guide's events about properties; `property.created` is its own example.
    static let realEstatePropertyEvents: [TemplateEventType] = [
        TemplateEventType(
            name: "property.created", group: "Property Events",
            description: "A new property is listed",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["property"],
                  "properties": {
                    "property": {
                      "type": "object",
                      "required": ["id", "address", "price", "bedrooms", "bathrooms", "squareFeet", "createdAt"],
                      "properties": {
                        "id": { "type": "string", "description": "The property." },
                        "address": { "type": "string", "description": "Its address in one line." },
                        "price": { "type": "number", "minimum": 0, "description": "The asking price." },
                        "bedrooms": { "type": "integer", "minimum": 0, "description": "How many bedrooms." },
                        "bathrooms": {
                          "type": "number",
                          "minimum": 0,
                          "description": "How many bathrooms; half ones count as 0.5."
                        },
                        "squareFeet": { "type": "number", "exclusiveMinimum": 0, "description": "Living space." },
                        "createdAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was listed."
                        }
                      }
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "property": {
                    "id": "prop_123456",
                    "address": "123 Main St, New York, NY 10001",
                    "price": 750000,
                    "bedrooms": 2,
                    "bathrooms": 2,
                    "squareFeet": 1200,
                    "createdAt": "2023-06-15T10:30:00Z"
                  }
                }
                """#),
        TemplateEventType(
            name: "property.updated", group: "Property Events",
            description: "Property details are updated",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["property"],
                  "properties": {
                    "property": {
                      "type": "object",
                      "required": [
                        "id", "address", "price", "bedrooms", "bathrooms", "squareFeet", "createdAt", "updatedAt"
                      ],
                      "properties": {
                        "id": { "type": "string", "description": "The property." },
                        "address": { "type": "string", "description": "Its address in one line." },
                        "price": { "type": "number", "minimum": 0, "description": "The asking price." },
                        "bedrooms": { "type": "integer", "minimum": 0, "description": "How many bedrooms." },
                        "bathrooms": {
                          "type": "number",
                          "minimum": 0,
                          "description": "How many bathrooms; half ones count as 0.5."
                        },
                        "squareFeet": { "type": "number", "exclusiveMinimum": 0, "description": "Living space." },
                        "createdAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was listed."
                        },
                        "updatedAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When the details changed."
                        }
                      }
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "property": {
                    "id": "prop_123456",
                    "address": "123 Main St, New York, NY 10001",
                    "price": 735000,
                    "bedrooms": 2,
                    "bathrooms": 2,
                    "squareFeet": 1200,
                    "createdAt": "2023-06-15T10:30:00Z",
                    "updatedAt": "2023-06-18T09:05:00Z"
                  }
                }
                """#),
        TemplateEventType(
            name: "property.sold", group: "Property Events",
            description: "Property is marked as sold",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["property"],
                  "properties": {
                    "property": {
                      "type": "object",
                      "required": [
                        "id", "address", "price", "bedrooms", "bathrooms", "squareFeet", "createdAt", "soldPrice",
                        "soldAt"
                      ],
                      "properties": {
                        "id": { "type": "string", "description": "The property." },
                        "address": { "type": "string", "description": "Its address in one line." },
                        "price": { "type": "number", "minimum": 0, "description": "The asking price." },
                        "bedrooms": { "type": "integer", "minimum": 0, "description": "How many bedrooms." },
                        "bathrooms": {
                          "type": "number",
                          "minimum": 0,
                          "description": "How many bathrooms; half ones count as 0.5."
                        },
                        "squareFeet": { "type": "number", "exclusiveMinimum": 0, "description": "Living space." },
                        "createdAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was listed."
                        },
                        "soldPrice": { "type": "number", "minimum": 0, "description": "What it was sold for." },
                        "soldAt": { "type": "string", "format": "date-time", "description": "When it was sold." }
                      }
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "property": {
                    "id": "prop_123456",
                    "address": "123 Main St, New York, NY 10001",
                    "price": 735000,
                    "bedrooms": 2,
                    "bathrooms": 2,
                    "squareFeet": 1200,
                    "createdAt": "2023-06-15T10:30:00Z",
                    "soldPrice": 728500,
                    "soldAt": "2023-07-21T16:45:00Z"
                  }
                }
                """#),
    ]
}
