/// An event type that a ``Template`` puts into the catalogue.
public struct TemplateEventType: Sendable {
    /// A dotted name: `property.created`.
    public let name: String
    /// The heading it stands under: `Property Events`.
    public let group: String?
    /// When it occurs, in the source guide's own words where it has some.
    public let description: String
    /// A JSON Schema (2020-12) of the payload, as JSON text. It leaves objects open, so that payloads may gain members.
    public let schema: String
    /// A full example of the payload, the `data` of the envelope, as JSON text. It is laid out for people; without the
    /// white space between its tokens it is in normal form.
    public let example: String
}
