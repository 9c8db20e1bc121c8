"""Asks for pages one after the other, and says how long they took."""

import http.client
import re
import statistics
import sys
import time
import urllib.parse

import filling

# What a page has to be under at the median.
BOUND_MS = 100


def sign_in(send, key):
    """The cookie of a session that a key opens."""
    _, headers, page = send("GET", "/dashboard/sign-in")
    token = re.search(rb'name="csrf" value="([^"]+)"', page).group(1).decode()
    visitor = cookie(headers)
    form = urllib.parse.urlencode({"csrf": token, "key": key, "next": ""})
    status, headers, page = send("POST", "/dashboard/sign-in", form, {
        "Cookie": visitor, "Content-Type": "application/x-www-form-urlencoded"})
    if status != 303:
        raise SystemExit(f"The key does not open the dashboard: {status}.")
    return cookie(headers)


def cookie(headers):
    return "; ".join(value.split(";")[0] for value in headers.get_all("Set-Cookie"))


class Places:
    """Ids to ask for: of things that have much behind them, and of things that are old."""

    def __init__(self, api):
        webhooks = api("GET", "/v1/webhooks?limit=100")["data"]
        named = {each["url"].split("/", 3)[3]: each["id"] for each in webhooks}
        self.webhook, self.failing = named["customer/0"], named["flaky/once"]
        self.waiting = named["always"]
        old = api("GET", "/v1/events/order-50000")["created"]
        page = api("GET", f"/v1/events?until={old}&limit=1")
        self.event, self.event_cursor = page["data"][0]["id"], page["next_cursor"]
        self.delivery_cursor = api("GET", f"/v1/deliveries?until={old}&limit=1")["next_cursor"]
        self.failed = api("GET", "/v1/deliveries?status=failed&limit=1")["data"][0]["id"]
        self.old = old
        self.source = api("GET", "/v1/sources")["data"][0]["id"]
        requests = api("GET", f"/v1/requests?source={self.source}&limit=250")
        self.request, self.request_cursor = requests["data"][0]["id"], requests["next_cursor"]
        self.alert = api("GET", "/v1/alerts")["data"][0]["id"]
        self.application = api("GET", "/v1/applications/customer-05")["id"]
        self.portal, self.quiet_portal = [urllib.parse.urlsplit(api(
            "POST", f"/v1/applications/{name}/portal", {"expires_in": "1h"})["url"]).path
            for name in [self.application, filling.QUIET]]


