import ArgumentParser

/// A body on the command line: `@file`, `-` for the standard input, or the text itself.
enum BodyArgument {
    static let help = ArgumentHelp(
        "The body: @file, - for the standard input, or the text itself.", valueName: "body")

    private static let longest = 1 << 30

    static func read(_ argument: String) throws(CommandFailure) -> [UInt8] {
        guard argument == "-" || argument.hasPrefix("@") else { return Array(argument.utf8) }
        do throws(TextFile.Failure) {
            return try TextFile.read(argument == "-" ? "-" : String(argument.dropFirst()), atMost: longest)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
