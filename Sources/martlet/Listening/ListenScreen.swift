import Glibc
import MartletCore
import NIOHTTP1
import Synchronization
import UnixSignals

/// A listener's live table on a terminal.
final class ListenScreen: ListenDisplay {
    private let board: Mutex<ListenBoard>
    private let client: APIClient
    private let webhook: String
    private let terminal = Terminal()
    private let style = Style()
    /// That there is something new to be seen: one mark is enough, however much it is.
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    init(_ introduction: ListenIntroduction, client: APIClient) {
        board = Mutex(ListenBoard(introduction))
        self.client = client
        webhook = introduction.place.id
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func tell(_ news: ListenNews, at time: Timestamp) {
        board.withLock { $0.note(news, at: time) }
        change.yield()
    }

    func run() async {
        terminal.enter()
        let sizes = await UnixSignalsSequence(trapping: .sigwinch)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in self.changes {
                    self.draw()
                    // Faster than this nobody sees it.
                    try? await Task.sleep(for: .milliseconds(40))
                }
            }
            group.addTask { for await _ in sizes { self.change.yield() } }
            group.addTask { await self.obey() }
            change.yield()
            // Whichever ends first: the keys, with `q` or with the terminal itself, or all of them by cancellation.
            await group.next()
            group.cancelAll()
        }
        terminal.leave()
    }

    func close() { terminal.leave() }

    func summary(owed: Int) -> String { board.withLock(\.tally).summary(owed: owed) }

    private func draw() {
        let size = terminal.size
        let lines = board.withLock { $0.lines(width: size.width, height: size.height, style: style) }
        terminal.show(lines)
    }

    private func obey() async {
        await withDiscardingTaskGroup { group in
            for await key in terminal.keys() {
                let height = terminal.size.height
                let wish = board.withLock { $0.press(key, height: height) }
                switch wish {
                case .quit?:
                    group.cancelAll()
                    return
                case .replay(let event)?: group.addTask { await self.replay(event) }
                case nil: break
                }
                change.yield()
            }
        }
    }

    private func replay(_ event: String) async {
        var body = RequestBody()
        body.set("webhook", webhook)
        let sentence: String
        do {
            _ = try await client.asked(.POST, Events.path(of: event, "/replay"), body: body.bytes)
            sentence = "\(event) is delivered again."
        } catch {
            sentence = "\(event) cannot be replayed: \(error)"
        }
        board.withLock { $0.note(sentence) }
        change.yield()
    }
}
