import ArgumentParser
import Configuration
import Hummingbird
import NIOPosix

@main
struct Martlet: AsyncParsableCommand {
    func run() async throws {}
}
