"""Rows that arrive while one reads, payloads that mean harm, and a reader without a mouse."""

from playwright.sync_api import expect
from story import Story

# Script, a terminal's escapes, characters that turn the direction of writing.
HOSTILE = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>\u001b[31m\u001b]0;owned\u0007\u202egnp.exe"


class LiveStory(Story):
    """Watches rows arrive without moving what is read, pauses, opens hostile payloads, and does it all by the keyboard."""

    def __init__(self, browser, service, receiver, shots):
        self.is_down = False
        super().__init__(browser, service, receiver, shots, "live", "light")

    def tell(self):
        self.webhook = self.service.call(
            "POST", "/v1/webhooks", {"url": self.receiver.url, "events": ["*"]})["id"]
        self.sign_in(self.service.keys["sandbox"])
        self.arrives()
        self.keeps_still()
        self.changes_in_place()
        self.follows_an_event()
        self.comes_back()
        self.bears_harm()
        self.needs_no_mouse()
        self.needs_no_script()

    def is_live(self, path):
        self.go(path)
        expect(self.page.locator("[data-live-state]")).to_have_text("Live")

    def publish(self, event_type="order.created", data=None):
        return self.service.publish(event_type, data or {"n": 1})["id"]

    def row(self, event):
        return self.page.locator(f"tbody tr[data-id='{event}']")

    def arrives(self):
        """The first row comes to an empty list, and what does not fit a list's filter does not come to it."""
        page = self.page
        self.is_live("events?type=order.created")
        expect(page.locator(".empty")).to_be_visible()
        self.look("01-waiting")
        other = self.publish("user.created")
        mine = self.publish()
        expect(self.row(mine)).to_be_visible()
        expect(page.locator(".empty")).to_have_count(0)
        expect(self.row(other)).to_have_count(0)
        expect(self.row(mine).locator(".badge")).to_have_text("delivered")
        self.look("02-arrived")

    def keeps_still(self):
        page = self.page
        for _ in range(6):
            self.publish()
        self.is_live("events")
        read = page.locator("tbody tr").nth(3)
        identity = read.get_attribute("data-id")
        read.hover()
        before = self.row(identity).bounding_box()["y"]
        waits = [self.publish(), self.publish()]
        show = page.locator("[data-live-show]")
        expect(show).to_have_text("2 new: show")
        assert self.row(identity).bounding_box()["y"] == before, "what was read has moved"
        self.look("03-held")
        show.click()
        for event in waits:
            expect(self.row(event)).to_be_visible()
        expect(show).to_be_hidden()
        page.get_by_role("button", name="Pause").click()
        page.mouse.move(0, 0)
        paused = self.publish()
        expect(show).to_have_text("1 new: show")
        expect(page.locator("[data-live-state]")).to_have_text("Paused")
        expect(self.row(paused)).to_have_count(0)
        page.get_by_role("button", name="Resume").click()
        expect(self.row(paused)).to_be_visible()

    def changes_in_place(self):
        """A delivery that fails and then arrives does both in its row."""
        page = self.page
        self.receiver.status = 503
        event = self.publish("order.retried")
        self.is_live("deliveries")
        row = page.locator("tbody tr", has_text="order.retried")
        expect(row.locator(".badge")).to_have_text("retrying")
        page.evaluate("window.stays = true")
        self.receiver.status = 200
        delivery = row.get_attribute("data-id")
        self.service.call("POST", f"/v1/deliveries/{delivery}/retry")
        expect(row.locator(".badge")).to_have_text("delivered")
        assert page.evaluate("window.stays"), "the page was loaded anew"

    def follows_an_event(self):
        """The next attempt appears on the timeline when it is made, and what was opened stays open."""
        page = self.page
        webhook = self.service.call("POST", "/v1/webhooks", {
            "url": self.receiver.url, "events": ["order.awaited"], "retry": {"delays": ["4s"]}})["id"]
        self.service.call("PATCH", f"/v1/webhooks/{self.webhook}", {"events": ["order.created", "order.harmful", "order.long"]})
        self.receiver.status = 503
        event = self.publish("order.awaited")
        self.until(f"events/{event}", ".lane .badge:has-text('retrying')")
        page.evaluate("window.stays = true")
        self.receiver.status = 200
        page.locator("details.more summary", has_text="As curl").first.click()
        expect(page.locator(".lane .badge.good", has_text="delivered")).to_be_visible()
        expect(page.locator("details.more summary", has_text="As curl").first).to_be_focused()
        expect(page.locator("details.attempt")).to_have_count(2)
        expect(page.locator("details.attempt").first.locator("details.more[open]")).to_have_count(1)
        assert page.evaluate("window.stays"), "the page was loaded anew"
        self.look("07-followed")
        self.service.call("DELETE", f"/v1/webhooks/{webhook}")

    def comes_back(self):
        """What was published while the server was away from a list arrives in it once it is back; what is paused stays so."""
        page = self.page
        self.is_live("events")
        page.evaluate("window.stays = true")
        self.is_down = True
        self.service.restart()
        event = self.publish()
        expect(self.row(event)).to_be_visible()
        state = page.locator("[data-live-state]")
        expect(state).to_have_text("Live")
        page.get_by_role("button", name="Pause").click()
        self.service.restart()
        paused = self.publish()
        expect(page.locator("[data-live-show]")).to_have_text("1 new: show")
        expect(state).to_have_text("Paused")
        page.get_by_role("button", name="Resume").click()
        expect(self.row(paused)).to_be_visible()
        expect(state).to_have_text("Live")
        assert page.evaluate("window.stays"), "the page was loaded anew"
        self.is_down = False

    def complain(self, kind, text):
        if not (self.is_down and "net::ERR" in text):
            super().complain(kind, text)

    def bears_harm(self):
        page = self.page
        hostile = self.publish("order.harmful", {"note": HOSTILE, HOSTILE: 1})
        long = self.publish("order.long", {"line": "x" * 1_000_000})
        self.receiver.status = 200
        for name, event in [("hostile", hostile), ("long", long)]:
            self.until(f"events/{event}", ".lane .badge.good")
            page.locator("details.attempt").evaluate_all("all => all.forEach((one) => { one.open = true; })")
            page.locator("details.more").evaluate_all("all => all.forEach((one) => { one.open = true; })")
            self.look(f"04-{name}")
        self.go(f"events/{hostile}")
        expect(page.get_by_text("<script>").first).to_be_visible()
        self.go("search?q=" + "%3Cscript%3Ewindow.harmed")
        expect(page.locator("tbody tr")).to_have_count(1)
        self.go("events?q=%22%3E%3Cscript%3E&type=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
        for path in ["events", "deliveries", ""]:
            self.go(path)
        assert page.evaluate("window.harmed") is None, "a payload ran as a script"
        assert "\u001b" not in page.content() and "\u202e" not in page.content()

    def needs_no_mouse(self):
        """Signs in, goes to the form of a webhook, fills it in and sends it, by keys alone."""
        context = self.reader()
        page = self.watched(context)
        page.goto(f"{self.service.url}/dashboard/sign-in")
        self.tab_to(page, "input[name='key']")
        page.keyboard.type(self.service.keys["sandbox"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.goto(f"{self.service.url}/dashboard/sandbox/webhooks")
        self.tab_to(page, "details.switch summary")
        page.keyboard.press("Enter")
        expect(page.locator("details.switch")).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        expect(page.locator("details.switch[open]")).to_have_count(0)
        expect(page.locator("details.switch summary")).to_be_focused()
        self.tab_to(page, "main a[href$='/webhooks/new']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Add a webhook")).to_be_visible()
        self.tab_to(page, "input[name='url']")
        page.keyboard.type(f"{self.receiver.origin}/by-keyboard")
        self.tab_to(page, "input[type='checkbox']")
        page.keyboard.press("Space")
        self.look("05-by-keyboard", page, rules=False)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Created.")).to_be_visible()
        context.close()

    def tab_to(self, page, selector):
        """Presses Tab until this has the focus. Whatever has it on the way has to be seen to have it."""
        wanted = page.locator(selector).first
        for _ in range(80):
            page.keyboard.press("Tab")
            shown = page.evaluate("""() => {
                const style = getComputedStyle(document.activeElement);
                return document.activeElement === document.body || style.outlineStyle !== 'none' || style.boxShadow !== 'none'
            }""")
            if not shown:
                self.complaints.append("keyboard: " + page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
            if wanted.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"the keyboard never comes to {selector}")

    def needs_no_script(self):
        context = self.reader(java_script_enabled=False, storage_state=self.context.storage_state())
        page = context.new_page()
        for path in ["events", "deliveries", "jobs"]:
            self.go(path, page)
            expect(page.locator("h1")).to_be_visible()
        self.go("recover", page)
        page.get_by_role("button", name="Count first").click()
        expect(page.get_by_text("0 deliveries would be made.")).to_be_visible()
        self.look("06-without-script", page, rules=False)
        context.close()
