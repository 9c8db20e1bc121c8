/// What Martlet needs of a place that keeps things. Back-ends implement it; `StoreConformance` in MartletTesting says
/// in tests what each member must do.
public protocol Store: ConfigurationStore, DeliveryStore, HistoryStore, AnswerStore, HealthStore, OperationalEventStore,
    SettingStore, JobStore, RetentionStore, ErasureStore, SourceStore, AlertStore,
    NodeStore
{
    /// Releases files and connections. Calls under way finish; calls afterwards fail as unavailable.
    func close() async
}
