import MartletCore
import MartletService

/// A job as the API shows it.
struct JobWire: Wire {
    var job: Job
    /// What it is waiting for, where it runs and does.
    var wait: JobWait?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", job.id.description)
            switch job.work {
            case .recover: writer.field("kind", "recover")
            case .replay: writer.field("kind", "replay")
            }
            writer.field("status", job.state.status.rawValue)
            writer.key("reason")
            if let reason = job.state.reason {
                writer.object { writer in
                    writer.field("code", reason.code)
                    writer.field("message", reason.message)
                }
            } else {
                writer.null()
            }
            writer.field("waiting_for", job.state == .running ? wait?.rawValue : nil)
            writer.field("requested_by", job.askedBy.rawValue)
            writer.field("application", job.application?.description)
            writer.field("webhook", job.work.endpoint?.description)
            writer.object("selection") { writer in
                writer.field("since", job.since)
                writer.field("until", job.until)
                switch job.work {
                case .recover(_, let only): writer.field("only", only.rawValue)
                case .replay(let selection):
                    writer.field("type", selection.type)
                    writer.field("status", selection.status?.rawValue)
                }
            }
            writer.field("rate", job.rate)
            writer.object("progress") { writer in
                writer.field("created", job.created)
                writer.field("total", job.total)
                writer.field("examined", job.examined)
                writer.field("skipped", job.skipped)
                writer.field("position", job.cursor.instant)
            }
            writer.field("created_at", job.createdAt)
            writer.field("updated_at", job.updatedAt)
            writer.field("ended_at", job.state.endedAt)
        }
    }
}

/// What a job would do, as the API tells it.
struct ForecastWire: Wire {
    var forecast: JobForecast

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("dry_run", true)
            writer.field("count", forecast.count)
            writer.field("exact", forecast.isExact)
            writer.field("examined", forecast.examined)
            writer.field("since", forecast.since)
            writer.field("until", forecast.until)
            writer.field("rate", forecast.rate)
        }
    }
}

extension JobState {
    fileprivate var reason: (code: String, message: String)? {
        switch self {
        case .running, .completed: nil
        case .cancelled(_, .requested): ("requested", "It was cancelled by request.")
        case .cancelled(_, .endpointDeleted): ("endpoint_deleted", "Its webhook was deleted.")
        case .cancelled(_, .applicationDeleted): ("application_deleted", "Its application was deleted.")
        case .failed(_, .storeCorrupt):
            ("store_corrupt", "The store gave an answer that cannot be right; the operator's log has it.")
        case .failed(_, .storeRefused):
            ("store_refused", "The store refused its steps again and again; the operator's log says why.")
        }
    }
}
