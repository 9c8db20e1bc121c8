import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore
import NIOCore

/// `/healthz`, `/readyz`, `/metrics`: for machines that watch, without a key.
struct ProbeRoutes {
    let kit: RouteKit

    func add(to router: APIRouter) {
        // Alive: it answers.
        router.get("/healthz") { _, _ in text("ok\n") }
        // Ready: the store answers too.
        router.get("/readyz") { _, _ -> Response in
            do throws(StoreError) {
                _ = try await kit.services.store.setting("ready")
                return text("ready\n")
            } catch {
                throw ServiceError.store(error)
            }
        }
        router.get("/metrics") { _, _ -> Response in
            let backlog = try? await kit.services.store.backlog()
            let overdue = backlog?.earliestDue.map { kit.services.time.now().since($0) }
            return text(kit.services.metrics.text(backlog: backlog?.count, overdue: overdue), "text/plain; version=0.0.4")
        }
    }

    private func text(_ text: String, _ type: String = "text/plain; charset=utf-8") -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
