/// How values become heights.
struct ChartScale {
    /// What the top of a chart stands for.
    let top: Double
    static let width = 600.0
    static let height = 120.0

    /// A scale that ends at a round number at or above `largest`.
    init(largest: Double) {
        var step = 1.0
        while step * 10 <= largest { step *= 10 }
        while step > largest, step > 0.001 { step /= 10 }
        top = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map { $0 * step }.first { $0 >= largest } ?? max(largest, 1)
    }

    init(top: Double) { self.top = top }

    func height(_ value: Double) -> Double { top > 0 ? min(1, value / top) * Self.height : 0 }

    /// A coordinate with at most one decimal.
    static func text(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0
            ? String(Int(tenths / 10)) : "\(Int(tenths) / 10).\(abs(Int(tenths) % 10))"
    }
}
