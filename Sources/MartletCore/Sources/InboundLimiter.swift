/// How much a source takes, kept: a token bucket for all of it and one for each address that has sent lately.
///
/// It has no clock and holds no more than ``mostAddresses`` buckets. A full bucket says nothing and is dropped; while
/// there are more than fit that are not, as under a flood from many addresses, the rest of the addresses share one.
public struct InboundLimiter: Sendable {
    /// Whose limit was reached.
    public enum Scope: String, Sendable, Hashable {
        case source, address
    }

    /// Whether a request may come in.
    public enum Decision: Sendable, Hashable {
        case allowed
        /// Not before so long.
        case limited(Scope, retryAfter: Duration)
    }

    /// The most addresses that have a bucket of their own.
    public static let mostAddresses = 4096

    private var limits: SourceLimits
    private var pace: Pace?
    private var addresses: [IPAddress: Pace] = [:]
    private var shared: Pace?
    private var sweptAt: Timestamp
    private var latest: Timestamp

    public init(_ limits: SourceLimits, now: Timestamp) {
        self.limits = limits
        pace = limits.rate.map { Pace($0, now: now) }
        sweptAt = now
        latest = now
    }

    /// How many addresses have a bucket of their own.
    public var addressCount: Int { addresses.count }

    /// Takes other limits over, and keeps what has been taken.
    public mutating func change(to limits: SourceLimits, now: Timestamp) {
        if let rate = limits.rate {
            if pace == nil { pace = Pace(rate, now: now) } else { pace?.change(to: rate, now: now) }
        } else {
            pace = nil
        }
        if let rate = limits.ratePerAddress {
            for address in addresses.keys { addresses[address]?.change(to: rate, now: now) }
            shared?.change(to: rate, now: now)
        } else {
            addresses = [:]
            shared = nil
        }
        self.limits = limits
    }

    /// Counts a request, unless it comes too soon: what is refused takes nothing from those that are not.
    ///
    /// - Parameter address: Who sent it; all that are not known share a bucket.
    public mutating func admit(_ address: IPAddress?, at now: Timestamp) -> Decision {
        // Senders are not to be held back for as long as somebody has set the clock back.
        if now < latest - .seconds(1) {
            change(to: limits, now: now)
            sweptAt = now
        }
        latest = now
        if let pace, pace.next > now {
            return .limited(.source, retryAfter: pace.next.since(now))
        }
        if let rate = limits.ratePerAddress {
            let network = address.map(Self.network)
            var own = bucket(of: network, rate, at: now)
            guard own.next <= now else { return .limited(.address, retryAfter: own.next.since(now)) }
            own.take(now: now)
            keep(own, of: network)
        }
        pace?.take(now: now)
        return .allowed
    }

    private mutating func bucket(of network: IPAddress?, _ rate: RateLimit, at now: Timestamp) -> Pace {
        if let network, let own = addresses[network] { return own }
        if addresses.count >= Self.mostAddresses { sweep(at: now) }
        if network == nil || addresses.count >= Self.mostAddresses { return shared ?? Pace(rate, now: now) }
        return Pace(rate, now: now)
    }

    private mutating func keep(_ pace: Pace, of network: IPAddress?) {
        if let network, addresses[network] != nil || addresses.count < Self.mostAddresses {
            addresses[network] = pace
        } else {
            shared = pace
        }
    }

    // Once a second at most: under a flood there may be nothing to drop, however often one looks.
    private mutating func sweep(at now: Timestamp) {
        guard now.since(sweptAt) >= .seconds(1) else { return }
        sweptAt = now
        addresses = addresses.filter { !$0.value.isFull(at: now) }
    }

    // One customer has a network of 64 bits to send from (RFC 6177), and nothing keeps him from using all of it.
    private static func network(of address: IPAddress) -> IPAddress {
        address.family == .v6 ? address.prefix(64) : address
    }
}
