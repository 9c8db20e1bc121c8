/// The places of a payload that filters ask for, so arranged that one pass over its bytes finds the values of all of
/// them. No tree is built, nothing is decoded, and what nobody asks for is passed over.
struct PayloadProbe: Sendable {
    /// How many values of one place are kept: those that an array has beyond are not looked at, so that a payload of
    /// half a million elements costs no more memory than it is worth.
    static let mostValues = 1000

    /// A step of one or several paths; those that go on from there are its children.
    struct Node: Sendable {
        /// The place whose values stand here; -1 where no path ends.
        var slot: Int32 = -1
        /// Sorted by length, then by bytes.
        var keys: [(key: [UInt8], node: Int32)] = []
        var indexes: [(index: Int, node: Int32)] = []
        var anyElement: Int32 = -1

        var hasElements: Bool { anyElement >= 0 || !indexes.isEmpty }
    }

    let nodes: [Node]
    /// How many places there are: slots count from 0 in the order given.
    let slotCount: Int

    /// Arranges paths, each given once.
    init(_ paths: [PayloadPath]) {
        var nodes = [Node()]
        for (slot, path) in paths.enumerated() {
            var node = 0
            for step in path.steps { node = Self.child(of: node, by: step, in: &nodes) }
            nodes[node].slot = Int32(slot)
        }
        for node in nodes.indices { nodes[node].keys.sort { Self.isOrdered($0.key, $1.key) } }
        self.nodes = nodes
        slotCount = paths.count
    }

    private static func child(of parent: Int, by step: PayloadPath.Step, in nodes: inout [Node]) -> Int {
        let next = Int32(nodes.count)
        switch step {
        case .key(let key):
            if let known = nodes[parent].keys.first(where: { $0.key == key }) { return Int(known.node) }
            nodes[parent].keys.append((key, next))
        case .index(let index):
            if let known = nodes[parent].indexes.first(where: { $0.index == index }) { return Int(known.node) }
            nodes[parent].indexes.append((index, next))
        case .anyElement:
            if nodes[parent].anyElement >= 0 { return Int(nodes[parent].anyElement) }
            nodes[parent].anyElement = next
        }
        nodes.append(Node())
        return Int(next)
    }

    private static func isOrdered(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
    }

    /// The child of a node that a key leads to; -1 where there is none.
    func child(of node: Int32, by key: UnsafeRawBufferPointer) -> Int32 {
        let keys = nodes[Int(node)].keys
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            let order = Self.compare(keys[middle].key, key)
            if order == 0 { return keys[middle].node }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return -1
    }

    private static func compare(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Int {
        if left.count != right.count { return left.count - right.count }
        for offset in 0..<left.count where left[offset] != right[offset] {
            return Int(left[offset]) - Int(right[offset])
        }
        return 0
    }

    /// Passes over a payload.
    ///
    /// - Parameter payload: JSON that was found well-formed when it was accepted. Of anything else is found what stands
    ///   before the fault.
    func read(_ payload: UnsafeRawBufferPointer) -> ProbedFields {
        var pass = ProbePass(self, payload)
        pass.run()
        return pass.fields
    }
}

/// The values that a probe found. Valid as long as the payload's bytes are.
struct ProbedFields {
    let payload: UnsafeRawBufferPointer
    private(set) var values: [FoundValue] = []
    /// Each place's first and last value, and how many it has; -1 where it has none.
    private var places: [(first: Int32, last: Int32, count: Int32)]

    init(_ payload: UnsafeRawBufferPointer, slotCount: Int) {
        self.payload = payload
        places = Array(repeating: (-1, -1, 0), count: slotCount)
        values.reserveCapacity(slotCount)
    }

    mutating func add(_ value: FoundValue, to slot: Int) {
        guard places[slot].count < PayloadProbe.mostValues else { return }
        let index = Int32(values.count)
        values.append(value)
        if places[slot].last >= 0 {
            values[Int(places[slot].last)].next = index
        } else {
            places[slot].first = index
        }
        places[slot].last = index
        places[slot].count += 1
    }

    func count(of slot: Int) -> Int { Int(places[slot].count) }

    /// The first of a place's values of which `body` is true, in the order of the payload.
    func first(of slot: Int, where body: (FoundValue) -> Bool) -> FoundValue? {
        var index = places[slot].first
        while index >= 0 {
            let value = values[Int(index)]
            if body(value) { return value }
            index = value.next
        }
        return nil
    }
}

/// One pass of a probe. It recurses no deeper than paths go: below them, values are passed over in a loop.
private struct ProbePass {
    let probe: PayloadProbe
    var scanner: JSONScanner
    var fields: ProbedFields
    /// The nodes that the values being read stand at, the innermost value's last.
    var active: [Int32] = [0]

    init(_ probe: PayloadProbe, _ payload: UnsafeRawBufferPointer) {
        self.probe = probe
        scanner = JSONScanner(payload)
        fields = ProbedFields(payload, slotCount: probe.slotCount)
    }

