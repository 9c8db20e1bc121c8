import ServiceLifecycle

/// What goes on beside serving, until the service stops. It may be cut short at any moment: each chore finds its place
/// again at the next start.
struct Housekeeping: Service {
    /// Each runs until its task is cancelled.
    let chores: [@Sendable () async -> Void]

    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for chore in chores { group.addTask { await chore() } }
            }
        }
    }
}
