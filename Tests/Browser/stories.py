"""A guide's story in a real browser, as its reader would live it.

Signs in, adds an endpoint, sends a test event with an edited payload, sees it delivered, breaks the receiver, sees the
failure and its reason, mends it, recovers, sees it delivered; reads the guide; has a customer do the same in a portal that
another site frames; and that neither a key nor a portal of one application sees anything of another's. Every page on the way is held against axe-core's rules where `axe-playwright-python` is installed.

    python3 Tests/Browser/stories.py --martlet .build/debug/martlet --chromium /usr/bin/chromium --shots shots

Needs Playwright for Python; starts a server and its receivers on free ports of the loopback, and ends them.
"""

import argparse
import http.server
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from playwright.sync_api import expect, sync_playwright

try:
    from axe_playwright_python.sync_playwright import Axe
except ImportError:
    Axe = None

# What each guide's reader subscribes to, and sends to try it out.
GUIDES = {
    "real-estate": "property.created",
    "sharmo": "property.created",
    "fractio": None,
    "getequity": None,
    "rapture": None,
    "standard": "order.created",
}


class Receiver:
    """A receiver that can be broken and mended, and remembers what it was sent."""

    def __init__(self):
        self.status = 200
        self.bodies = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.bodies.append(body)
                self.send_response(receiver.status)
                self.end_headers()
                self.wfile.write(b"out of order" if receiver.status >= 400 else b"thank you")

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Service:
    """A server of one's own, initialised with a guide's template."""

    def __init__(self, martlet, template, directory):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        place = ["--data-dir", f"{directory}/data"]
        made = subprocess.run(
            [martlet, "init", "--json", "--template", template, *place], check=True, capture_output=True, text=True)
        answer = json.loads(made.stdout)
        self.keys = answer["keys"]
        self.login = self.url + re.sub(r"^https?://[^/]+", "", answer["login_url"])
        self.log = open(f"{directory}/log", "w")
        self.process = subprocess.Popen(
            [martlet, "serve", *place, "--listen", f"127.0.0.1:{port}", "--allow-private-networks"], stdout=self.log,
            stderr=self.log)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/readyz")
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server did not start: see its log")

    def call(self, method, path, body=None, key="sandbox"):
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.keys.get(key, key)}", "Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


