import Hummingbird
import NIOCore

/// What a request carries with it through the routes.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The address at the other end of the connection.
    var peer: String? { channel.remoteAddress?.ipAddress }
}
