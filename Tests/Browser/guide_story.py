"""A guide's story, as its reader would live it."""

import urllib.request

from playwright.sync_api import expect
from scene import Shop
from story import Story

# What each guide's reader subscribes to, and sends to try it out; none: the first of the catalogue.
GUIDES = {
    "real-estate": "property.created",
    "sharmo": "property.created",
    "fractio": None,
    "getequity": None,
    "rapture": None,
    "standard": "order.created",
}


class GuideStory(Story):
    """Signs in, adds an endpoint, sends a test event with an edited payload, sees it delivered, breaks the receiver, sees
    the failure and its reason, mends it, recovers, sees it delivered; reads the guide; has a customer do the same in a
    portal that another site frames. The reader of Rapture's guide is at the receiving end: a source is added as well."""

    def __init__(self, browser, service, receiver, shots, guide, look, is_first):
        super().__init__(browser, service, receiver, shots, f"{guide}-{look}", look)
        self.guide_name = guide
        # What all guides have in common is held against the rules once.
        self.is_first = is_first

    def tell(self):
        event_type = GUIDES[self.guide_name]
        page = self.page
        page.goto(self.service.login)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        self.look("01-overview", rules=self.is_first)

        page.get_by_role("link", name="Add a webhook").first.click()
        page.get_by_label("URL").fill("not a url")
        page.get_by_role("button", name="Add the webhook").click()
        expect(page.locator("#url-error")).to_be_visible()
        self.look("02-form", rules=self.is_first)
        page.get_by_label("URL").fill(self.receiver.url)
        types = page.get_by_role("group", name="Event types of the catalogue")
        event_type = event_type or types.locator("input").first.get_attribute("value")
        types.locator(f"input[value='{event_type}']").check()
        page.get_by_role("button", name="Add the webhook").click()
        expect(page.get_by_text("Created.")).to_be_visible()
        webhook = page.url.split("/webhooks/")[1].split("?")[0]

        self.tests(page, '{"edited": "by hand"}')
        self.look("03-test", rules=self.is_first)

        self.receiver.status = 503
        self.service.call("PATCH", f"/v1/webhooks/{webhook}", {"retry": {"delays": []}})
        published = self.service.publish(event_type, {"n": 2})
        self.until(f"webhooks/{webhook}?show=failed", "#history .badge.bad")
        self.look("04-history", rules=self.is_first)
        self.go("issues")
        expect(page.get_by_text("The receiver answered 503")).to_be_visible()
        self.look("05-issues", rules=self.is_first)
        self.go(f"events/{published['id']}")
        # An event's only delivery shows its last attempt.
        expect(page.get_by_text("The receiver answered 503")).to_be_visible()
        expect(page.get_by_text("out of order")).to_be_visible()
        self.look("06-event", rules=self.is_first)

        self.receiver.status = 200
        self.go("deliveries?status=failed")
        page.get_by_role("link", name="Recover these…").click()
        page.get_by_role("button", name="Count first").click()
        expect(page.get_by_text("1 delivery would be made.")).to_be_visible()
        self.look("07-count", rules=self.is_first)
        page.get_by_role("button", name="Deliver 1 again").click()
        expect(page.locator("#job .badge", has_text="done")).to_be_visible()
        self.look("08-job", rules=self.is_first)
        self.until(f"events/{published['id']}", ".lane .badge.good:has-text('delivered')")
        self.look("09-delivered", rules=False)
        assert sum(b'"n":2' in body for body in self.receiver.bodies) == 2, self.receiver.bodies

        if self.guide_name == "rapture":
            self.receive(webhook)
        self.isolated(published["id"])
        self.guide()
        self.portal(published["id"], webhook)

    def tests(self, page, payload):
        """Reveals the secret of the webhook that a page or a frame shows, and sends it this payload."""
        page.get_by_role("button", name="Reveal").click()
        expect(page.locator("#secret-text")).not_to_be_empty()
        # A page that is still loading scrolls to what its address names, from under what is clicked.
        page.wait_for_load_state()
        self.follow(page.get_by_role("link", name="Send a test event"), page.get_by_label("Payload"))
        page.get_by_label("Payload").fill(payload)
        page.get_by_role("button", name="Send the test event").click()
        expect(page.get_by_role("heading", name="It arrived")).to_be_visible()
        assert payload.replace('": ', '":').encode() in self.receiver.bodies[-1], self.receiver.bodies[-1]

    def receive(self, webhook):
        """What comes in is verified, passed on, refused with a reason, and judged again once the source is mended."""
        page = self.page
        self.service.call("PATCH", f"/v1/webhooks/{webhook}", {"events": ["*"]})
        self.go("sources")
        page.get_by_role("link", name="Add a source").first.click()
        page.get_by_role("radio", name="Rapture", exact=True).check()
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Name", exact=True).fill("Rapture")
        page.get_by_label("Secret", exact=True).fill("the first secret of ours")
        self.look("20-source-form")
        page.get_by_role("button", name="Add the source").click()
        page.get_by_role("button", name="Send a test request").click()
        expect(page.locator(".badge", has_text="accepted")).to_be_visible()
        self.look("21-request")
        page.locator("dd a[href*='/events/']").click()
        event = page.url
        self.until(event.removeprefix(self.service.url), ".lane .badge.good:has-text('delivered')")

        source = self.service.call("GET", "/v1/sources")["data"][0]["id"]
        self.service.call("POST", f"/v1/sources/{source}/test", {"secret": "the second secret of theirs"})
        self.go(f"sources/{source}")
        expect(page.locator("#log .badge", has_text="refused")).to_be_visible()
        self.look("22-source")
        page.locator("#log tr", has_text="refused").locator("a").first.click()
        self.look("23-refused")
        refused = page.url.removeprefix(self.service.url)
        self.go(f"sources/{source}")
        page.locator("#secret summary").click()
        page.get_by_label("The sender's secret").fill("the second secret of theirs")
        page.get_by_role("button", name="Put it in force").click()
        self.go(refused)
        page.get_by_role("button", name="Verify again").click()
        expect(page.get_by_text("Judged again: it passes")).to_be_visible()
        self.look("24-judged-again")

    def isolated(self, event):
        """A key of one application opens nothing that is not the application's."""
        self.service.call("POST", "/v1/applications", {"name": "Other", "uid": "other"})
        key = self.service.call("POST", "/v1/keys", {"role": "application", "application": "other"})["key"]
        context = self.reader()
        page = context.new_page()
        self.sign_in(key, page)
        for path in ["events", "deliveries", "webhooks", "issues", "jobs"]:
            self.go(path, page)
            assert self.receiver.url not in page.content() and event not in page.content(), path
        for path in [f"sandbox/events/{event}", "live", "sandbox/keys"]:
            answer = page.goto(f"{self.service.url}/dashboard/{path}")
            assert answer.status in (403, 404), path
        context.close()

    def guide(self):
        """Anybody reads the guide once the environment says so, with or without a script."""
        service, page = self.service, self.page
        closed = urllib.request.urlopen(f"{service.url}/guide/sandbox").geturl()
        assert "/sign-in" in closed, closed
        service.call("PATCH", "/v1/environment", {"pages": {"public_guide": True}})
        self.go("guide")
        expect(page.get_by_role("heading", name="Verify webhook signatures")).to_be_visible()
        self.look("10-guide")
        for scripts in (True, False):
            context = self.reader(java_script_enabled=scripts)
            reader = self.watched(context)
            reader.goto(f"{service.url}/guide")
            expect(reader.locator("#code-node")).to_be_visible()
            expect(reader.locator("#code-python")).to_be_hidden()
            for name, key in [("Python", "python"), ("PHP", "php"), ("Ruby", "ruby"), ("Go", "go"), ("Java", "java")]:
                reader.get_by_role("radio", name=name, exact=True).check()
                expect(reader.locator(f"#code-{key}")).to_be_visible()
                expect(reader.locator("#code-node")).to_be_hidden()
            reader.get_by_role("radio", name="Java", exact=True).press("ArrowRight")
            expect(reader.locator("#code-swift")).to_be_visible()
            if scripts:
                expect(reader.locator("#receiver-swift [data-copy]")).to_be_visible()
                self.look("11-guide-for-anybody", reader, rules=self.is_first)
                reader.reload()
                expect(reader.locator("#code-swift")).to_be_visible()
            context.close()

    def portal(self, event, webhook):
        """A customer in a portal that the platform's own site frames."""
        service = self.service
        shop = Shop()
        service.call("PATCH", "/v1/environment", {"pages": {
            "name": "Acme Homes", "colour": "#ffcc00", "frame_ancestors": [shop.url], "support": "help@acme.example"}})
        service.call("POST", "/v1/applications", {"name": "Customer", "uid": "customer"})
        link = service.call("POST", "/v1/applications/customer/portal", {"expires_in": "10m"})
        shop.frames(link["url"])
        context = self.reader()
        page = self.watched(context)
        # What of a frame is not seen is not drawn: the picture has to have room for all of it.
        page.set_viewport_size({"width": page.viewport_size["width"], "height": 1520})
        page.goto(shop.url)
        frame = page.locator("iframe").element_handle().content_frame()
        frame.get_by_role("link", name="Webhooks", exact=True).click()
        frame.get_by_role("link", name="Add a webhook").first.click()
        frame.get_by_label("URL").fill(self.receiver.url)
        frame.get_by_label("All, also those that are yet to come").check()
        frame.get_by_role("button", name="Add the webhook").click()
        expect(frame.get_by_text("Created.")).to_be_visible()
        self.tests(frame, '{"from": "the portal"}')
        self.look("12-portal-framed", page, rules=False, whole=False)
        assert not context.cookies(), context.cookies()

        # In a page of its own, and what of it is not the customer's.
        page.set_viewport_size(self.page.viewport_size)
        page.goto(link["url"])
        self.look("13-portal", page)
        for name in ["events", "deliveries", "webhooks", "issues", "jobs", "recover", "replay", "catalogue", "activity"]:
            page.goto(f"{link['url']}/{name}")
            self.look(f"14-portal-{name}", page, rules=self.is_first)
        page.goto(f"{link['url']}/guide")
        self.look("15-portal-guide", page, rules=False)
        for path in ["", "/events", "/deliveries", "/webhooks", "/issues", "/jobs", "/search?q=" + webhook]:
            page.goto(link["url"] + path)
            assert event not in page.content() and webhook not in page.content().replace("q=" + webhook, "").replace(
                f'value="{webhook}"', "").replace(f"<strong>{webhook}</strong>", ""), path
        for path in [f"/events/{event}", f"/webhooks/{webhook}", f"/webhooks/{webhook}/edit", "/keys", "/settings"]:
            assert page.goto(link["url"] + path).status == 404, path

        # Another site frames it in vain, and nobody does once it is withdrawn.
        other = Shop()
        other.frames(link["url"])
        stranger = context.new_page()
        stranger.goto(other.url)
        expect(stranger.frame_locator("iframe").get_by_role("heading", name="Overview")).to_have_count(0)
        stranger.close()
        service.call("DELETE", "/v1/applications/customer/portal")
        page.goto(shop.url)
        expect(page.frame_locator("iframe").get_by_role("heading", name="This link has ended")).to_be_visible()
        for site in (shop, other):
            site.close()
        context.close()
