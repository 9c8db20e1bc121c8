extension Template {
    /// The real-estate guide's eight event types. Each payload stands under the name of its resource, as in the guide's
    /// examples.
    public static let realEstate = Template(
        name: "real-estate", profile: "real-estate", title: "Real estate",
        summary: "Listings, showings and their feedback, as in the real-estate webhooks guide.",
        support: "dev-support@example.com",
        eventTypes: realEstatePropertyEvents + realEstateAppointmentEvents + realEstatePeopleEvents)
}
