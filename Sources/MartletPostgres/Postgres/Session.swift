import MartletStore

/// What a worker's thread has of the server: one connection, made when it is needed and made again when it was lost.
final class Session {
    private let address: PostgresAddress
    private let patience: Connection.Patience
    private var connection: Connection?
    private var failures = 0
    private var lastFailure: StoreError?
    private var nextTry = ContinuousClock.now

    /// Whether each statement is planned once, without a look at its parameters: for the statements of group commits, whose
    /// plans depend on nothing.
    private let plansOnce: Bool

    init(_ address: PostgresAddress, _ patience: Connection.Patience = .init(), plansOnce: Bool = false) {
        self.address = address
        self.plansOnce = plansOnce
        self.patience = patience
    }

    /// How long nobody tries again after the first failure, doubled after each and at most ``longestPause``.
    private static let firstPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(3)

    /// A connection that was alive a moment ago.
    ///
    /// - Throws: what stood in the way when it was last tried; it is not tried at every call.
    func connected() throws(StoreError) -> Connection {
        if let connection {
            if !connection.hasHungUp() { return connection }
            self.connection = nil
        }
        if let lastFailure, ContinuousClock.now < nextTry { throw lastFailure }
        do throws(StoreError) {
            let opened = try Connection.open(address, patience, plansOnce: plansOnce)
            connection = opened
            failures = 0
            lastFailure = nil
            return opened
        } catch {
            nextTry = ContinuousClock.now + min(Self.longestPause, Self.firstPause * (1 << min(failures, 6)))
            failures += 1
            lastFailure = error
            throw error
        }
    }

    /// Runs what may be run twice: once more where the connection was lost under it.
    func repeatable<Result>(_ body: (Connection) throws(StoreError) -> Result) throws(StoreError) -> Result {
        let connection = try connected()
        do throws(StoreError) {
            return try body(connection)
        } catch {
            guard connection.isLost else { throw error }
            return try body(try connected())
        }
    }
}
