"""Many webhooks and many events beside others: who answers is served as if the others were not there.

Latencies are taken from when an event was due at its publisher to its arrival, in the same run with and without the
fault.
"""

import time

from harness import figures
from harness.matrix import expect, row
from harness.publisher import Publisher
from harness.server import Martlet
from harness.tally import Tally
from harness.waiting import wait
from rows.clocks import expect_ramp, first_seconds

WINDOW = 500
# The most attempts at once to one webhook.
IN_FLIGHT = 64
# Milliseconds, in the whole form and the short one: what scheduling two cores among five programs adds to a 99th
# percentile now and then. A healthy webhook that has to wait for a hung one, or for its slot, waits for seconds.
NOISE = (10.0, 250.0)


def _within(stage, figure, baseline, factor):
    return figure <= max(baseline * factor, baseline + stage.pick(*NOISE))


@row("half-hung", "half of 1,000 webhooks hang",
     f"the others' p99 within 20 % of the baseline, or {NOISE[0]:g} ms more", is_timed=True)
def half_hung(stage):
    """The 500 healthy ones (100 of 200 in the short form) alone, then beside the 500 hung ones, then alone again.
    Medians of the p99 of windows of 500 events."""
    martlet = Martlet(stage)
    tally = Tally(stage)
    tally.answer("/hung", 0)
    half = stage.pick(500, 100)
    api = martlet.client()
    for number in range(half):
        api.webhook(tally.url(f"/healthy{number}"), events=[f"healthy.{number}"])
    rate, windows = 200, stage.pick(8, 1)

    def measure():
        """One stretch with everybody healthy served, and its latencies."""
        before = len(tally.arrivals())
        publisher = Publisher(stage, martlet, rate=rate, type="healthy.", kinds=half, total=WINDOW * windows)
        wait("everything is published", lambda: not publisher.is_running(), 10 + 2 * WINDOW * windows / rate)
        accepted = publisher.stop()["accepted"]
        expect(accepted == WINDOW * windows, f"{accepted:,} of {WINDOW * windows:,} events were accepted")

        def arrived():
            return [each for each in tally.arrivals()[before:] if each.path.startswith("/healthy")]

        wait("the healthy are served", lambda: len(figures.latencies(arrived())) == accepted, 60)
        return figures.latencies(arrived())

    # Connections are opened, code is paged in.
    measure()
    alone = measure()
    hung = [api.webhook(tally.url(f"/hung{number}"), events=[f"hung.{number}"], timeout=stage.pick("45s", "8s"))["id"]
            for number in range(half)]
    for number in range(half):
        api.post("/v1/events/batch", [{"type": f"hung.{number}", "data": {}}] * 20)
    wait("every hung webhook holds an attempt", lambda: martlet.metrics()["martlet_attempts_in_flight"] >= half, 60)
    beside = measure()
    in_flight = int(martlet.metrics()["martlet_attempts_in_flight"])
    for id in hung:
        api.call("DELETE", f"/v1/webhooks/{id}")
    wait("what hung is over", lambda: martlet.metrics()["martlet_attempts_in_flight"] < 10, 60)
    again = measure()
    baseline, after, found = (figures.windowed(each, 0.99, WINDOW) for each in (alone, again, beside))
    seen = (f"p99 alone {baseline:.1f} ms, beside {half} hung ones ({in_flight} attempts held) {found:.1f} ms, "
            f"alone again {after:.1f} ms")
    # The machine may have become busier or idler meanwhile: the baseline is the slower of what was before and after.
    expect(in_flight >= half, f"{seen}: not every hung webhook held an attempt")
    expect(_within(stage, found, max(baseline, after), 1.2), seen)
    return seen


@row("flood", "one application publishes 1 M events, another 10 a second",
     f"the other's p99 within 2× of the baseline, or {NOISE[0]:g} ms more", is_timed=True)
def flood(stage):
    """50,000 in the short form, in batches of 500. The flood's publisher and receiver run in the background, as if on
    other machines."""
    martlet = Martlet(stage)
    steady, crowd = Tally(stage, "steady"), Tally(stage, "crowd", in_background=True)
    crowd.quiet("/")
    api = martlet.client()
    for uid, tally in (("steady", steady), ("crowd", crowd)):
        application = api.post("/v1/applications", {"name": uid, "uid": uid})
        api.webhook(tally.url(f"/{uid}"), application=application["id"])

    def trickle():
        return Publisher(stage, martlet, rate=10, type="fault.seen", application="steady", connections=4)

    def latencies(publisher, since):
        """From due to received, and from due to answered, each in milliseconds."""
        result = publisher.stop()
        accepted = result["accepted"]

        def found():
            return [each for each in figures.latencies(steady.arrivals()) if each[0] >= since]

        wait("the steady application is served", lambda: len(found()) >= accepted, 120)
        expect(len(found()) == accepted, f"{len(found())} of {accepted} came")
        return [latency for _, latency in found()], result["answered"]

    alone = trickle()
    started = time.monotonic_ns()
    time.sleep(stage.pick(60, 15))
    baseline, baseline_answers = latencies(alone, started)

    total = stage.pick(1_000_000, 50_000)
    started = time.monotonic_ns()
    beside = trickle()
    publisher = Publisher(stage, martlet, type="fault.seen", application="crowd", batch=500, total=total,
                          in_background=True)
    wait("the flood is published", lambda: not publisher.is_running(), 1200, 0.1)
    seconds = (time.monotonic_ns() - started) / 1e9
    published = publisher.stop()["accepted"]
    # What it has left behind goes on being delivered beside the other's.
    rest = time.monotonic() + stage.pick(60, 10)
    wait("the flood is delivered", lambda: martlet.backlog() < 100 or time.monotonic() > rest, 120, 0.5)
    delivered = crowd.counted()
    found, answers = latencies(beside, started)
    p99, base = figures.percentile(found, 0.99), figures.percentile(baseline, 0.99)
    medians = [figures.percentile(each, 0.5) for each in (baseline, found, baseline_answers, answers)]
    seen = (f"p99 {base:.1f} ms alone ({len(baseline)} events), {p99:.1f} ms ({p99 / base:.1f}×; {len(found)} events) "
            f"while {published:,} were published in {seconds:.0f} s and {delivered:,} delivered; medians "
            f"{medians[0]:.1f} and {medians[1]:.1f} ms, {medians[2]:.1f} and {medians[3]:.1f} ms of it until the 202")
    expect(published == total, seen)
    expect(_within(stage, p99, base, 2), seen)
    return seen


