/// Where a request says which event it is, or what happened.
public indirect enum EventField: Sendable, Hashable {
    /// The value of a header.
    case header(String)
    /// A string or a number in the payload.
    case payload(JSONPointer)
    /// A field of a form body.
    case form(String)
    /// A string or a number in the element of an array that has no other. Of several events in one request none names
    /// the request: the sender may put them together otherwise when it tries again.
    case onlyElement(of: JSONPointer, JSONPointer)
    /// The SHA-256 of the body in base64: the same body is the same event, or the same several.
    case bodyDigest
    /// Several of them with a text in between; the value is there when each of them is.
    case joined([EventField], separator: String)

    /// The longest value that is taken, in bytes.
    public static let longestValue = 256

    /// Where the value stands, for people.
    public var name: String {
        switch self {
        case .header(let name): "header \(name)"
        case .payload(let pointer): "\(pointer)"
        case .form(let name): "form field \(name)"
        case .onlyElement(let array, let pointer): "\(array)/0\(pointer) where that is alone"
        case .bodyDigest: "SHA-256 of the body"
        case .joined(let fields, let separator): fields.map(\.name).joined(separator: " \"\(separator)\" ")
        }
    }

    /// The value in a request; `nil` where there is none, or it is long or has other than visible ASCII characters and
    /// spaces.
    func value(in request: WebhookRequest) -> String? {
        guard let text = text(in: request), (1...Self.longestValue).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        return text
    }

    private func text(in request: WebhookRequest) -> String? {
        switch self {
        case .header(let name): return request.values(of: name).first
        case .payload(let pointer): return JSONProbe.string(pointer, in: request.body)
        case .form(let name): return FormFields(request.body).first(name)
        case .onlyElement(let array, let pointer):
            guard request.withView({ JSONProbe.count(array, in: $0.body) }) == 1 else { return nil }
            return JSONProbe.string(pointer.following(JSONPointer(steps: array.steps + ["0"])), in: request.body)
        case .bodyDigest:
            return Base64.encode(request.withView { HMACHash.sha256.digest(of: SignedMessage(body: $0.body)) })
        case .joined(let fields, let separator):
            let values = fields.compactMap { $0.value(in: request) }
            return values.count == fields.count ? values.joined(separator: separator) : nil
        }
    }
}

extension [EventField] {
    /// The value of the first that has one.
    func firstValue(in request: WebhookRequest) -> String? {
        for field in self {
            if let value = field.value(in: request) { return value }
        }
        return nil
    }
}
