import NIOCore
import NIOHTTP1
import NIOPosix

/// The address to listen on: free, or in use by the very server that works on the data directory.
struct PortCheck: Sendable {
    let address: ListenAddress
    /// Who has the data directory locked.
    let holder: ProcessLock.Holder

    func finding() async -> Finding {
        let reach = address.isLoopback ? "this machine alone reaches it" : "other machines reach it"
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: address.host, port: address.port).get()
            try await channel.close()
            if case .process(let pid) = holder {
                return .warn(
                    "listening", "\(address) is free, though martlet\(Self.name(pid)) is using the data directory",
                    "Give doctor the flags and variables that the server was started with.")
            }
            return .ok("listening", "\(address) is free; \(reach)")
        } catch let error as IOError {
            if case .process(let pid) = holder, await answers() {
                return .ok("listening", "martlet\(Self.name(pid)) serves \(address); \(reach)")
            }
            let failure = ListenFailure(error, address: address).failure
            return .fail("listening", failure.description, "`ss -ltnp` tells what listens.")
        } catch {
            return .fail("listening", "\(address): \(error)", "Give another --listen.")
        }
    }

    private func answers() async -> Bool {
        guard let url = try? SettingTable.url.parse([address.url()]) else { return false }
        let client = APIClient(url: url, key: nil, timeout: .seconds(3))
        return (try? await client.send(.GET, "/healthz"))?.isSuccess ?? false
    }

    private static func name(_ pid: Int32?) -> String { pid.map { " (pid \($0))" } ?? "" }
}