@row("back", "webhook back after 100,000 deliveries piled up", "ramped, at most its rate, nothing lost, nothing twice")
def back(stage):
    """2,000 in the short form. It answered 503 all the while; its breaker was open; its rate limit is what it may
    have."""
    total, rate = stage.pick((100_000, 1_000), (2_000, 200))
    martlet = Martlet(stage)
    tally = Tally(stage)
    tally.answer("/back", 503)
    api = martlet.client()
    webhook = api.webhook(tally.url("/back"), rate_limit={"rate": rate, "burst": rate}, retry={"delays": ["1s"] * 50})
    accepted = _publish(api, total)
    wait("its breaker is open", lambda: martlet.metrics()["martlet_breakers_open"] == 1, 60)
    tally.answer("/back", 200)
    turned = time.monotonic_ns()
    # Whoever has mended a receiver tries it, which has the breaker probe at once.
    api.post(f"/v1/webhooks/{webhook['id']}/test", {"type": "fault.seen", "data": {}})
    wait("all has come", lambda: not _unserved(tally, accepted), 60 + 3 * total / rate, 1)
    martlet.drain()
    served = [
        each.at for each in tally.arrivals() if each.status == 200 and each.at > turned and each.event in accepted
    ]
    return _judged(tally, accepted, served, rate, ramped=True)


@row("back-failed", "webhook back after 100,000 deliveries failed for good, and recovered",
     "at most the job's rate, nothing lost, nothing twice")
def back_failed(stage):
    """2,000 in the short form. Every delivery had its one attempt; `POST /v1/webhooks/{id}/recover` makes them anew."""
    total, rate = stage.pick((100_000, 1_000), (2_000, 400))
    # Failures alone are to close nothing here.
    martlet = Martlet(stage, ["--breaker-minimum", "1000000"])
    tally = Tally(stage)
    tally.answer("/back", 500)
    api = martlet.client()
    webhook = api.webhook(tally.url("/back"), retry={"delays": []})
    accepted = _publish(api, total)
    martlet.drain(300)
    failed = len({each.event for each in tally.arrivals()})
    expect(failed == total, f"{failed:,} of {total:,} were attempted")
    tally.answer("/back", 200)
    job = api.post(f"/v1/webhooks/{webhook['id']}/recover", {"since": "2020-01-01T00:00:00Z", "rate": rate})
    wait(
        "the job is done", lambda: api.get(f"/v1/jobs/{job['id']}")["status"] == "completed", 60 + 3 * total / rate, 0.5
    )
    martlet.drain(120)
    wait("all has come", lambda: not _unserved(tally, accepted), 30)
    served = [each.at for each in tally.arrivals() if each.status == 200]
    return _judged(tally, accepted, served, rate, ramped=False)


def _publish(api, total):
    accepted = set()
    for start in range(0, total, 1000):
        size = min(1000, total - start)
        answer = api.post("/v1/events/batch", [{"type": "fault.seen", "data": {"n": start + n}} for n in range(size)])
        accepted.update(each["id"] for each in answer["results"])
    return accepted


def _unserved(tally, accepted):
    return accepted - {each.event for each in tally.arrivals() if each.status == 200}


def _judged(tally, accepted, served, rate, ramped):
    """Whether what came was within the rate, each event once. Says what was seen."""
    first = first_seconds(served, 6)
    most = figures.most_within(served)
    seconds = (max(served) - min(served)) / 1e9
    lost = len(_unserved(tally, accepted))
    twice = len(served) - len(accepted)
    seen = (f"{len(accepted):,} delivered in {seconds:.1f} s, {', '.join(map(str, first))} in the first seconds, at "
            f"most {most:,} in one "
            f"at a rate of {rate:,}; {lost} lost, {twice} twice")
    expect(lost == 0 and twice == 0, seen)
    # A rate limit has its burst on top, a job a quarter of a second's worth; and a receiver that was held up for a
    # moment gets what was in flight to it meanwhile at once.
    expect(most <= (2 * rate if ramped else 1.25 * rate) * 1.1 + IN_FLIGHT, seen)
    expect(len(accepted) <= rate * (seconds + 1.5) * 1.05, seen)
    if ramped:
        expect_ramp(served)
    return seen
