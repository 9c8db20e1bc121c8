public import MartletStore

/// One thing that a ``Store`` must do, as a test: every back-end passes all of them.
///
/// ```swift
/// @Test(arguments: StoreConformance.all)
/// func theStoreKeepsItsContract(_ check: StoreConformance) async throws {
///     try await check.run { try await SQLiteStore.open(path: path) }
/// }
/// ```
public struct StoreConformance: Sendable, CustomStringConvertible {
    /// What the store must do, as a sentence.
    public let name: String
    let check: @Sendable (ConformanceWorld) async throws -> Void

    public var description: String { name }

    init(_ name: String, _ check: @escaping @Sendable (ConformanceWorld) async throws -> Void) {
        self.name = name
        self.check = check
    }

    /// Runs the test against a store that `makeStore` makes for it alone, and closes it.
    ///
    /// - Parameter makeStore: makes an empty store.
    /// - Throws: ``ConformanceFailure`` where the store does something else; whatever the store threw.
    public func run(on makeStore: () async throws -> any Store) async throws {
        let store = try await makeStore()
        do {
            let world = try await ConformanceWorld(store)
            try await check(world)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// Every test.
    public static let all: [StoreConformance] =
        accepting + stamping + settling + moving + dueTimes + order + eventListings + deliveryListings + failures
        + isolation + configuration + configurationListings + conflicts + answers + sums + health + operationalEvents
        + jobs + replayable + retention + erasure + sources + telling + environmentHours + alerts
}
