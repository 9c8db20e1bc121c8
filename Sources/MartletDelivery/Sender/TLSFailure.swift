import MartletCore
import NIOCore
import NIOSSL

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Tells the ways apart in which TLS fails, and says each so that the receiver's owner can mend it.
enum TLSFailure {
    /// Why a verified certificate is still not the receiver's; `nil` where it is.
    ///
    /// NIOSSL has checked the name too by now, but takes an address or a common name for it as well. A certificate for
    /// an address is easily had by whoever answers there, so to DNS's word that would add nothing.
    static func nameMismatch(_ certificate: NIOSSLCertificate?, serverName: String?) -> AttemptFailure? {
        guard let serverName else { return nil }
        let leaf = certificate.flatMap(read)
        return leaf?.covers(serverName) == true ? nil : mismatch(leaf, serverName)
    }

    /// What a handshake ended with. `error` is `nil` where the connection was closed without one.
    static func of(
        _ error: (any Error)?, certificate: NIOSSLCertificate?, serverName: String?
    ) -> AttemptFailure {
        switch error {
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname
            || error == .serverHostnameImpossibleToMatch:
            return mismatch(certificate.flatMap(read), serverName)
        case let error as IOError where error.errnoCode == ECONNRESET:
            return AttemptFailure(.connectionReset, "The receiver reset the connection during the TLS handshake.")
        case NIOSSLError.handshakeFailed(.sslError(let stack))?:
            if stack == [.eofDuringHandshake] { return closed }
            let reasons = stack.map(reason)
            if reasons.contains("CERTIFICATE_VERIFY_FAILED") { return untrusted(certificate) }
            if reasons.contains("WRONG_VERSION_NUMBER") || reasons.contains("HTTP_REQUEST") {
                return AttemptFailure(
                    .tlsFailed, "The receiver does not speak TLS on this port. Is its URL meant to begin with http://?")
            }
            let detail = reasons.first.map { " (\($0.lowercased().replacing("_", with: " ")))" } ?? ""
            return AttemptFailure(.tlsFailed, "The TLS handshake failed\(detail). TLS 1.2 or later is needed.")
        case nil:
            return closed
        case let error?:
            return AttemptFailure(.tlsFailed, "The TLS handshake failed: \(error).")
        }
    }

    private static let closed = AttemptFailure(
        .tlsFailed, "The receiver closed the connection during the TLS handshake.")

    private static func read(_ certificate: NIOSSLCertificate) -> LeafCertificate? {
        (try? certificate.toDERBytes()).flatMap(LeafCertificate.init(der:))
    }

    private static func mismatch(_ leaf: LeafCertificate?, _ serverName: String?) -> AttemptFailure {
        let covered = (leaf?.names ?? []) + (leaf?.addresses ?? []).map(\.description)
        let list = covered.prefix(4).map { String($0.prefix(64)) }.joined(separator: ", ")
        let names = covered.isEmpty ? "no name at all" : covered.count > 4 ? "\(list) and others" : list
        let wanted = serverName ?? "this address"
        return AttemptFailure(.tlsNameMismatch, "The receiver's certificate is for \(names), not for \(wanted).")
    }

    private static func untrusted(_ certificate: NIOSSLCertificate?) -> AttemptFailure {
        guard let certificate else {
            return AttemptFailure(.tlsUntrusted, "The receiver's certificate is not trusted.")
        }
        let now = time(nil)
        if certificate.notValidAfter < now {
            return AttemptFailure(
                .tlsExpired, "The receiver's certificate expired on \(date(certificate.notValidAfter)). Renew it.")
        }
        if certificate.notValidBefore > now {
            return AttemptFailure(
                .tlsExpired, "The receiver's certificate is not valid before \(date(certificate.notValidBefore)).")
        }
        let leaf = read(certificate)
        if leaf?.isSelfIssued == true {
            return AttemptFailure(
                .tlsUntrusted, "The receiver's certificate is self-signed. Use one from a public authority.")
        }
        let issuer = leaf?.issuer.map { "issued by '\($0)', " } ?? ""
        return AttemptFailure(
            .tlsUntrusted,
            "The receiver's certificate is \(issuer)not by an authority that is trusted here. "
                + "Does the receiver send its intermediate certificates?")
    }

    /// The day of a Unix time, as RFC 3339 writes it.
    private static func date(_ time: time_t) -> String {
        var time = time
        var parts = tm()
        gmtime_r(&time, &parts)
        let (month, day) = (parts.tm_mon + 1, parts.tm_mday)
        return "\(parts.tm_year + 1900)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }

    /// BoringSSL's word for an error: what stands after `OPENSSL_internal:` in its line.
    private static func reason(_ error: BoringSSLInternalError) -> String {
        let line = error.description
        guard let marker = line.firstRange(of: "OPENSSL_internal:") else { return line }
        return String(line[marker.upperBound...].prefix { $0 != " " })
    }
}
