#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Starts a thread that nobody joins. `false` where the system has none to give.
package func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let start = Unmanaged.passRetained(Start(body))
    #if canImport(Darwin)
    var thread: pthread_t?
    let code = pthread_create(
        &thread, nil,
        {
            Unmanaged<Start>.fromOpaque($0).takeRetainedValue().body(); return nil
        },
        start.toOpaque())
    if code == 0, let thread { pthread_detach(thread) }
    #else
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, start.toOpaque())
    if code == 0 { pthread_detach(thread) }
    #endif
    guard code == 0 else {
        start.release()
        return false
    }
    return true
}
