/// Threads that do nothing but work with a context of their own each, such as a database connection: calls that block
/// must run neither on an event loop nor on a thread of Swift's cooperative pool.
package final class WorkerThreads<Context>: Sendable {
    private typealias Job = @Sendable (Context) -> Void

    private let queue: JobQueue<Job>

    private init(queue: JobQueue<Job>) { self.queue = queue }

    /// Starts `count` threads, each with what `makeContext` makes for it.
    ///
    /// - Parameters:
    ///   - purpose: what the work is, for the complaint when too much of it waits: `reads`.
    ///   - capacity: how many calls may wait; one more is refused as unavailable.
    package static func start(
        _ purpose: String, count: Int, capacity: Int,
        makeContext: @escaping @Sendable () throws(StoreError) -> Context
    ) async throws(StoreError) -> WorkerThreads {
        let queue = JobQueue<Job>(purpose: purpose, capacity: capacity)
        let threads = WorkerThreads(queue: queue)
        for _ in 0..<count {
            let start: Result<Void, StoreError> = await withCheckedContinuation { continuation in
                let isRunning = startThread(purpose) {
                    do throws(StoreError) {
                        let context = try makeContext()
                        queue.threadStarted()
                        continuation.resume(returning: .success(()))
                        while let job = queue.next() { job(context) }
                    } catch {
                        continuation.resume(returning: .failure(error))
                        return
                    }
                    // Out of the scope of the context: whoever closes is told once it is gone.
                    queue.threadEnded()
                }
                if !isRunning {
                    continuation.resume(
                        returning: .failure(.unavailable("The system has no thread left for the store's \(purpose).")))
                }
            }
            if case .failure(let error) = start {
                await threads.close()
                throw error
            }
        }
        return threads
    }

    /// Runs `work` on one of the threads. Once begun or queued it is carried out, whether or not its caller's task is
    /// cancelled.
    package func run<Success: Sendable>(
        _ work: @escaping @Sendable (Context) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        let result: Result<Success, StoreError> = await withCheckedContinuation { continuation in
            let refusal = queue.add { context in
                do throws(StoreError) {
                    continuation.resume(returning: .success(try work(context)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Has one of the threads do `work` without waiting for it. `false` where too much waits already.
    package func post(_ work: @escaping @Sendable (Context) -> Void) -> Bool {
        queue.add(work) == nil
    }

    /// Lets what is queued finish, refuses anything new, and returns when every thread has let go of its context.
    package func close() async {
        await withCheckedContinuation { queue.close($0) }
    }
}

/// A task that prefers the threads runs on them wherever it does not wait: one that gives them work again and again need not
/// wake another thread to be told of each result.
extension WorkerThreads: TaskExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        let refusal = queue.add({ _ in job.runSynchronously(on: executor) }, isBounded: false)
        guard refusal != nil else { return }
        // The threads are going: what is left of the task runs where it otherwise would.
        globalConcurrentExecutor.enqueue(job)
    }
}
