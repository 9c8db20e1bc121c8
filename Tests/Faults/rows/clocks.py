"""Clocks that leap while the server runs or is down: nothing is forgotten, nothing comes twice, no limit is passed."""

import collections
import time

from harness import figures
from harness.clock import HOUR, Clock
from harness.matrix import Failed, expect, row
from harness.publisher import Publisher
from harness.server import Martlet
from harness.tally import Tally
from harness.waiting import wait

STEP = 20 * 60
RATE = 20
# The webhooks' paths; without the stroke, the types of their events.
DUE, BURN, LATER, RATED, PLAIN, DOWN = "/due", "/burn", "/later", "/rated", "/plain", "/down"
# Milliseconds: far less than any leap, and more than a busy machine needs.
PROMPT = 5_000
# Seconds by which a receiver on a busy machine may take the first attempt for later than it was.
SLACK = 0.6


class Schedule:
    """A server with a clock of its own, and webhooks that each want something of the time.

    `due` failed once and is to be tried again in 20 minutes, `burn` the same and goes on failing, `later` was published
    for in 30 minutes, `rated` has more waiting than its limit lets out at once, `plain` answers, and `down` has an
    open breaker.
    """

    def __init__(self, stage):
        self.stage = stage
        self.clock = Clock(stage)
        # So that failures alone open no breaker, and each delivery keeps to its own schedule.
        self.martlet = Martlet(stage, ["--breaker-minimum", "1000000"], self.clock.environment)
        self.tally = Tally(stage)
        self.count = stage.pick(5_000, 500)
        for path, status in ((DUE, 500), (BURN, 500), (DOWN, 0)):
            self.tally.answer(path, status)
        retry = {"retry": {"delays": [f"{STEP}s"] * 5}}
        self._webhook(DUE, **retry)
        self._webhook(BURN, **retry)
        self._webhook(LATER)
        self._webhook(RATED, rate_limit={"rate": RATE, "burst": RATE})
        self._webhook(PLAIN)
        self._webhook(DOWN, timeout="500ms", retry={"delays": ["5s"] * 50})
        self.published = collections.Counter()
        self.publish(DUE, self.count)
        self.publish(BURN, 20)
        self.publish(LATER, 20, deliver_at=self.clock.instant(1800))
        self.publish(DOWN, 20)
        wait("the first attempts", lambda: self.has(DUE, 1) and self.has(BURN, 1), 120)
        self.await_open()
        self.trickled = 0
        self.trickle()

    def trickle(self):
        """Publishes for the webhook that answers, until `expect_prompt`."""
        self.publisher = Publisher(self.stage, self.martlet, rate=20, type=PLAIN[1:])
        self.trickles_since = time.monotonic()

    def _webhook(self, path, **settings):
        self.martlet.api.webhook(self.tally.url(path), events=[path[1:]], **settings)

    def publish(self, path, count, **fields):
        for start in range(0, count, 500):
            events = [{"type": path[1:], "data": {"n": self.published[path] + n}, **fields}
                      for n in range(min(500, count - start))]
            self.martlet.api.post("/v1/events/batch", events)
            self.published[path] += len(events)

    def await_open(self):
        wait("a breaker is open", lambda: self.martlet.metrics()["martlet_breakers_open"] >= 1, 30)

    def crowd(self):
        """More for the limited webhook than it gets through in the next seconds."""
        self.publish(RATED, RATE * self.stage.pick(18, 8))

    def come_back(self):
        """Every receiver but the one that goes on failing answers from now on."""
        self.tally.answer(DUE, 200)
        self.tally.answer(DOWN, 200)

    def arrived(self, path):
        """How often each event's number came to a path."""
        return collections.Counter(each.number for each in self.tally.arrivals() if each.path == path)

    def instants(self, path, since=0):
        return [each.at for each in self.tally.arrivals() if each.path == path and each.at >= since]

    def has(self, path, times):
        arrived = self.arrived(path)
        return len(arrived) == self.published[path] and min(arrived.values()) >= times

    def await_all(self, patience=120):
        """Waits for what the leap has made due."""
        for path, times in ((DUE, 2), (BURN, 2), (LATER, 1), (RATED, 1), (DOWN, 1)):
            wait(f"everything has come to {path}", lambda: self.has(path, times), patience)

    def expect_once(self):
        """Each delivery used up one attempt of its schedule, and no other."""
        time.sleep(3)
        for path, times in ((DUE, 2), (BURN, 2), (LATER, 1)):
            found = collections.Counter(self.arrived(path).values())
            expect(found == {times: self.published[path]}, f"{path} by how often each event came: {dict(found)}")
        most = figures.most_within(self.instants(RATED))
        # Its burst and its rate; and a second of the harness may be somewhat more than one of the server.
        expect(most <= 2.5 * RATE, f"{most} within a second to the webhook with {RATE} a second")

    def expect_prompt(self):
        """The webhook that answers was served all the time."""
        time.sleep(max(0, self.trickles_since + 2 - time.monotonic()))
        result = self.publisher.stop()
        self.trickled += result["accepted"]
        wait("the trickle has come",
             lambda: len({each.event for each in self.tally.arrivals() if each.path == PLAIN}) == self.trickled, 30)
        latencies = figures.latencies(each for each in self.tally.arrivals() if each.path == PLAIN)
        slow = max(latency for _, latency in latencies)
        expect(list(result["statuses"]) == ["202"] and slow < PROMPT,
               f"meanwhile {result['statuses']}, the slowest delivery after {slow:,.0f} ms")
        return f"{result['accepted']:,} published meanwhile delivered within {slow:,.0f} ms"


