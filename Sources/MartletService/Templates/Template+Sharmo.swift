extension Template {
    /// The Sharmo guide's eighteen event types, with the fields that its sample handlers read.
    public static let sharmo = Template(
        name: "sharmo", profile: "sharmo", title: "Sharmo",
        summary: "Tokenised property: listings, tokens, transactions and users, as in the Sharmo webhook guide.",
        support: "developer-support@sharmo.io",
        eventTypes: sharmoPropertyEvents + sharmoTokenEvents + sharmoTransactionEvents + sharmoUserEvents)
}
