/// Keeps a few values that belong to the store as a whole, such as what proves that the master key is the right one.
public protocol SettingStore: Sendable {
    /// The value last put under `name`, or `nil` where there is none.
    func setting(_ name: String) async throws(StoreError) -> [UInt8]?

    /// Keeps `value` under `name`, durably, in place of the one before it.
    func putSetting(_ name: String, _ value: [UInt8]) async throws(StoreError)
}
