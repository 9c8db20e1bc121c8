import MartletCore
import MartletService

extension Visit {
    /// When what was looked at last was made, where a page ended for how much was looked at and not for being full.
    ///
    /// - Parameter id: what the list's cursors are.
    func searched<Item, Kind>(_ page: ListPage<Item>, _ id: Identifier<Kind>.Type, limit: Int) -> Markup? {
        guard page.items.count < limit, let reached = page.next.flatMap({ Identifier<Kind>($0) }) else { return nil }
        return When.markup(.some(reached.instant), now: now)
    }
}
