extension StringProtocol {
    /// Whether this is `lowercased` but for the case of its ASCII letters, as header names and options compare.
    func spells(_ lowercased: StaticString) -> Bool {
        guard utf8.count == lowercased.utf8CodeUnitCount else { return false }
        return lowercased.withUTF8Buffer { expected in
            var index = 0
            for byte in utf8 {
                guard (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) == expected[index] else { return false }
                index += 1
            }
            return true
        }
    }
}
