public import MartletCore

/// An event as its publisher hands it in, its payload in the form it will be carried in.
public struct EventDraft: Sendable {
    public var type: String
    /// An application's id or uid; `nil` for every endpoint of the environment that subscribed.
    public var application: String?
    public var chosenID: String?
    public var created: Timestamp?
    public var orderingKey: String?
    public var deliverAt: Timestamp?
    /// The payload's bytes: JSON, normalised unless the environment carries bytes as they came.
    public var data: [UInt8]
    public var warnings: [PayloadWarning]

    public init(
        type: String, application: String? = nil, chosenID: String? = nil, created: Timestamp? = nil,
        orderingKey: String? = nil, deliverAt: Timestamp? = nil, data: [UInt8], warnings: [PayloadWarning] = []
    ) {
        self.type = type
        self.application = application
        self.chosenID = chosenID
        self.created = created
        self.orderingKey = orderingKey
        self.deliverAt = deliverAt
        self.data = data
        self.warnings = warnings
    }
}

extension EventBody {
    /// The envelope of an event: `{"id":…,"type":…,"created":…,"data":…}`: docs/api.md.
    ///
    /// - Parameters:
    ///   - id: printable ASCII without quotes or backslashes, as every event id is.
    ///   - type: a valid event type name.
    ///   - data: the payload's bytes, put in as they are.
    public init(id: String, type: String, created: Timestamp, data: [UInt8]) {
        let created = created.rfc3339Short
        let head = id.utf8.count + type.utf8.count + created.utf8.count + 40
        var start = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: head + data.count + 1) { buffer, count in
            func put(_ text: StaticString) {
                let length = text.utf8CodeUnitCount
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<count + length])
                    .copyMemory(from: UnsafeRawBufferPointer(start: text.utf8Start, count: length))
                count += length
            }
            func put(_ text: String) {
                for byte in text.utf8 {
                    buffer[count] = byte
                    count += 1
                }
            }
            count = 0
            put("{\"id\":\"" as StaticString)
            put(id)
            put("\",\"type\":\"" as StaticString)
            put(type)
            put("\",\"created\":\"" as StaticString)
            put(created)
            put("\",\"data\":" as StaticString)
            start = count
            data.withUnsafeBytes { data in
                UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<count + data.count]
                )
                .copyMemory(from: data)
            }
            count += data.count
            put("}" as StaticString)
        }
        self.init(bytes: bytes, data: start..<start + data.count)
    }
}
