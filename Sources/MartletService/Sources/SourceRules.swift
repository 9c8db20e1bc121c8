import MartletCore
import WebhookSigning

/// What a source must be like. Each check adds what is wrong to a list, so that a caller hears of everything at once.
enum SourceRules {
    static let mostSources = 1000
    static let longestName = 200
    static let longestDescription = 1000
    static let mostAddresses = 100
    static let mostHeaders = 20
    static let tolerances = Duration.seconds(1)...Duration.seconds(7 * 86_400)
    static let longestWindow = Duration.seconds(30 * 86_400)
    static let longestOverlap = Duration.seconds(30 * 86_400)

    static let inactive = ServiceError(
        .conflict, "source_inactive", "The source is not active. Activate it first: PATCH it with {\"active\":true}.")

    static let tooMany = ServiceError(
        .conflict, "too_many_sources", "An environment has at most \(mostSources) sources. Delete one first.")

    /// Never carried on, whatever is asked: they would hand on what proves the sender's identity, or belong to one connection.
    private static let heldHeaders: Set<String> = ["authorization", "cookie", "x-forwarded-for"]

    static func check(addresses: [String], into fields: inout [ServiceError.Field]) {
        if addresses.count > mostAddresses {
            fields.append(.init("addresses", "At most \(mostAddresses) ranges are taken."))
        }
        for (index, text) in addresses.prefix(mostAddresses).enumerated() where AddressRange(text) == nil {
            fields.append(
                .init("addresses[\(index)]", "Give an address or a range such as 192.0.2.0/24 or 2001:db8::/32."))
        }
    }

    static func check(keptHeaders: [String], of preset: WebhookPreset?, into fields: inout [ServiceError.Field]) {
        if keptHeaders.count > mostHeaders {
            fields.append(.init("forward_headers", "At most \(mostHeaders) are taken."))
        }
        for (index, name) in keptHeaders.prefix(mostHeaders).enumerated() {
            let field = "forward_headers[\(index)]"
            if !WebhookRules.isToken(name) {
                fields.append(.init(field, "This is not a header name (RFC 9110, section 5.1)."))
            } else if name == Carriage.contentTypeName {
                fields.append(.init(field, "The content type is carried on in any case."))
            } else if heldHeaders.contains(name) || preset?.tokenHeaders.contains(name) ?? false {
                fields.append(.init(field, "This header has a secret in it and is not carried on."))
            } else if WebhookRules.isOwned(name) {
                fields.append(.init(field, "This header is the delivery's own and cannot be carried on."))
            }
        }
        if Set(keptHeaders).count < keptHeaders.count {
            fields.append(.init("forward_headers", "Name each header once; case does not tell them apart."))
        }
    }

    static func check(_ typing: EventTyping, into fields: inout [ServiceError.Field]) {
        if !typing.prefix.isEmpty, !EventTypeName.isValid(typing.prefix) {
            fields.append(.init("type_prefix", EventRules.typeRule))
        }
        if !EventTypeName.isValid(typing.fallback) { fields.append(.init("default_type", EventRules.typeRule)) }
        if typing.prefix.utf8.count > 64 { fields.append(.init("type_prefix", "At most 64 bytes are taken.")) }
    }
}
