import Glibc
import MartletCore

/// Memory for all that the bounds let in at once.
struct MemoryCheck: Sendable {
    let configuration: ServeConfiguration

    /// What the program takes when it does nothing, code included.
    private static let idle = 64 << 20
    /// What a connection takes beside bodies: buffers of either direction and what reads and writes them.
    private static let connection = 32 << 10
    /// What a delivery in memory takes beside its event's body.
    private static let parcel = 512

    /// The most that the bounds add up to, in bytes.
    var most: Int {
        let limits = configuration.engine.dispatch
        return Self.idle + configuration.connections.bodyBytes + configuration.commit.waitingBytes
            + limits.parcelBytes + limits.parcels * Self.parcel
            + limits.inFlight * configuration.sender.bodyBytes
            + (configuration.connections.clients + configuration.sender.connections) * Self.connection
    }

    var finding: Finding {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let machine = pages > 0 ? pages * sysconf(Int32(_SC_PAGESIZE)) : 0
        let detail =
            "at most about \(ByteText.rounded(most)) with everything at its bound; the machine has "
            + ByteText.rounded(machine)
        guard machine > 0, most > machine else { return .ok("memory", detail) }
        return .warn(
            "memory", detail,
            "Lower the largest of --max-bodies-size, --max-waiting-size, --max-queued-size and --max-clients.")
    }
}
