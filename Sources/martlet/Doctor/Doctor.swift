import MartletCore
import MartletDelivery
import WebhookSigning

/// Looks at everything that a server needs, changes nothing, and works while one runs.
struct Doctor: Sendable {
    let settings: Settings

    func report() async -> DoctorReport {
        var findings = [configuration] + profiles
        do throws(CommandFailure) {
            let configuration = try ServeConfiguration(settings)
            let holder = ProcessLock.holder(of: configuration.place.directory.lockPath)
            findings += DirectoryCheck(place: configuration.place).findings
            findings.append(
                DiskCheck(path: configuration.place.storeDirectory, reserve: configuration.intake.diskReserve).finding)
            findings += await StoreCheck(configuration: configuration).findings()
            findings.append(DescriptorCheck(configuration).finding)
            findings.append(MemoryCheck(configuration: configuration).finding)
            findings.append(await PortCheck(address: configuration.listen, holder: holder).finding())
        } catch {
            findings.append(.fail("settings", error.description, "Correct it there; --help says what each takes."))
        }
        return DoctorReport(findings: findings, settings: DoctorReport.InForce.all(settings))
    }

    private var configuration: Finding {
        let count = SettingSource.allCases.map { source in
            (source, SettingTable.all.filter { settings.found($0)?.source == source }.count)
        }
        let told = count.filter { $0.0 != .fallback && $0.1 > 0 }.map { "\($0.1) by \($0.0.name)" }
        let file = settings.file.map { "\($0) read" } ?? "no martlet.yaml"
        let detail = ([file] + told).joined(separator: ", ")
        guard let stranger = settings.strangers.first else { return .ok("configuration", detail) }
        let known = SettingTable.all.map(\.variable)
        let suggestion = Suggestion.nearest(to: stranger, among: known).map { " Did you mean \($0)?" } ?? ""
        return .warn(
            "configuration", "\(detail); no setting is called \(settings.strangers.joined(separator: ", "))",
            "Remove it, or correct its name.\(suggestion)")
    }

    /// Profiles that would stop the next start.
    private var profiles: [Finding] {
        settings.profiles.compactMap { profile in
            let name = "profile \(profile.name)"
            guard !Profile.builtIn.contains(where: { $0.name == profile.name }) else {
                return .fail(name, "a built-in profile has this name", "Choose another.")
            }
            do throws(SignatureProfileError) {
                try profile.signature.validate()
                return nil
            } catch {
                return .fail(name, "signature.\(error.field) \(error.problem)", error.remedy)
            }
        }
    }
}
