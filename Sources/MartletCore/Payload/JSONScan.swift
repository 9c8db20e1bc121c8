/// One pass over a value of any depth, without recursion: validates it, and where asked to, appends it to an output in
/// the form of `JSON.stringify(JSON.parse(value))`.
///
/// What is in that form already is not touched: a run of such bytes, from `runStart` on, is waiting in the input and
/// copied in one go when something has to be written otherwise, or at the end. A payload in normal form is so copied
/// once. A byte of the waiting run will stand at `output.count + offset - runStart`.
struct JSONScan {
    var scanner: JSONScanner
    /// Whether the bytes are only checked, for an environment that carries them as they came.
    var isVerbatim = false
    var warnings: [PayloadWarning] = []

    private var runStart = 0
    /// The container being read; those around it wait in `outer`.
    private var frame = Frame(isObject: false, firstMember: 0)
    private var outer: [Frame] = []
    private var depth = 0
    /// The members of all open objects so far, the innermost object's last. When verbatim, one an object: the present.
    private var members: [Member] = []

    private struct Frame {
        var isObject: Bool
        var firstMember: Int
        /// Members or elements begun.
        var count = 0
        /// The largest array index among the keys; -1 without one, beyond them all once another key was seen.
        var lastIndex: Int64 = -1
        var isOutOfOrder = false
    }

    private struct Member {
        var hash: UInt64
        /// The key as JSON writes it, without quotes: an offset of the input or of the output.
        var key: Int
        var length: Int
        /// Where the member begins in the output.
        var start: Int
        /// The key as an array index (ECMA-262 section 6.1.7), or `noIndex`.
        var index: UInt32
        var isKeyInOutput: Bool
    }

    private static let noIndex = UInt32.max
    /// From this many members on, keys are compared by sorting them once instead of pairwise.
    private static let fewMembers = 16

    init(_ input: UnsafeRawBufferPointer) {
        scanner = JSONScanner(input)
        outer.reserveCapacity(8)
        members.reserveCapacity(32)
    }

    /// Points the scan at another input, keeping the memory of its stacks.
    mutating func restart(_ input: UnsafeRawBufferPointer) {
        scanner = JSONScanner(input)
        forget()
    }

    private mutating func forget() {
        outer.removeAll(keepingCapacity: true)
        members.removeAll(keepingCapacity: true)
        depth = 0
        warnings = []
    }

    /// Passes one value and whitespace before it. On a failure `output` may hold part of the value;
    /// ``steps(to:output:)`` then tells where it happened.
    mutating func value(into output: inout [UInt8]) throws(ScanFailure) {
        forget()
        scanner.skipWhitespace()
        runStart = scanner.at
        while true {
            switch scanner.next {
            case 0x22:
                try string(into: &output)
            case 0x7B:
                try open(isObject: true, output: output)
                skipWhitespace(&output)
                if scanner.next != 0x7D {
                    try key(into: &output)
                    continue
                }
                close()
            case 0x5B:
                try open(isObject: false, output: output)
                skipWhitespace(&output)
                if scanner.next != 0x5D {
                    frame.count = 1
                    continue
                }
                close()
            case 0x2D, 0x30...0x39:
                try number(into: &output)
            case 0x74: try scanner.literal("true")
            case 0x66: try scanner.literal("false")
            case 0x6E: try scanner.literal("null")
            default: throw .expected("a value", at: scanner.at)
            }
            if try !advance(into: &output) {
                flush(&output)
                return
            }
        }
    }

    /// Passes what stands between a value and the next one: commas, keys, the ends of containers.
    ///
    /// - Returns: `false` when the outermost value has ended.
    @inline(__always)
    private mutating func advance(into output: inout [UInt8]) throws(ScanFailure) -> Bool {
        while depth > 0 {
            skipWhitespace(&output)
            let byte = scanner.next
            if byte == 0x2C {
                scanner.at += 1
                skipWhitespace(&output)
                if frame.isObject {
                    try key(into: &output)
                } else {
                    frame.count += 1
                }
                return true
            }
            if frame.isObject {
                guard byte == 0x7D else { throw .expected("',' or '}'", at: scanner.at, inContainer: true) }
                if !isVerbatim { try finishObject(&output) }
            } else {
                guard byte == 0x5D else { throw .expected("',' or ']'", at: scanner.at, inContainer: true) }
            }
            close()
        }
        return false
    }

