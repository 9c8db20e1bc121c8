/// The guide's text. Whatever depends on the environment is a hole in it.
enum GuideTemplates {
    static let all = [
        body, setup, verification, events, delivery, practice, troubleshooting, sources, frame, code,
    ]

    private static let body = Template(
        "guide",
        """
        <div class="guide">
        <nav class="guide-contents" aria-label="Contents"><h2>Contents</h2><ol>{{#contents}}<li><a href="#{{anchor}}">{{title}}</a></li>{{/contents}}</ol></nav>
        <article class="guide-text">
        <header class="guide-head"><h1>{{title}}</h1><p class="lead">Webhooks allow your application to receive real-time updates from {{us}}. Instead of constantly
          polling our API for changes, webhooks push data to your application as soon as an event occurs.</p>
          <p class="muted small">Written from the settings of the environment <span class="environment {{environmentClass}}">{{environment}}</span>: its profile
          <code>{{profile}}</code>, its catalogue, its retry schedule. It is never out of date.</p></header>
        <section id="introduction"><h2>What are webhooks?</h2>
          <p>Webhooks are HTTP callbacks: a <code>POST</code> that we send to a URL of yours when something happens in our system.{{#firstType}} For example:
            {{about}} (<code>{{name}}</code>).{{/firstType}} Your app reacts at once, which makes webhooks a powerful tool for data synchronisation and automation.</p>
          <ul class="points">
            <li><strong>Real-time updates.</strong> You receive notifications as soon as events occur.</li>
            <li><strong>Reduced API calls.</strong> There is no need to poll our API for updates.</li>
            <li><strong>Event-driven architecture.</strong> Your applications react to what happens.</li>
            <li><strong>Improved user experience.</strong> Your users get immediate feedback.</li>
          </ul>
          <h3>Why not wait for the response, poll, or use callbacks?</h3>
          <p>When you make a request to an API endpoint, you expect a near-immediate response. Some requests take a long time, which would end in a timeout;
            such a request is answered with a pending response, and its final state reaches you as an event at your webhook URL.</p>
          <p>We recommend webhooks over callbacks in your customer's browser and over polling. With callbacks, neither you nor we have control over what happens on
            the customer's end: they fail where the network connection of the customer's device fails or is weak, or where the device goes off after a
            transaction.</p>
        </section>
        {{>guide-setup}}{{>guide-verification}}{{>guide-events}}{{>guide-delivery}}{{>guide-practice}}{{#receives}}{{>guide-sources}}{{/receives}}{{>guide-troubleshooting}}
        </article></div>
        """)

    private static let setup = Template(
        "guide-setup",
        """
        <section id="setting-up"><h2>Setting up webhooks</h2>
          <h3>Step 1: Create a webhook endpoint on your server</h3>
          <p>A webhook URL is simply a POST endpoint that we send updates to. It should:</p>
          <ul class="points">
            <li>Be publicly accessible{{#requiresHTTPS}}, over HTTPS: plain http is refused{{/requiresHTTPS}}</li>
            <li>Accept POST requests</li>
            <li>Process the request body as JSON</li>
            <li>Acknowledge by answering with {{acknowledgement}} quickly: within {{timeout}}. Anything else, a redirect too, is a failure</li>
            <li>Handle any complex processing asynchronously, after it has answered</li>
          </ul>
          <p>Example endpoint in Node.js with Express, before it verifies anything:</p>
          {{#stepOne}}{{>guide-code}}{{/stepOne}}
          <p class="callout warn"><strong>Always use HTTPS</strong> for your webhook endpoint to ensure secure communication.</p>
          <h3 id="register">Step 2: Register your webhook</h3>
          <p>Use our API to register your webhook endpoint:</p>
          {{#registration}}{{>guide-code}}{{/registration}}
          <p>The answer has the webhook's <code>id</code> and its signing <code>secret</code>, which is shown there and under <em>Signing secret</em> only. You may bring
            a secret of your own. As configuration, the same webhook is:</p>
          {{#configuration}}{{>guide-code}}{{/configuration}}
          <p>Or register it in the dashboard:</p>
          <ol class="steps">
            <li><a href="{{dashboardPath}}">Log in to your developer account</a>{{^isPortal}}, to the environment <strong>{{environment}}</strong>, and select the application
              that you want to configure{{/isPortal}}</li>
            <li>Go to the <a href="{{base}}/webhooks">Webhooks</a> section</li>
            <li>Click <a href="{{base}}/webhooks/new">Add a webhook</a></li>
            <li>Enter your endpoint URL, e.g. <code>{{exampleURL}}</code></li>
            <li>Select the events that you want to subscribe to</li>
            <li>Generate a webhook secret: leave the field empty and one is made for you</li>
            <li>Save your configuration, and copy the secret to your server's environment</li>
          </ol>
        </section>
        """)

