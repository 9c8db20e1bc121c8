/// A language that the guide has a receiver in.
enum ReceiverLanguage: String, Sendable, CaseIterable {
    case node, python, php, ruby, go, java, swift

    /// As people call it.
    var title: String {
        switch self {
        case .node: "Node.js"
        case .python: "Python"
        case .php: "PHP"
        case .ruby: "Ruby"
        case .go: "Go"
        case .java: "Java"
        case .swift: "Swift"
        }
    }

    /// What the receiver stands on.
    var basis: String {
        switch self {
        case .node: "Express"
        case .python: "the standard library"
        case .php: "PHP alone"
        case .ruby: "WEBrick"
        case .go: "net/http"
        case .java: "the JDK, 17 or later"
        case .swift: "WebhookSigning"
        }
    }

    /// The name of the receiver's file.
    var fileName: String {
        switch self {
        case .node: "webhook.js"
        case .python: "webhook.py"
        case .php: "webhook.php"
        case .ruby: "webhook.rb"
        case .go: "webhook.go"
        case .java: "Webhook.java"
        case .swift: "Webhook.swift"
        }
    }
}
