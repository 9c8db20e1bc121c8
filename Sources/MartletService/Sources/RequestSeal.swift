import MartletCore
import MartletStore
import WebhookSigning

extension SecretVault {
    /// An inbound request as it is kept.
    ///
    /// - Parameters:
    ///   - body: what of its body the log keeps.
    ///   - size: how many bytes the body had.
    func keep(
        _ request: InboundRequest, application: ApplicationID?, body: [UInt8], size: Int
    ) -> StoredRequest {
        var withheld: [HeaderField] = []
        if let url = request.url.withheld { withheld.append(HeaderField(name: "", value: url)) }
        for held in request.headers.withheld {
            withheld.append(HeaderField(name: String(held.index), value: held.value))
        }
        let sealed =
            withheld.isEmpty
            ? nil : seal(HeaderRecord.encode(withheld), owner: request.id.description)
        return StoredRequest(
            id: request.id, environment: request.environment, source: request.source, application: application,
            receivedAt: request.receivedAt, method: request.method, url: request.url.shown, address: request.address,
            headers: request.headers.shown, sealed: sealed, sentID: request.sentID, sentType: request.sentType,
            verdict: request.verdict, size: size, body: body)
    }

    /// A request as it came, with what is masked.
    ///
    /// - Parameter body: its body, from wherever that is kept.
    func open(_ stored: StoredRequest, body: [UInt8]) throws(ServiceError) -> InboundRequest {
        var url: String?
        var withheld: [MaskedHeaders.Withheld] = []
        if let sealed = stored.sealed {
            let fields: [HeaderField]
            do {
                fields = try HeaderRecord.decode(
                    open(sealed, owner: stored.id.description), of: "request \(stored.id)")
            } catch let error as StoreError {
                throw .store(error)
            } catch {
                throw ServiceError(.unavailable, "wrong_master_key", "\(error)", retryAfter: .seconds(60))
            }
            for field in fields {
                if let index = Int(field.name) {
                    withheld.append(.init(index: index, value: field.value))
                } else {
                    url = field.value
                }
            }
        }
        return InboundRequest(
            id: stored.id, source: stored.source, environment: stored.environment, receivedAt: stored.receivedAt,
            method: stored.method, url: MaskedURL(shown: stored.url, withheld: url), address: stored.address,
            headers: MaskedHeaders(shown: stored.headers, withheld: withheld), body: body, sentID: stored.sentID,
            sentType: stored.sentType, verdict: stored.verdict)
    }
}
