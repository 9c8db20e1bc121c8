/// A small picture beside words, drawn with lines on 16 by 16 units.
enum Icon: String, Sendable, CaseIterable {
    case overview = "M2 13.5h12M4 11V8M8 11V3.5M12 11V6"
    case event = "M8.8 1.8 3.5 9h4l-.6 5.2L12.5 7H8.4z"
    case delivery = "M1.8 8 14 2.2 10.4 14 7.6 9.2zM7.6 9.2 14 2.2"
    case issue = "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.6v.2"
    case alert = "M8 2a4 4 0 0 0-4 4v3l-1.5 2.5h11L12 9V6a4 4 0 0 0-4-4zM6.4 13.5a1.7 1.7 0 0 0 3.2 0"
    case status = "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.2 8.2l2 2 3.6-4.2"
    case webhook =
        "M5.2 6.2A3.2 3.2 0 1 1 9.8 6L12 10M8 4.4 5.4 9.6M5.6 10A3 3 0 1 0 8 13h4.2M12.4 10a2.6 2.6 0 1 1-.6 5"
    case source =
        "M2 9.500h3.200l1 2h3.600l1-2h3.200v4h-12zM2 9.500 4 4M14 9.500 12 4M8 1.500v6M5.700 5.300 8 7.500l2.300-2.200"
    case application = "M2.5 2.5h4.5v4.5h-4.5zM9 2.5h4.5v4.5h-4.5zM2.5 9h4.5v4.5h-4.5zM9 9h4.5v4.5h-4.5z"
    case catalogue =
        "M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5h-8.5a1.5 1.5 0 0 1-1.5-1.5zM3 12a1.5 1.5 0 0 1 1.5-1.5h8.5M6 5.5h4"
    case playground = "M2 3h12v10h-12zM4.5 6 6.8 8 4.5 10M8.5 10.5h3"
    case key = "M10.5 9.5a4 4 0 1 0-3.6-2.3L2 12v2h2.2v-1.6h1.7v-1.7l1.4-1.4a4 4 0 0 0 3.2.2zM11 5v.1"
    case job = "M13.5 8a5.5 5.5 0 1 1-1.6-3.9M12 1.5v3h-3"
    case activity = "M1.5 8h3l2-5 3 10 2-5h3"
    case settings =
        "M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M10.5 3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM5.5 10a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z"
    case guide =
        "M8 4.2C6.600 3 4.500 2.600 2 2.700v9.800c2.500-.1 4.600.3 6 1.500 1.400-1.200 3.500-1.600 6-1.500V2.700c-2.500-.1-4.600.3-6 1.500zM8 4.200v9.800"
    case search = "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14"
    case copy = "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"
    case chevron = "M6 3.5 10.5 8 6 12.5"
    case theme = "M8 2a6 6 0 1 0 0 12zM8 2v12"
    case menu = "M2 4.5h12M2 8h12M2 11.5h12"
    case out = "M6 2.5H3v11h3M10 5l3 3-3 3M13 8H6.5"
    case plus = "M8 3v10M3 8h10"

    var markup: Markup {
        Markup(
            trusted: #"<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d=""# + rawValue
                + #""/></svg>"#)
    }
}
