import NIOCore

/// The instant by which something has to be there that comes again and again, in time as a rule. One timer serves: it is not
/// taken back for each that came, and looks again when the one is due that is waited for then.
///
/// It belongs to its event loop.
final class LazyDeadline {
    /// `nil` where nothing is waited for.
    var due: NIODeadline?
    private var timer: Scheduled<Void>?

    /// Sees to it that `pass` is called where what is due does not come in time.
    func watch(on loop: any EventLoop, pass: @escaping () -> Void) {
        guard let due, timer == nil else { return }
        timer = loop.assumeIsolated().scheduleTask(deadline: due) {
            self.timer = nil
            guard let due = self.due else { return }
            if due <= loop.now { pass() } else { self.watch(on: loop, pass: pass) }
        }
    }

    func cancel() { timer?.cancel() }
}
