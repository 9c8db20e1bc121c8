#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What waits for ``WorkerThreads``: added to from anywhere, taken from by threads that may block.
//
// `@unchecked Sendable`: every stored variable is read and written between lock and unlock of `mutex` alone.
final class JobQueue<Job: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let purpose: String
    private let capacity: Int

    /// Jobs in order; those before `first` are taken.
    private var jobs: [Job?] = []
    private var first = 0
    private var threadCount = 0
    private var isClosing = false
    private var closers: [CheckedContinuation<Void, Never>] = []

    init(purpose: String, capacity: Int) {
        self.purpose = purpose
        self.capacity = capacity
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Adds a job, or says why it is refused.
    ///
    /// - Parameter isBounded: not so for what cannot be left out for want of room: the next piece of a task that runs on
    ///   the threads.
    func add(_ job: Job, isBounded: Bool = true) -> StoreError? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isClosing { return .unavailable("The store is closed.") }
        if isBounded, jobs.count - first >= capacity {
            return .unavailable("The store is overloaded: \(capacity) \(purpose) are waiting already.")
        }
        jobs.append(job)
        pthread_cond_signal(changed)
        return nil
    }

    /// The next job, for which it waits; `nil` when the queue is closed and empty.
    func next() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while first == jobs.count {
            if isClosing { return nil }
            pthread_cond_wait(changed, mutex)
        }
        let job = jobs[first]
        jobs[first] = nil
        first += 1
        if first == jobs.count || first >= 1024 {
            jobs.removeFirst(first)
            first = 0
        }
        return job
    }

    func threadStarted() {
        pthread_mutex_lock(mutex)
        threadCount += 1
        pthread_mutex_unlock(mutex)
    }

    func threadEnded() {
        pthread_mutex_lock(mutex)
        threadCount -= 1
        let told = threadCount == 0 ? closers : []
        if threadCount == 0 { closers = [] }
        pthread_mutex_unlock(mutex)
        for closer in told { closer.resume() }
    }

    /// Refuses further jobs, and resumes `closer` when the last thread has ended.
    func close(_ closer: CheckedContinuation<Void, Never>) {
        pthread_mutex_lock(mutex)
        isClosing = true
        let isOver = threadCount == 0
        if !isOver { closers.append(closer) }
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
        if isOver { closer.resume() }
    }
}
