import NIOCore

/// Something that time can run out for.
class Timed {
    /// When it does. May be moved later at no cost; to move it earlier, see ``DeadlineQueue/note(_:)``.
    final var deadline = NIODeadline.distantFuture
    /// Its place in the queue, -1 where it has none.
    fileprivate final var place = -1

    /// Its time is up. It is out of the queue by then.
    func deadlinePassed() {}
}

/// The deadlines of one event loop: a binary heap in which an entry may stand earlier than its target's deadline.
///
/// That laziness is the point: a connection moves its deadline with every request, nearly always later, and pays for
/// it only when the place that it stood at comes up, once in a timeout rather than once a request.
struct DeadlineQueue {
    private struct Entry {
        var time: NIODeadline
        let target: Timed
    }

    private var heap: [Entry] = []

    /// When there is next something to look at.
    var next: NIODeadline? { heap.first?.time }

    /// Takes `target` in, or moves it forward where its deadline is now earlier than its place.
    mutating func note(_ target: Timed) {
        if target.place < 0 {
            target.place = heap.count
            heap.append(Entry(time: target.deadline, target: target))
            rise(from: target.place)
        } else if target.deadline < heap[target.place].time {
            heap[target.place].time = target.deadline
            rise(from: target.place)
        }
    }

    mutating func remove(_ target: Timed) {
        guard target.place >= 0 else { return }
        take(at: target.place)
    }

    /// Takes out one whose deadline is not after `now`.
    mutating func popDue(_ now: NIODeadline) -> Timed? {
        while let first = heap.first, first.time <= now {
            guard first.target.deadline > now else {
                take(at: 0)
                return first.target
            }
            heap[0].time = first.target.deadline
            sink(from: 0)
        }
        return nil
    }

    private mutating func take(at place: Int) {
        heap[place].target.place = -1
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        last.target.place = place
        rise(from: place)
        sink(from: last.target.place)
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place].time < heap[parent].time else { return }
            swap(place, parent)
            place = parent
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child].time < heap[least].time
            {
                least = child
            }
            guard least != place else { return }
            swap(place, least)
            place = least
        }
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        heap[a].target.place = a
        heap[b].target.place = b
    }
}
