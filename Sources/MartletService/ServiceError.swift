public import MartletStore

/// Why a use case was not carried out, in terms that an API or a page can pass on as they are.
public struct ServiceError: Error, Sendable {
    /// What kind of refusal it is.
    public enum Kind: Sendable, Hashable {
        /// The input is not acceptable; ``fields`` say where.
        case invalid
        /// Nobody, or nobody known, is asking.
        case unauthenticated
        /// Whoever is asking may not.
        case forbidden
        /// There is no such thing, or none that whoever is asking may know of.
        case notFound
        /// It does not fit with what is there.
        case conflict
        /// More than is taken at once.
        case tooLarge
        /// Too much of the caller's own waits already. Trying again later may work.
        case limited
        /// Not now: a bound has been reached, or the store does not answer. Trying again later may work.
        case unavailable
    }

    /// One thing that is wrong with the input.
    public struct Field: Sendable, Hashable {
        /// The path of the culprit as the API spells it: `retry.delays[2]`.
        public var field: String
        /// What is wrong, and how to mend it.
        public var message: String

        public init(_ field: String, _ message: String) {
            self.field = field
            self.message = message
        }
    }

    public var kind: Kind
    /// A stable name for programs: `unknown_field`.
    public var code: String
    /// What happened and how to mend it, in a sentence or two.
    public var detail: String
    public var fields: [Field]
    /// When trying again makes sense, for ``Kind/unavailable`` and ``Kind/limited``.
    public var retryAfter: Duration?

    public init(
        _ kind: Kind, _ code: String, _ detail: String, fields: [Field] = [], retryAfter: Duration? = nil
    ) {
        self.kind = kind
        self.code = code
        self.detail = detail
        self.fields = fields
        self.retryAfter = retryAfter
    }

    /// The input is not acceptable in these places.
    public static func invalid(_ fields: [Field]) -> Self {
        let detail =
            fields.count == 1
            ? "\(fields[0].field): \(fields[0].message)" : "The request has \(fields.count) errors; see `errors`."
        return Self(.invalid, "invalid_request", detail, fields: fields)
    }

    /// One place of the input is not acceptable.
    public static func invalid(_ field: String, _ message: String, code: String = "invalid_request") -> Self {
        Self(.invalid, code, "\(field): \(message)", fields: [Field(field, message)])
    }

    /// There is no such thing here.
    public static func notFound(_ what: String) -> Self { Self(.notFound, "not_found", "There is no such \(what).") }

    /// The store would not or could not.
    public static func store(_ error: StoreError) -> Self {
        if error.isConflict { return Self(.conflict, "conflict", error.description) }
        if error.isFull { return Intake.storageShort }
        if error.isLapsed { return NodeStatus.lapsed }
        return Self(
            .unavailable, error.isCorrupt ? "store_corrupt" : "store_unavailable",
            error.isCorrupt
                ? "The store gave an answer that cannot be right; the operator's log has it."
                : "The store does not take it now. Nothing was changed; try again.",
            retryAfter: .seconds(error.isCorrupt ? 60 : 1))
    }
}
