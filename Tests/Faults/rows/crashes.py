"""Killing the server, cutting its power, asking it to stop: what was accepted arrives, and little arrives twice."""

import sqlite3
import time

from harness.load import Load
from harness.matrix import expect, row
from harness.power import Power
from harness.server import Martlet
from harness.tally import Tally
from harness.waiting import wait

IN_FLIGHT = 32
PATHS = ("/a", "/b")
CROWD = 30
MOST_MEMORY = 384 << 20
# How much later than it came a request may be noted, in nanoseconds: the receiver shares two cores with the rest.
LATENESS = 250_000_000


class Ordeal:
    """A server under load whose process ends again and again."""

    def __init__(self, stage, environment=None, name="data"):
        self.stage = stage
        self.martlet = Martlet(stage, ["--max-in-flight", str(IN_FLIGHT)], environment, stage.directory / name)
        self.tally = Tally(stage, f"tally-{name}")
        api = self.martlet.api
        for path in PATHS:
            api.webhook(self.tally.url(path), retry={"delays": ["1s"] * 10})
        self.load = Load(self.martlet)
        self.ends = []

    def await_more(self, most):
        """Waits for up to `most` more events to be accepted, and then for some moment between two answers."""
        enough = len(self.load.accepted) + self.stage.random.randint(1, most)
        wait(f"{enough} events are accepted", lambda: len(self.load.accepted) >= enough, 60, 0.001)
        time.sleep(self.stage.random.uniform(0, 0.01))

    def kill(self):
        self.ends.append(time.monotonic_ns())
        self.martlet.kill()

    def finish(self):
        """Lets everything be delivered, and says what was seen; fails where something was lost or repeated without
        cause."""
        self.load.stop()
        self.martlet.drain()
        status = self.martlet.stop()
        expect(status == 0, f"SIGTERM ends it with {status}")
        expect(not self.load.refusals, f"publishing was refused: {self.load.refusals[:1]}")
        lost = self.tally.missing(list(self.load.accepted), PATHS)
        repeats = self.tally.repeats()
        unexplained = len(repeats) - self._explained(repeats)
        seen = f"{len(self.load.accepted):,} accepted, {len(lost)} deliveries lost, {len(repeats):,} duplicates"
        expect(not lost, f"{seen}; the first lost: {lost[:1]}")
        expect(unexplained == 0, f"{seen}, {unexplained} of them more than {IN_FLIGHT} in flight at each end explain")
        return seen

    def _explained(self, repeats):
        """How many of the repeats can have been in flight at one of the ends, if each had no more than are allowed.

        A repeat can be of any end between its two arrivals: the second may be later than one more end.
        """
        left = sorted((again.at, first.at - LATENESS) for first, again in repeats)
        explained = 0
        for end in self.ends:
            room = IN_FLIGHT
            rest = []
            for again, first in left:
                if room and first < end < again:
                    room -= 1
                    explained += 1
                else:
                    rest.append((again, first))
            left = rest
        return explained


def check_integrity(store):
    """Fails where SQLite finds the file damaged."""
    with sqlite3.connect(store) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    expect(found == [("ok",)], f"the store is damaged: {found[:3]}")


@row("kill", "SIGKILL 100 times under load", f"0 lost; duplicates ≤ {IN_FLIGHT} in flight")
def kill(stage):
    """Two endpoints; six publishers, single events and batches. 10 kills in the short form."""
    ordeal = Ordeal(stage)
    kills = stage.pick(100, 10)
    for _ in range(kills):
        ordeal.await_more(150)
        ordeal.kill()
        ordeal.martlet.start()
    seen = ordeal.finish()
    check_integrity(ordeal.martlet.store)
    return f"{kills} kills: {seen}"


def _cut_power(stage, torn):
    power = Power(stage, stage.directory / "data")
    ordeal = Ordeal(stage, power.environment)
    cuts, undone = stage.pick(30, 4), 0
    for _ in range(cuts):
        ordeal.await_more(150)
        ordeal.kill()
        undone += power.cut(torn)
        check_integrity(ordeal.martlet.store)
        ordeal.martlet.start()
    seen = ordeal.finish()
    return f"{cuts} cuts, {undone / 1024:,.0f} KiB undone: {seen}"


