import Configuration
import Synchronization

/// Notes who answered a reader's last question. For a reader whose providers are in the order of ``SettingSource``.
final class SourceTrace: AccessReporter {
    private let answering = Mutex(SettingSource.fallback)

    /// Where the last value came from, or who failed to give one.
    var last: SettingSource { answering.withLock { $0 } }

    func report(_ event: AccessEvent) {
        // Providers are asked one after the other until one has a value, or fails.
        var source = SettingSource(rawValue: event.providerResults.count - 1) ?? .fallback
        if case .success(let result)? = event.providerResults.last?.result, result.value == nil { source = .fallback }
        answering.withLock { $0 = source }
    }
}
