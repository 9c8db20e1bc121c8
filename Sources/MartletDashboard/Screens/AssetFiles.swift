import HTTPTypes
import Hummingbird
import NIOCore

/// The files that pages need.
struct AssetFiles: Screen {
    let kit: DashboardKit

    func add(to routes: PageRoutes) {
        routes.router.get("\(Dashboard.path)/assets/:name") { _, context -> Response in
            guard let file = context.parameters.get("name").flatMap({ kit.assets[$0] ?? Self.brand($0) }) else {
                throw HTTPError(.notFound)
            }
            return Response(
                status: .ok,
                headers: [
                    .contentType: file.type, .cacheControl: "public, max-age=31536000, immutable",
                ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
        }
    }

    /// The style that puts a platform's colour in the place of ours.
    private static func brand(_ name: String) -> Assets.File? {
        BrandColours(fileName: name).map {
            Assets.File(name: name, type: "text/css; charset=utf-8", bytes: Array($0.style.utf8))
        }
    }
}
