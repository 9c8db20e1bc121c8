#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Starts a thread that nobody joins. `false` where the system has none to give.
///
/// - Parameters:
///   - name: what `top -H` and a debugger call it, behind `martlet-`; all but its first seven characters are left out.
package func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            // Linux has room for 15 bytes.
            self.name = "martlet-" + name.prefix(7)
            self.body = body
        }

        func run() {
            #if canImport(Darwin)
            pthread_setname_np(name)
            #else
            // `pthread_setname_np` is GNU's, which the Glibc module leaves out.
            if let file = fopen("/proc/thread-self/comm", "w") {
                fputs(name, file)
                fclose(file)
            }
            #endif
            body()
        }
    }
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    #if canImport(Darwin)
    var thread: pthread_t?
    let code = pthread_create(
        &thread, nil,
        {
            Unmanaged<Start>.fromOpaque($0).takeRetainedValue().run(); return nil
        },
        start.toOpaque())
    if code == 0, let thread { pthread_detach(thread) }
    #else
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
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
