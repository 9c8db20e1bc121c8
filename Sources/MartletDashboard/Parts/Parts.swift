/// Parts of pages that several screens share.
enum Parts {
    static let templates = [
        Template(
            "time", #"<time datetime="{{iso}}" title="{{full}}" data-time="{{milliseconds}}">{{text}}</time>"#),
        Template(
            "badge", #"<span class="badge {{tone}}">{{text}}</span>"#),
        Template(
            "pager",
            """
            {{#nextPath}}<p class="pager"><a class="button" href="{{nextPath}}" rel="next">Older</a>{{#searched}} <span class="muted
              small">Searched as far back as {{searched}}.</span>{{/searched}}</p>{{/nextPath}}
            """),
        Template(
            "nothing-so-far",
            """
            <h2>Nothing so far</h2><p>Searched as far back as {{searched}}: nothing fits. There is more from before.</p><p class="actions"><a
              class="button" href="{{nextPath}}">Look further back</a></p>
            """),
        Template(
            "field-error",
            """
            {{#error}}<p class="error" id="{{name}}-error">{{error}}</p>{{/error}}
            """),
        Template(
            "success-fields",
            """
            <div class="field{{#successError}} has-error{{/successError}}"><span class="label">Acknowledged by</span>
              {{#mayFollow}}<label class="choice"><input type="radio" name="success" value=""{{#success_}} checked{{/success_}}><span>as the profile says</span></label>{{/mayFollow}}
              <label class="choice"><input type="radio" name="success" value="2xx"{{#success_2xx}} checked{{/success_2xx}}><span>any status from 200 to 299</span></label>
              <label class="choice"><input type="radio" name="success" value="list"{{#success_list}} checked{{/success_list}}><span>these alone:</span></label>
              {{#f_statuses}}<input name="statuses" aria-label="Statuses" value="{{value}}" placeholder="200, 202">{{/f_statuses}}
              {{#successError}}<p class="error">{{successError}}</p>{{/successError}}</div>
            """),
        Template(
            "retry-fields",
            """
            <div class="field{{#retryError}} has-error{{/retryError}}"><span class="label">Schedule</span>
              {{#mayFollow}}<label class="choice"><input type="radio" name="retry" value=""{{#retry_}} checked{{/retry_}}><span>as the profile says</span></label>{{/mayFollow}}
              <label class="choice"><input type="radio" name="retry" value="delays"{{#retry_delays}} checked{{/retry_delays}}><span>after these delays, each from the attempt before</span></label>
              {{#f_delays}}<div class="{{#error}}has-error{{/error}}"><input name="delays" aria-label="Delays" value="{{value}}" placeholder="5s, 5m, 30m, 2h">{{>field-error}}</div>{{/f_delays}}
              <label class="choice"><input type="radio" name="retry" value="exponential"{{#retry_exponential}} checked{{/retry_exponential}}><span>longer each time</span></label>
              {{#retryError}}<p class="error">{{retryError}}</p>{{/retryError}}</div>
            <div class="fields">
              {{#f_first}}<div class="field{{#error}} has-error{{/error}}"><label for="first">First delay</label><input id="first" name="first" value="{{value}}" placeholder="10s">{{>field-error}}</div>{{/f_first}}
              {{#f_factor}}<div class="field{{#error}} has-error{{/error}}"><label for="factor">Factor</label><input id="factor" name="factor" value="{{value}}" placeholder="2">{{>field-error}}</div>{{/f_factor}}
              {{#f_longest}}<div class="field{{#error}} has-error{{/error}}"><label for="longest">Longest delay</label><input id="longest" name="longest" value="{{value}}" placeholder="1h">{{>field-error}}</div>{{/f_longest}}
              {{#f_window}}<div class="field{{#error}} has-error{{/error}}"><label for="window">For at most</label><input id="window" name="window" value="{{value}}" placeholder="1d">{{>field-error}}</div>{{/f_window}}
              {{#f_jitter}}<div class="field{{#error}} has-error{{/error}}"><label for="jitter">Spread</label><input id="jitter" name="jitter" value="{{value}}" placeholder="0.1">{{>field-error}}</div>{{/f_jitter}}
            </div>
            """),
    ]
}
