"""What every story is: a browser's context, pages that are looked at, and complaints."""

import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError, expect

# How people look at pages.
LOOKS = {
    "light": {"viewport": {"width": 1320, "height": 860}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1320, "height": 860}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 780}, "color_scheme": "light"},
    "wide": {"viewport": {"width": 2560, "height": 1300}, "color_scheme": "light"},
}
# Waiting ends as soon as what is waited for is there; these are for machines that do much else.
PATIENCE = 60_000


class Story:
    """One reader's story, told in one browser against one server."""

    def __init__(self, browser, service, receiver, shots, name, look):
        expect.set_options(timeout=PATIENCE)
        self.browser, self.service, self.receiver = browser, service, receiver
        self.shots, self.name, self.how = shots, name, look
        self.complaints = []
        self.pictures = 0
        self.context = self.reader()
        self.page = self.watched(self.context)

    def reader(self, look=None, **more):
        """Somebody else's browser, who looks at pages in the same way unless told otherwise."""
        context = self.browser.new_context(**{**LOOKS[look or self.how], **more})
        context.set_default_timeout(PATIENCE)
        return context

    def watched(self, context):
        """A page whose script's errors, and the browser's complaints about it, are ours."""
        page = context.new_page()
        page.on("console", lambda message: self.complain(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        return page

    def complain(self, kind, text):
        # That a form or a frame was refused, a browser tells as an error too.
        if kind == "error" and "status of 4" not in text and "frame-ancestors" not in text:
            self.complaints.append(f"console: {text}")

    def go(self, path, page=None):
        """Opens a page of the sandbox, and holds it against the policy of what it may load."""
        path = path if path.startswith("/") else f"/dashboard/sandbox/{path}".rstrip("/")
        answer = (page or self.page).goto(self.service.url + path)
        policy = answer.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            self.complaints.append(f"{path}: its policy is {policy!r}")
        return answer

    def look(self, step, page=None, rules=True, name=None, whole=True):
        """Takes a picture, and holds the page against the rules of accessibility."""
        page = page or self.page
        name = name or self.name
        page.screenshot(path=self.shots / f"{name}-{step}.png", full_page=whole)
        self.pictures += 1
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.complaints.append(f"{name}-{step}: the page is {wide} px too wide")
        if not rules:
            return
        answer = Axe().run(page).response
        # A check that checks nothing finds nothing.
        if len(answer["passes"]) < 5:
            self.complaints.append(f"{name}-{step}: only {len(answer['passes'])} rules were looked at")
        for found in answer["violations"]:
            if found["impact"] in ("serious", "critical"):
                node = found["nodes"][0]
                self.complaints.append(f"{name}-{step}: {found['id']}: {node['html'][:160]}")

    def show_all(self, step):
        """Takes a picture of every page that is open, and tells where it and its frames are."""
        pages = [page for context in self.browser.contexts for page in context.pages]
        for number, page in enumerate(pages):
            page.screenshot(path=self.shots / f"{self.name}-{step}-{number}.png")
            self.complaints.append(f"page {number} is at {', framing '.join(frame.url for frame in page.frames)}")

    def follow(self, link, goal):
        """Clicks until it leads there: a browser may lose a click into a frame whose page has only just come."""
        end = time.monotonic() + PATIENCE / 1000
        while not goal.is_visible() and time.monotonic() < end:
            if link.is_visible():
                link.click()
            try:
                goal.wait_for(timeout=PATIENCE / 6)
            except TimeoutError:
                continue

    def until(self, path, selector):
        """Looks at a page until it shows something."""
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            self.go(path)
            if self.page.locator(selector).count():
                return
        raise AssertionError(f"{path} never showed {selector}")

    def sign_in(self, key, page=None):
        page = page or self.page
        page.goto(f"{self.service.url}/dashboard/sign-in")
        page.get_by_label("API key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
