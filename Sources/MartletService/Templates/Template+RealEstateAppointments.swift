extension Template {
    /// The guide's events about showings; `appointment.scheduled` is its own example.
    static let realEstateAppointmentEvents: [TemplateEventType] = [
        TemplateEventType(
            name: "appointment.scheduled", group: "Appointment Events",
            description: "New showing appointment created",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["appointment"],
                  "properties": {
                    "appointment": {
                      "type": "object",
                      "required": ["id", "propertyId", "startTime", "endTime", "status", "attendees", "createdAt"],
                      "properties": {
                        "id": { "type": "string", "description": "The appointment." },
                        "propertyId": { "type": "string", "description": "The property to be shown." },
                        "startTime": { "type": "string", "format": "date-time", "description": "When it begins." },
                        "endTime": { "type": "string", "format": "date-time", "description": "When it ends." },
                        "status": {
                          "type": "string",
                          "enum": ["scheduled", "rescheduled", "confirmed", "cancelled", "completed"],
                          "description": "Where it stands."
                        },
                        "attendees": {
                          "type": "array",
                          "description": "Who is expected.",
                          "items": {
                            "type": "object",
                            "required": ["id", "name", "email"],
                            "properties": {
                              "id": { "type": "string", "description": "The user." },
                              "name": { "type": "string" },
                              "email": { "type": "string", "format": "email" }
                            }
                          }
                        },
                        "createdAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was made."
                        }
                      }
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "appointment": {
                    "id": "appt_123456",
                    "propertyId": "prop_123456",
                    "startTime": "2023-06-20T10:30:00Z",
                    "endTime": "2023-06-20T11:00:00Z",
                    "status": "scheduled",
                    "attendees": [
                      {
                        "id": "user_123",
                        "name": "John Doe",
                        "email": "john@example.com"
                      }
                    ],
                    "createdAt": "2023-06-15T14:20:00Z"
                  }
                }
                """#),
        TemplateEventType(
            name: "appointment.updated", group: "Appointment Events",
            description: "Appointment details changed",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["appointment"],
                  "properties": {
                    "appointment": {
                      "type": "object",
                      "required": [
                        "id", "propertyId", "startTime", "endTime", "status", "attendees", "createdAt",
                        "updatedAt"
                      ],
                      "properties": {
                        "id": { "type": "string", "description": "The appointment." },
                        "propertyId": { "type": "string", "description": "The property to be shown." },
                        "startTime": { "type": "string", "format": "date-time", "description": "When it begins." },
                        "endTime": { "type": "string", "format": "date-time", "description": "When it ends." },
                        "status": {
                          "type": "string",
                          "enum": ["scheduled", "rescheduled", "confirmed", "cancelled", "completed"],
                          "description": "Where it stands."
                        },
                        "attendees": {
                          "type": "array",
                          "description": "Who is expected.",
                          "items": {
                            "type": "object",
                            "required": ["id", "name", "email"],
                            "properties": {
                              "id": { "type": "string", "description": "The user." },
                              "name": { "type": "string" },
                              "email": { "type": "string", "format": "email" }
                            }
                          }
                        },
                        "createdAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was made."
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
                  "appointment": {
                    "id": "appt_123456",
                    "propertyId": "prop_123456",
                    "startTime": "2023-06-20T14:00:00Z",
                    "endTime": "2023-06-20T14:30:00Z",
                    "status": "rescheduled",
                    "attendees": [
                      {
                        "id": "user_123",
                        "name": "John Doe",
                        "email": "john@example.com"
                      },
                      {
                        "id": "user_456",
                        "name": "Zoë Müller",
                        "email": "zoe@example.com"
                      }
                    ],
                    "createdAt": "2023-06-15T14:20:00Z",
                    "updatedAt": "2023-06-17T08:12:00Z"
                  }
                }
                """#),
        TemplateEventType(
            name: "appointment.cancelled", group: "Appointment Events",
            description: "Appointment cancelled",
            schema: #"""
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": ["appointment"],
                  "properties": {
                    "appointment": {
                      "type": "object",
                      "required": [
                        "id", "propertyId", "startTime", "endTime", "status", "attendees", "createdAt",
                        "cancelledBy", "cancellationReason", "cancelledAt"
                      ],
                      "properties": {
                        "id": { "type": "string", "description": "The appointment." },
                        "propertyId": { "type": "string", "description": "The property to be shown." },
                        "startTime": { "type": "string", "format": "date-time", "description": "When it begins." },
                        "endTime": { "type": "string", "format": "date-time", "description": "When it ends." },
                        "status": {
                          "type": "string",
                          "enum": ["scheduled", "rescheduled", "confirmed", "cancelled", "completed"],
                          "description": "Where it stands."
                        },
                        "attendees": {
                          "type": "array",
                          "description": "Who is expected.",
                          "items": {
                            "type": "object",
                            "required": ["id", "name", "email"],
                            "properties": {
                              "id": { "type": "string", "description": "The user." },
                              "name": { "type": "string" },
                              "email": { "type": "string", "format": "email" }
                            }
                          }
                        },
                        "createdAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was made."
                        },
                        "cancelledBy": { "type": "string", "description": "The user who cancelled." },
                        "cancellationReason": { "type": "string", "description": "Why, in their words." },
                        "cancelledAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it was cancelled."
                        }
                      }
                    }
                  }
                }
                """#,
            example: #"""
                {
                  "appointment": {
                    "id": "appt_123456",
                    "propertyId": "prop_123456",
                    "startTime": "2023-06-20T10:30:00Z",
                    "endTime": "2023-06-20T11:00:00Z",
                    "status": "cancelled",
                    "attendees": [
                      {
                        "id": "user_123",
                        "name": "John Doe",
                        "email": "john@example.com"
                      }
                    ],
                    "createdAt": "2023-06-15T14:20:00Z",
                    "cancelledBy": "user_123",
                    "cancellationReason": "Found another place",
                    "cancelledAt": "2023-06-19T18:30:00Z"
                  }
                }
                """#),
    ]
}
