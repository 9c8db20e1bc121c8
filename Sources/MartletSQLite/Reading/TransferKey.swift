import MartletStore

/// Where a record stands in its table: by a number, and by what tells those with the same number apart.
struct TransferKey {
    enum Rest {
        case bytes([UInt8])
        case text(String)
        case number(Int64)
    }

    var number: Int64
    var rest: Rest

    init(_ number: Int64) { self.init(number: number, rest: .bytes([])) }
    init(_ number: Int64, _ bytes: [UInt8]) { self.init(number: number, rest: .bytes(bytes)) }
    init(_ number: Int64, _ text: String) { self.init(number: number, rest: .text(text)) }
    init(_ number: Int64, _ rest: Int64) { self.init(number: number, rest: .number(rest)) }

    private init(number: Int64, rest: Rest) {
        self.number = number
        self.rest = rest
    }

    /// Reads what ``encoded`` wrote. An empty one stands before the first record of its part.
    init(_ bytes: [UInt8], in part: TransferPart) throws(StoreError) {
        guard !bytes.isEmpty else {
            self.init(number: part == .settings ? 0 : -1, rest: part.isKeyedByText ? .text("") : .bytes([]))
            return
        }
        guard bytes.count >= 8 else { throw .corrupt("Where the move stood cannot be read.") }
        func number(_ bytes: ArraySlice<UInt8>) -> Int64 { Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) }) }
        let rest = bytes.dropFirst(8)
        self.init(
            number: number(bytes.prefix(8)),
            rest: part == .hours || part == .environmentHours
                ? .number(number(rest))
                : part.isKeyedByText ? .text(String(decoding: rest, as: UTF8.self)) : .bytes(Array(rest)))
    }

    var encoded: [UInt8] {
        func bytes(_ number: Int64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * Int64($0))) }
        }
        return switch rest {
        case .bytes(let rest): bytes(number) + rest
        case .text(let rest): bytes(number) + Array(rest.utf8)
        case .number(let rest): bytes(number) + bytes(rest)
        }
    }
}

extension TransferPart {
    fileprivate var isKeyedByText: Bool {
        switch self {
        case .settings, .profiles, .eventTypes, .answers: true
        default: false
        }
    }
}
