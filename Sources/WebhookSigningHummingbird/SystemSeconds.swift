#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The system's clock, in Unix seconds: what ``WebhookMiddleware`` judges timestamps by.
@Sendable public func systemSeconds() -> Int64 { Int64(Date().timeIntervalSince1970) }
