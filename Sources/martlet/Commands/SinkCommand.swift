import ArgumentParser
import Glibc
import Logging
import MartletCore
import NIOCore

/// `martlet sink`
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Receive webhooks for tests, well or badly.",
        discussion: """
            Prints a line a request. On this machine, the server needs --allow-private-networks to deliver to it.

            Example:
              martlet sink --verify whsec_… --fail-first 2
            """)

    @Option(name: SettingTable.sinkListen.name, help: SettingTable.sinkListen.help)
    var listen: String?

    @Option(name: SettingTable.sinkStatus.name, help: SettingTable.sinkStatus.help)
    var status: String?

    @Option(name: SettingTable.sinkDelay.name, help: SettingTable.sinkDelay.help)
    var delay: String?

    @Option(name: SettingTable.sinkFailFirst.name, help: SettingTable.sinkFailFirst.help)
    var failFirst: String?

    @Flag(name: SettingTable.sinkHang.name, help: SettingTable.sinkHang.help)
    var hang = false

    @Flag(name: SettingTable.sinkReset.name, help: SettingTable.sinkReset.help)
    var reset = false

    @Flag(name: SettingTable.sinkDrip.name, help: SettingTable.sinkDrip.help)
    var drip = false

    @Option(name: SettingTable.sinkVerify.name, help: SettingTable.sinkVerify.help)
    var verify: String?

    @Option(help: ArgumentHelp("A file with the secret to verify with.", valueName: "path"))
    var verifyFile: String?

    @Option(name: SettingTable.profile.name, help: SettingTable.profile.help)
    var profile: String?

    @Option(name: SettingTable.config.name, help: SettingTable.config.help)
    var config: String?

    @Flag(help: "Print a JSON object a request.")
    var json = false

    @Flag(help: "Print no line a request.")
    var quiet = false

    func run() async throws {
        let settings = try await Settings(given: [
            SettingTable.config.given(config), SettingTable.profile.given(profile),
            SettingTable.sinkListen.given(listen), SettingTable.sinkStatus.given(status),
            SettingTable.sinkDelay.given(delay), SettingTable.sinkFailFirst.given(failFirst),
            SettingTable.sinkHang.given(hang ? true : nil), SettingTable.sinkReset.given(reset ? true : nil),
            SettingTable.sinkDrip.given(drip ? true : nil), SettingTable.sinkVerify.given(verify),
            SettingTable.sinkVerify.givenFile(verifyFile),
        ])
        FileDescriptors.raiseLimit()
        let address = try settings[SettingTable.sinkListen]
        let ledger = SinkLedger()
        let style = Style()
        let sink = SinkServer(
            address: address, behaviour: try SinkBehaviour(settings), ledger: ledger
        ) { [json, quiet] record in
            if !quiet { Console.print(json ? record.json : record.text(style)) }
        } onListening: { [json] port in
            Console.print(Self.ready(address.url(port: port), json: json))
        }
        do {
            try await Shutdown(
                services: [sink], bound: .seconds(5), log: .line(label: "sink", level: .warning, format: nil)
            )
            .run()
        } catch let error as IOError {
            throw ListenFailure(error, address: address).failure
        }
        if !json { Console.print(Self.summary(ledger.counts)) }
    }

    private static func ready(_ url: String, json: Bool) -> String {
        guard json else { return "Receiving at \(url) (Ctrl-C stops it)" }
        var writer = JSONWriter()
        writer.object { $0.field("listening", url) }
        return writer.text
    }

    private static func summary(_ counts: SinkLedger.Counts) -> String {
        var text = "\(counts.requests) request\(counts.requests == 1 ? "" : "s")"
        if counts.verified + counts.refused > 0 {
            text += ", \(counts.verified) verified, \(counts.refused) not"
        }
        return text
    }
}
