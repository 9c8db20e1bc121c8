import HTTPTypes
import Hummingbird
import MartletCore
import MartletService

/// Every call of the API, as `/openapi.json` has it: what it takes, an example, and, with a script, sending it from here.
struct PlaygroundScreen: Screen {
    let kit: DashboardKit
    private let calls: [APICall]

    init(kit: DashboardKit) {
        self.kit = kit
        calls = APICall.all(in: kit.configuration.openAPI)
    }

    static let menu: MenuEntry? = MenuEntry(
        title: "API playground", section: "playground", icon: .playground, group: 1, permission: .readCatalogue)

    static let templates = [
        Template(
            "playground",
            """
            <div class="head"><div><h1>API playground</h1><p class="lead">Every call of the API. <a href="/openapi.json">openapi.json</a> has the
              same for programs.</p></div></div>
            {{#groups}}<section class="first"><h2>{{group}}</h2><div class="table stacks"><table><tbody>{{#calls}}<tr><td class="first"><span
              class="method {{method}}">{{method}}</span> <a class="mono" href="{{path}}">{{route}}</a></td><td class="rest full">{{summary}}</td></tr>{{/calls}}</tbody></table></div></section>{{/groups}}
            {{^groups}}<div class="empty"><h2>Nothing to play with</h2><p>This service has no description of its API at hand.</p></div>{{/groups}}
            """),
        Template(
            "call",
            """
            <p class="crumbs"><a href="{{base}}/playground">API playground</a></p>
            <div class="head"><div><h1>{{summary}}</h1><p class="lead"><span class="method {{method}}">{{method}}</span> <code>{{route}}</code></p></div></div>
            {{#paragraphs}}<p class="prose">{{text}}</p>{{/paragraphs}}
            <form class="first" data-call data-method="{{method}}" data-route="{{route}}" data-origin="{{origin}}"{{#type}} data-type="{{type}}"{{/type}}>
              {{#isKeyed}}<div class="field"><label for="call-key">API key</label><input id="call-key" type="password" data-key autocomplete="off" spellcheck="false"
                placeholder="{{keyHint}}"><p class="hint">Of {{environmentName}}. It stays in this page, and goes nowhere but to this service.</p></div>{{/isKeyed}}
              {{#hasParameters}}<div class="fields">{{#parameters}}<div class="field"><label for="p-{{name}}">{{name}}{{#isInPath}} <span class="muted">in the path</span>{{/isInPath}}</label><input
                id="p-{{name}}" data-{{place}}="{{name}}" value="{{value}}" autocomplete="off" spellcheck="false"><p class="hint">{{about}}</p></div>{{/parameters}}</div>{{/hasParameters}}
              {{#hasBody}}<div class="field broad"><label for="call-body">Body</label><textarea id="call-body" data-body rows="8" spellcheck="false">{{body}}</textarea></div>{{/hasBody}}
              <p class="actions"><button class="primary" data-send hidden>Send</button></p>
              {{#isLive}}<p class="small error">This is live: what you send here is real.</p>{{/isLive}}
            </form>
            <div class="split first"><div class="code"><header><span>As curl</span><button class="slim" type="button" data-copy="call-curl" hidden>Copy</button></header><pre class="code wrap"
              id="call-curl" tabindex="0" data-curl>{{curl}}</pre></div>
              <div class="code"><header><span>Answer</span><span data-took></span></header><pre class="code wrap" tabindex="0" role="status" data-answer>{{answerHint}}</pre></div></div>
            <section><h2>Answers</h2><div class="table"><table><tbody>{{#answers}}<tr><td><span class="tag">{{status}}</span></td><td>{{about}}</td></tr>{{/answers}}</tbody></table></div></section>
            """),
    ]

    func add(to routes: PageRoutes) {
        routes.get("playground", list)
        routes.get("playground/:id", show)
    }

    private func list(_ visit: Visit) async throws -> PageAnswer {
        var order: [String] = []
        for call in calls where !order.contains(call.group) { order.append(call.group) }
        return .page(
            Page(
                "API playground", section: "playground", template: "playground",
                [
                    "groups": order.map { group -> View in
                        [
                            "group": group,
                            "calls": calls.filter { $0.group == group }.map { call -> View in
                                [
                                    "method": call.method, "route": call.route, "summary": call.summary,
                                    "path": visit.path("playground", call.id),
                                ]
                            },
                        ]
                    }
                ]))
    }