@row("power-cut", "power cut: writes after the last fsync dropped", f"0 lost; duplicates ≤ {IN_FLIGHT} in flight")
def power_cut(stage):
    """A shim writes down each write to the store; after a SIGKILL, what no fsync covered is undone."""
    return _cut_power(stage, torn=False)


@row("power-torn", "power cut: a random half of those writes survives", "the same: disks reorder")
def power_torn(stage):
    return _cut_power(stage, torn=True)


@row("power-lies", "power cut on a disk whose fsync lies", "the harness sees the loss: it is not blind")
def power_lies(stage):
    """A test of the test: where nothing is durable, a 202 is broken, and the rows above would have told."""
    power = Power(stage, stage.directory / "data")
    ordeal = Ordeal(stage, power.environment)
    # A receiver that keeps nothing, so that what is lost cannot have been delivered before the cut.
    ordeal.tally.answer("/", 500)
    power.let("lie")
    ordeal.await_more(150)
    ordeal.load.stop()
    promised = list(ordeal.load.accepted)
    ordeal.kill()
    power.cut()
    power.let("work")
    ordeal.martlet.start()
    kept = {event["id"] for event in ordeal.martlet.api.everything("/v1/events")}
    lost = [event for event in promised if event not in kept]
    expect(lost, f"{len(promised)} events were accepted on nothing but promises, and none was found missing")
    return f"{len(lost)} of {len(promised)} accepted events found missing, as they must be"


@row("ready", "restart after SIGKILL with 1 M deliveries waiting", "ready in under 2 s", is_timed=True)
def ready(stage):
    """50,000 in the short form. All are due, to an endpoint that hangs."""
    waiting = stage.pick(1_000_000, 50_000)
    martlet = Martlet(stage)
    tally = Tally(stage)
    tally.answer("/", 0)
    api = martlet.api
    api.webhook(tally.url("/hung"))
    batch = [{"type": "fault.seen", "data": {"note": "x" * 400}}] * 1000
    for _ in range(waiting // 1000):
        api.post("/v1/events/batch", batch)
    martlet.kill()
    seconds = martlet.start()
    backlog = martlet.backlog()
    seen = f"ready after {seconds:.2f} s with {backlog:,} waiting, peak {martlet.peak() >> 20} MiB"
    expect(backlog >= waiting * 0.999, seen)
    expect(seconds < 2, seen)
    return seen


@row("large", f"restart with events of 0.9 MB waiting at {CROWD} webhooks", f"at most {MOST_MEMORY >> 20} MiB; 0 lost")
def large(stage):
    """Nothing answers before the restart, and everything at once after it."""
    martlet = Martlet(stage)
    tally = Tally(stage)
    tally.answer("/", 0)
    api = martlet.api
    paths = [f"/{number}" for number in range(CROWD)]
    for path in paths:
        api.webhook(tally.url(path))
    note = "x" * 900_000
    events = [
        api.post("/v1/events", {"type": "fault.seen", "data": {"note": note}})["id"]
        for _ in range(stage.pick(60, 20))]
    martlet.kill()
    tally.answer("/", 200)
    martlet.start()
    martlet.drain()
    lost, peak = tally.missing(events, paths), martlet.peak()
    seen = f"{len(events) * CROWD:,} deliveries, peak {peak >> 20} MiB, {len(lost)} lost"
    expect(not lost and peak <= MOST_MEMORY, seen)
    return seen


@row("term", "SIGTERM under load", "0 lost, 0 duplicates, exit status 0")
def term(stage):
    ordeal = Ordeal(stage)
    stops = stage.pick(20, 4)
    for _ in range(stops):
        ordeal.await_more(300)
        ordeal.ends.append(time.monotonic_ns())
        status = ordeal.martlet.stop()
        expect(status == 0, f"SIGTERM ends it with {status}: {ordeal.martlet.last_words()}")
        ordeal.martlet.start()
    seen = f"{stops} stops: {ordeal.finish()}"
    expect(not ordeal.tally.repeats(), seen)
    return seen
