extension JSONScanner {
    /// The shape of a number as it is spelled: offsets into the input.
    struct Number {
        var start: Int
        var integer: Range<Int>
        /// The digits after the point; empty without one.
        var fraction: Range<Int>
        var hasExponent = false
        /// The exponent as spelled, saturated far beyond what any double or document can reach.
        var exponent = 0
        var end: Int

        var isNegative: Bool { integer.lowerBound > start }
        /// Whether it is a whole number in plain notation: no exponent, and nothing but zeros after a point.
        func isPlainInteger(in input: UnsafeRawBufferPointer) -> Bool {
            !hasExponent && fraction.allSatisfy { input[$0] == 0x30 }
        }
    }

    /// Passes a number, whose sign or first digit is ahead.
    @inline(__always)
    mutating func number() throws(ScanFailure) -> Number {
        let start = at
        if next == 0x2D { at += 1 }
        let integerStart = at
        let first = next
        if first == 0x30 {
            at += 1
            if isDigit(next) { throw .expected("no further digit after a leading 0", at: at) }
        } else if isDigit(first) {
            passDigits()
        } else {
            throw .expected("a digit", at: at)
        }
        let integer = integerStart..<at
        var number = Number(start: start, integer: integer, fraction: at..<at, end: at)
        let following = next
        guard following == 0x2E || following | 0x20 == 0x65 else { return number }
        if following == 0x2E {
            at += 1
            let fractionStart = at
            guard isDigit(next) else { throw .expected("a digit after the decimal point", at: at) }
            passDigits()
            number.fraction = fractionStart..<at
        }
        if next | 0x20 == 0x65 {
            try exponent(of: &number)
        }
        number.end = at
        return number
    }

    private mutating func exponent(of number: inout Number) throws(ScanFailure) {
        number.hasExponent = true
        at += 1
        let isNegative = next == 0x2D
        if isNegative || next == 0x2B { at += 1 }
        guard isDigit(next) else { throw .expected("a digit in the exponent", at: at) }
        var value = 0
        while isDigit(next) {
            // A document of 2^40 digits does not fit in memory, so nothing can bring such an exponent back.
            if value < 1 << 40 { value = value * 10 + Int(next - 0x30) }
            at += 1
        }
        number.exponent = isNegative ? -value : value
    }

    @inline(__always)
    private mutating func passDigits() {
        var offset = at
        while offset < count, isDigit(input[offset]) { offset += 1 }
        at = offset
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether JavaScript writes the number just as it is spelled, decided without converting it.
    ///
    /// A decimal of at most 15 significant digits in a double's normal range is the shortest one that leads back to its
    /// double, so without superfluous digits and in plain notation it is already what `Number::toString` writes.
    /// `false` means: not known to be.
    @inline(__always)
    func isCertainlyCanonical(_ number: Number) -> Bool {
        if number.hasExponent { return false }
        let integerDigits = number.integer.count
        if number.fraction.isEmpty {
            if integerDigits <= 15 { return !(number.isNegative && input[number.integer.lowerBound] == 0x30) }
            return integerDigits == 16 && isAtMostTwoToThe53rd(number.integer)
        }
        if input[number.end - 1] == 0x30 { return false }
        if input[number.integer.lowerBound] != 0x30 { return integerDigits + number.fraction.count <= 15 }
        var leadingZeros = 0
        while input[number.fraction.lowerBound + leadingZeros] == 0x30 { leadingZeros += 1 }
        // From 1e-7 on JavaScript writes an exponent.
        return leadingZeros <= 5 && number.fraction.count - leadingZeros <= 15
    }

    private func isAtMostTwoToThe53rd(_ digits: Range<Int>) -> Bool {
        var value: UInt64 = 0
        for offset in digits { value = value &* 10 &+ UInt64(input[offset] &- 0x30) }
        return value <= 1 << 53
    }
}
