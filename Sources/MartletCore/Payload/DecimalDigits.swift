/// A decimal as its significant digits and where the point stands: 0.d₁d₂d₃… × 10^`point`.
///
/// Neither the first nor the last digit is 0; no digits at all is zero. So two are equal when their values are.
struct DecimalDigits: Equatable {
    /// Digits 0–9, not characters.
    var digits: [UInt8] = []
    var point = 0

    /// More digits than decide any rounding of a double (767), so that a longer spelling costs no more.
    /// What is cut off is stood for by one digit 1.
    private static let most = 800

    /// The digits of a spelled number, taken as they are: nothing is rounded unless there are more than 800.
    init(_ number: JSONScanner.Number, in input: UnsafeRawBufferPointer) {
        var started = false
        var cut = false
        digits.reserveCapacity(min(number.integer.count + number.fraction.count, Self.most) + 1)
        point = number.exponent
        func add(_ offset: Int, _ digits: inout [UInt8]) {
            if digits.count < Self.most {
                digits.append(input[offset] &- 0x30)
            } else if input[offset] != 0x30 {
                cut = true
            }
        }
        for offset in number.integer where started || input[offset] != 0x30 {
            started = true
            point += 1
            add(offset, &digits)
        }
        for offset in number.fraction {
            if !started && input[offset] == 0x30 {
                point -= 1
                continue
            }
            started = true
            add(offset, &digits)
        }
        if cut { digits.append(1) }
        trim()
    }

    /// The shortest digits that lead back to a finite double.
    init(_ value: Double) {
        // The standard library's description is the shortest round trip, in one of the forms 5.0, 1e-07, 1.5e+16.
        var exponent = 0
        var sawPoint = false
        digits.reserveCapacity(20)
        var bytes = value.magnitude.description.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case 0x2E: sawPoint = true
            case 0x65:
                var isNegative = false
                while let byte = bytes.next() {
                    switch byte {
                    case 0x2D: isNegative = true
                    case 0x2B: break
                    default: exponent = exponent * 10 + Int(byte - 0x30)
                    }
                }
                if isNegative { exponent = -exponent }
            default:
                if byte == 0x30 && digits.isEmpty {
                    if sawPoint { point -= 1 }
                } else {
                    digits.append(byte - 0x30)
                    if !sawPoint { point += 1 }
                }
            }
        }
        point += exponent
        trim()
    }

    private mutating func trim() {
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { point = 0 }
    }

    var isZero: Bool { digits.isEmpty }

    /// Whether no other decimal as short leads to the same double: the digits are the double's shortest already.
    var isShortestForItsDouble: Bool { digits.count <= 15 && (-290...290).contains(point) }

    /// The nearest double, ties to even; infinite beyond the largest.
    var nearestDouble: Double {
        guard !isZero else { return 0 }
        if point > 400 { return .infinity }
        if point < -400 { return 0 }
        let exponent = "e\(point - digits.count)".utf8
        let text = String(unsafeUninitializedCapacity: digits.count + exponent.count) { buffer in
            for (offset, digit) in digits.enumerated() { buffer[offset] = digit + 0x30 }
            for (offset, byte) in exponent.enumerated() { buffer[digits.count + offset] = byte }
            return digits.count + exponent.count
        }
        // The text is a decimal by construction; not a number could only mean a fault in the standard library.
        return Double(text) ?? .nan
    }

    /// Appends the text that ECMAScript's `Number::toString` (ECMA-262 section 6.1.6.1.20) writes for these digits.
    func write(isNegative: Bool, into output: inout [UInt8]) {
        guard !isZero else {
            output.append(0x30)
            return
        }
        if isNegative { output.append(0x2D) }
        let count = digits.count
        if count <= point && point <= 21 {
            append(0..<count, to: &output)
            output.append(contentsOf: repeatElement(0x30, count: point - count))
        } else if 0 < point && point <= 21 {
            append(0..<point, to: &output)
            output.append(0x2E)
            append(point..<count, to: &output)
        } else if -6 < point && point <= 0 {
            output.append(0x30)
            output.append(0x2E)
            output.append(contentsOf: repeatElement(0x30, count: -point))
            append(0..<count, to: &output)
        } else {
            append(0..<1, to: &output)
            if count > 1 {
                output.append(0x2E)
                append(1..<count, to: &output)
            }
            output.append(0x65)
            output.append(point > 0 ? 0x2B : 0x2D)
            output.append(contentsOf: String((point - 1).magnitude).utf8)
        }
    }

    private func append(_ range: Range<Int>, to output: inout [UInt8]) {
        for digit in digits[range] { output.append(digit + 0x30) }
    }
}