    // MARK: Containers

    @inline(__always)
    private mutating func open(isObject: Bool, output: [UInt8]) throws(ScanFailure) {
        if depth == JSONNormaliser.deepestNesting { throw ScanFailure(.nestingTooDeep, at: scanner.at) }
        if depth == JSONNormaliser.comfortableNesting && !isVerbatim { warnOfDepth(output) }
        scanner.at += 1
        outer.append(frame)
        depth += 1
        frame = Frame(isObject: isObject, firstMember: members.count)
    }

    @inline(__always)
    private mutating func close() {
        scanner.at += 1
        while members.count > frame.firstMember { members.removeLast() }
        depth -= 1
        frame = outer.removeLast()
    }

    // MARK: Keys

    @inline(__always)
    private mutating func key(into output: inout [UInt8]) throws(ScanFailure) {
        guard scanner.next == 0x22 else {
            throw .expected("a key in double quotes", at: scanner.at, inContainer: true)
        }
        let quote = scanner.at
        let start = output.count + quote - runStart
        do {
            try string(into: &output)
        } catch {
            var failure = error
            failure.inContainer = true
            throw failure
        }
        var member = Member(
            hash: 0, key: quote + 1, length: scanner.at - quote - 2, start: start, index: Self.noIndex,
            isKeyInOutput: false)
        if isVerbatim {
            if frame.count > 0 { members.removeLast() }
        } else {
            if runStart > quote {
                // The key was written otherwise than it came, so its text is in the output.
                flush(&output)
                member.key = start + 1
                member.length = output.count - start - 2
                member.isKeyInOutput = true
            }
            try register(&member, output: output)
        }
        members.append(member)
        frame.count += 1
        skipWhitespace(&output)
        guard scanner.next == 0x3A else { throw .expected("':' after the key", at: scanner.at) }
        scanner.at += 1
        skipWhitespace(&output)
    }

    /// Compares a key with its object's others and notes what its order means.
    @inline(__always)
    private mutating func register(_ member: inout Member, output: [UInt8]) throws(ScanFailure) {
        if member.isKeyInOutput {
            output.withUnsafeBytes { bytes in
                let key = UnsafeRawBufferPointer(rebasing: bytes[member.key..<member.key + member.length])
                member.hash = Self.hash(key)
                member.index = Self.arrayIndex(key)
            }
        } else {
            let key = UnsafeRawBufferPointer(rebasing: scanner.input[member.key..<member.key + member.length])
            member.hash = Self.hash(key)
            member.index = Self.arrayIndex(key)
        }
        if frame.count < Self.fewMembers {
            var other = frame.firstMember
            while other < members.count {
                if members[other].hash == member.hash && areEqual(members[other], member, output: output) {
                    members.append(member)
                    throw ScanFailure(.duplicateKey, at: scanner.at)
                }
                other += 1
            }
        }
        if member.index == Self.noIndex {
            frame.lastIndex = Int64(Self.noIndex)
            if member.length == 9 { warnOfPrototype(member, output: output) }
        } else if Int64(member.index) < frame.lastIndex {
            frame.isOutOfOrder = true
        } else {
            frame.lastIndex = Int64(member.index)
        }
    }

    /// What an object's end brings: duplicates among many keys, and the order in which JavaScript enumerates them.
    @inline(__always)
    private mutating func finishObject(_ output: inout [UInt8]) throws(ScanFailure) {
        if frame.count > Self.fewMembers { try compareManyKeys(output) }
        if frame.isOutOfOrder { reorder(&output) }
    }

    private mutating func compareManyKeys(_ output: [UInt8]) throws(ScanFailure) {
        // Sorting bounds the work for any keys; a hash table would not, for keys made to collide.
        let sorted = members[frame.firstMember...].sorted { left, right in
            if left.hash != right.hash { return left.hash < right.hash }
            if left.length != right.length { return left.length < right.length }
            return compare(left, right, output: output) < 0
        }
        var duplicate: Member?
        for (left, right) in zip(sorted, sorted.dropFirst())
        where left.hash == right.hash && areEqual(left, right, output: output) {
            let later = left.start > right.start ? left : right
            if later.start < duplicate?.start ?? .max { duplicate = later }
        }
        if let duplicate {
            members.append(duplicate)
            throw ScanFailure(.duplicateKey, at: scanner.at)
        }
    }

