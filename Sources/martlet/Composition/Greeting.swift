import MartletCore
import MartletDashboard
import MartletService

/// What a server says on the standard output when it starts.
struct Greeting: Sendable {
    let configuration: ServeConfiguration

    /// The keys of a new store: now or never.
    func keys(_ keys: Bootstrap.FirstKeys) -> String {
        """
        Admin keys, shown this once:

          live     \(keys.live)
          sandbox  \(keys.sandbox)

        """
    }

    /// The line that says that it serves, and where.
    func ready(port: Int) -> String {
        "Martlet \(Version.current) serves \(url(port: port)) from \(configuration.place.directory.path)"
    }

    /// How long the link of a start is good for.
    static let loginLifetime = Duration.seconds(3600)

    /// Where the dashboard is.
    ///
    /// - Parameter loginToken: what signs a browser in, once.
    func dashboard(loginToken: String?, port: Int) -> String {
        guard let loginToken else { return "Dashboard: \(url(port: port))\(Dashboard.path)" }
        return "Dashboard: \(url(port: port))\(Dashboard.loginPath(token: loginToken))\n"
            + "(signs one browser in, once, within \(Self.loginLifetime.text))"
    }

    /// Two commands that register a webhook in the sandbox and publish an event to it.
    func firstSteps(_ keys: Bootstrap.FirstKeys, template: Template, port: Int) -> String {
        let url = url(port: port)
        let type = template.eventTypes[0]
        let isPrivate = configuration.egress.allowsPrivateNetworks
        let receiver = isPrivate ? SettingTable.sinkURL : "https://example.com/webhook"
        let hint =
            isPrivate
            ? "`martlet sink` in another terminal is the receiver."
            : "Put your receiver's URL in the place of example.com; for one on this machine, start with "
                + "--allow-private-networks."
        return """

            Register a webhook in the sandbox, then publish an event. \(hint)

              curl \(url)/v1/webhooks -H 'Authorization: Bearer \(keys.sandbox)' \\
                -H 'Content-Type: application/json' \\
                -d '{"url":"\(receiver)","events":["\(type.name)"]}'

              curl \(url)/v1/events -H 'Authorization: Bearer \(keys.sandbox)' \\
                -H 'Content-Type: application/json' \\
                -d '{"type":"\(type.name)","data":{"hello":"world"}}'

            """
    }

    private func url(port: Int) -> String { configuration.publicURL ?? configuration.listen.url(port: port) }
}
