import ArgumentParser

/// What bounds memory, descriptors and disk. At a bound the API answers 429 or 503.
struct BoundOptions: SettingOptions {
    @Option(name: SettingTable.maxInFlight.name, help: SettingTable.maxInFlight.help)
    var maxInFlight: String?

    @Option(name: SettingTable.maxInFlightPerEndpoint.name, help: SettingTable.maxInFlightPerEndpoint.help)
    var maxInFlightPerEndpoint: String?
    @Option(name: SettingTable.breakerMinimum.name, help: SettingTable.breakerMinimum.help)
    var breakerMinimum: String?

    @Option(name: SettingTable.maxConnections.name, help: SettingTable.maxConnections.help)
    var maxConnections: String?

    @Option(name: SettingTable.maxClients.name, help: SettingTable.maxClients.help)
    var maxClients: String?

    @Option(name: SettingTable.maxBodiesSize.name, help: SettingTable.maxBodiesSize.help)
    var maxBodiesSize: String?

    @Option(name: SettingTable.maxBacklog.name, help: SettingTable.maxBacklog.help)
    var maxBacklog: String?

    @Option(name: SettingTable.diskReserve.name, help: SettingTable.diskReserve.help)
    var diskReserve: String?

    @Option(name: SettingTable.maxQueued.name, help: SettingTable.maxQueued.help)
    var maxQueued: String?

    @Option(name: SettingTable.maxQueuedSize.name, help: SettingTable.maxQueuedSize.help)
    var maxQueuedSize: String?

    @Option(name: SettingTable.maxWaitingEvents.name, help: SettingTable.maxWaitingEvents.help)
    var maxWaitingEvents: String?

    @Option(name: SettingTable.maxWaitingSize.name, help: SettingTable.maxWaitingSize.help)
    var maxWaitingSize: String?

    @Option(name: SettingTable.maxEventSize.name, help: SettingTable.maxEventSize.help)
    var maxEventSize: String?

    @Option(name: SettingTable.maxRequestSize.name, help: SettingTable.maxRequestSize.help)
    var maxRequestSize: String?

    @Option(name: SettingTable.maxBatchSize.name, help: SettingTable.maxBatchSize.help)
    var maxBatchSize: String?

    @Option(name: SettingTable.maxBatchEvents.name, help: SettingTable.maxBatchEvents.help)
    var maxBatchEvents: String?

    @Option(name: SettingTable.maxDeliveriesPerEvent.name, help: SettingTable.maxDeliveriesPerEvent.help)
    var maxDeliveriesPerEvent: String?

    @Option(name: SettingTable.maxStoreSize.name, help: SettingTable.maxStoreSize.help)
    var maxStoreSize: String?

    @Option(name: SettingTable.retentionPayloads.name, help: SettingTable.retentionPayloads.help)
    var retentionPayloads: String?

    @Option(name: SettingTable.retentionHistory.name, help: SettingTable.retentionHistory.help)
    var retentionHistory: String?

    @Option(name: SettingTable.drainTimeout.name, help: SettingTable.drainTimeout.help)
    var drainTimeout: String?

    var given: [GivenSetting] {
        [
            SettingTable.maxInFlight.given(maxInFlight),
            SettingTable.maxInFlightPerEndpoint.given(maxInFlightPerEndpoint),
            SettingTable.breakerMinimum.given(breakerMinimum),
            SettingTable.maxConnections.given(maxConnections), SettingTable.maxClients.given(maxClients),
            SettingTable.maxBodiesSize.given(maxBodiesSize), SettingTable.maxBacklog.given(maxBacklog),
            SettingTable.diskReserve.given(diskReserve), SettingTable.maxQueued.given(maxQueued),
            SettingTable.maxQueuedSize.given(maxQueuedSize), SettingTable.maxWaitingEvents.given(maxWaitingEvents),
            SettingTable.maxWaitingSize.given(maxWaitingSize), SettingTable.maxEventSize.given(maxEventSize),
            SettingTable.maxRequestSize.given(maxRequestSize), SettingTable.maxBatchSize.given(maxBatchSize),
            SettingTable.maxBatchEvents.given(maxBatchEvents),
            SettingTable.maxDeliveriesPerEvent.given(maxDeliveriesPerEvent),
            SettingTable.maxStoreSize.given(maxStoreSize), SettingTable.retentionPayloads.given(retentionPayloads),
            SettingTable.retentionHistory.given(retentionHistory), SettingTable.drainTimeout.given(drainTimeout),
        ]
    }
}
