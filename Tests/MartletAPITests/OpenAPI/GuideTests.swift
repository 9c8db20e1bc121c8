import Foundation
import MartletCore
import Testing

/// That `docs/api.md` speaks of what there is.
@Suite struct GuideTests {
    private static let guide: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try? String(contentsOf: root.appending(path: "docs/api.md"), encoding: .utf8)
    }()

    @Test func everyCodeThatBadRequestsGetIsInItsTableWithItsStatus() throws {
        let rows = try #require(Self.guide).split(separator: "\n").filter { $0.hasPrefix("| ") }

        for request in BadRequestGroup.all.flatMap(\.requests) {
            #expect(
                rows.contains { $0.hasPrefix("| \(request.status) |") && $0.contains("`\(request.code)`") },
                "\(request.status) \(request.code)")
        }
    }

    @Test func everyConflictOfTheDocumentIsInItsTable() async throws {
        let guide = try #require(Self.guide)
        try await TestService.with { service in
            for operation in service.contract.operations {
                let detail = operation.value["responses"]?["409"]?["description"]?.string ?? ""
                for code in detail.split(separator: "`").enumerated().filter({ $0.offset % 2 == 1 }).map(\.element) {
                    #expect(guide.contains("`\(code)`"), "\(code)")
                }
            }
        }
    }

    @Test func everyRowOfItsTableOfFieldsIsAFieldAndNoneIsMissing() async throws {
        let guide = try #require(Self.guide)
        try await TestService.with { service in
            for (heading, schema) in [
                ("## Publishing", "NewEvent"), ("## Webhooks", "NewWebhook"), ("## Sources", "NewSource"),
            ] {
                let section = try #require(guide.components(separatedBy: "\n\(heading)\n").last).components(
                    separatedBy: "\n## ")[0]
                let table = section.components(separatedBy: "| field |").last?.components(separatedBy: "\n\n")[0] ?? ""
                let rows = table.split(separator: "\n").filter { $0.hasPrefix("| `") }
                let named = Set(rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) })
                let properties =
                    service.contract.document["components"]?["schemas"]?[schema]?["properties"]?.object ?? []

                #expect(named == Set(properties.map(\.key)), "\(heading)")
            }
        }
    }
}
