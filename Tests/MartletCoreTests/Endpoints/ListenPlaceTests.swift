import MartletCore
import Testing

@Suite struct ListenPlaceTests {
    @Test(arguments: ["a", "laptop", "Jo-s_Mac.local", String(repeating: "x", count: 64)])
    func aNameIsAPlace(name: String) throws {
        let place = try #require(ListenPlace(parsing: "listen:\(name)"))

        #expect(place.name == name)
        #expect(place.description == "listen:\(name)")
        #expect(ListenPlace(named: name) == place)
    }

    @Test(
        arguments: [
            "listen:", "listen://host", "listen:a b", "listen:é", "listen:a/b", "listen:a?b",
            "listen:" + String(repeating: "x", count: 65), "LISTEN:a", "https://example.com", "listen", "",
        ])
    func whatIsNoNameIsNone(text: String) {
        #expect(ListenPlace(parsing: text) == nil)
    }

    @Test func whatBeginsLikeOneIsMeantAsOne() {
        #expect(ListenPlace.isMeant(by: "listen://host"))
        #expect(!ListenPlace.isMeant(by: "https://listen:1@example.com"))
    }
}
