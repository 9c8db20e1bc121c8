import HTTPTypes
import Hummingbird
import MartletService
import NIOCore

/// What a page's request is answered with.
enum PageAnswer: Sendable {
    case page(Page)
    /// 303 to a path of the dashboard.
    case redirect(String)
    case raw(Response)
}

/// The routes of pages. Everything below an environment passes the ``Gate``; whatever changes something also proves that
/// it comes from a form of ours.
struct PageRoutes {
    typealias Show = @Sendable (Visit) async throws -> PageAnswer
    typealias Act = @Sendable (Visit, Query) async throws -> PageAnswer

    let router: Router<PageContext>
    let gate: Gate
    let kit: DashboardKit

    /// A page of an environment.
    func get(_ path: String, _ show: @escaping Show) {
        router.get(Self.within(path)) { [gate] request, context in
            switch try await gate.admit(request, context) {
            case .away(let response): return response
            case .visit(let visit): return Self.response(to: try await show(visit), visit)
            }
        }
    }

    /// A form's target in an environment.
    func post(_ path: String, _ act: @escaping Act) {
        router.post(Self.within(path)) { [gate] request, context in
            switch try await gate.admit(request, context) {
            case .away(let response): return response
            case .visit(let visit):
                let form = try await gate.form(of: request, sessionText: visit.sessionText)
                return Self.response(to: try await act(visit, form), visit)
            }
        }
    }

    private static func within(_ path: String) -> RouterPath {
        RouterPath("\(Dashboard.path)/:environment" + (path.isEmpty ? "" : "/\(path)"))
    }

    private static func response(to answer: PageAnswer, _ visit: Visit) -> Response {
        switch answer {
        case .page(let page): Layout.response(page, visit)
        case .redirect(let path): .seeOther(path)
        case .raw(let response): response
        }
    }
}

extension Response {
    /// A page's HTML.
    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Sends a browser to another page with a GET.
    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .cacheControl: "no-store"])
    }
}
