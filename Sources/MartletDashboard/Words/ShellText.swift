/// Text for a shell's command line (POSIX.1-2024, section 2.2.2).
enum ShellText {
    /// In single quotes, whatever it contains.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
