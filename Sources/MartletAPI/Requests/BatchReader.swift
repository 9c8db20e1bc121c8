import HTTPTypes
import MartletCore
import MartletService
import MartletStore
import NIOCore

/// Reads a batch of events: a JSON array, or one event a line (NDJSON). An event that cannot be taken fails alone; a
/// batch whose framing is broken fails whole.
struct BatchReader {
    let events: PublishReader
    let most: Int

    func drafts(_ buffer: ByteBuffer, isLines: Bool) throws -> [Result<EventDraft, ServiceError>] {
        let drafts = try buffer.withUnsafeReadableBytes { bytes in
            isLines ? try lines(bytes) : try array(bytes)
        }
        guard !drafts.isEmpty else {
            throw Problem(.unprocessableContent, "empty_batch", "The batch has no events. Send 1 to \(most).")
        }
        return drafts
    }

    private func array(_ bytes: UnsafeRawBufferPointer) throws -> [Result<EventDraft, ServiceError>] {
        var reader = JSONReader(bytes)
        guard try reader.peek() == .array else {
            // What is not JSON at all is to be told so first.
            try reader.skipValue()
            try reader.endDocument()
            throw Problem(
                .unprocessableContent, "not_an_array",
                "A batch is a JSON array of events, or one event a line as application/x-ndjson.")
        }
        // First where each event stands, so that one that cannot be taken does not hide the ones behind it.
        var places: [Range<Int>] = []
        try reader.beginArray()
        while try reader.nextElement() {
            guard places.count < most else { throw tooMany }
            places.append(try reader.skipValue())
        }
        try reader.endDocument()
        return places.enumerated().map { index, place in
            giveWay(at: index)
            return draft(UnsafeRawBufferPointer(rebasing: bytes[place]), path: "$[\(index)]")
        }
    }

    private func lines(_ bytes: UnsafeRawBufferPointer) throws -> [Result<EventDraft, ServiceError>] {
        var drafts: [Result<EventDraft, ServiceError>] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }) {
                continue
            }
            guard drafts.count < most else { throw tooMany }
            giveWay(at: drafts.count)
            drafts.append(draft(UnsafeRawBufferPointer(rebasing: line), path: "$[\(drafts.count)]"))
        }
        return drafts
    }

    private func draft(_ bytes: UnsafeRawBufferPointer, path: String) -> Result<EventDraft, ServiceError> {
        do {
            var reader = JSONReader(bytes, path: path)
            let draft = try events.draft(&reader)
            try reader.endDocument()
            return .success(draft)
        } catch let error as ServiceError {
            return .failure(error)
        } catch let rejection as PayloadRejection {
            return .failure(
                ServiceError(
                    .invalid, rejection.code.rawValue, rejection.description,
                    fields: [.init(rejection.path, rejection.message)]))
        } catch let problem as Problem {
            return .failure(ServiceError(.invalid, problem.code, problem.detail, fields: problem.fields))
        } catch {
            preconditionFailure("reading an event throws nothing else: \(error)")
        }
    }

    private var tooMany: Problem {
        Problem(
            .contentTooLarge, "batch_too_long", "The batch has more than the \(most) events that are taken. Split it.")
    }
}
