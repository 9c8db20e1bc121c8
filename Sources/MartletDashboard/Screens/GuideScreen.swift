import HTTPTypes
import Hummingbird
import MartletCore
import MartletService
import NIOCore

/// The guide that customers integrate by, made from the environment's configuration. Whoever has signed in reads it;
/// anybody does where the environment says so.
struct GuideScreen: Screen {
    let kit: DashboardKit

    static let isForCustomers = true

    static let menu: MenuEntry? = MenuEntry(
        title: "Guide", section: "guide", icon: .guide, group: 1, permission: .readCatalogue)

    static let templates = GuideTemplates.all

    /// Where the guides are that need no dashboard around them.
    static let path = "/guide"

    func add(to routes: PageRoutes) {
        routes.get("guide") { visit in
            let page = try await page(visit)
            return .page(Page(page.title, section: "guide", template: "guide", page.view))
        }
        routes.get("guide/:id") { visit in .raw(try Self.program(try await page(visit), named: visit.name)) }
        let router = routes.router
        router.get("\(Self.path)") { request, _ in
            try await Gate(kit: kit).direct(request, toEnvironmentUnder: Self.path, where: \.pages.isGuidePublic)
        }
        router.get("\(Self.path)/:environment") { request, context in try await show(request, context) }
        router.get("\(Self.path)/:environment/:file") { request, context in try await download(request, context) }
    }

    private func page(_ visit: Visit) async throws -> GuidePage {
        GuidePage(
            matter: try await GuideService(visit.context).matter(of: visit.environment.id, for: visit.principal),
            reader: GuidePage.Reader(
                base: visit.base, home: visit.base, isPortal: visit.pass != nil, downloads: visit.path("guide")),
            publicURL: kit.publicURL(of: visit.request))
    }

    // MARK: For anybody

    private func show(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let page = try await page(request, context) else { return signIn(context) }
        let environment = page.matter.environment
        return Layout.open(
            page.title, template: "guide", page.view, environment, home: "\(Self.path)/\(environment.name)", kit,
            request)
    }

    private func download(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let page = try await page(request, context) else { return signIn(context) }
        return try Self.program(page, named: context.parameters.get("file") ?? "")
    }

    /// A receiver's program as a file.
    static func program(_ page: GuidePage, named name: String) throws -> Response {
        guard let language = ReceiverLanguage.allCases.first(where: { $0.fileName == name }) else {
            throw ServiceError.notFound("file")
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: page.recipe.program(in: language))))
    }

    /// - Returns: `nil` for somebody who has to sign in first.
    private func page(_ request: Request, _ context: PageContext) async throws -> GuidePage? {
        guard let environment = kit.context.directory.environment(named: Self.name(context)) else { return nil }
        let session = try await Gate(kit: kit).session(of: request)?.0
        let principal = session.flatMap { kit.sessions.principal(of: $0, in: environment.id) }
        guard principal != nil || environment.pages.isGuidePublic else { return nil }
        return GuidePage(
            matter: try await GuideService(kit.context).matter(of: environment.id, for: principal),
            reader: GuidePage.Reader(
                base: "\(Dashboard.path)/\(environment.name)", home: "\(Dashboard.path)/\(environment.name)",
                downloads: "\(Self.path)/\(environment.name)"),
            publicURL: kit.publicURL(of: request))
    }

    private func signIn(_ context: PageContext) -> Response {
        .seeOther(SignInScreen.path(next: "\(Dashboard.path)/\(PercentEncoding.encode(Self.name(context)))/guide"))
    }

    private static func name(_ context: PageContext) -> String {
        context.parameters.get("environment").flatMap { PercentEncoding.decode($0) } ?? ""
    }
}