def lists(prefix, places, base, is_portal=False):
    """The pages that dashboard and portal have in common: name and path."""
    pages = [("overview", ""), ("overview, a month", "?window=30d")]
    pages += [(f"events{name}", f"/events{query}") for name, query in [
        ("", ""), (", next page", "?cursor=" + places.event_cursor), (", in the last hour", "?since=1h"),
        (", in the last hour, next page", "?since=1h&cursor=" + places.event_cursor),
        (" of a type", "?type=order.created"), (" of a rare type", "?type=" + filling.RARE_TYPE),
        (" of no type", "?type=nothing.like.it"), (" delivered", "?status=succeeded"),
        (" failed", "?status=failed"), (" waiting", "?status=scheduled"), (" held", "?status=held"),
        (" cancelled", "?status=cancelled"), (", a frequent word", "?q=" + filling.FREQUENT_WORD),
        (", a rare word", "?q=" + filling.RARE_WORD), (", an absent word", "?q=xylophone"),
        (" of a type, failed, a word", f"?type=order.created&status=failed&q={filling.FREQUENT_WORD}")]]
    pages += [(f"deliveries{name}", f"/deliveries{query}") for name, query in [
        ("", ""), (", next page", "?cursor=" + places.delivery_cursor), (", in the last hour", "?since=1h"),
        (" delivered", "?status=succeeded"), (" failed", "?status=failed"),
        (" failed, next page", f"?status=failed&cursor={places.delivery_cursor}"),
        (" waiting", "?status=scheduled"), (" held", "?status=held"), (" cancelled", "?status=cancelled"),
        (" under way", "?status=in_flight"), (" of a webhook", f"?webhook={places.failing}"),
        (" of a webhook, failed", f"?webhook={places.failing}&status=failed"),
        (" of a webhook, waiting", f"?webhook={places.failing}&status=scheduled"),
        (" of a webhook, cancelled", f"?webhook={places.failing}&status=cancelled"),
        (" of an event", f"?event={places.event}")]]
    if not is_portal:
        pages += [(f"events of an application{name}", f"/events?application=customer-05{query}") for name, query in [
            ("", ""), (", next page", "&cursor=" + places.event_cursor), (", failed", "&status=failed"),
            (", a rare type", "&type=" + filling.RARE_TYPE), (", an absent word", "&q=xylophone")]]
        pages += [(f"deliveries of an application{name}", f"/deliveries?application=customer-05{query}")
                  for name, query in [
                      ("", ""), (", failed", "&status=failed"), (", waiting", "&status=scheduled"),
                      (", cancelled", "&status=cancelled"), (", next page", "&cursor=" + places.delivery_cursor)]]
    pages += [("issues, a day", "/issues"), ("issues, a month", "/issues?window=30d"),
              ("webhooks", "/webhooks"), ("webhooks by text", "/webhooks?q=books"), ("a webhook", f"/webhooks/{places.failing}"),
              ("a webhook, failed", f"/webhooks/{places.failing}?show=failed"),
              ("a webhook, waiting", f"/webhooks/{places.failing}?show=scheduled"),
              ("recover a webhook", f"/webhooks/{places.failing}/recover"),
              ("test a webhook", f"/webhooks/{places.failing}/test"),
              ("a failed delivery", f"/deliveries/{places.failed}"), ("catalogue", "/catalogue"),
              ("a type", "/catalogue/order.created"), ("jobs", "/jobs"), ("activity", "/activity"), ("guide", "/guide")]
    pages += [(f"search, {name}", f"/search?q={query}") for name, query in [
        ("an event's id", places.event if not is_portal else places.failed), ("a type", "order.created"),
        ("a rare type", filling.RARE_TYPE), ("a webhook's URL", "books"), ("a state", "failed"),
        ("a frequent word", filling.FREQUENT_WORD), ("a rare word", filling.RARE_WORD), ("an absent word", "xylophone")]]
    return [(f"{prefix} {name}", base + path) for name, path in pages]


def dashboard(places):
    base = "/dashboard/sandbox"
    pages = lists("dashboard:", places, base)
    pages += [(f"dashboard: {name}", base + path) for name, path in [
        ("an old event", f"/events/{places.event}"), ("a busy webhook", f"/webhooks/{places.webhook}"),
        ("a webhook that waits", f"/webhooks/{places.waiting}"),
        ("a webhook that waits, waiting", f"/webhooks/{places.waiting}?show=scheduled"),
        ("applications", "/applications"), ("an application", f"/applications/{places.application}"),
        ("sources", "/sources"), ("a source", f"/sources/{places.source}"),
        ("a source, refused", f"/sources/{places.source}?show=refused"),
        ("a source, next page", f"/sources/{places.source}?cursor={places.request_cursor}"),
        ("a request", f"/requests/{places.request}"), ("alerts", "/alerts"), ("an alert", f"/alerts/{places.alert}"),
        ("status", "/status"), ("keys", "/keys"), ("settings", "/settings"), ("playground", "/playground")]]
    return pages


def listings(places):
    """The API's listings."""
    events = ["", "?limit=250", f"?cursor={places.event_cursor}", f"?until={places.old}", "?type=order.created",
              f"?type={filling.RARE_TYPE}", "?status=failed", "?status=scheduled", "?status=cancelled",
              f"?q={filling.RARE_WORD}", "?application=customer-05", "?application=customer-05&status=failed"]
    deliveries = ["", "?limit=250", f"?cursor={places.delivery_cursor}", f"?until={places.old}", "?status=succeeded",
                  "?status=failed", "?status=scheduled", "?status=held", "?status=cancelled",
                  f"?webhook={places.failing}", f"?webhook={places.failing}&status=failed",
                  "?application=customer-05", "?application=customer-05&status=cancelled", f"?event={places.event}"]
    requests = ["", f"?source={places.source}", f"?source={places.source}&verdict=refused",
                f"?source={places.source}&verdict=inactive"]
    paths = ["/v1/events" + each for each in events] + ["/v1/deliveries" + each for each in deliveries]
    paths += ["/v1/requests" + each for each in requests]
    paths += ["/v1/webhooks", "/v1/webhooks?application=customer-05", f"/v1/webhooks/{places.failing}/stats",
              f"/v1/webhooks/{places.waiting}/stats", "/v1/applications", "/v1/sources", "/v1/event-types",
              "/v1/operational-events", "/v1/operational-events?application=customer-07", "/v1/alerts",
              "/v1/incidents", "/v1/jobs", "/v1/keys", f"/v1/events/{places.event}", f"/v1/deliveries/{places.failed}"]
    return [(f"GET {path}", path) for path in paths]