@row("clock-forward", "clock leaps 1 h ahead while the server runs",
     "what is due comes step by step, once each; no limit passed, nothing forgotten")
def clock_forward(stage):
    """5,000 retries that were due in 20 minutes (500 in the short form), an open breaker, a rate limit, deferred
    events."""
    schedule = Schedule(stage)
    schedule.crowd()
    time.sleep(1)
    schedule.come_back()
    leapt = time.monotonic_ns()
    schedule.clock.set(HOUR)
    schedule.await_all()
    instants = schedule.instants(DUE, leapt)
    seconds = (max(instants) - leapt) / 1e9
    ramp = first_seconds(instants, 5)
    schedule.expect_once()
    expect_ramp(instants)
    return (f"{schedule.count:,} retries, all due at once, made once each within {seconds:.1f} s, "
            f"{', '.join(map(str, ramp))} in the first seconds; {schedule.expect_prompt()}")


@row("clock-back", "clock leaps 1 h back while the server runs",
     "rates, breakers and new events go on; what is due waits for its time and comes once")
def clock_back(stage):
    schedule = Schedule(stage)
    schedule.crowd()
    time.sleep(1)
    leapt = time.monotonic_ns()
    schedule.clock.set(-HOUR)
    time.sleep(stage.pick(15, 5))
    went_on = len(schedule.instants(RATED, leapt))
    expect(went_on >= RATE, f"{went_on} to the webhook with {RATE} a second in {stage.pick(15, 5)} s after the leap")
    early = [
        path
        for path, times in ((DUE, 1), (BURN, 1), (LATER, 0))
        if max(schedule.arrived(path).values(), default=0) > times
    ]
    expect(not early, f"sooner than its time: {early}")
    schedule.come_back()
    schedule.publish(DOWN, 1)
    wait("the breaker closes", lambda: max(schedule.instants(DOWN, leapt), default=0) and
         schedule.martlet.metrics()["martlet_breakers_open"] == 0, 60)
    closed = (time.monotonic_ns() - leapt) / 1e9
    # Half an hour and a minute later, by a clock that was put right meanwhile.
    schedule.clock.set(1860)
    schedule.await_all()
    schedule.expect_once()
    return (f"{went_on} in {stage.pick(15, 5)} s at {RATE} a second, breaker closed {closed:.0f} s after; "
            f"{schedule.count:,} retries once each at their time; {schedule.expect_prompt()}")


@row("clock-restart", "1 h passes, or is taken back, while the server is down",
     "what is overdue comes back step by step, once each; nothing forgotten")
def clock_restart(stage):
    """A start a day's schedule later, and one an hour before everything that was stored."""
    schedule = Schedule(stage)
    schedule.expect_prompt()
    status = schedule.martlet.stop()
    expect(status == 0, f"SIGTERM ends it with {status}")
    schedule.clock.set(-HOUR)
    schedule.martlet.start()
    schedule.trickle()
    schedule.publish(DUE, 20)
    wait("what was published an hour before the rest", lambda: schedule.has(DUE, 1), 30)
    schedule.crowd()
    schedule.expect_prompt()
    expect(max(schedule.arrived(DUE).values()) == 1, "retries were made before their time")
    schedule.martlet.stop()
    schedule.clock.set(HOUR)
    schedule.come_back()
    started = time.monotonic_ns()
    schedule.martlet.start()
    schedule.trickle()
    schedule.await_all()
    instants = schedule.instants(DUE, started)
    ramp = first_seconds(instants, 5)
    schedule.expect_once()
    expect_ramp(instants)
    seconds = (max(instants) - min(instants)) / 1e9
    return (f"{schedule.published[DUE]:,} overdue retries made once each in {seconds:.1f} s, "
            f"{', '.join(map(str, ramp))} in the first seconds; {schedule.expect_prompt()}")


def first_seconds(instants, seconds):
    """How many came in each of the first seconds after the first one."""
    start = min(instants)
    return [sum(1 for at in instants if second <= (at - start) / 1e9 < second + 1) for second in range(seconds)]


def expect_ramp(instants):
    """Ten in the first second, twice as many in each one after that, up to the tenth; a few of them may be bunched."""
    ordered = sorted(instants)
    start = ordered[0]
    for index, at in enumerate(ordered):
        seconds = (at - start) / 1e9 + SLACK
        if seconds >= 10:
            break
        whole = int(seconds)
        allowed = 10 * (2 ** whole - 1) + 10 * 2 ** whole * (seconds - whole) + 5
        if index >= allowed:
            raise Failed(f"{index + 1} within {seconds - SLACK:.2f} s of coming back: "
                         f"{first_seconds(ordered, 6)} by the second")
