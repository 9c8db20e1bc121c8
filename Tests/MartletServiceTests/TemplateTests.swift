import MartletCore
import MartletService
import MartletStore
import MartletTesting
import Testing

@Suite struct TemplateTests {
    static let types = Template.all.flatMap { template in template.eventTypes.map { (template.name, $0) } }

    @Test func everyTemplateNamesABuiltInProfileAndIsFoundByItsName() {
        #expect(
            Template.all.map(\.name) == ["standard", "fractio", "real-estate", "sharmo", "getequity", "rapture"])
        for template in Template.all {
            #expect(Profile.builtIn.contains { $0.name == template.profile }, "\(template.name)")
            #expect(Template.named(template.name)?.title == template.title)
            #expect(!template.eventTypes.isEmpty)
            #expect(Set(template.eventTypes.map(\.name)).count == template.eventTypes.count, "\(template.name)")
        }
        #expect(Template.named("none") == nil)
    }

    @Test func everyEventTypeHasANameADescriptionASchemaAndAnExample() throws {
        for (template, type) in Self.types {
            #expect(EventTypeName.isValid(type.name), "\(template) \(type.name)")
            #expect(!type.description.isEmpty, "\(template) \(type.name)")
            #expect(throws: Never.self, "\(template) \(type.name)") {
                _ = try JSONNormaliser.normalise(Array(type.schema.utf8))
            }
        }
    }

    @Test func everyExampleIsInNormalFormBetweenItsTokensAndWarnsOfNothing() throws {
        for (template, type) in Self.types {
            let normalised = try JSONNormaliser.normalise(Array(type.example.utf8))

            #expect(normalised.warnings.isEmpty, "\(template) \(type.name)")
            #expect(
                String(decoding: normalised.bytes, as: UTF8.self) == Self.minified(type.example),
                "\(template) \(type.name)")
        }
    }

    @Test(arguments: Template.all.map(\.name))
    func aNewStoreGetsTheTemplatesProfileAndCatalogueAndKeysThatOpenIt(name: String) async throws {
        let template = try #require(Template.named(name))
        let scene = try await ServiceScene()
        let store = InMemoryStore()
        let bootstrap = Bootstrap(
            store: store, vault: scene.context.vault, identifiers: IdentifierSource(), time: scene.clock)

        let keys = try #require(try await bootstrap.makeEnvironments(template: template))
        let again = try await bootstrap.makeEnvironments(template: template)

        let configuration = try await store.configuration()
        scene.directory.load(configuration)
        let live = try scene.keys.principal(presenting: keys.live)
        let sandbox = try scene.keys.principal(presenting: keys.sandbox)
        let listed = try await store.eventTypes(in: live.environment, before: nil, limit: 250)
        #expect(again == nil)
        #expect(configuration.environments.allSatisfy { $0.profile == template.profile })
        #expect(scene.directory.environment(live.environment)?.requiresHTTPS == true)
        #expect(scene.directory.environment(sandbox.environment)?.requiresHTTPS == false)
        #expect(live.role == .admin && sandbox.role == .admin)
        #expect(listed.map(\.name) == template.eventTypes.map(\.name))
        await scene.stop()
    }

    /// The text without the white space between its tokens.
    static func minified(_ text: String) -> String {
        var isInString = false
        var isEscaped = false
        return String(
            text.unicodeScalars.filter { scalar in
                if isInString {
                    if isEscaped {
                        isEscaped = false
                    } else if scalar == "\\" {
                        isEscaped = true
                    } else if scalar == "\"" {
                        isInString = false
                    }
                    return true
                }
                if scalar == "\"" { isInString = true }
                return !" \n\r\t".unicodeScalars.contains(scalar)
            }.map(Character.init))
    }
}
