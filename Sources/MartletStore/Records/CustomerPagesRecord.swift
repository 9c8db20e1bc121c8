import MartletCore

/// ``CustomerPages`` within an environment's record: what says nothing is left out.
enum CustomerPagesRecord {
    /// Writes the members.
    static func write(_ pages: CustomerPages, to writer: inout JSONWriter) {
        if let template = pages.template { writer.field("template", template) }
        if let name = pages.name { writer.field("name", name) }
        if let colour = pages.colour { writer.field("colour", colour) }
        if let logo = pages.logo { writer.field("logo", logo) }
        if let support = pages.support { writer.field("support", support) }
        if pages.isGuidePublic { writer.field("public_guide", true) }
        if pages.isStatusPublic { writer.field("public_status", true) }
        if !pages.frameAncestors.isEmpty {
            writer.array("frame_ancestors") { writer in
                for origin in pages.frameAncestors { writer.string(origin) }
            }
        }
    }

    /// Reads what ``write(_:to:)`` wrote.
    static func read(_ record: RecordReader) throws(StoreError) -> CustomerPages {
        var reader = record
        let pages = CustomerPages(
            template: try reader.takePresent("template", \.string),
            name: try reader.takePresent("name", \.string),
            colour: try reader.takePresent("colour", \.string),
            logo: try reader.takePresent("logo", \.string),
            support: try reader.takePresent("support", \.string),
            isGuidePublic: try reader.takePresent("public_guide", \.boolean) ?? false,
            isStatusPublic: try reader.takePresent("public_status", \.boolean) ?? false,
            frameAncestors: try reader.takePresent("frame_ancestors", RecordReader.strings) ?? [])
        try reader.end()
        return pages
    }
}
