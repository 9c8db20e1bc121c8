import Hummingbird

/// What a request carries with it through the routes.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: Source) { coreContext = CoreRequestContextStorage(source: source) }
}
