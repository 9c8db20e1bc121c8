import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Changing what an environment's customers are shown. The form stands on the page of the settings, and on one of its own
/// where something in it is wrong.
struct CustomerPagesScreen: Screen {
    let kit: DashboardKit

    static let templates = [
        CustomerPagesForm.template,
        Template(
            "customer-pages-page",
            """
            <p class="crumbs"><a href="{{base}}/settings">Settings</a></p>
            <div class="head"><div><h1>What customers see</h1></div></div>
            <p class="callout bad" role="alert">{{problem}}</p>
            {{>customer-pages}}
            """),
    ]

    func add(to routes: PageRoutes) { routes.post("settings/customers", save) }

    private func save(_ visit: Visit, _ fields: Query) async throws -> PageAnswer {
        var form = CustomerPagesForm(fields, errors: [])
        do throws(ServiceError) {
            var draft = EnvironmentService.Draft()
            draft.pages = form.draft
            _ = try await EnvironmentService(visit.context).update(draft, by: visit.principal)
            return .redirect(visit.path("settings") + "?notice=\(Notice.saved.rawValue)#customers")
        } catch {
            guard error.kind == .invalid else { throw error }
            form.errors = error.fields
            let problem: View = [
                "problem": Figures.count(error.fields.count, "field needs", "fields need") + " another look."
            ]
            return .page(
                Page(
                    "What customers see", section: "settings", template: "customer-pages-page",
                    problem.merging(form.view(visit)), status: .unprocessableContent))
        }
    }
}