    private static let verification = Template(
        "guide-verification",
        """
        <section id="verify"><h2>Step 3: Verify webhook signatures</h2>
          <p>Your webhook URL is publicly available, so verify that events originate from {{us}} and not from a bad actor, and that they have not been tampered with.
            We sign each request with a secret {{#isPublicKey}}key whose public half you verify with{{/isPublicKey}}{{^isPublicKey}}that only you and we know{{/isPublicKey}}.
            Verify the signature <strong>before</strong> you process the event.</p>
          <div class="table stacks"><table><thead><tr><th>Header</th><th>What it carries</th><th>For example</th></tr></thead><tbody>
            {{#headers}}<tr><td class="first"><code>{{name}}</code></td><td class="full">{{about}}</td><td class="full"><code class="break">{{example}}</code></td></tr>{{/headers}}</tbody></table></div>
          <p>The signature is <code>{{formula}}</code>, {{encodingWords}}. {{keyWords}}</p>
          <ul class="points">
            <li><strong>Use the raw body.</strong> The signature covers the bytes as they came. Keep them for verification, and parse them afterwards.{{#isStable}} What we
              send is exactly what <code>JSON.stringify</code> writes, so verifying <code>JSON.stringify(req.body)</code> works as well.{{/isStable}}</li>
            <li><strong>Compare in constant time</strong>, with <code>crypto.timingSafeEqual</code> and its like: a comparison that stops early tells how much of a guess is
              right.</li>
            {{#signsTimestamp}}<li><strong>Timestamp tolerance.</strong> Check that the timestamp is recent, within {{tolerance}}, to prevent replay attacks.</li>{{/signsTimestamp}}
            {{^signsTimestamp}}<li><strong>Replays.</strong> This signature covers no timestamp. Remember each <code>webhook-id</code> that you have processed, and a request that
              somebody sends again does nothing.</li>{{/signsTimestamp}}
            <li><strong>Answer 401 or 403</strong> to what does not verify, and process nothing of it.</li>
          </ul>
          <h3>A receiver in your language</h3>
          <p>Each is a whole program for this very profile: it verifies, acknowledges with {{status}}, and processes afterwards. The secret comes from the environment variable
            <code>WEBHOOK_SECRET</code>, never from the source.</p>
          <fieldset class="languages"><legend class="sr">Language</legend>
            <div class="choices">{{#recipes}}<label><input type="radio" name="language" value="{{key}}" data-language{{#isFirst}} checked{{/isFirst}}><span>{{title}}</span></label>{{/recipes}}</div>
            {{#recipes}}<div class="code recipe in-{{key}}" id="receiver-{{key}}"><header><span><code>{{fileName}}</code> on {{basis}}</span><span class="row"><a
              href="{{downloadPath}}" download="{{fileName}}">Download</a><button class="slim" type="button" data-copy="code-{{key}}" hidden>Copy</button></span></header><pre
              class="code" id="code-{{key}}" tabindex="0">{{code}}</pre></div>{{/recipes}}</fieldset>
          {{#sample}}<h3>Check your implementation</h3>
          <p>This request verifies with the secret <code class="break">{{secret}}</code>{{#signsTimestamp}}, apart from its age{{/signsTimestamp}}:</p>
          <div class="code"><pre class="code wrap" tabindex="0" id="sample-request">{{head}}

        {{body}}</pre></div>
          <p>What is signed, byte by byte:</p><div class="code"><pre class="code wrap" tabindex="0">{{signed}}</pre></div>{{/sample}}
        </section>
        """)

