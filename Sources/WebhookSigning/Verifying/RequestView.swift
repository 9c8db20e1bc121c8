/// A request while it is verified: where it is, not copied.
struct RequestView {
    let method: String
    let url: String
    /// Every value of a header, whatever the case of its name.
    let headers: (String) -> [String]
    let body: UnsafeRawBufferPointer
    let remoteAddress: String?

    /// Whether the body is a form, by its type or for want of one.
    var isForm: Bool {
        guard let type = headers("content-type").first else { return true }
        let essence = type.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
        return isSameHeaderName(String(essence), "application/x-www-form-urlencoded")
    }
}

extension WebhookRequest {
    /// Hands over the request as it is verified.
    func withView<Result, Failure: Error>(
        _ use: (RequestView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body.withBytes { bytes throws(Failure) in
            try use(
                RequestView(
                    method: method, url: url, headers: values(of:), body: bytes, remoteAddress: remoteAddress))
        }
    }
}
