import Glibc

/// How many files and sockets this process may have open at once.
enum FileDescriptors {
    /// The limit now, and the most that it can be raised to without privileges.
    static var limits: (soft: Int, hard: Int) {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return (0, 0) }
        return (Int(clamping: limits.rlim_cur), Int(clamping: limits.rlim_max))
    }

    /// Raises the limit as far as it goes: shells start programs with 1,024, and each receiver takes a socket.
    static func raiseLimit() {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return }
        limits.rlim_cur = limits.rlim_max
        // Where it cannot be raised, what there is has to do; `martlet doctor` says whether it does.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    }
}