    private static let events = Template(
        "guide-events",
        """
        <section id="events"><h2>Webhook events</h2>
          {{#isEnvelope}}<p>Every event has the same four members around a payload of its own: <code>id</code>, which stays the same however often it is sent; <code>type</code>;
            <code>created</code>, in UTC; and <code>data</code>, the payload.</p>{{/isEnvelope}}
          {{^isEnvelope}}<p>The request's body is the event's payload alone. Its id is in the header <code>webhook-id</code>.</p>{{/isEnvelope}}
          {{#hasTypes}}<p>We support the following webhook events:</p>
          {{#groups}}<h3>{{group}}</h3><div class="table stacks"><table><thead><tr><th>Event type</th><th>Description</th><th>Payload example</th></tr></thead><tbody>
            {{#types}}<tr><td class="first"><code>{{name}}</code></td><td class="full">{{about}}</td><td class="second nowrap">{{#example}}<a href="#{{anchor}}">View example</a>{{/example}}</td></tr>{{/types}}</tbody></table></div>{{/groups}}{{/hasTypes}}
          {{^hasTypes}}<p>The catalogue has no event types yet.</p>{{/hasTypes}}
          {{#hasTypes}}<h3 id="handling">Handling webhook events</h3>
          <p>Different events have different payloads. Here is how to tell them apart and process their data:</p>
          {{#handling}}{{>guide-code}}{{/handling}}
          <p class="callout"><strong>Tip:</strong> implement proper error handling and retry logic in your webhook handler to ensure that you don't miss any events: what your own
            queue takes, your own queue has to try again.</p>
          <h3 id="payloads">Event payload examples</h3>
          {{#examples}}<details class="recipe" id="{{anchor}}"><summary><code>{{name}}</code> <span class="muted">{{about}}</span></summary><pre class="code"
            tabindex="0">{{json}}</pre></details>{{/examples}}{{/hasTypes}}
        </section>
        """)

    private static let delivery = Template(
        "guide-delivery",
        """
        <section id="retries"><h2>Acknowledgement and retries</h2>
          <p>When your webhook URL receives an event, it needs to acknowledge it. Acknowledging means answering with {{acknowledgement}} within {{timeout}} of our connecting.
            If you have long-running tasks in your webhook function, acknowledge the event before you execute them: long-running tasks lead to a request timeout, which
            counts as a failure and is retried.</p>
          {{#window}}<p><strong>Without {{acknowledgement}}, we keep sending the event for the next {{window}}</strong>, spaced out as below.</p>{{/window}}
          {{#hasRetries}}<p>If your endpoint is temporarily unavailable, we retry the delivery with growing delays{{#jitter}}, each spread by up to {{jitter}} so that not everybody
            comes back at once{{/jitter}}:</p>
          <div class="table"><table id="schedule"><thead><tr><th>Retry</th><th>When</th><th>Since the first attempt</th></tr></thead><tbody>
            <tr><td>Initial attempt</td><td>As soon as the event occurs</td><td>–</td></tr>{{#retries}}<tr><td>{{name}}</td><td>{{when}}</td><td>{{total}}</td></tr>{{/retries}}</tbody></table></div>{{/hasRetries}}
          {{#isCut}}<p>And so on.</p>{{/isCut}}{{^hasRetries}}<p>A delivery is attempted once: there are no retries.</p>{{/hasRetries}}
          <ul class="points">
            <li>After all retry attempts fail, the delivery is considered failed. Use the API to fetch missed events, or have us send them again:</li>
          </ul>
          {{#missed}}{{>guide-code}}{{/missed}}
          <ul class="points">
            <li>A <code>Retry-After</code> in your answer to 429 and 503 is honoured: we come later, never sooner.</li>
            <li>Answer <code>410 Gone</code> to stop deliveries to a URL for good.</li>
            <li>An endpoint at which every delivery fails for 5 days is taken out of service; you are told, and can recover what it missed.</li>
            <li>Events may arrive more than once and in another order than they occurred, unless the webhook is <em>ordered</em>.</li>
          </ul>
        </section>
        """)

