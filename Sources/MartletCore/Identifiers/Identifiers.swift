/// Names an isolated world of keys, catalogue, applications, endpoints and history.
public typealias EnvironmentID = Identifier<EnvironmentKind>
/// Names one customer, or one customer's app.
public typealias ApplicationID = Identifier<ApplicationKind>
/// Names a receiver's URL with its subscriptions, secret and settings.
public typealias EndpointID = Identifier<EndpointKind>
/// Names one stored occurrence.
public typealias EventID = Identifier<EventKind>
/// Names one event on its way to one endpoint.
public typealias DeliveryID = Identifier<DeliveryKind>
/// Names one HTTP request of a delivery.
public typealias AttemptID = Identifier<AttemptKind>
/// Names a recovery or a bulk replay.
public typealias JobID = Identifier<JobKind>
/// Names an API key; the key itself is a secret, its name is not.
public typealias KeyID = Identifier<KeyKind>
/// Names one thing that happened to the service's own things: ``OperationalEvent``.
public typealias OperationalEventID = Identifier<OperationalEventKind>
/// Names where inbound webhooks enter.
public typealias SourceID = Identifier<SourceKind>
/// Names one inbound HTTP request as a source received it.
public typealias RequestID = Identifier<RequestKind>
/// Names one link to an application's portal.
public typealias PortalLinkID = Identifier<PortalLinkKind>

/// Names a rule by which somebody is told: ``Alert``.
public typealias AlertID = Identifier<AlertKind>
/// Names one time that an alert fired: ``Incident``.
public typealias IncidentID = Identifier<IncidentKind>
/// Names a message that is to be sent by e-mail.
public typealias MailID = Identifier<MailKind>

public enum EnvironmentKind: IdentifierKind { public static let prefix: StaticString = "env_" }
public enum ApplicationKind: IdentifierKind { public static let prefix: StaticString = "app_" }
public enum EndpointKind: IdentifierKind { public static let prefix: StaticString = "ep_" }
public enum EventKind: IdentifierKind { public static let prefix: StaticString = "evt_" }
public enum DeliveryKind: IdentifierKind { public static let prefix: StaticString = "dlv_" }
public enum AttemptKind: IdentifierKind { public static let prefix: StaticString = "att_" }
public enum KeyKind: IdentifierKind { public static let prefix: StaticString = "key_" }
public enum OperationalEventKind: IdentifierKind { public static let prefix: StaticString = "oev_" }
public enum JobKind: IdentifierKind { public static let prefix: StaticString = "job_" }
public enum SourceKind: IdentifierKind { public static let prefix: StaticString = "src_" }
public enum RequestKind: IdentifierKind { public static let prefix: StaticString = "req_" }
public enum PortalLinkKind: IdentifierKind { public static let prefix: StaticString = "plk_" }
public enum AlertKind: IdentifierKind { public static let prefix: StaticString = "alr_" }
public enum IncidentKind: IdentifierKind { public static let prefix: StaticString = "inc_" }
public enum MailKind: IdentifierKind { public static let prefix: StaticString = "mail_" }
