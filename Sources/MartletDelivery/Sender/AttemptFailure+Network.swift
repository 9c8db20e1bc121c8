import MartletCore
import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the network's errors are called, in sentences for the receiver's owner.
extension AttemptFailure {
    static func noResponse(within timeout: Duration, hasBegun: Bool) -> AttemptFailure {
        hasBegun
            ? AttemptFailure(.timeout, "The response's headers were not complete within \(timeout.spoken).")
            : AttemptFailure(.timeout, "No response within \(timeout.spoken).")
    }

    /// A connection that ended without a response, with the error that ended it, if there was one.
    static func broken(by error: (any Error)?, _ code: Code, _ phrase: String) -> AttemptFailure {
        guard let error = error as? IOError else { return AttemptFailure(code, "The receiver \(phrase).") }
        switch error.errnoCode {
        case ECONNRESET:
            return AttemptFailure(.connectionReset, "The receiver reset the connection before it answered.")
        case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ENETDOWN:
            return AttemptFailure(.networkUnreachable, "The network lost the connection: \(sentence(error.errnoCode)).")
        default:
            return AttemptFailure(code, "The receiver \(phrase).")
        }
    }

    /// A connection that could not be opened.
    static func connecting(to address: IPAddress, port: UInt16, timeout: Duration, _ error: any Error) -> AttemptFailure
    {
        let place = "\(address) port \(port)"
        if case .connectTimeout? = error as? ChannelError {
            return AttemptFailure(.connectTimeout, "No connection to \(place) within \(timeout.spoken).")
        }
        guard let error = error as? IOError else {
            return AttemptFailure(.networkUnreachable, "Cannot connect to \(place): \(error).")
        }
        if error.isShortageOfFiles {
            // Not the receiver's doing, and its owner should not look for it there.
            return AttemptFailure(
                .networkUnreachable, "The sending machine has too many files open; its operator must raise the limit.")
        }
        switch error.errnoCode {
        case ECONNREFUSED:
            return AttemptFailure(.connectionRefused, "Connection refused: nothing listens on \(place).")
        case ETIMEDOUT:
            return AttemptFailure(.connectTimeout, "No connection to \(place): nothing there answers.")
        case ECONNRESET:
            return AttemptFailure(.connectionReset, "The connection to \(place) was reset as it was opened.")
        default:
            return AttemptFailure(.networkUnreachable, "Cannot reach \(place): \(sentence(error.errnoCode)).")
        }
    }

    private static func sentence(_ code: CInt) -> String {
        switch code {
        case ENETUNREACH: "there is no route to that network"
        case EHOSTUNREACH: "there is no route to that host"
        case ENETDOWN: "the network is down"
        case EACCES, EPERM: "the sending machine's firewall forbids it"
        case EADDRNOTAVAIL: "the sending machine has no free local port or no address of that family"
        case ETIMEDOUT: "nothing there answers any more"
        default: "error \(code)"
        }
    }
}

extension IOError {
    /// Whether this process, or the machine, can open no more files and sockets.
    var isShortageOfFiles: Bool { errnoCode == EMFILE || errnoCode == ENFILE }
}

extension Duration {
    /// As one says it: `5 s`, `1.5 s`, `150 ms`.
    var spoken: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        let rest = milliseconds % 1000
        guard rest != 0 else { return "\(milliseconds / 1000) s" }
        var digits = String(1000 + rest).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(milliseconds / 1000).\(digits) s"
    }
}