    private func show(_ visit: Visit) async throws -> PageAnswer {
        guard let call = calls.first(where: { $0.id == visit.name }) else { throw ServiceError.notFound("call") }
        let origin = kit.configuration.publicURL ?? "http://\(visit.request.head.authority ?? "127.0.0.1:8080")"
        return .page(
            Page(
                call.summary, section: "playground", template: "call",
                [
                    "summary": call.summary, "method": call.method, "route": call.route,
                    "paragraphs": call.about.split(separator: "\n").map { ["text": Markup(prose: String($0))] as View },
                    "origin": origin, "type": call.bodyType, "isKeyed": call.isKeyed,
                    "keyHint": visit.environment.name == "live" ? "mk_live_…" : "mk_test_…",
                    "environmentName": visit.environment.name, "isLive": visit.environment.name == "live",
                    "hasParameters": !call.parameters.isEmpty,
                    "parameters": call.parameters.map { parameter -> View in
                        [
                            "name": parameter.name, "about": Markup(prose: parameter.about),
                            "isInPath": parameter.isInPath,
                            "place": parameter.isInPath ? "path" : "query",
                            "value": visit.query[parameter.name] ?? "",
                        ]
                    },
                    "hasBody": call.bodyType != nil, "body": call.body, "curl": call.curl(origin: origin),
                    "answerHint":
                        "Fill in what is needed and send it. Without JavaScript, take the command beside this.",
                    "answers": call.answers.map { ["status": $0.status, "about": Markup(prose: $0.about)] as View },
                ]))
    }
}

/// A call of the API, read from its OpenAPI description.
struct APICall: Sendable {
    struct Parameter: Sendable {
        var name: String
        var about: String
        var isInPath: Bool
    }

    var id: String
    var method: String
    var route: String
    var group: String
    var summary: String
    var about: String
    var isKeyed: Bool
    var parameters: [Parameter]
    /// The media type of its body; `nil` where it takes none.
    var bodyType: String?
    /// An example.
    var body: String
    var answers: [(status: String, about: String)]

    static func all(in document: [UInt8]) -> [APICall] {
        guard let value = try? JSONValue(parsing: document) else { return [] }
        return (value["paths"]?.object ?? []).flatMap { path in
            (path.value.object ?? []).compactMap { APICall($0.key, $0.value, route: path.key, in: value) }
        }
    }

    private init?(_ method: String, _ value: JSONValue, route: String, in document: JSONValue) {
        guard let id = value["operationId"]?.string else { return nil }
        self.id = id
        self.method = method.uppercased()
        self.route = route
        let parts = route.split(separator: "/")
        group = value["tags"]?[0]?.string ?? (parts.first == "v1" && parts.count > 1 ? String(parts[1]) : "service")
        summary = value["summary"]?.string ?? id
        about = value["description"]?.string ?? ""
        isKeyed = value["security"] == nil
        parameters = (value["parameters"]?.array ?? []).compactMap { given in
            let parameter = Self.resolved(given, in: document)
            guard let name = parameter["name"]?.string, let place = parameter["in"]?.string, place != "header" else {
                return nil
            }
            return Parameter(name: name, about: parameter["description"]?.string ?? "", isInPath: place == "path")
        }
        let content = value["requestBody"]?["content"]?.object?.first
        bodyType = content?.key
        body =
            content.map { content in
                content.value["example"].map { JSONMarkup.plain($0.bytes[...]) } ?? "{}"
            } ?? ""
        answers = (value["responses"]?.object ?? []).map { answer in
            (answer.key, Self.resolved(answer.value, in: document)["description"]?.string ?? "")
        }
    }

    /// What a reference such as `#/components/parameters/limit` leads to.
    private static func resolved(_ value: JSONValue, in document: JSONValue) -> JSONValue {
        guard let reference = value["$ref"]?.string, reference.hasPrefix("#/") else { return value }
        return reference.dropFirst(2).split(separator: "/").reduce(document) { $0[String($1)] ?? .null }
    }

    /// The call as a command, with holes where the caller's own belongs.
    func curl(origin: String) -> String {
        var lines = ["curl -i" + (method == "GET" ? "" : " -X \(method)") + " \(ShellText.quoted(origin + route))"]
        if isKeyed { lines.append("  -H 'Authorization: Bearer mk_…'") }
        if let bodyType {
            lines.append("  -H 'Content-Type: \(bodyType)'")
            lines.append("  --data-binary \(ShellText.quoted(body))")
        }
        return lines.joined(separator: " \\\n")
    }
}
