"""An operator's day: every page of the dashboard, with something on it."""

import json
import re
import urllib.error
import urllib.request

from playwright.sync_api import expect
from scene import Receiver
from story import LOOKS, Story

EXAMPLE = {"invoice": {"id": "inv_123", "total": 12990, "currency": "EUR"}}
SCHEMA = {"type": "object", "required": ["invoice"], "properties": {"invoice": {"type": "object"}}}


class OperatorStory(Story):
    """Signs in by key and by link, changes environments, makes keys, describes event types, sees failures, searches,
    recovers and replays in bulk, cancels, is alerted, receives, edits a profile, opens the status page, calls the API from
    the playground, and erases a customer. Then every page is looked at once more in the dark, on a phone and on a very
    wide screen."""

    def __init__(self, browser, service, receiver, shots):
        super().__init__(browser, service, receiver, shots, "operator", "light")
        # What is looked at in each look: a name, and a path of the sandbox.
        self.places = {}

    def place(self, name, path=None, rules=True):
        """Looks at a page, and has it looked at in the other looks too."""
        if path is not None:
            self.go(path)
        current = self.page.url.removeprefix(self.service.url).split("?notice=")[0]
        self.places[name] = current
        self.look(name, rules=rules)

    def tell(self):
        broken = Receiver()
        broken.status = 500
        try:
            self.enters()
            self.makes_keys()
            self.describes_types()
            self.adds_a_customer(broken)
            self.makes_an_alert()
            self.publishes()
            self.sees_what_fails()
            self.searches()
            self.recovers(broken)
            self.cancels()
            self.receives()
            self.sets_up()
            self.plays()
            self.is_alerted()
            self.looks_again()
            self.erases()
        finally:
            broken.close()

    def enters(self):
        page = self.page
        page.goto(f"{self.service.url}/dashboard")
        page.get_by_label("API key").fill("mk_test_nobodys")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("No API key is like this one")).to_be_visible()
        self.look("01-sign-in-refused")
        self.sign_in(self.service.keys["sandbox"])
        self.place("02-overview-empty")
        page.get_by_role("button", name="Sign out").first.click()
        expect(page.get_by_label("API key")).to_be_visible()
        self.look("03-sign-in")
        page.goto(self.service.login)
        self.look("04-link")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        # The link was good for one browser.
        stranger = self.reader()
        other = stranger.new_page()
        other.goto(self.service.login)
        if other.get_by_role("button", name="Sign in").count():
            other.get_by_role("button", name="Sign in").click()
        expect(other.get_by_role("heading", name="Overview")).to_have_count(0)
        self.look("05-link-used", other, rules=True)
        stranger.close()
        # `live` is like nothing else.
        expect(page.get_by_role("region", name="Environment")).to_have_count(0)
        page.locator("details.switch summary").click()
        page.locator("details.switch").get_by_role("link", name="live").click()
        expect(page.get_by_role("region", name="Environment")).to_contain_text("Real events")
        self.look("06-live")
        page.locator("details.switch summary").click()
        self.look("07-switch")
        page.locator("details.switch").get_by_role("link", name="sandbox").click()
        expect(page.get_by_role("region", name="Environment")).to_have_count(0)
        for name in ["events", "deliveries", "issues", "webhooks", "sources", "jobs", "alerts", "activity"]:
            self.go(name)
            self.look(f"08-empty-{name}", rules=False)

    def makes_keys(self):
        page = self.page
        self.go("keys")
        page.get_by_label("Name").fill("The shop")
        page.get_by_label("Role").select_option("publisher")
        page.get_by_role("button", name="Make a key").click()
        expect(page.locator("#made-key")).to_contain_text("mk_test_")
        self.look("10-key-made")
        made = page.locator("#made-key").inner_text()
        self.service.call("POST", "/v1/events", {"type": "order.created", "data": {}}, key=made)
        page.locator("tr", has_text="The shop").locator("summary").click()
        page.get_by_role("button", name="Withdraw this key").click()
        expect(page.get_by_text("The key is withdrawn")).to_be_visible()
        self.place("11-keys")
        try:
            self.service.call("POST", "/v1/events", {"type": "order.created", "data": {}}, key=made)
        except AssertionError as refused:
            assert "401" in str(refused), refused
        else:
            raise AssertionError("a key that was withdrawn still publishes")

    def describes_types(self):
        page = self.page
        self.place("20-catalogue", "catalogue")
        page.get_by_role("link", name="Add an event type").click()
        page.get_by_label("Name", exact=True).fill("invoice.paid")
        page.get_by_label("Description").fill("An invoice has been paid")
        page.get_by_label("Group").fill("Billing")
        page.get_by_label("Example payload").fill('{"invoice": ')
        page.get_by_label("JSON Schema").fill(json.dumps(SCHEMA, indent=2))
        page.get_by_role("button", name="Add").click()
        expect(page.locator(".has-error .error").first).to_be_visible()
        self.place("21-type-form")
        page.get_by_label("Example payload").fill(json.dumps(EXAMPLE, indent=2))
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", name="invoice.paid")).to_be_visible()
        self.place("22-type")
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Description").fill("An invoice has been paid in full")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("An invoice has been paid in full")).to_be_visible()

    def adds_a_customer(self, broken):
        page = self.page
        self.go("applications")
        page.get_by_role("link", name="Add an application").click()
        page.get_by_label("Name").fill("Nordlicht Homes")
        page.get_by_label("uid").fill("nordlicht")
        page.get_by_label("Metadata").fill("plan: large")
        self.look("30-application-form")
        page.get_by_role("button", name="Add the application").click()
        expect(page.get_by_text("Created.")).to_be_visible()
        self.application = page.url.split("/applications/")[1].split("?")[0]
        no_retries = {"retry": {"delays": []}}
        self.good = self.service.call("POST", "/v1/webhooks", {
            "url": self.receiver.url, "events": ["*"], "description": "CRM sync"})["id"]
        self.bad = self.service.call("POST", "/v1/webhooks", {
            "url": broken.url, "events": ["property.*"], "description": "Listing portal", **no_retries})["id"]
        # Nothing listens there any more.
        closed = Receiver()
        closed.close()
        self.refusing = self.service.call("POST", "/v1/webhooks", {
            "url": f"{closed.origin}/closed", "events": ["appointment.*"], "application": "nordlicht",
            "filter": {"data.price": {"gte": 1000}}, "headers": {"X-Api-Key": "s3cret"}})["id"]
        self.go(f"applications/{self.application}")
        page.get_by_role("button", name="Open portal").click()
        expect(page.locator("#portal-url")).to_contain_text("/portal/")
        self.look("31-portal-link")
        self.place("32-application", f"applications/{self.application}")
        self.place("33-applications", "applications")

    def makes_an_alert(self):
        page = self.page
        self.go("alerts")
        page.get_by_role("link", name="Add an alert").first.click()
        page.get_by_role("button", name="Add the alert").click()
        expect(page.locator("#name-error")).to_be_visible()
        self.place("40-alert-form")
        page.get_by_label("Name").fill("Webhooks fail")
        page.get_by_role("radio", name="Attempts to a webhook fail in a row").check()
        page.get_by_label("How many").fill("2")
        page.get_by_role("button", name="Add the alert").click()
        expect(page.get_by_role("heading", name="Webhooks fail")).to_be_visible()
        self.alert = re.search(r"alr_\w+", page.url)[0]
        self.service.call("POST", "/v1/alerts", {
            "name": "Too few succeed", "rule": {"type": "success_rate", "below": 0.999, "attempts": 2}})
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_role("status")).to_be_visible()
        self.look("41-alert-tested")

    def publishes(self):
        for number in range(12):
            self.service.publish("property.created", {"price": 250000 + number, "n": number})
        for number in range(3):
            self.service.publish(
                "appointment.scheduled", {"price": 2000, "note": "blue front door"}, application="nordlicht")
        self.event = self.service.publish("property.updated", {"price": 735000, "bedrooms": 2})["id"]
        self.service.publish("user.registered", {"price": 1})
        self.until(f"events/{self.event}", ".lane.bad .badge.bad:has-text('failed')")

    def sees_what_fails(self):
        page = self.page
        self.place("50-event", f"events/{self.event}")
        # Why it did not go where it did not.
        expect(page.get_by_role("heading", name="Where it did not go")).to_be_visible()
        expect(page.get_by_text("which does not cover property.updated").first).to_be_visible()
        page.locator(".lane.bad details.attempt summary").first.click()
        expect(page.get_by_text("The receiver answered 500").first).to_be_visible()
        page.locator(".lane.bad details.more summary", has_text="Verify it yourself").first.click()
        self.look("51-event-opened")
        self.place("52-events", "events")
        self.place("53-deliveries", "deliveries")
        page.get_by_label("State").select_option("failed")
        page.get_by_role("button", name="Filter").click()
        expect(page.locator("tbody .badge.good")).to_have_count(0)
        shared = page.url
        rows = page.locator("tbody tr").count()
        assert rows >= 13, rows
        # The filter stands in the address: whoever is sent it sees the same.
        colleague = self.reader()
        other = colleague.new_page()
        self.sign_in(self.service.keys["sandbox"], other)
        other.goto(shared)
        expect(other.get_by_label("State")).to_have_value("failed")
        expect(other.locator("tbody tr")).to_have_count(rows)
        colleague.close()
        page.locator("tbody tr a").first.click()
        self.place("54-delivery")
        self.place("55-issues", "issues")
        expect(page.get_by_text("The receiver answered 500")).to_be_visible()
        self.place("56-overview", "")
        self.place("57-webhooks", "webhooks")
        self.place("58-webhook", f"webhooks/{self.bad}")
        self.place("59-webhook-edit", f"webhooks/{self.refusing}/edit")
        self.place("5a-filtered", "events?type=nothing.like.this")

    def searches(self):
        page = self.page

        def find(text):
            self.go("events")
            # The slash leads to the box from anywhere.
            page.keyboard.press("/")
            expect(page.locator("#search")).to_be_focused()
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: not url.endswith("/events"))

        find(self.event)
        expect(page.get_by_role("heading", name="property.updated")).to_be_visible()
        find(self.bad)
        expect(page.get_by_role("heading", name="http://127.0.0.1:")).to_be_visible()
        find("property.created")
        expect(page.get_by_role("heading", name="Event types")).to_be_visible()
        find("/closed")
        expect(page.get_by_role("heading", name="Webhooks", exact=True)).to_be_visible()
        find("failed")
        page.get_by_role("link", name="Deliveries that are failed").click()
        expect(page.get_by_label("State")).to_have_value("failed")
        find("blue front door")
        expect(page.locator("tbody tr")).to_have_count(3)
        self.place("60-search")
        find("nothing at all like this")
        expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
        self.look("61-search-nothing")

    def recovers(self, broken):
        page = self.page
        broken.status = 200
        self.place("70-recover", f"webhooks/{self.bad}/recover")
        self.go("deliveries?status=failed&since=24h")
        page.get_by_role("link", name="Recover these…").click()
        page.get_by_label("Deliveries a second").fill("100")
        page.get_by_role("button", name="Count first").click()
        expect(page.get_by_text("13 deliveries would be made.")).to_be_visible()
        self.look("71-recover-counted")
        # What is changed after it was counted is counted anew.
        page.get_by_label("Since").fill("12h")
        page.get_by_role("button", name="Deliver 13 again").click()
        expect(page.get_by_text("was changed since it was last")).to_be_visible()
        page.get_by_role("button", name="Deliver 13 again").click()
        expect(page.locator("#job .badge", has_text="done")).to_be_visible()
        expect(page.get_by_text("13 of 13 deliveries made")).to_be_visible()
        self.place("72-job")
        self.go("recover?since=24h")
        page.get_by_role("button", name="Count first").click()
        expect(page.get_by_text("0 deliveries would be made.")).to_be_visible()
        self.place("78-recover-nothing", "recover?since=24h")

    def cancels(self):
        page = self.page
        self.go("events?type=property.created")
        page.get_by_role("link", name="Replay these…").click()
        expect(page.get_by_label("Type", exact=True)).to_have_value("property.created")
        page.get_by_label("Deliveries a second").fill("1")
        page.get_by_role("button", name="Count first").click()
        expect(page.get_by_text("24 deliveries would be made.")).to_be_visible()
        self.place("73-replay")
        page.get_by_role("button", name="Deliver 24 again").click()
        expect(page.locator("#job .badge", has_text="running")).to_be_visible()
        # The page goes on by itself.
        page.evaluate("window.stays = true")
        expect(page.locator("#job")).to_contain_text(re.compile(r"[1-9]\d* of 24 deliveries made, about \d+ s left"))
        assert page.evaluate("window.stays"), "the page was loaded anew"
        self.look("74-job-running")
        self.go("jobs")
        self.look("75-jobs-running")
        self.page.go_back()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#job .badge", has_text="cancelled")).to_be_visible()
        self.look("76-job-cancelled")
        self.place("77-jobs", "jobs")

    def receives(self):
        page = self.page
        self.go("sources")
        page.get_by_role("link", name="Add a source").first.click()
        self.place("80-source-presets")
        page.get_by_role("radio", name="Stripe", exact=True).check()
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Secret", exact=True).fill("whsec_the_senders")
        self.place("81-source-form")
        page.get_by_role("button", name="Add the source").click()
        page.get_by_role("button", name="Send a test request").click()
        expect(page.locator(".badge", has_text="accepted")).to_be_visible()
        self.place("82-request")
        source = self.service.call("GET", "/v1/sources")["data"][0]
        url = self.service.url + re.sub(r"^https?://[^/]+", "", source["url"])
        forged = urllib.request.Request(url, data=b'{"forged": true}', headers={"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(forged)
            raise AssertionError("a forged request was accepted")
        except urllib.error.HTTPError as refused:
            assert refused.code == 401, refused.code
        self.go(f"sources/{source['id']}?show=refused")
        self.place("83-source", f"sources/{source['id']}")
        page.locator("#log tr", has_text="refused").locator("a").first.click()
        expect(page.get_by_text("Stripe-Signature is missing")).to_be_visible()
        self.place("84-request-refused")
        self.place("85-sources", "sources")

    def sets_up(self):
        page = self.page
        self.go("settings")
        page.get_by_role("link", name="Add a profile").click()
        page.get_by_label("Name", exact=True).fill("Not a name!")
        page.get_by_role("button", name="Add the profile").click()
        expect(page.locator("#name-error")).to_be_visible()
        self.place("90-profile-form")
        page.get_by_label("Name", exact=True).fill("acme")
        page.get_by_label("Signature header").fill("x-acme-signature")
        page.get_by_role("button", name="Add the profile").click()
        expect(page.locator("tr", has_text="acme").first).to_contain_text("x-acme-signature")
        # The status page is for those who sign in, until it is opened.
        stranger = self.reader()
        anybody = stranger.new_page()
        anybody.goto(f"{self.service.url}/status/sandbox")
        expect(anybody.get_by_label("API key")).to_be_visible()
        page.get_by_label("Name of your platform").fill("Acme Homes")
        page.get_by_label("Colour").fill("#0b6e4f")
        page.get_by_label("Anybody may see how the service is doing").check()
        page.locator("#customers").get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        self.place("91-settings")
        anybody.goto(f"{self.service.url}/status")
        expect(anybody.get_by_role("heading", name="Status")).to_be_visible()
        for secret in [self.receiver.url, self.event, "nordlicht", "Nordlicht"]:
            assert secret not in anybody.content(), secret
        self.look("92-status-for-anybody", anybody)
        stranger.close()
        self.place("93-status", "status")

    def plays(self):
        page = self.page
        self.place("94-playground", "playground", rules=True)
        self.go("playground/listEvents")
        page.get_by_label("API key").fill(self.service.keys["sandbox"])
        page.locator("[data-query='limit']").fill("2")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("[data-answer]")).to_contain_text("HTTP 200")
        expect(page.locator("[data-curl]")).to_contain_text("/v1/events?limit=2")
        assert self.service.keys["sandbox"] not in page.locator("[data-curl]").inner_text()
        self.look("95-playground-answer")
        self.place("96-playground-call", "playground/createWebhook")

    def is_alerted(self):
        # Alerts are looked at every ten seconds.
        self.until(f"alerts/{self.alert}", "h1 .badge.bad:has-text('firing')")
        self.place("97-alert")
        self.place("98-alerts", "alerts")
        self.place("99-activity", "activity")

    def looks_again(self):
        state = self.context.storage_state()
        for look in [look for look in LOOKS if look != "light"]:
            context = self.reader(look, storage_state=state)
            page = self.watched(context)
            for name, path in self.places.items():
                self.go(path, page)
                # Contrasts are others in the dark; on other screens nothing is but the places of things.
                self.look(name, page, rules=look == "dark", name=f"operator-{look}", whole=look != "wide")
            if look == "phone":
                page.locator("details.burger summary").click()
                expect(page.locator("details.burger").get_by_role("button", name="Sign out")).to_be_visible()
                self.look("menu", page, name=f"operator-{look}", whole=False)
            context.close()

    def erases(self):
        page = self.page
        self.go(f"applications/{self.application}")
        page.locator("summary", has_text="Delete…").click()
        page.get_by_role("link", name="erase it").click()
        page.get_by_label("Type its name").fill("nordlicht homes")
        page.get_by_role("button", name="Erase it for good").click()
        expect(page.get_by_text("This is not its name.")).to_be_visible()
        self.look("a0-erase")
        page.get_by_label("Type its name").fill("Nordlicht Homes")
        page.get_by_role("button", name="Erase it for good").click()
        expect(page.get_by_text("The application is gone")).to_be_visible()
        self.look("a1-erasure")
        self.go("applications")
        expect(page.get_by_text("Nordlicht Homes")).to_have_count(0)
