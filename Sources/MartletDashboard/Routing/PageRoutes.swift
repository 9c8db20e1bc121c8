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
/// it comes from a form of ours. A screen that customers see as well has each of its pages twice: once in the dashboard,
/// once in the portals.
struct PageRoutes {
    /// Where pages are.
    enum Place: Sendable {
        case dashboard, portal

        /// The pattern of a page's path there.
        fileprivate func pattern(_ path: String) -> RouterPath {
            let root =
                switch self {
                case .dashboard: "\(Dashboard.path)/:environment"
                case .portal: "\(PortalAddress.root)/:token"
                }
            return RouterPath(root + (path.isEmpty ? "" : "/\(path)"))
        }
    }

    typealias Show = @Sendable (Visit) async throws -> PageAnswer
    typealias Act = @Sendable (Visit, Query) async throws -> PageAnswer

    let router: Router<PageContext>
    let gate: Gate
    let kit: DashboardKit
    var places: [Place] = [.dashboard]

    /// A page of an environment.
    func get(_ path: String, _ show: @escaping Show) {
        for place in places {
            router.get(place.pattern(path)) { [gate] request, context in
                switch try await gate.admit(request, context, to: place) {
                case .away(let response): return response
                case .visit(let visit): return Self.response(to: try await show(visit), visit)
                }
            }
        }
    }

    /// A form's target in an environment.
    func post(_ path: String, _ act: @escaping Act) {
        for place in places {
            router.post(place.pattern(path)) { [gate] request, context in
                switch try await gate.admit(request, context, to: place) {
                case .away(let response): return response
                case .visit(let visit):
                    let form = try await gate.form(of: visit)
                    return Self.response(to: try await act(visit, form), visit)
                }
            }
        }
    }

    private static func response(to answer: PageAnswer, _ visit: Visit) -> Response {
        switch answer {
        case .page(let page): visit.pass == nil ? Layout.response(page, visit) : PortalLayout.response(page, visit)
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