    /// Puts the keys that are array indices first, ascending (ECMA-262 section 10.1.11.1).
    private mutating func reorder(_ output: inout [UInt8]) {
        flush(&output)
        let own = members[frame.firstMember...]
        guard let first = own.first?.start else { return }
        let end = output.count
        var parts: [(index: UInt32, range: Range<Int>)] = []
        parts.reserveCapacity(own.count)
        for offset in own.indices {
            let next = offset + 1 < own.endIndex ? own[offset + 1].start - 1 : end
            parts.append((own[offset].index, own[offset].start..<next))
        }
        // The standard library's sort is stable, and `noIndex` is the largest: other keys stay as they came.
        parts.sort { $0.index < $1.index }
        let old = Array(output[first...])
        output.removeLast(end - first)
        for (number, part) in parts.enumerated() {
            if number > 0 { output.append(0x2C) }
            output.append(contentsOf: old[part.range.lowerBound - first..<part.range.upperBound - first])
        }
    }

    private func areEqual(_ left: Member, _ right: Member, output: [UInt8]) -> Bool {
        left.length == right.length && compare(left, right, output: output) == 0
    }

    private func compare(_ left: Member, _ right: Member, output: [UInt8]) -> Int {
        output.withUnsafeBytes { bytes in
            let one = left.isKeyInOutput ? bytes : scanner.input
            let other = right.isKeyInOutput ? bytes : scanner.input
            for offset in 0..<min(left.length, right.length) {
                let difference = Int(one[left.key + offset]) - Int(other[right.key + offset])
                if difference != 0 { return difference }
            }
            return left.length - right.length
        }
    }

    /// A cheap fingerprint: collisions cost a comparison, nothing else.
    @inline(__always)
    private static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        let count = key.count
        var first: UInt64 = 0
        var last: UInt64 = 0
        if count >= 8 {
            first = key.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
            last = key.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            first = UInt64(key.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
            last = UInt64(key.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else if count > 0 {
            first = UInt64(key[0])
            last = UInt64(key[count / 2]) << 8 | UInt64(key[count - 1])
        }
        let mixed = (first ^ (last &* 0x9E37_79B9_7F4A_7C15)) &* 0xD6E8_FEB8_6659_FD93
        return mixed ^ (mixed >> 32) ^ UInt64(count)
    }

    @inline(__always)
    private static func arrayIndex(_ key: UnsafeRawBufferPointer) -> UInt32 {
        guard let first = key.first, first &- 0x30 < 10, key.count <= 10 else { return noIndex }
        if first == 0x30 { return key.count == 1 ? 0 : noIndex }
        var index: UInt64 = 0
        for byte in key {
            guard byte &- 0x30 < 10 else { return noIndex }
            index = index * 10 + UInt64(byte - 0x30)
        }
        return index < UInt64(noIndex) ? UInt32(index) : noIndex
    }

    // MARK: Strings and numbers

    @inline(__always)
    private mutating func string(into output: inout [UInt8]) throws(ScanFailure) {
        scanner.at += 1
        while true {
            try scanner.plainText()
            if scanner.next == 0x22 {
                scanner.at += 1
                return
            }
            let start = scanner.at
            let escape = try scanner.escape()
            if isVerbatim || escape.isCanonical { continue }
            if escape.isLoneSurrogate {
                throw ScanFailure(.loneSurrogate, at: start, text(start..<start + 6))
            }
            flush(upTo: start, &output)
            JSONText.append(escape.scalar, to: &output)
            runStart = scanner.at
        }
    }

    @inline(__always)
    private mutating func number(into output: inout [UInt8]) throws(ScanFailure) {
        let number = try scanner.number()
        if isVerbatim || scanner.isCertainlyCanonical(number) { return }
        try rewrite(number, into: &output)
    }

    private mutating func rewrite(_ number: JSONScanner.Number, into output: inout [UInt8]) throws(ScanFailure) {
        let spelled = DecimalDigits(number, in: scanner.input)
        var written = spelled
        if spelled.isZero {
            if number.isNegative {
                warn(.negativeZero, output, "JavaScript writes -0 as 0.")
            }
        } else if !spelled.isShortestForItsDouble {
            let double = spelled.nearestDouble
            if double == .infinity {
                throw ScanFailure(.numberOverflow, at: number.start, text(number.start..<number.end))
            }
            written = DecimalDigits(double)
            if written != spelled {
                var nearest: [UInt8] = []
                written.write(isNegative: number.isNegative, into: &nearest)
                let change =
                    "JavaScript reads \(text(number.start..<number.end)) as \(String(decoding: nearest, as: UTF8.self))"
                if number.isPlainInteger(in: scanner.input) {
                    throw ScanFailure(.integerPrecisionLost, at: number.start, change)
                }
                warn(
                    written.isZero ? .numberUnderflow : .numberPrecisionLost, output,
                    change + ". Send it as a string if every digit counts.")
            }
        }
        flush(upTo: number.start, &output)
        written.write(isNegative: number.isNegative, into: &output)
        runStart = scanner.at
    }

    /// A piece of the input for a sentence, shortened.
    private func text(_ range: Range<Int>) -> String {
        let piece = UnsafeRawBufferPointer(rebasing: scanner.input[range])
        guard piece.count > 48 else { return String(decoding: piece, as: UTF8.self) }
        return String(decoding: piece.prefix(40), as: UTF8.self) + "…"
    }

    // MARK: Output

    @inline(__always)
    private mutating func skipWhitespace(_ output: inout [UInt8]) {
        guard scanner.next <= 0x20 else { return }
        let start = scanner.at
        scanner.skipWhitespace()
        guard !isVerbatim, scanner.at > start else { return }
        flush(upTo: start, &output)
        runStart = scanner.at
    }

    /// Copies the waiting run.
    @inline(__always)
    private mutating func flush(_ output: inout [UInt8]) {
        flush(upTo: scanner.at, &output)
        runStart = scanner.at
    }

    @inline(__always)
    private mutating func flush(upTo end: Int, _ output: inout [UInt8]) {
        guard !isVerbatim, end > runStart else { return }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: scanner.input[runStart..<end]))
    }

