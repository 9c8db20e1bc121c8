import Hummingbird
import Logging

/// What a request for a page carries with it.
struct PageContext: RequestContext {
    typealias Source = PageSource

    var coreContext: CoreRequestContextStorage

    init(source: PageSource) { coreContext = CoreRequestContextStorage(source: source) }
}

/// Where a request for a page comes from.
struct PageSource: RequestContextSource {
    let logger: Logger
}
