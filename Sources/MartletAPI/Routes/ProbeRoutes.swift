import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import MartletStore
import NIOCore

/// `/healthz`, `/readyz`, `/metrics`: for machines that watch, without a key.
struct ProbeRoutes: RouteGroup {
    let kit: RouteKit

    var operations: [Operation] {
        [
            Operation(
                open: "/healthz", "getHealth", "Whether the service lives",
                answer: Answer(status: .ok, content: .text("text/plain"), detail: "It does.")
            ) { _, _ in text("ok\n") },
            Operation(
                open: "/readyz", "getReadiness", "Whether the service can take requests",
                detail:
                    "The store is asked too. 503 also while the disk is nearly full and publishing is refused, and while "
                    + "the node was taken for dead by the others that share its store.",
                answer: Answer(status: .ok, content: .text("text/plain"), detail: "It can.")
            ) { _, _ in
                do throws(StoreError) {
                    _ = try await kit.services.store.setting("ready")
                    guard kit.services.node.isMember else {
                        return Problem(NodeStatus.lapsed).response
                    }
                    guard !kit.services.committer.intake.isStorageShort else {
                        return Problem(Intake.storageShort).response
                    }
                    return text("ready\n")
                } catch {
                    throw ServiceError.store(error)
                }
            },
            Operation(
                open: "/metrics", "getMetrics", "Figures for Prometheus",
                answer: Answer(
                    status: .ok, content: .text("text/plain"), detail: "Prometheus text exposition format 0.0.4.")
            ) { _, _ in
                // One seek for each endpoint that waits; the backlog itself is counted in memory.
                let earliest = try? await kit.services.store.earliestDue().values.min()
                let overdue = earliest.map { kit.services.time.now().since($0) }
                return text(
                    kit.services.metrics.text(
                        intake: kit.services.committer.intake.snapshot, overdue: overdue,
                        openBreakers: kit.services.courier.openBreakers,
                        node: kit.services.node.isShared ? kit.services.node.snapshot : nil),
                    "text/plain; version=0.0.4")
            },
        ]
    }

    private func text(_ text: String, _ type: String = "text/plain; charset=utf-8") -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
