extension WebhookPreset {
    /// The headers in which requests carry the secret itself, in lower case.
    public var tokenHeaders: Set<String> {
        Set(
            checks.flatMap(\.parts).compactMap { check in
                switch check {
                case .token(.header(let name, _)): name.lowercased()
                case .token(.bearer), .basic: "authorization"
                default: nil
                }
            })
    }

    /// The query parameters in which requests carry the secret itself.
    public var tokenParameters: Set<String> {
        Set(
            checks.flatMap(\.parts).compactMap { check in
                if case .token(.query(let name)) = check { name } else { nil }
            })
    }

    /// A body as people may see it: `mask` in the stead of the secret, where requests carry it in the payload.
    public func masking(_ body: [UInt8], by mask: String) -> [UInt8] {
        var shown = body
        for case .token(.payload(let pointer)) in checks.flatMap(\.parts)
        where JSONProbe.find(pointer, in: shown) != nil {
            shown = JSONProbe.setting(pointer, to: mask, in: shown) ?? shown
        }
        return shown
    }
}

extension InboundCheck {
    /// The check, or those that it offers a choice of.
    fileprivate var parts: [InboundCheck] {
        if case .anyOf(let checks) = self { checks.flatMap(\.parts) } else { [self] }
    }
}
