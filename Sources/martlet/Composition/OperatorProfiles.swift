import MartletCore
import MartletService

/// Profiles that the operator wrote into `martlet.yaml`. Every environment gets them at start, and keeps them when they
/// are taken out of the file again: endpoints may follow them.
struct OperatorProfiles: Sendable {
    private let profiles: [Profile]
    private let file: String

    init(_ profiles: [Profile], file: String?) {
        self.profiles = profiles
        self.file = file ?? "martlet.yaml"
    }

    /// Makes what is new and changes what has changed.
    ///
    /// - Throws: ``CommandFailure`` for a profile that the service refuses, such as one with the name of a built-in one.
    func put(into context: ServiceContext) async throws(CommandFailure) {
        let service = ProfileService(context)
        for environment in context.directory.environments {
            let known = context.directory.customProfiles(in: environment.id).map(\.profile)
            let operating = Principal.operating(of: environment.id)
            for profile in profiles where !known.contains(profile) {
                do throws(ServiceError) {
                    if known.contains(where: { $0.name == profile.name }) {
                        _ = try await service.update(profile, by: operating)
                    } else {
                        _ = try await service.create(profile, by: operating)
                    }
                } catch {
                    throw failure(error, profile.name)
                }
            }
        }
    }

    private func failure(_ error: ServiceError, _ name: String) -> CommandFailure {
        guard let field = error.fields.first else { return .usage("profiles.\(name) in \(file): \(error.detail)") }
        return .usage("profiles.\(name).\(field.field) in \(file): \(field.message)")
    }
}