    private static let practice = Template(
        "guide-practice",
        """
        <section id="practice"><h2>Best practices</h2>
          <h3>1. Acknowledge webhooks quickly</h3>
          <p>Always respond with {{acknowledgement}} as quickly as possible. If the request takes longer than {{timeout}}, we consider it failed and retry.</p>
          <h3>2. Process events asynchronously</h3>
          <p>Do the work in a background job, a task queue or a separate thread after you have acknowledged receipt.</p>
          <h3 id="duplicates">3. Handle retries and duplicate events</h3>
          <p>Occasionally you may receive the same webhook event multiple times. Make your handlers idempotent, that is, safe to execute multiple times for the same event:
            the header <code>webhook-id</code>{{#isEnvelope}}, like the event's <code>id</code>,{{/isEnvelope}} is the same each time.</p>
          {{#idempotency}}{{>guide-code}}{{/idempotency}}
          <h3>4. Implement proper error handling</h3>
          <p>Log every webhook event and what came of it, and set up robust error handling, so that you can diagnose and resolve issues. An event that your code cannot process belongs
            in a queue of yours: answering with an error brings the same event again, and nothing else.</p>
          <h3>5. Test in the sandbox environment</h3>
          <p>Use the <strong>sandbox</strong> environment to test your webhook integration before you deploy to production. There you can trigger test events manually.</p>
          <h3>6. Monitor webhook deliveries</h3>
          <p>Check the dashboard for failed deliveries promptly, and set up alerts for consistent webhook failures.</p>
          <h3>7. Keep the secret secret</h3>
          <p>Keep it in your server's environment, use HTTPS, and rotate it under <em>Signing secret</em> should anybody have seen it.</p>
        </section>
        <section id="testing"><h2>Testing webhooks</h2>
          <h3>Test from the dashboard</h3>
          <ol class="steps">
            <li>Go to the <a href="{{base}}/webhooks">Webhooks</a> section of your dashboard</li>
            <li>Select an endpoint</li>
            <li>Click <strong>Send a test event</strong></li>
            <li>Choose an event type and customise the payload if needed</li>
            <li>Send the test event: the answer of your endpoint is shown at once, with what went out and what came back</li>
          </ol>
          <h3>Test from the API playground</h3>
          <p>The API playground simulates webhook events against your implementation:</p>
          <ol class="steps">
            <li>Go to the {{^isPortal}}<a href="{{base}}/playground">API playground</a>{{/isPortal}}{{#isPortal}}API playground{{/isPortal}}</li>
            <li>Navigate to the <em>webhooks</em> section, to <em>Send a test event now</em></li>
            <li>Select an event type and customise the payload</li>
            <li>Click <strong>Send</strong>: the test event goes to your registered webhook URL</li>
          </ol>
          <p>The same from a terminal:</p>
          {{#testCall}}{{>guide-code}}{{/testCall}}
          <h3>Local development</h3>
          <p>To receive events on your own machine, listen to them: what your local server answers is shown, recorded and retried like any other attempt.</p>
          {{#listen}}{{>guide-code}}{{/listen}}
          <p>Or use a service like <a href="https://ngrok.com/">ngrok</a> or localtunnel, which expose your local server to the internet:</p>
          <ol class="steps">
            <li>Install ngrok: <code>npm install -g ngrok</code></li>
            <li>Start your local webhook server</li>
            <li>Run <code>ngrok http 3000</code></li>
            <li>Copy the HTTPS URL that it prints, e.g. <code>https://a1b2c3d4.ngrok.io</code></li>
            <li>Register this URL with your path as a webhook endpoint</li>
          </ol>
        </section>
        <section id="monitoring"><h2>Monitor webhook failures</h2>
          <ol class="steps">
            <li>Go to the <a href="{{base}}/webhooks">Webhooks</a> section of your dashboard</li>
            <li>Select an endpoint, and look at its <strong>Delivery history</strong></li>
            <li>Review failed deliveries and their error messages: every attempt has its request, its response and the reason in a sentence</li>
            <li>Mend the cause, then <strong>Retry</strong> one, or <strong>Recover</strong> all that failed</li>
          </ol>
        </section>
        """)

