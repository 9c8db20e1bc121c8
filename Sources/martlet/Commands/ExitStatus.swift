import ArgumentParser
import MartletService
import MartletStore
import NIOCore

/// Runs a command and tells how it ended: 0 fine, 1 failed, 2 asked for wrongly.
enum ExitStatus {
    static func running(_ arguments: [String]) async -> Int32 {
        do {
            try refuseUnknownCommand(arguments)
            var command = try Martlet.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as CommandFailure {
            Console.complain("martlet: \(failure)")
            return failure.status.rawValue
        } catch let error as ExitCode {
            return error.rawValue
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        // The parser's own: a request for help, which is no error, or flags that it does not understand.
        let code = Martlet.exitCode(for: error)
        if code == .success {
            Console.print(Martlet.fullMessage(for: error))
            return 0
        }
        if code == .validationFailure {
            Console.complain(Martlet.fullMessage(for: error))
            return CommandFailure.Status.usage.rawValue
        }
        Console.complain("martlet: \(sentence(for: error))")
        return CommandFailure.Status.failed.rawValue
    }

    private static func sentence(for error: any Error) -> String {
        let text =
            switch error {
            case let error as ServiceError: error.detail
            default: "\(error)"
            }
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Without this, a word that is no command would be taken for a stray argument of `serve`.
    private static func refuseUnknownCommand(_ arguments: [String]) throws(CommandFailure) {
        let names = Martlet.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word = arguments.first, !word.hasPrefix("-"), !names.contains(word) else { return }
        let suggestion = Suggestion.nearest(to: word, among: names).map { " Did you mean \($0)?" } ?? ""
        throw .usage("There is no command \(word).\(suggestion) `martlet --help` lists them.")
    }
}
