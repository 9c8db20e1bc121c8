"""Fills a data directory through the API, so that there is something behind the pages."""

import asyncio
import concurrent.futures
import datetime
import hashlib
import hmac
import json
import random
import threading
import time

# What is looked for afterwards: a word in a few of the oldest events, and one in every third event.
RARE_WORD = "zanzibar"
FREQUENT_WORD = "express"
# A type of a few of the oldest events.
RARE_TYPE = "account.closed"
TYPES = {"order.created": 40, "order.updated": 25, "invoice.paid": 20, "invoice.failed": 10, "customer.created": 5}
WORDS = ("amber basin cedar delta ember fable grove harbour island juniper kettle lantern meadow north orchard pebble "
         "quarry river saddle timber upland valley willow yonder anchor bridge candle").split()
APPLICATIONS = 12
QUIET = "customer-quiet"
# When one event in a thousand is to be delivered.
LATER = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
RARE = 20
BATCH = 100
# How many deliveries may wait before publishing pauses.
MOST_WAITING = 100_000
SOURCE_SECRET = "a secret of the source"


class Flaky(asyncio.Protocol):
    """Answers a share of the requests with 500."""

    share = 0.1

    def connection_made(self, transport):
        self.transport = transport
        self.buffer = b""

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length:]
            if random.random() < self.share:
                self.transport.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 12\r\n\r\nout of order")
            else:
                self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class FlakyReceiver:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        server = self.loop.run_until_complete(self.loop.create_server(Flaky, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/flaky"
        threading.Thread(target=self.loop.run_forever, daemon=True).start()


def texts(count, words):
    return [" ".join(random.choices(words, k=110)) for _ in range(count)]


def configure(api, sink, flaky, failing):
    """Twenty webhooks of twelve applications, fan-out 1 to 2, three of them with something wrong."""
    for number in range(APPLICATIONS):
        uid = f"customer-{number:02}"
        api("POST", "/v1/applications", {"name": f"Customer {number}", "uid": uid})
        everything = {"url": f"{sink}/customer/{number}", "events": ["*"], "application": uid}
        if number == 5:
            # Every tenth attempt fails, and none is repeated: these end as failed.
            everything |= {"url": flaky + "/once", "retry": {"delays": []}}
        api("POST", "/v1/webhooks", everything)
        second = {"url": f"{sink}/customer/{number}/books", "events": ["invoice.*"], "application": uid}
        if number == 3:
            second |= {"url": flaky + "/again", "retry": {"delays": ["1s", "2s"]}}
        if number == 7:
            # Always fails: its breaker opens, and what comes for it waits.
            second |= {"url": failing + "/always", "events": ["customer.created"]}
        if number < 8:
            api("POST", "/v1/webhooks", second)
    # One of whom nothing is heard but five events, before all others.
    api("POST", "/v1/applications", {"name": "Quiet customer", "uid": QUIET})
    api("POST", "/v1/webhooks", {"url": f"{sink}/quiet", "events": ["*"], "application": QUIET})
    for number in range(5):
        api("POST", "/v1/events", {"type": "order.created", "application": QUIET, "data": {"number": number}})
    for name in [*TYPES, RARE_TYPE, "ticket.opened"]:
        api("POST", "/v1/event-types", {"name": name, "description": f"When {name} occurs."}, accepted=(201, 409))
    api("POST", "/v1/alerts", {"name": "Webhooks fail", "rule": {"type": "consecutive_failures", "failures": 5}})
    api("POST", "/v1/alerts", {"name": "Fewer succeed", "rule": {"type": "success_rate", "below": 0.999}})


def publish(connect, count, backlog, tell):
    """Publishes `count` events in batches, over four connections, no faster than they are delivered."""
    plain, frequent = texts(1000, WORDS), texts(500, [*WORDS, FREQUENT_WORD])
    names, weights = list(TYPES), list(TYPES.values())
    done = 0
    lock = threading.Lock()

    def event(number):
        data = {"number": number, "customer_id": f"cus_{number % 5000:05}", "amount": number * 7 % 100_000,
                "note": random.choice(frequent if number % 3 == 0 else plain)}
        one = {"type": random.choices(names, weights)[0], "data": data,
               "application": f"customer-{number % APPLICATIONS:02}"}
        if number < RARE:
            one["type"] = RARE_TYPE
        elif number < 2 * RARE:
            data["note"] += f" {RARE_WORD}"
        if number % 50 == 0:
            one["id"] = f"order-{number}"
        if number % 1000 == 7:
            one["deliver_at"] = LATER
        return one

    def run(first):
        nonlocal done
        api = connect()
        for start in range(first * BATCH, count, 4 * BATCH):
            api("POST", "/v1/events/batch", [event(number) for number in range(start, min(start + BATCH, count))],
                accepted=(200, 202))
            with lock:
                done += BATCH
                if done % 50_000 == 0:
                    tell(f"{done:,} events, of which {backlog():,} deliveries wait")
            # Receivers are slower than publishers.
            while backlog() > MOST_WAITING:
                time.sleep(1)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(run, first) for first in range(4)]:
            each.result()


def bring_requests(api, raw, count, tell):
    """Brings a source `count` requests, one in ten of them with a signature that is wrong."""
    source = api("POST", "/v1/sources", {"name": "Repository", "preset": "github", "secret": SOURCE_SECRET})
    path = "/in/" + source["url"].rsplit("/in/", 1)[1]
    notes = texts(100, WORDS)

    def run(first):
        send = raw()
        for number in range(first, count, 8):
            body = json.dumps({"action": "opened", "number": number, "note": notes[number % 100][:400]}).encode()
            secret = "another" if number % 10 == 0 else SOURCE_SECRET
            signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            send("POST", path, body, {
                "Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}",
                "X-GitHub-Delivery": f"{number}", "X-GitHub-Event": "issues"})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(run, first) for first in range(8)]:
            each.result()
    tell(f"{count:,} requests")
    return source["id"]
