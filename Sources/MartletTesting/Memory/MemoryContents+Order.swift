import MartletCore
import MartletStore

extension MemoryContents {
    /// The scheduled deliveries with one key at an endpoint, in their order; never none.
    private struct Queue {
        var key: String
        var deliveries: [Delivery]
    }

    /// What an endpoint has scheduled in order, by the bytes of the keys.
    private func queues(at endpoint: EndpointID, _ viewer: Viewer = .sole) -> [Queue] {
        // By bytes, not by text: two spellings of one text are two keys.
        var queues: [[UInt8]: Queue] = [:]
        for id in scheduled[endpoint] ?? [] {
            guard let delivery = deliveries[id], let turn = delivery.turn, isOwn(id, of: endpoint, viewer) else {
                continue
            }
            queues[Array(turn.key.utf8), default: Queue(key: turn.key, deliveries: [])].deliveries.append(delivery)
        }
        return queues.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { _, queue in
            var queue = queue
            queue.deliveries.sort { ($0.turn?.at ?? $0.createdAt, $0.id) < ($1.turn?.at ?? $1.createdAt, $1.id) }
            return queue
        }
    }

    func dueInOrder(
        _ endpoint: EndpointID, by now: Timestamp, after key: String?, limit: Int, bytes: Int, _ viewer: Viewer
    ) -> OrderedDeliveries {
        var found = OrderedDeliveries(deliveries: [], nextDue: nil, resumeAfter: nil)
        var read = 0
        let queues = queues(at: endpoint, viewer).filter { queue in
            key.map { $0.utf8.lexicographicallyPrecedes(queue.key.utf8) } ?? true
        }
        for (visited, queue) in queues.enumerated() {
            if visited == OrderedDeliveries.mostKeys
                || visited > 0 && (found.deliveries.count >= max(1, limit) || read >= bytes)
            {
                found.resumeAfter = queues[visited - 1].key
                break
            }
            let due = dueTime(of: queue.deliveries[0]) ?? now
            let room = min(limit - found.deliveries.count, OrderedDeliveries.mostPerKey)
            guard due <= now, room > 0 else {
                found.nextDue = min(found.nextDue ?? due, due)
                continue
            }
            let ready =
                queue.deliveries.prefix(1)
                + queue.deliveries.dropFirst().prefix { $0.turn.map { $0.at <= now } ?? false }
            for delivery in ready.prefix(room) where read < bytes {
                guard let event = events[delivery.event] else { continue }
                found.deliveries.append(DeliveryWithEvent(delivery: delivery, event: event))
                read += event.body.bytes.count
            }
        }
        return found
    }

    func head(of key: String, at endpoint: EndpointID) -> DeliveryID? {
        queues(at: endpoint).first { $0.key.utf8.elementsEqual(key.utf8) }?.deliveries[0].id
    }

    func blockedKeys(of endpoint: EndpointID, limit: Int) -> [BlockedKey] {
        let blocked = queues(at: endpoint).prefix(OrderedDeliveries.mostKeys).compactMap { queue -> BlockedKey? in
            let head = queue.deliveries[0]
            guard head.attemptCount > 0, let due = dueTime(of: head) else { return nil }
            return BlockedKey(
                key: queue.key, head: head.id, attempts: head.attemptCount, due: due,
                waiting: min(queue.deliveries.count - 1, BlockedKey.mostWaiting))
        }
        return Array(blocked.prefix(max(0, limit)))
    }
}