class Story:
    """What a reader does, page by page."""

    def __init__(self, page, service, receiver, shots, name):
        self.page, self.service, self.receiver, self.shots, self.name = page, service, receiver, shots, name
        self.complaints = []
        page.on("console", lambda message: self.complain(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def complain(self, kind, text):
        # That a form or a frame was refused, a browser tells as an error too.
        if kind == "error" and "status of 4" not in text and "frame-ancestors" not in text:
            self.complaints.append(f"console: {text}")

    def look(self, step):
        """Takes a picture, and holds the page against the rules of accessibility."""
        self.page.screenshot(path=self.shots / f"{self.name}-{step}.png", full_page=True)
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            self.complaints.append(f"{step}: the page is {width} px too wide")
        if Axe:
            for found in Axe().run(self.page).response["violations"]:
                if found["impact"] in ("serious", "critical"):
                    node = found["nodes"][0]
                    self.complaints.append(f"{step}: {found['id']}: {node['html'][:120]}")

    def tell(self, event_type):
        page = self.page
        page.goto(self.service.login)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        self.look("1-overview")

        page.get_by_role("link", name="Add a webhook").first.click()
        page.get_by_label("URL").fill("not a url")
        page.get_by_role("button", name="Add the webhook").click()
        expect(page.locator("#url-error")).to_be_visible()
        self.look("2-form")
        page.get_by_label("URL").fill(self.receiver.url)
        types = page.get_by_role("group", name="Event types of the catalogue")
        event_type = event_type or types.locator("input").first.get_attribute("value")
        types.locator(f"input[value='{event_type}']").check()
        page.get_by_role("button", name="Add the webhook").click()
        expect(page.get_by_text("Created.")).to_be_visible()
        webhook = page.url.split("/webhooks/")[1].split("?")[0]

        page.get_by_role("button", name="Reveal").click()
        expect(page.locator("#secret-text")).not_to_be_empty()
        page.get_by_role("link", name="Send a test event").click()
        page.get_by_label("Payload").fill('{"edited": "by hand", "n": 1}')
        page.get_by_role("button", name="Send the test event").click()
        expect(page.get_by_role("heading", name="It arrived")).to_be_visible()
        assert b'"edited":"by hand"' in self.receiver.bodies[-1], self.receiver.bodies
        self.look("3-test")

        self.receiver.status = 503
        self.service.call("PATCH", f"/v1/webhooks/{webhook}", {"retry": {"delays": []}})
        published = self.service.call("POST", "/v1/events", {"type": event_type, "data": {"n": 2}})
        self.until(f"/dashboard/sandbox/webhooks/{webhook}?show=failed", "#history .badge.bad")
        self.look("4-history")
        page.goto(f"{self.service.url}/dashboard/sandbox/issues")
        expect(page.get_by_text("The receiver answered 503")).to_be_visible()
        page.goto(f"{self.service.url}/dashboard/sandbox/events/{published['id']}")
        page.locator("details.attempt summary").first.click() if not page.locator("details.attempt[open]").count() else None
        expect(page.get_by_text("The receiver answered 503")).to_be_visible()
        expect(page.get_by_text("out of order")).to_be_visible()
        self.look("5-event")

        self.receiver.status = 200
        page.goto(f"{self.service.url}/dashboard/sandbox/webhooks/{webhook}/recover")
        page.get_by_role("button", name="Count first").click()
        expect(page.get_by_text("1 delivery would be made.")).to_be_visible()
        page.get_by_role("button", name="Start").click()
        expect(page.locator(".badge.good", has_text="done")).to_be_visible(timeout=15_000)
        self.look("6-job")
        page.goto(f"{self.service.url}/dashboard/sandbox/events/{published['id']}")
        expect(page.locator(".lane .badge", has_text="delivered")).to_be_visible()
        assert sum(b'"n":2' in body for body in self.receiver.bodies) == 2, self.receiver.bodies

        self.isolated(published["id"])
        self.guide()
        self.portal(published["id"], webhook)

    def until(self, path, selector):
        """Looks at a page until it shows something."""
        for _ in range(100):
            self.page.goto(self.service.url + path)
            if self.page.locator(selector).count():
                return
            time.sleep(0.1)
        raise AssertionError(f"{path} never showed {selector}")

    def isolated(self, event):
        """A key of one application opens nothing that is not the application's."""
        self.service.call("POST", "/v1/applications", {"name": "Other", "uid": "other"})
        key = self.service.call("POST", "/v1/keys", {"role": "application", "application": "other"})["key"]
        context = self.page.context.browser.new_context()
        page = context.new_page()
        page.goto(f"{self.service.url}/dashboard/sign-in")
        page.get_by_label("API key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        for path in ["events", "deliveries", "webhooks"]:
            page.goto(f"{self.service.url}/dashboard/sandbox/{path}")
            assert self.receiver.url not in page.content() and event not in page.content(), path
        for path in [f"sandbox/events/{event}", "live", "sandbox/keys"]:
            answer = page.goto(f"{self.service.url}/dashboard/{path}")
            assert answer.status in (403, 404), path
        context.close()


    def guide(self):
        """Anybody reads the guide once the environment says so, with or without a script."""
        service = self.service
        closed = urllib.request.urlopen(f"{service.url}/guide/sandbox").geturl()
        assert "/sign-in" in closed, closed
        service.call("PATCH", "/v1/environment", {"pages": {"public_guide": True}})
        page = self.page
        page.goto(f"{service.url}/dashboard/sandbox/guide")
        expect(page.get_by_role("heading", name="Verify webhook signatures")).to_be_visible()
        self.look("7-guide")
        for scripts in (True, False):
            context = page.context.browser.new_context(
                java_script_enabled=scripts, viewport=page.viewport_size,
                color_scheme="dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light")
            reader = context.new_page()
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
                assert reader.locator("#receiver-swift [data-copy]").is_visible()
                mine, self.page = self.page, reader
                self.look("8-guide-for-anybody")
                self.page = mine
                reader.reload()
                expect(reader.locator("#code-swift")).to_be_visible()
            context.close()

    def portal(self, event, webhook):
        """A customer in a portal that the platform's own site frames."""
        service, browser = self.service, self.page.context.browser
        shop = Shop()
        service.call("PATCH", "/v1/environment", {"pages": {
            "name": "Acme Homes", "colour": "#ffcc00", "frame_ancestors": [shop.url], "support": "help@acme.example"}})
        service.call("POST", "/v1/applications", {"name": "Customer", "uid": "customer"})
        link = service.call("POST", "/v1/applications/customer/portal", {"expires_in": "10m"})
        shop.frames(link["url"])
        looks = {"viewport": self.page.viewport_size, "color_scheme": "dark" if self.page.evaluate(
            "matchMedia('(prefers-color-scheme: dark)').matches") else "light"}
        context = browser.new_context(**looks)
        page = context.new_page()
        page.on("console", lambda message: self.complain(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.goto(shop.url)
        frame = page.frame_locator("iframe")
        frame.get_by_role("link", name="Webhooks", exact=True).click()
        frame.get_by_role("link", name="Add a webhook").first.click()
        frame.get_by_label("URL").fill(self.receiver.url)
        frame.get_by_label("All, also those that are yet to come").check()
        frame.get_by_role("button", name="Add the webhook").click()
        expect(frame.get_by_text("Created.")).to_be_visible()
        frame.get_by_role("button", name="Reveal").click()
        expect(frame.locator("#secret-text")).not_to_be_empty()
        frame.get_by_role("link", name="Send a test event").click()
        frame.get_by_label("Payload").fill('{"from": "the portal"}')
        frame.get_by_role("button", name="Send the test event").click()
        expect(frame.get_by_role("heading", name="It arrived")).to_be_visible()
        assert b'"from":"the portal"' in self.receiver.bodies[-1], self.receiver.bodies[-1]
        page.screenshot(path=self.shots / f"{self.name}-9-portal-framed.png", full_page=True)
        assert not context.cookies(), context.cookies()

        # In a page of its own, and what of it is not the customer's.
        mine, self.page = self.page, page
        page.goto(link["url"])
        self.look("10-portal")
        page.goto(f"{link['url']}/guide")
        self.look("11-portal-guide")
        self.page = mine
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
        urllib.request.urlopen(urllib.request.Request(
            f"{service.url}/v1/applications/customer/portal", method="DELETE",
            headers={"Authorization": f"Bearer {service.keys['sandbox']}"}))
        page.goto(shop.url)
        expect(page.frame_locator("iframe").get_by_role("heading", name="This link has ended")).to_be_visible()
        for site in (shop, other):
            site.close()
        context.close()


class Shop:
    """A page of the platform's own, which frames a portal."""

    def __init__(self):
        shop = self
        self.frame = ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = f"<!doctype html><html lang=en><title>Acme</title><h1>Your account</h1>" \
                    f"<iframe src='{shop.frame}' title='Webhooks' width='100%' height='1400'></iframe>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        # Another site than the service's, to the browser.
        self.url = f"http://localhost:{self.server.server_port}"

    def frames(self, url):
        self.frame = url

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--martlet", default=".build/debug/martlet")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--shots", default="shots", type=pathlib.Path)
    parser.add_argument("--guides", nargs="*", default=list(GUIDES))
    arguments = parser.parse_args()
    arguments.shots.mkdir(parents=True, exist_ok=True)
    failed = False
    looks = {
        "light": {"viewport": {"width": 1320, "height": 860}, "color_scheme": "light"},
        "dark": {"viewport": {"width": 1320, "height": 860}, "color_scheme": "dark"},
        "phone": {"viewport": {"width": 360, "height": 780}},
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=["--no-sandbox"])
        for number, guide in enumerate(arguments.guides):
            # Each guide by its own light; the first one by all of them.
            for look in looks if number == 0 else [list(looks)[number % len(looks)]]:
                with tempfile.TemporaryDirectory() as directory:
                    receiver = Receiver()
                    service = Service(arguments.martlet, guide, directory)
                    context = browser.new_context(**looks[look])
                    story = Story(context.new_page(), service, receiver, arguments.shots, f"{guide}-{look}")
                    try:
                        story.tell(GUIDES[guide])
                    except Exception as error:
                        story.page.screenshot(path=arguments.shots / f"{guide}-{look}-failed.png")
                        story.complaints.append(f"{type(error).__name__}: {error}")
                    finally:
                        context.close()
                        service.close()
                        receiver.close()
                    print(f"{guide} ({look}): {'well' if not story.complaints else ''}")
                    for complaint in story.complaints:
                        print(f"  {complaint}")
                    failed = failed or bool(story.complaints)
        browser.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
