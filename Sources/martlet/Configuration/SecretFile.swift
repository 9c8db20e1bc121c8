/// A file with a secret in it, as secrets are mounted into containers.
enum SecretFile {
    private static let longest = 64 * 1024

    /// The file's text without the line feed that editors leave at its end.
    static func read(_ path: String, for setting: any SettingFacts) throws(CommandFailure) -> String {
        do throws(TextFile.Failure) {
            var bytes = try TextFile.read(path, atMost: longest)
            while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .usage("\(setting.fileVariable): \(error.description)")
        }
    }
}