    private static let troubleshooting = Template(
        "guide-troubleshooting",
        """
        <section id="troubleshooting"><h2>Troubleshooting</h2>
          <div class="table stacks"><table><thead><tr><th>Issue</th><th>Possible causes</th><th>Solution</th></tr></thead><tbody>
            <tr><td class="first"><strong>Webhook not being received</strong></td><td class="full">The URL is wrong or not public; a firewall; the webhook is paused, or did not subscribe to this event
              type</td><td class="full">Check your server logs, firewall settings and webhook registration; confirm in the dashboard that the webhook is active; the event's page says why it did not
              go there</td></tr>
            <tr><td class="first"><strong>Signature verification fails</strong></td><td class="full">The secret of another webhook or environment; the body was parsed and written again; {{#signsTimestamp}}a clock that is
              wrong by more than {{tolerance}}; {{/signsTimestamp}}hex where base64 is due, or the reverse</td><td class="full">Ensure that you use the secret that the dashboard shows and the verification code above; ensure that the
              raw body is available for verification; hold your code against <em>Check your implementation</em></td></tr>
            <tr><td class="first"><strong>Webhook timeouts, slow response times</strong></td><td class="full">Work before the answer; slow queries; a cold start</td><td class="full">Answer immediately with {{acknowledgement}}, move processing
              to background jobs, optimise database queries: the limit is {{timeout}}</td></tr>
            <tr><td class="first"><strong>Repeated webhook deliveries, duplicate events</strong></td><td class="full">An answer other than {{acknowledgement}}, or one that came too late; a replay</td><td class="full">Implement idempotent
              event handlers as described in <a href="#duplicates">Best practices</a>, and ensure quick responses</td></tr>
            <tr><td class="first"><strong>Redirects</strong></td><td class="full">The URL answers 301, 302, 307 or 308, for one because of a slash at its end</td><td class="full">Register the URL that it redirects to: redirects are never followed</td></tr>
          </tbody></table></div>
          <h3>Debugging tools</h3>
          <ul class="points">
            <li><strong>Webhook logs.</strong> Check <a href="{{base}}/deliveries">delivery logs</a> in the dashboard</li>
            <li><strong>Event viewer.</strong> Inspect an <a href="{{base}}/events">event</a>, its attempts and the exact bytes, and replay it</li>
            <li><strong>Local testing.</strong> Use tools like ngrok or localtunnel, or <code>martlet listen --forward-to http://localhost:3000/webhook</code>, which needs no tunnel, to test with a local development environment</li>
          </ul>
        </section>
        <section id="support"><h2>Support</h2>
          <p>If you encounter any issues with webhooks:</p>
          <ol class="steps">
            <li>Check the <a href="{{base}}/deliveries">webhook delivery history</a> in your dashboard</li>
            <li>Review {{#hasStatus}}<a href="/status">our API status page</a>{{/hasStatus}}{{^hasStatus}}our API status page{{/hasStatus}} for any system issues</li>
            <li>Contact {{#support}}<a href="{{link}}">our developer support</a>{{/support}}{{^support}}our developer support{{/support}} with your webhook endpoint ID and specific error details</li>
          </ol>
        </section>
        <section id="conclusion"><h2>Conclusion</h2>
          <p>Webhooks are a powerful way to keep your application in sync with the data of {{us}} in real time. By following this guide you have learned how to set up,
            secure and handle webhook events.</p>
        </section>
        """)

