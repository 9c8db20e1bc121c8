import MartletService

/// What each of the guides that templates are named after tells its readers, in the words in which ours does.
struct SeedFacts: Sendable, CustomStringConvertible {
    let template: MartletService.Template
    let facts: [String]

    var description: String { template.name }

    /// What every one of them says in some way.
    private static let common = [
        "receive real-time updates", "Instead of constantly polling our API", "push data to your application",
        "HTTP callbacks", "Step 1: Create a webhook endpoint on your server", "Accept POST requests",
        "Process the request body as JSON", "Handle any complex processing asynchronously",
        "Step 2: Register your webhook",
        "/v1/webhooks", "Authorization: Bearer YOUR_API_KEY", #""url": "https://your-app.com/webhook""#,
        "Add a webhook", "Enter your endpoint URL", "Select the events that you want to subscribe to",
        "Generate a webhook secret", "Save your configuration", "Step 3: Verify webhook signatures", "Always use HTTPS",
        "Use the raw body", "Compare in constant time", "Handling webhook events", "default:",
        "implement proper error handling and retry logic", "Event payload examples", "Acknowledge webhooks quickly",
        "Process events asynchronously", "Handle retries and duplicate events", "Already processed".lowercased(),
        "fetch missed events", "Implement proper error handling", "Test in the sandbox environment",
        "Monitor webhook deliveries", "set up alerts for consistent webhook failures", "Test from the dashboard",
        "Send a test event", "customise the payload", "API playground", "ngrok http 3000", "localtunnel",
        "Delivery history", "Webhook not being received", "firewall", "Signature verification fails",
        "slow response times",
        "Repeated webhook deliveries", "Webhook logs", "Event viewer", "Local testing", "status page",
        "martlet listen --forward-to http://localhost:3000/webhook",
        "webhook endpoint ID and specific error details", "Conclusion",
    ]

    static let all = [
        SeedFacts(
            template: .fractio,
            facts: common + [
                "Fractio", "x-fractio-signature", "HMAC-SHA256(payload)", "lower-case hexadecimal",
                "property.updated", "investment.created", "handlePropertyUpdated", "handleInvestmentCreated",
                "your_webhook_secret", "a 2xx status such as 200 OK",
            ]),
        SeedFacts(
            template: .realEstate,
            facts: common + [
                "Be publicly accessible", "within 5 seconds", "x-webhook-signature", "x-webhook-timestamp",
                "HMAC-SHA256(timestamp + payload)", "A new property is listed", "Property details are updated",
                "Property is marked as sold", "New showing appointment created", "Appointment details changed",
                "Appointment cancelled", "New user registration", "Showing feedback submitted", "View example",
                #""address": "123 Main St, New York, NY 10001""#, #""squareFeet": 1200"#, #""id": "appt_123456""#,
                #""email": "john@example.com""#, "evt_123456", "2023-06-15T10:30:00Z",
                "First retry 5 minutes after the initial attempt", "Second retry 30 minutes after the first retry",
                "Third retry 2 hours after the second retry", "Fourth retry 5 hours after the third retry",
                "Fifth retry 10 hours after the fourth retry", "the delivery is considered failed",
                "Install ngrok: npm install -g ngrok", "Start your local webhook server",
                "https://a1b2c3d4.ngrok.io", "mailto:dev-support@example.com",
            ]),
        SeedFacts(
            template: .sharmo,
            facts: common + [
                "Sharmo", "Real-time updates", "Reduced API calls", "Event-driven architecture",
                "Improved user experience", "within 5 seconds", "Log in to your developer account",
                "select the application", #""secret": "whsec_abcdefghijklmnopqrstuvwxyz1234567890""#,
                #""active": true"#, "Property Events", "Token Events", "Transaction Events", "User Events",
                "property.created A new property is added to the platform",
                "property.tokenized A property is tokenized",
                "property.delisted A property is removed from listings",
                "token.issued New tokens are created for a property",
                "token.transferred Tokens are transferred between users",
                "token.price_updated The market price of tokens changes",
                "token.dividend_issued Dividend payments are issued to token holders",
                "transaction.created A new transaction is initiated",
                "transaction.pending A transaction is waiting for confirmation",
                "transaction.completed A transaction is successfully completed",
                "transaction.failed A transaction fails to complete", "transaction.refunded A transaction is refunded",
                "user.registered A new user registers on the platform", "user.kyc_updated A user's KYC status changes",
                "user.kyc_verified A user passes KYC verification", "user.kyc_rejected A user fails KYC verification",
                "Sharmo-Signature", "HMAC-SHA256(timestamp + '.' + payload)", "t: when the signature was made",
                "Timestamp tolerance", "within 5 minutes", "to prevent replay attacks", "express.raw", "WEBHOOK_SECRET",
                "mailto:developer-support@sharmo.io",
            ]),
        SeedFacts(
            template: .getequity,
            facts: common + [
                "GetEquity", "a pending response", "We recommend webhooks over callbacks",
                "the network connection of the customer's device fails or is weak",
                "the device goes off after a transaction", "A webhook URL is simply a POST endpoint",
                "a 200 OK", "Without a 200 OK, we keep sending the event for the next 15 minutes",
                "long-running tasks lead to a request timeout", "originate from GetEquity and not from a bad actor",
                "x-getequity-signature", "HMAC-SHA256(payload)", "padded base64", "before you process the event",
            ]),
        SeedFacts(
            template: .rapture,
            facts: common + [
                "data synchronisation and automation", "external services", "Choose an event", "Create a webhook",
                "Implement the webhook endpoint", "Use authentication", "a secret token in the webhook payload",
                "Validate the payload", "signature or checksum", "Rate limiting", "abuse and excessive requests",
                "send test webhook requests and analyse the responses", "log webhook events and responses",
                "Document the supported webhook events and payloads", "Monitor the webhook logs", "Plan for retries",
                "Error handling".lowercased(),
            ]),
    ]
}
