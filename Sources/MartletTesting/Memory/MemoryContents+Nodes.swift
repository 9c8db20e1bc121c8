import MartletCore
import MartletStore

/// For whom a store acts.
enum Viewer: Sendable, Hashable {
    /// The one process that the store belongs to.
    case sole
    case node(NodeNumber)
}

/// A node as a store knows it, until nothing scheduled is its any more.
struct MemoryNode: Sendable {
    var node: Node
    var lease: Duration
    /// Whether it was taken for dead, or has left.
    var isGone = false
    /// Whether a test has it look as if its beats did not come.
    var isSilent = false
}

extension NodeNumber {
    static let nobody = NodeNumber(rawValue: 0)
}

extension MemoryContents {
    // MARK: Membership

    mutating func join(as name: String, lease: Duration, in viewer: Viewer, now: Timestamp) -> NodeNumber {
        leave(viewer)
        lastNode.rawValue += 1
        nodes[lastNode] = MemoryNode(
            node: Node(number: lastNode, name: name, joinedAt: now, lastBeatAt: now), lease: lease)
        return lastNode
    }

    mutating func beat(_ viewer: Viewer, now: Timestamp) throws(StoreError) {
        try requireMember(viewer)
        guard case .node(let number) = viewer else { return }
        nodes[number]?.node.lastBeatAt = now
        nodes[number]?.isSilent = false
    }

    mutating func leave(_ viewer: Viewer) {
        guard case .node(let number) = viewer else { return }
        nodes[number]?.isGone = true
        forgetGone()
    }

    func livingNodes(now: Timestamp) -> [Node] {
        nodes.values.filter { !hasLapsed($0, now: now) }.map(\.node).sorted { $0.number < $1.number }
    }

    /// Fails where a node is to write that is none, or no longer.
    func requireMember(_ viewer: Viewer) throws(StoreError) {
        guard case .node(let number) = viewer else { return }
        guard let node = nodes[number], !node.isGone else {
            throw .lapsed("The membership of this node has lapsed.")
        }
    }

    private func hasLapsed(_ node: MemoryNode, now: Timestamp) -> Bool {
        node.isGone || node.isSilent || node.node.lastBeatAt + node.lease < now
    }

    /// Takes for dead who has not beaten for its lease.
    private mutating func declareLapsed(now: Timestamp, but viewer: Viewer) {
        for (number, node) in nodes where viewer != .node(number) && hasLapsed(node, now: now) {
            nodes[number]?.isGone = true
        }
        forgetGone()
    }

    private mutating func forgetGone() {
        for (number, node) in nodes where node.isGone {
            leases = leases.filter { $0.value != number }
            duties = duties.filter { $0.value != number }
            if !scheduled.values.contains(where: { ids in ids.contains { owners[$0] == number } }) {
                nodes[number] = nil
            }
        }
    }

    // MARK: Owners

    /// Whether a node is the one that delivers it.
    func isOwn(_ delivery: DeliveryID, of endpoint: EndpointID, _ viewer: Viewer) -> Bool {
        guard case .node(let number) = viewer else { return true }
        let owner = owners[delivery] ?? .nobody
        return owner == number || owner == .nobody && leases[endpoint] == number
    }

    /// Whether a node may cancel it that heard of its endpoint's end: what is another's, that one cancels.
    func mayCancel(_ delivery: DeliveryID, _ viewer: Viewer) -> Bool {
        guard case .node(let number) = viewer else { return true }
        let owner = owners[delivery] ?? .nobody
        return owner == number || owner == .nobody
    }

    mutating func assignOwner(of delivery: Delivery, _ viewer: Viewer) {
        guard case .node(let number) = viewer else { return }
        guard isExclusive(delivery.endpoint), delivery.cause != .test else {
            owners[delivery.id] = number
            return
        }
        owners[delivery.id] = nil
        if leases[delivery.endpoint] != number { tellDue(delivery.endpoint) }
    }

    private mutating func tellDue(_ endpoint: EndpointID) {
        if case .due(let endpoints) = news.last {
            if !endpoints.contains(endpoint) { news[news.count - 1] = .due(endpoints + [endpoint]) }
        } else {
            news.append(.due([endpoint]))
        }
    }

    private func isExclusive(_ endpoint: EndpointID) -> Bool {
        guard !deletedEndpoints.contains(endpoint), let endpoint = endpoints[endpoint] else { return false }
        return endpoint.isExclusive
    }

    // MARK: Take-over

    mutating func takeOver(limit: Int, _ viewer: Viewer, now: Timestamp) throws(StoreError) -> TakeOver {
        guard case .node(let number) = viewer else { return TakeOver(isOver: true) }
        try requireMember(viewer)
        declareLapsed(now: now, but: viewer)
        let left = scheduled.flatMap { endpoint, ids in
            ids.compactMap { id -> Delivery? in
                guard let delivery = deliveries[id], isLeft(id, of: endpoint) else { return nil }
                return delivery
            }
        }.sorted { (dueTime(of: $0) ?? now, $0.id) < (dueTime(of: $1) ?? now, $1.id) }
        var result = TakeOver(isOver: left.count <= limit)
        for delivery in left.prefix(limit) {
            assignOwner(of: delivery, viewer)
            guard owners[delivery.id] == number, let due = dueTime(of: delivery) else { continue }
            var share =
                result.endpoints[delivery.endpoint]
                ?? TakeOver.Share(application: delivery.application, count: 0, earliestDue: due)
            share.count += 1
            share.earliestDue = min(share.earliestDue, due)
            result.endpoints[delivery.endpoint] = share
        }
        forgetGone()
        return result
    }

