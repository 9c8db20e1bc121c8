extension Template {
    /// The guide's events about people: registrations, and what they thought of a showing.
    static let realEstatePeopleEvents: [TemplateEventType] = [
        TemplateEventType(
            name: "user.registered", group: "User Events",
            description: "New user registration",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["user"],
                  "properties": {
                    "user": {
                      "type": "object",
                      "required": ["id", "name", "email", "role", "createdAt"],
                      "properties": {
                        "id": { "type": "string", "description": "The user." },
                        "name": { "type": "string" },
                        "email": { "type": "string", "format": "email" },
                        "role": {
                          "type": "string",
                          "enum": ["buyer", "seller", "agent"],
                          "description": "What they are here for."
                        },
                        "createdAt": {
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
                    "id": "user_123",
                    "name": "John Doe",
                    "email": "john@example.com",
                    "role": "buyer",
                    "createdAt": "2023-06-14T19:22:00Z"
                  }
                }
                """#),
        TemplateEventType(
            name: "feedback.submitted", group: "Feedback Events",
            description: "Showing feedback submitted",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["feedback"],
                  "properties": {
                    "feedback": {
                      "type": "object",
                      "required": [
                        "id", "appointmentId", "propertyId", "userId", "rating", "interested", "comments",
                        "createdAt"
                      ],
                      "properties": {
                        "id": { "type": "string", "description": "The feedback." },
                        "appointmentId": { "type": "string", "description": "The showing it is about." },
                        "propertyId": { "type": "string", "description": "The property shown." },
                        "userId": { "type": "string", "description": "Whose it is." },
                        "rating": {
                          "type": "integer",
                          "minimum": 1,
                          "maximum": 5,
                          "description": "From 1, poor, to 5, excellent."
                        },
                        "interested": { "type": "boolean", "description": "Whether they would make an offer." },
                        "comments": { "type": "string", "description": "In their words." },
                        "createdAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was submitted."
                        }
                      }
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "feedback": {
                    "id": "fb_123456",
                    "appointmentId": "appt_123456",
                    "propertyId": "prop_123456",
                    "userId": "user_123",
                    "rating": 4,
                    "interested": true,
                    "comments": "Bright rooms and a quiet street. The kitchen needs work.",
                    "createdAt": "2023-06-20T12:10:00Z"
                  }
                }
                """#),
    ]
}