    private static let sources = Template(
        "guide-sources",
        """
        <section id="receiving"><h2>Receiving webhooks from external services</h2>
          <p>Webhooks are also a way for your application to receive real-time notifications from external services. We take them in for you: each enters at a <em>source</em>, which verifies,
            logs and stores it, and passes it on to your webhooks as an event, signed as above.</p>
          <h3>Setting up</h3>
          <ol class="steps">
            <li><strong>Choose an event.</strong> Decide on the event for which you want to receive notifications: a user's registration, a payment's confirmation, or any other event that the
              external service supports.</li>
            <li><strong>Create a webhook.</strong> Make a source here and choose the service's preset. Log in to the external service's dashboard, create a new webhook there, and provide the
              source's URL as the webhook URL where the service sends its notifications.</li>
            <li><strong>Implement the webhook endpoint.</strong> In your app, create an endpoint as in <a href="#setting-up">Step 1</a> and register it for these events. It validates the incoming data
              and triggers the appropriate actions.</li>
          </ol>
          <h3>Securing webhooks</h3>
          <p>Security is crucial when receiving webhooks, to prevent unauthorised access and malicious requests:</p>
          <ul class="points">
            <li><strong>Use authentication.</strong> If the external service supports it, require a secret token in the webhook payload or in a header. The source verifies the token and
              refuses what does not carry it.</li>
            <li><strong>Validate the payload.</strong> The source checks the signature or checksum that the external service provides, which confirms the data's integrity.</li>
            <li><strong>Rate limiting.</strong> A source takes so many requests a second and answers 429 beyond, which prevents abuse and excessive requests.</li>
          </ul>
          <h3>Testing and debugging</h3>
          <p>Use the external service's dashboard to send test webhook requests and analyse the responses. The source logs every request with its verdict, and why it was refused where it was;
            log webhook events and responses in your app as well, to aid debugging.</p>
          <p>On your own machine, hear what a source takes in just as the external service sent it, with its headers and its signature:</p>
          {{#listenToSource}}{{>guide-code}}{{/listenToSource}}
          <h3>Best practices</h3>
          <ul class="points">
            <li>Document the supported webhook events and payloads in your app's documentation: the catalogue above is made for that.</li>
            <li>Monitor the webhook logs to identify errors and issues promptly.</li>
            <li>Plan for retries: if an endpoint doesn't respond, some services retry sending the webhook. A source answers a second arrival without passing it on again.</li>
          </ul>
        </section>
        """)

    /// One piece of code with a button that copies it.
    static let code = Template(
        "guide-code",
        """
        <div class="code"><header><span>{{label}}</span><button class="slim" type="button" data-copy="{{key}}" hidden>Copy</button></header><pre class="code" id="{{key}}" tabindex="0">{{code}}</pre></div>
        """)

    /// The frame of the guide where nobody has signed in.
    private static let frame = Template(
        "guide-frame",
        """
        <a class="skip" href="#main">Skip to the content</a>
        <header class="open-head"><a class="brand" href="{{home}}">{{>brand}}</a>
          <nav aria-label="Elsewhere"><a href="{{dashboardPath}}">Dashboard</a></nav></header>
        <main id="main" tabindex="-1" class="open-main">{{{body}}}</main>
        """)
}