    /// Whether nobody alive would deliver it: it is a node's that has gone, or waits for the lease of an endpoint that is no
    /// longer exclusive.
    private func isLeft(_ delivery: DeliveryID, of endpoint: EndpointID) -> Bool {
        guard let owner = owners[delivery] else { return !isExclusive(endpoint) && leases[endpoint] == nil }
        return nodes[owner]?.isGone ?? true
    }

    // MARK: Leases

    mutating func claimEndpoints(_ viewer: Viewer, now: Timestamp) throws(StoreError) -> Set<EndpointID> {
        guard case .node(let number) = viewer else { return [] }
        try requireMember(viewer)
        declareLapsed(now: now, but: viewer)
        leases = leases.filter { !deletedEndpoints.contains($0.key) }
        let exclusive = endpoints.keys.filter(isExclusive).sorted()
        let living = livingNodes(now: now).count
        var room = (exclusive.count + living - 1) / max(1, living) - leases.values.count { $0 == number }
        for endpoint in exclusive where leases[endpoint] == nil && room > 0 {
            leases[endpoint] = number
            room -= 1
        }
        return Set(leases.filter { $0.value == number }.keys)
    }

    mutating func claimEndpoint(_ endpoint: EndpointID, _ viewer: Viewer) throws(StoreError) {
        guard case .node(let number) = viewer else { return }
        try requireMember(viewer)
        if isExclusive(endpoint) { leases[endpoint] = number }
    }

    mutating func rehome(_ endpoint: EndpointID, _ viewer: Viewer) throws(StoreError) {
        guard case .node(let number) = viewer else { return }
        try requireMember(viewer)
        if isExclusive(endpoint) {
            for id in scheduled[endpoint] ?? [] where owners[id] == number && deliveries[id]?.cause != .test {
                owners[id] = nil
                if leases[endpoint] != number { tellDue(endpoint) }
            }
        } else if leases[endpoint] == number {
            for id in scheduled[endpoint] ?? [] where owners[id] == nil { owners[id] = number }
            leases[endpoint] = nil
        }
    }

    mutating func claim(_ duty: Duty, _ viewer: Viewer, now: Timestamp) throws(StoreError) -> Bool {
        guard case .node(let number) = viewer else { return true }
        try requireMember(viewer)
        declareLapsed(now: now, but: viewer)
        let holder = duties[duty] ?? number
        duties[duty] = holder
        return holder == number
    }

    // MARK: Configuration

    func configurationChanges(after number: Int64?) -> ConfigurationNews {
        let last = Int64(changeLog.count)
        guard let number else { return ConfigurationNews(changes: [], last: last) }
        return ConfigurationNews(
            changes: changeLog.dropFirst(Int(max(0, number))).map(current), last: last)
    }

    /// A change in the form that it has by now: whatever came after it is in there.
    private func current(_ change: ConfigurationChange) -> ConfigurationChange {
        switch change {
        case .putEnvironment(let environment): return .putEnvironment(environments[environment.id] ?? environment)
        case .putProfile(let custom):
            let name = Named(environment: custom.environment, name: custom.profile.name)
            return profiles[name].map(ConfigurationChange.putProfile)
                ?? .deleteProfile(environment: name.environment, name: name.name)
        case .putApplication(let application):
            return applications[application.id].map(ConfigurationChange.putApplication)
                ?? .deleteApplication(
                    environment: application.environment, id: application.id, at: application.updatedAt)
        case .putEndpoint(let endpoint):
            guard !deletedEndpoints.contains(endpoint.id), let current = endpoints[endpoint.id] else {
                return .deleteEndpoint(
                    environment: endpoint.environment, id: endpoint.id, at: endpoint.updatedAt)
            }
            return .putEndpoint(current)
        case .createEventType(let type), .putEventType(let type):
            return eventTypes[Named(environment: type.environment, name: type.name)].map(
                ConfigurationChange.putEventType) ?? .deleteEventType(environment: type.environment, name: type.name)
        case .putKey(let key):
            return keys[key.id].map(ConfigurationChange.putKey)
                ?? .deleteKey(environment: key.environment, id: key.id)
        case .putSource(let source):
            return sources[source.id].map(ConfigurationChange.putSource)
                ?? .deleteSource(environment: source.environment, id: source.id)
        case .deleteProfile(let environment, let name):
            return profiles[Named(environment: environment, name: name)].map(ConfigurationChange.putProfile) ?? change
        case .deleteEventType(let environment, let name):
            return eventTypes[Named(environment: environment, name: name)].map(ConfigurationChange.putEventType)
                ?? change
        case .deleteApplication, .eraseApplication, .deleteEndpoint, .deleteKey, .deleteSource: return change
        }
    }
}
