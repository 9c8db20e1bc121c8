import MartletCore
import MartletStore

extension MemoryContents {
    /// The setting that says how far a move is.
    private static let placeName = "transfer"

    func transferState() -> TransferState {
        if let bytes = settings[Self.placeName] {
            return TransferPlace(encoded: bytes).map(TransferState.begun) ?? .inUse
        }
        return environments.isEmpty ? .empty : .inUse
    }

    mutating func take(_ records: [TransferRecord], movingTo place: TransferPlace?) throws(StoreError) {
        guard transferState() != .inUse else { throw .conflict("The store is in use.") }
        for record in records { take(record) }
        settings[Self.placeName] = place?.encoded
    }

    private mutating func take(_ record: TransferRecord) {
        switch record {
        case .setting(let name, let value): settings[name] = value
        case .environment(let environment): environments[environment.id] = environment
        case .profile(let profile):
            profiles[Named(environment: profile.environment, name: profile.profile.name)] = profile
        case .application(let application): applications[application.id] = application
        case .deletedApplication(let application):
            deletedApplications[application.id] = application.environment
            erasures[application.id] = application.erasure
        case .endpoint(let endpoint): endpoints[endpoint.id] = endpoint
        case .deletedEndpoint(let endpoint):
            deletedEndpoints.insert(endpoint.id)
            endpoints[endpoint.id] = Endpoint(
                id: endpoint.id, environment: endpoint.environment, application: endpoint.application, url: "",
                events: [], secrets: SealedSecrets(current: []), createdAt: endpoint.createdAt,
                updatedAt: endpoint.updatedAt)
        case .eventType(let type): eventTypes[Named(environment: type.environment, name: type.name)] = type
        case .key(let key): keys[key.id] = key
        case .answer(let answer):
            let kind: Answer.Kind =
                switch answer.content {
                case .reserved: .reserved
                case .answered(let bytes): .answered(bytes)
                case .published(let events): .published(events)
                }
            answers[Named(answer.stamp)] = Answer(stamp: answer.stamp, kind: kind)
        case .operationalEvent(let event): operationalEvents[event.id] = event
        case .job(let job): jobs[job.id] = job
        case .source(let source): sources[source.id] = source
        case .request(let request): requests[request.id] = request
        case .hour(let hour): hours[hour.endpoint, default: [:]][hour.hour] = hour
        case .health(let health): self.health[health.endpoint] = health
        case .environmentHour(let hour): environmentHours[hour.environment, default: [:]][hour.hour] = hour
        case .alert(let alert): alerts[alert.alert.id] = alert
        case .incident(let incident): incidents[incident.id] = incident
        case .mail(let mail): mails[mail.id] = mail
        case .event(let event):
            events[event.id] = event
            if let chosenID = event.chosenID {
                chosenIDs[Named(environment: event.environment, name: chosenID)] = event.id
            }
        case .delivery(let delivery, let attempts):
            put(delivery)
            deliveriesOfEvent[delivery.event, default: []].append(delivery.id)
            self.attempts[delivery.id] = attempts.isEmpty ? nil : attempts
        }
    }
}