    // MARK: Where

    /// The steps from the scanned value to the member being read, or to its container.
    func steps(inContainer: Bool, output: [UInt8]) -> String {
        guard depth > 0 else { return "" }
        var steps = ""
        let frames = outer.dropFirst() + [frame]
        for (number, one) in frames.enumerated() {
            if inContainer && number == depth - 1 { break }
            guard one.isObject else {
                if one.count > 0 { steps += JSONPath.step(index: one.count - 1) }
                continue
            }
            let next = frames.dropFirst(number + 1).first?.firstMember ?? members.count
            guard next > one.firstMember else { continue }
            let member = members[next - 1]
            let range = member.key..<member.key + member.length
            steps +=
                member.isKeyInOutput
                ? JSONPath.step(key: output[range])
                : JSONPath.step(key: scanner.input[range])
        }
        return steps
    }

    private mutating func warn(_ code: PayloadWarning.Code, _ output: [UInt8], _ message: @autoclosure () -> String) {
        guard warnings.count < JSONNormaliser.mostWarnings else { return }
        warnings.append(
            PayloadWarning(code: code, path: steps(inContainer: false, output: output), message: message()))
    }

    private mutating func warnOfDepth(_ output: [UInt8]) {
        guard !warnings.contains(where: { $0.code == .deepNesting }) else { return }
        warn(
            .deepNesting, output,
            "More than \(JSONNormaliser.comfortableNesting) arrays and objects inside each other; "
                + "some languages' parsers refuse that.")
    }

    private mutating func warnOfPrototype(_ member: Member, output: [UInt8]) {
        let name: StaticString = "__proto__"
        let isName = output.withUnsafeBytes { bytes in
            let source = member.isKeyInOutput ? bytes : scanner.input
            return source[member.key..<member.key + member.length]
                .elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
        guard isName else { return }
        members.append(member)
        warn(.prototypeKey, output, "Receivers that merge objects carelessly take __proto__ for the prototype.")
        members.removeLast()
    }
}