    mutating func run() {
        scanner.skipWhitespace()
        try? value(0..<1)
    }

    /// Reads the value ahead, which stands at these of the active nodes.
    private mutating func value(_ here: Range<Int>) throws(ScanFailure) {
        var value = FoundValue(kind: .null, start: scanner.at, end: 0)
        switch scanner.next {
        case 0x22:
            value.kind = .string
            value.hasEscapes = try passString()
        case 0x7B:
            value.kind = .object
            if here.contains(where: { !probe.nodes[Int(active[$0])].keys.isEmpty }) {
                try object(here)
            } else {
                try passContainer()
            }
        case 0x5B:
            value.kind = .array
            if here.contains(where: { probe.nodes[Int(active[$0])].hasElements }) {
                try array(here)
            } else {
                try passContainer()
            }
        case 0x74, 0x66:
            value.kind = .boolean
            passWord()
        case 0x6E: passWord()
        default:
            value.kind = .number
            _ = try scanner.number()
        }
        value.end = scanner.at
        for place in here {
            let slot = probe.nodes[Int(active[place])].slot
            if slot >= 0 { fields.add(value, to: Int(slot)) }
        }
    }

    private mutating func object(_ here: Range<Int>) throws(ScanFailure) {
        scanner.at += 1
        scanner.skipWhitespace()
        if scanner.next == 0x7D {
            scanner.at += 1
            return
        }
        while true {
            let start = scanner.at
            let hasEscapes = try passString()
            let key = UnsafeRawBufferPointer(rebasing: scanner.input[start + 1..<scanner.at - 1])
            scanner.skipWhitespace()
            try pass(0x3A)
            let first = active.count
            if hasEscapes {
                FoundValue.decoded(key).withUnsafeBytes { follow($0, from: here) }
            } else {
                follow(key, from: here)
            }
            try next(first..<active.count)
            if scanner.next == 0x7D { break }
            try pass(0x2C)
        }
        scanner.at += 1
    }

    /// Puts the nodes that a key leads to on the stack.
    private mutating func follow(_ key: UnsafeRawBufferPointer, from here: Range<Int>) {
        for place in here {
            let child = probe.child(of: active[place], by: key)
            if child >= 0 { active.append(child) }
        }
    }

    private mutating func array(_ here: Range<Int>) throws(ScanFailure) {
        scanner.at += 1
        scanner.skipWhitespace()
        if scanner.next == 0x5D {
            scanner.at += 1
            return
        }
        var index = 0
        while true {
            let first = active.count
            for place in here {
                let node = probe.nodes[Int(active[place])]
                if node.anyElement >= 0 { active.append(node.anyElement) }
                for child in node.indexes where child.index == index { active.append(child.node) }
            }
            try next(first..<active.count)
            if scanner.next == 0x5D { break }
            try pass(0x2C)
            index += 1
        }
        scanner.at += 1
    }

    /// Reads a member's or an element's value, takes its nodes off the stack, and stops at what stands behind it.
    private mutating func next(_ nodes: Range<Int>) throws(ScanFailure) {
        if nodes.isEmpty { try passValue() } else { try value(nodes) }
        active.removeLast(nodes.count)
        scanner.skipWhitespace()
    }

    // MARK: Passing over

    private mutating func pass(_ byte: UInt8) throws(ScanFailure) {
        guard scanner.next == byte else { throw .expected("'\(Character(Unicode.Scalar(byte)))'", at: scanner.at) }
        scanner.at += 1
        scanner.skipWhitespace()
    }

    private mutating func passValue() throws(ScanFailure) {
        switch scanner.next {
        case 0x22: _ = try passString()
        case 0x7B, 0x5B: try passContainer()
        default: passWord()
        }
    }

    /// - Returns: whether there were escapes in it.
    private mutating func passString() throws(ScanFailure) -> Bool {
        guard scanner.next == 0x22 else { throw .expected("a string", at: scanner.at) }
        scanner.at += 1
        var hasEscapes = false
        while true {
            try scanner.plainText()
            if scanner.next == 0x22 {
                scanner.at += 1
                return hasEscapes
            }
            hasEscapes = true
            scanner.at += 2
        }
    }

    /// Passes a container, whose bracket is ahead, by counting brackets.
    private mutating func passContainer() throws(ScanFailure) {
        var depth = 0
        repeat {
            switch scanner.next {
            case 0x22:
                _ = try passString()
                continue
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            case 0: throw .expected("the end of a container", at: scanner.at)
            default: break
            }
            scanner.at += 1
        } while depth > 0
    }

    /// Passes a number or a literal.
    private mutating func passWord() {
        while true {
            switch scanner.next {
            case 0x2C, 0x5D, 0x7D, 0x20, 0x0A, 0x0D, 0x09, 0: return
            default: scanner.at += 1
            }
        }
    }
}
