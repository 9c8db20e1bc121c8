extension Template {
    /// Standard Webhooks with two neutral event types: enough to see a first delivery, easy to replace.
    public static let standard = Template(
        name: "standard", profile: "standard", title: "Standard Webhooks",
        summary: "Standard Webhooks signatures and a small sample catalogue to replace with your own.",
        eventTypes: [
            TemplateEventType(
                name: "order.created", group: "Order Events",
                description: "An order was placed",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": ["order"],
                      "properties": {
                        "order": {
                          "type": "object",
                          "required": [
                            "id", "number", "status", "customer", "lines", "total", "currency", "created_at"
                          ],
                          "properties": {
                            "id": { "type": "string", "description": "The order." },
                            "number": { "type": "string", "description": "The number that the customer sees." },
                            "status": {
                              "type": "string",
                              "enum": ["pending", "paid", "shipped", "delivered", "cancelled"],
                              "description": "How far it has come."
                            },
                            "customer": {
                              "type": "object",
                              "required": ["id", "name", "email"],
                              "properties": {
                                "id": { "type": "string", "description": "The customer." },
                                "name": { "type": "string" },
                                "email": { "type": "string", "format": "email" }
                              }
                            },
                            "lines": {
                              "type": "array",
                              "description": "What was ordered.",
                              "minItems": 1,
                              "items": {
                                "type": "object",
                                "required": ["sku", "name", "quantity", "unit_price"],
                                "properties": {
                                  "sku": { "type": "string", "description": "The article sold." },
                                  "name": { "type": "string", "description": "Its name, as the customer saw it." },
                                  "quantity": { "type": "integer", "minimum": 1, "description": "How many." },
                                  "unit_price": {
                                    "type": "number",
                                    "minimum": 0,
                                    "description": "Price of one, in the order's currency."
                                  }
                                }
                              }
                            },
                            "total": { "type": "number", "minimum": 0, "description": "What the customer pays." },
                            "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                            "created_at": {
                              "type": "string",
                              "format": "date-time",
                              "description": "When it was placed."
                            }
                          }
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "order": {
                        "id": "ord_3058",
                        "number": "2024-3058",
                        "status": "pending",
                        "customer": {
                          "id": "cus_417",
                          "name": "Grace Hopper",
                          "email": "grace@example.com"
                        },
                        "lines": [
                          {
                            "sku": "mug-blue",
                            "name": "Blue mug",
                            "quantity": 2,
                            "unit_price": 12.5
                          },
                          {
                            "sku": "tea-assam",
                            "name": "Assam, 250 g",
                            "quantity": 1,
                            "unit_price": 8.95
                          }
                        ],
                        "total": 33.95,
                        "currency": "EUR",
                        "created_at": "2024-05-02T09:15:00Z"
                      }
                    }
                    """#),
            TemplateEventType(
                name: "order.updated", group: "Order Events",
                description: "An order changed: it was paid, shipped, delivered or cancelled",
                schema: #"""
                    {
                      "$schema": "https://json-schema.org/draft/2020-12/schema",
                      "type": "object",
                      "required": ["order"],
                      "properties": {
                        "order": {
                          "type": "object",
                          "required": [
                            "id", "number", "status", "customer", "lines", "total", "currency", "created_at",
                            "updated_at"
                          ],
                          "properties": {
                            "id": { "type": "string", "description": "The order." },
                            "number": { "type": "string", "description": "The number that the customer sees." },
                            "status": {
                              "type": "string",
                              "enum": ["pending", "paid", "shipped", "delivered", "cancelled"],
                              "description": "How far it has come."
                            },
                            "customer": {
                              "type": "object",
                              "required": ["id", "name", "email"],
                              "properties": {
                                "id": { "type": "string", "description": "The customer." },
                                "name": { "type": "string" },
                                "email": { "type": "string", "format": "email" }
                              }
                            },
                            "lines": {
                              "type": "array",
                              "description": "What was ordered.",
                              "minItems": 1,
                              "items": {
                                "type": "object",
                                "required": ["sku", "name", "quantity", "unit_price"],
                                "properties": {
                                  "sku": { "type": "string", "description": "The article sold." },
                                  "name": { "type": "string", "description": "Its name, as the customer saw it." },
                                  "quantity": { "type": "integer", "minimum": 1, "description": "How many." },
                                  "unit_price": {
                                    "type": "number",
                                    "minimum": 0,
                                    "description": "Price of one, in the order's currency."
                                  }
                                }
                              }
                            },
                            "total": { "type": "number", "minimum": 0, "description": "What the customer pays." },
                            "currency": { "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" },
                            "created_at": {
                              "type": "string",
                              "format": "date-time",
                              "description": "When it was placed."
                            },
                            "updated_at": {
                              "type": "string",
                              "format": "date-time",
                              "description": "When it changed."
                            }
                          }
                        }
                      }
                    }
                    """#,
                example: #"""
                    {
                      "order": {
                        "id": "ord_3058",
                        "number": "2024-3058",
                        "status": "shipped",
                        "customer": {
                          "id": "cus_417",
                          "name": "Grace Hopper",
                          "email": "grace@example.com"
                        },
                        "lines": [
                          {
                            "sku": "mug-blue",
                            "name": "Blue mug",
                            "quantity": 2,
                            "unit_price": 12.5
                          },
                          {
                            "sku": "tea-assam",
                            "name": "Assam, 250 g",
                            "quantity": 1,
                            "unit_price": 8.95
                          }
                        ],
                        "total": 33.95,
                        "currency": "EUR",
                        "created_at": "2024-05-02T09:15:00Z",
                        "updated_at": "2024-05-03T14:02:11Z"
                      }
                    }
                    """#),
        ])
}
