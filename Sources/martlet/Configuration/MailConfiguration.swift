import MartletMail

/// How e-mail is sent.
struct MailConfiguration: Sendable {
    /// The most that a file of authorities may hold: the system's own has some 200 KiB.
    private static let longestFile = 4 << 20

    var server: SMTPServer
    var sender: MailSender
    /// In PEM; `nil` for the system's alone.
    var authorities: [UInt8]?

    /// - Returns: `nil` where no e-mail is to be sent.
    init?(_ settings: Settings) throws(CommandFailure) {
        let server = try settings.value(of: SettingTable.smtpURL)
        let sender = try settings.value(of: SettingTable.smtpFrom)
        let file = try settings.value(of: SettingTable.smtpAuthorities)
        guard let server else {
            let alone = sender == nil ? SettingTable.smtpAuthorities.flag : SettingTable.smtpFrom.flag
            guard sender == nil, file == nil else {
                throw .usage("\(alone): Give \(SettingTable.smtpURL.flag) too, the server that takes e-mail.")
            }
            return nil
        }
        guard let sender else {
            throw .usage("\(SettingTable.smtpURL.flag): Give \(SettingTable.smtpFrom.flag) too, whom e-mail is from.")
        }
        self.server = server
        self.sender = sender
        guard let file else { return }
        do throws(TextFile.Failure) {
            authorities = try TextFile.read(file, atMost: Self.longestFile)
        } catch {
            throw .usage("\(SettingTable.smtpAuthorities.flag): \(error.description)")
        }
    }
}
