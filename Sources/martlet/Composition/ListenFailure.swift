import Glibc
import NIOCore

/// Why nothing can listen on an address, in terms of what to do about it.
struct ListenFailure {
    let error: IOError
    let address: ListenAddress

    init(_ error: IOError, address: ListenAddress) {
        self.error = error
        self.address = address
    }

    var failure: CommandFailure {
        switch error.errnoCode {
        case EADDRINUSE:
            CommandFailure("\(address) is in use by another program. Stop that, or give another --listen.")
        case EACCES, EPERM:
            CommandFailure("This user may not listen on \(address). Give a port above 1023.")
        case EADDRNOTAVAIL:
            CommandFailure("This machine has no address \(address.host). Give another --listen.")
        default:
            CommandFailure("Nothing can listen on \(address): \(systemMessage(error.errnoCode)).")
        }
    }
}