def stream_start(server, path, headers):
    """Until the first bytes of a stream are there."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    start = time.perf_counter()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read1(16)
    took = time.perf_counter() - start
    connection.close()
    return response.status, took


def short(name):
    """Without what only this store's rows are called."""
    return re.sub(r"\b([a-z]{2,4})_[0-9a-z]{26}", r"\1_…", name)


def table(server, keys, rounds, only):
    """Prints a line a page, and gives the names of those that are too slow."""
    api, send = server.client(keys["sandbox"]), server.raw()
    places = Places(api)
    session = {"Cookie": sign_in(send, keys["sandbox"])}
    bearer = {"Authorization": f"Bearer {keys['sandbox']}"}
    pages = [(name, path, session) for name, path in dashboard(places)]
    pages += [("status page, for anybody", "/status/sandbox", session), ("status, JSON", "/status/sandbox.json", session)]
    pages += [(name, path, {}) for name, path in lists("portal:", places, places.portal, is_portal=True)]
    pages += [(name, path, bearer) for name, path in listings(places)]
    pages += [(f"portal of a quiet customer: {name}", places.quiet_portal + path, {}) for name, path in [
        ("overview", ""), ("events", "/events"), ("events of a type", "/events?type=order.created"),
        ("events failed", "/events?status=failed"), ("deliveries", "/deliveries"),
        ("deliveries cancelled", "/deliveries?status=cancelled"), ("issues", "/issues"),
        ("search, an absent word", "/search?q=xylophone")]]
    pages += [(f"dashboard: events of a quiet application{name}",
               f"/dashboard/sandbox/events?application={filling.QUIET}{query}", session)
              for name, query in [("", ""), (", failed", "&status=failed")]]
    streams = [("dashboard: live events, first bytes", "/dashboard/sandbox/live/events", session),
               ("dashboard: live deliveries, first bytes", "/dashboard/sandbox/live/deliveries?status=failed", session),
               ("GET /v1/stream, first bytes", "/v1/stream", bearer)]
    # Counting what a recovery would do is an action, which looks at as much as it is bounded to.
    recover = f"/dashboard/sandbox/webhooks/{places.failing}/recover"
    token = re.search(rb'name="csrf" value="([^"]+)"', send("GET", recover, headers=session)[2]).group(1).decode()
    forms = [(f"dashboard: recover a webhook, counting {kind}", recover,
              session | {"Content-Type": "application/x-www-form-urlencoded"},
              urllib.parse.urlencode({"csrf": token, "only": kind, "since": "24h", "do": "count"}))
             for kind in ["failed", "missed"]]
    slow = []
    print("| page | median ms | 95th percentile ms | server's ms | status |\n|---|---|---|---|---|")
    for name, path, headers, *form in pages + forms + streams:
        if only not in name:
            continue
        times = []
        before = server.processor_time()
        for _ in range(rounds):
            if (name, path, headers) in streams:
                status, took = stream_start(server, path, headers)
            else:
                start = time.perf_counter()
                status, _, _ = send("POST" if form else "GET", path, *form or [None], headers)
                took = time.perf_counter() - start
            times.append(took * 1000)
        median = statistics.median(times)
        tail = sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]
        busy = (server.processor_time() - before) / rounds * 1000
        print(f"| {short(name)} | {median:.1f} | {tail:.1f} | {busy:.1f} | {status} |", flush=True)
        if status not in (200, 303):
            slow.append(f"{short(name)}: answered {status}")
        elif median >= BOUND_MS and not form:
            slow.append(f"{short(name)}: {median:.0f} ms")
    for line in slow:
        print(line, file=sys.stderr)
    return slow
