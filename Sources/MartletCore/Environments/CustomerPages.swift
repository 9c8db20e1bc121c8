/// How an environment shows itself to its customers: in their portals and in its guide.
public struct CustomerPages: Sendable, Hashable {
    /// The template that the environment was made from, by name; `nil` where nobody knows.
    public var template: String?
    /// What customers know the platform as; `nil` for the template's title, or none at all.
    public var name: String?
    /// `#rrggbb`; `nil` for our own.
    public var colour: String?
    /// An `https` URL of an image, or a `data:` URL of one.
    public var logo: String?
    /// Where customers find help: an e-mail address or an `http(s)` URL.
    public var support: String?
    /// Whether the guide can be read by anybody.
    public var isGuidePublic: Bool
    /// Whether the status page can be read by anybody.
    public var isStatusPublic: Bool
    /// The origins whose pages may frame a portal: `https://app.example.com`. Nobody may where there is none.
    public var frameAncestors: [String]

    public init(
        template: String? = nil, name: String? = nil, colour: String? = nil, logo: String? = nil,
        support: String? = nil, isGuidePublic: Bool = false, isStatusPublic: Bool = false,
        frameAncestors: [String] = []
    ) {
        self.template = template
        self.name = name
        self.colour = colour
        self.logo = logo
        self.support = support
        self.isGuidePublic = isGuidePublic
        self.isStatusPublic = isStatusPublic
        self.frameAncestors = frameAncestors
    }
}
