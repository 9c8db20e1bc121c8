/// A key as people copy it: PEM (RFC 7468), or the base64 of DER without the lines around it. Of a certificate
/// (RFC 5280) the public key is taken; nobody's signature on it is checked, since its owner gave it to us.
struct KeyText {
    /// The key in DER; `nil` when the text is none.
    let der: [UInt8]?

    init(_ text: String) {
        var base64 = text[...]
        let begin = "-----BEGIN "
        if text.contains(begin) {
            guard let start = text.split(separator: begin, maxSplits: 1, omittingEmptySubsequences: false).last,
                let labelEnd = start.firstIndex(of: "-"),
                let end = start[labelEnd...].drop(while: { $0 == "-" }).firstIndex(of: "-")
            else {
                der = nil
                return
            }
            base64 = start[labelEnd..<end].drop { $0 == "-" }
        }
        let characters = base64.utf8.filter { $0 > 0x20 }
        guard let bytes = Base64.decode(characters), !bytes.isEmpty else {
            der = nil
            return
        }
        der = Self.publicKey(ofCertificate: bytes) ?? bytes
    }

    /// `SubjectPublicKeyInfo` of a certificate (RFC 5280 section 4.1); `nil` when the bytes are none.
    private static func publicKey(ofCertificate bytes: [UInt8]) -> [UInt8]? {
        guard let certificate = content(ofElementAt: 0, in: bytes), bytes[0] == 0x30,
            let body = content(ofElementAt: certificate.lowerBound, in: bytes), bytes[certificate.lowerBound] == 0x30
        else { return nil }
        var offset = body.lowerBound
        // version [0], serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
        var fields: [(tag: UInt8, range: Range<Int>)] = []
        while offset < body.upperBound, fields.count < 7, let field = content(ofElementAt: offset, in: bytes) {
            fields.append((bytes[offset], offset..<field.upperBound))
            offset = field.upperBound
        }
        guard fields.map(\.tag) == [0xA0, 0x02, 0x30, 0x30, 0x30, 0x30, 0x30] else { return nil }
        return Array(bytes[fields[6].range])
    }

    /// Where the content of an element of DER (X.690 section 8.1) stands; its length takes up to three bytes.
    private static func content(ofElementAt offset: Int, in bytes: [UInt8]) -> Range<Int>? {
        guard offset + 1 < bytes.count else { return nil }
        var length = Int(bytes[offset + 1])
        var start = offset + 2
        if length >= 0x80 {
            let count = length & 0x7F
            guard (1...3).contains(count), start + count <= bytes.count else { return nil }
            length = bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
            start += count
        }
        guard start + length <= bytes.count else { return nil }
        return start..<start + length
    }
}
