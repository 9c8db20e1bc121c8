import HTTPTypes
import Hummingbird
import MartletCore

/// What a browser may load into a page, and who may frame it (CSP Level 3).
struct PagePolicy: Sendable {
    /// The host of a picture that is not ours.
    var images: String?
    /// The origins whose pages may frame this one.
    var ancestors: [String] = []

    init() {}

    /// As an environment's customers see it.
    ///
    /// - Parameter isFramed: whether it may be framed at all.
    init(_ pages: CustomerPages, isFramed: Bool) {
        if let logo = pages.logo, logo.hasPrefix("https://") {
            images = String(
                logo.prefix { $0 != "?" && $0 != "#" }.split(separator: "/").prefix(2).joined(separator: "//"))
        }
        if isFramed { ancestors = pages.frameAncestors }
    }

    /// Only what is served here may be loaded, run, or sent to.
    private var text: String {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:\(images.map { " \($0)" } ?? ""); "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
            + (ancestors.isEmpty ? "'none'" : ancestors.joined(separator: " "))
    }

    /// Puts the policy on an answer.
    func apply(to response: inout Response) {
        response.headers[.contentSecurityPolicy] = text
        // What older browsers go by knows no list: where some may frame a page, the policy alone says who.
        response.headers[values: .frameOptions] = ancestors.isEmpty ? ["DENY"] : []
    }
}
