import MartletCore
import MartletService

/// Since when, until when and how fast something is delivered again, and what was counted before it is started.
struct JobForm {
    /// As it was, or is to be, filled in.
    let fields: Query
    /// The fields, beside these, that say what is delivered.
    let about: [String]

    private static let own = ["since", "until", "rate"]

    static let template = Template(
        "job-fields",
        """
        <div class="fields">
          <div class="field{{#sinceError}} has-error{{/sinceError}}"><label for="since">Since</label><input id="since" name="since" value="{{since}}" list="sinces" autocomplete="off"
            aria-describedby="since-hint"><datalist id="sinces"><option value="1h"></option><option value="24h"></option><option value="7d"></option></datalist>{{#sinceError}}<p
            class="error">{{sinceError}}</p>{{/sinceError}}<p class="hint" id="since-hint">So long ago (<code>24h</code>, <code>7d</code>), or a time in UTC.</p></div>
          <div class="field{{#untilError}} has-error{{/untilError}}"><label for="until">Until</label><input id="until" name="until" value="{{until}}" placeholder="now" autocomplete="off">{{#untilError}}<p class="error">{{untilError}}</p>{{/untilError}}</div>
          <div class="field{{#rateError}} has-error{{/rateError}}"><label for="rate">Deliveries a second</label><input id="rate" name="rate" inputmode="numeric" value="{{rate}}" placeholder="100" autocomplete="off">{{#rateError}}<p class="error">{{rateError}}</p>{{/rateError}}</div>
        </div>
        """)

    static let forecastTemplate = Template(
        "job-forecast",
        """
        {{#problem}}<p class="callout bad" role="alert">{{problem}}</p>{{/problem}}
        {{#forecast}}<div class="callout" role="status"><strong>{{forecast}}</strong> {{forecastNote}}{{#isChanged}} What you ask for was changed since it was last
          counted: look once more, then start it.{{/isChanged}}</div>{{/forecast}}
        """)

    static let footTemplate = Template(
        "job-foot",
        """
        <div class="form-foot">{{#forecast}}<input type="hidden" name="counted" value="{{asked}}">{{/forecast}}<button name="do" value="count"{{^start}}
          class="primary"{{/start}}>{{#forecast}}Count again{{/forecast}}{{^forecast}}Count first{{/forecast}}</button>{{#start}}<button name="do" value="start"
          class="primary">{{start}}</button>{{/start}}<a class="button quiet" href="{{backPath}}">{{back}}</a></div>
        """)

    static let templates = [template, forecastTemplate, footTemplate]

    /// What was filled in, as one text.
    private var asked: String {
        var query = Query()
        for name in about + Self.own { query.add(name, fields.text(name) ?? "") }
        return query.text
    }

    /// Whether the form asks for the start of what was counted, and of nothing else.
    var starts: Bool { fields["do"] == "start" && fields["counted"] == asked }

    /// What the form asks for.
    func draft(now: Timestamp) throws(ServiceError) -> JobDraft {
        var errors: [ServiceError.Field] = []
        func instant(_ name: String) -> Timestamp? {
            guard let text = fields.text(name) else { return nil }
            if let ago = Duration(text: text) { return now - ago }
            guard let instant = Timestamp(rfc3339: text) else {
                errors.append(.init(name, "Give so long ago, such as 24h, or a time such as 2026-01-01T00:00:00Z."))
                return nil
            }
            return instant
        }
        let draft = JobDraft(
            since: instant("since"), until: instant("until"), rate: fields.text("rate").flatMap { Int($0) })
        if draft.rate == nil, fields.text("rate") != nil { errors.append(.init("rate", "Give a whole number.")) }
        if draft.since == nil, errors.isEmpty { errors.append(.init("since", "Say since when.")) }
        guard errors.isEmpty else { throw .invalid(errors) }
        return draft
    }

    /// What the templates show.
    ///
    /// - Parameters:
    ///   - error: why it was not done.
    ///   - known: the fields beside these that tell of their errors themselves.
    func view(_ counted: Counted? = nil, error: ServiceError? = nil, known: [String] = []) -> View {
        func message(_ name: String) -> String? { error?.fields.first { $0.field == name }?.message }
        let beside = Self.own + known
        return [
            "since": fields["since"] ?? "24h", "until": fields["until"], "rate": fields["rate"],
            "sinceError": message("since"), "untilError": message("until"), "rateError": message("rate"),
            "problem": error.flatMap { error in
                error.fields.contains { beside.contains($0.field) } ? nil : error.detail
            },
            "asked": asked, "isChanged": counted != nil && fields["do"] == "start",
            "forecast": counted?.words, "forecastNote": counted?.note, "start": counted?.start,
        ]
    }

    /// What would be done.
    struct Counted {
        var count: Int
        var isExact: Bool
        var note: String

        var words: String {
            (isExact ? "" : "At least ") + Figures.count(count, "delivery would be made.", "deliveries would be made.")
        }

        /// What the button says that starts it; none where there is nothing to do.
        var start: String? {
            count > 0 || !isExact ? "Deliver \(isExact ? "" : "at least ")\(Figures.text(count)) again" : nil
        }

        init(count: Int, isExact: Bool, note: String) {
            self.count = count
            self.isExact = isExact
            self.note = note
        }

        init(_ forecast: JobForecast, _ note: String = "") {
            let taken = When.taken(Int64(forecast.count) * 1_000_000 / Int64(forecast.rate))
            self.init(
                count: forecast.count, isExact: forecast.isExact,
                note: "\(Figures.text(forecast.examined)) looked at, from \(forecast.since.rfc3339) to "
                    + "\(forecast.until.rfc3339); at \(forecast.rate) a second "
                    + (forecast.count == 0 ? "there is nothing to do." : "that takes about \(taken).") + note)
        }
    }
}
