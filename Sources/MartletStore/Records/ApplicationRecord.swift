public import MartletCore

/// What a store keeps of an ``Application`` as JSON; its ids and dates have columns of their own. What came after the
/// first version is left out where it says nothing, so that older records are read like the rest.
public enum ApplicationRecord {
    /// Writes the record.
    public static func encode(_ application: Application) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("name", application.name)
            writer.pairs("metadata", application.metadata.map { ($0.name, $0.value) })
            if let instant = application.portal.withdrawnUpTo {
                writer.field("portal_withdrawn_up_to", instant.milliseconds)
            }
            if !application.portal.withdrawals.isEmpty {
                writer.pairs(
                    "portal_withdrawals",
                    application.portal.withdrawals.map { ($0.link.description, String($0.expiresAt.milliseconds)) })
            }
        }
        return writer.bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Throws: `corrupt` where it is anything else.
    public static func decode(
        _ record: [UInt8], id: ApplicationID, environment: EnvironmentID, uid: String?, createdAt: Timestamp,
        updatedAt: Timestamp
    ) throws(StoreError) -> Application {
        var reader = try RecordReader(record, of: "application \(id)")
        let application = Application(
            id: id, environment: environment, uid: uid,
            name: try reader.string("name"),
            metadata: try reader.pairs("metadata").map { Metadata(name: $0.0, value: $0.1) },
            portal: try portal(&reader),
            createdAt: createdAt, updatedAt: updatedAt)
        try reader.end()
        return application
    }

    private static func portal(_ reader: inout RecordReader) throws(StoreError) -> PortalAccess {
        let withdrawnUpTo = try reader.takePresent("portal_withdrawn_up_to", RecordReader.instant)
        guard reader.has("portal_withdrawals") else { return PortalAccess(withdrawnUpTo: withdrawnUpTo) }
        var withdrawals: [PortalAccess.Withdrawal] = []
        for (link, expiresAt) in try reader.pairs("portal_withdrawals") {
            guard let link = PortalLinkID(link), let expiresAt = Int64(expiresAt) else {
                throw reader.corrupt("portal_withdrawals")
            }
            withdrawals.append(.init(link: link, expiresAt: Timestamp(milliseconds: expiresAt)))
        }
        return PortalAccess(withdrawnUpTo: withdrawnUpTo, withdrawals: withdrawals)
    }
}
