public import MartletCore

/// Header fields as bytes: for each name and value the length of its UTF-8, then the UTF-8. Lengths are LEB128. Order,
/// repetition and every character are kept.
public enum HeaderRecord {
    /// Writes the fields.
    public static func encode(_ fields: [HeaderField]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 })
        for field in fields {
            append(field.name, to: &bytes)
            append(field.value, to: &bytes)
        }
        return bytes
    }

    /// Reads what ``encode(_:)`` wrote.
    ///
    /// - Parameter owner: whose headers they are, for the complaint.
    /// - Throws: `corrupt` where the bytes end too early or are no UTF-8.
    public static func decode(_ bytes: [UInt8], of owner: @autoclosure () -> String) throws(StoreError) -> [HeaderField]
    {
        var fields: [HeaderField] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let name = nextText(of: &rest), let value = nextText(of: &rest) else {
                throw .corrupt("The headers of \(owner()) cannot be read: they are cut short or no UTF-8.")
            }
            fields.append(HeaderField(name: name, value: value))
        }
        return fields
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        VariableInteger.append(UInt64(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func nextText(of bytes: inout ArraySlice<UInt8>) -> String? {
        guard let length = VariableInteger.next(of: &bytes), length <= UInt64(bytes.count) else { return nil }
        let text = String(validating: bytes.prefix(Int(length)), as: UTF8.self)
        bytes = bytes.dropFirst(Int(length))
        return text
    }
}
