"""Answers with a meaning of their own: 410, Retry-After on 429 and 503, redirects."""

import datetime
import email.utils
import time

from harness.matrix import expect, row
from harness.receivers import Receivers, answering
from harness.server import Martlet
from harness.trial import Trial
from harness.waiting import wait

SCHEDULE = 3
DAY = 86_400
# A delivery's next attempt and its last one's start are told to the millisecond; the exchange lies between them.
EXCHANGE = 1.0


def _instant(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def _with_date(seconds):
    """A behaviour that answers 503 with the date so many seconds ahead."""

    async def answer(conversation):
        while True:
            await conversation.request()
            date = email.utils.formatdate(time.time() + seconds, usegmt=True)
            await conversation.answer(503, [f"Retry-After: {date}"])

    return answer


# What each answer is, and the bounds of how many seconds later the next attempt is due.
RETRY_AFTER = {
    "429, 6": (answering(429, "Retry-After: 6"), 6, 6),
    "503, 6": (answering(503, "Retry-After: 6"), 6, 6),
    "sooner than the schedule": (answering(429, "Retry-After: 1"), SCHEDULE, SCHEDULE),
    "0": (answering(429, "Retry-After: 0"), SCHEDULE, SCHEDULE),
    # Dates have whole seconds.
    "a date": (_with_date(8), 7, 8),
    "a date that has passed": (_with_date(-3600), SCHEDULE, SCHEDULE),
    "a date in ten years": (_with_date(3650 * DAY), DAY, DAY),
    "10⁹": (answering(429, "Retry-After: 1000000000"), DAY, DAY),
    "10⁴⁰": (answering(503, "Retry-After: 1" + "0" * 40), DAY, DAY),
    "negative": (answering(429, "Retry-After: -5"), SCHEDULE, SCHEDULE),
    "junk": (answering(503, "Retry-After: soon, please"), SCHEDULE, SCHEDULE),
    "a fraction": (answering(429, "Retry-After: 9.5"), SCHEDULE, SCHEDULE),
    "empty": (answering(429, "Retry-After:"), SCHEDULE, SCHEDULE),
    "on a 500": (answering(500, "Retry-After: 60"), SCHEDULE, SCHEDULE),
}


@row("retry-after", "429 and 503 with Retry-After in seconds, as a date, 10⁹, negative, junk",
     "later than the schedule, never sooner, at most 24 h; junk means the schedule")
def retry_after(stage):
    receivers = Receivers(stage)
    martlet = Martlet(stage)
    trial = Trial(stage, martlet, retry={"delays": [f"{SCHEDULE}s"] * 3, "jitter": 0})
    names = {f"case{number}": name for number, name in enumerate(RETRY_AFTER)}
    listeners = {}
    for case, name in names.items():
        listeners[name] = receivers.listen(RETRY_AFTER[name][0])
        trial.add(case, listeners[name].url())
    trial.publish_all(names)
    for case, name in names.items():
        _, least, most = RETRY_AFTER[name]
        delivery = wait(f"an attempt of '{name}' is recorded",
                        lambda: next((each for each in trial.deliveries(case) if each["attempt_count"] == 1), None))
        gap = _instant(delivery["next_attempt_at"]) - _instant(delivery["attempts"][0]["started_at"])
        expect(least - 0.01 <= gap <= most + EXCHANGE, f"'{name}': the next attempt is due after {gap:.3f} s")
    # What is said is done too.
    honoured = listeners["429, 6"]
    wait("the second request", lambda: len(honoured.requests) > 1, 15)
    first, second = honoured.requests[:2]
    apart = (second.at - first.at) / 1e9
    expect(6 <= apart <= 6 + EXCHANGE, f"told to wait 6 s, it came again after {apart:.3f} s")
    return (f"{len(names)} forms as they should be; told 6 s against a schedule of {SCHEDULE} s, it came after "
            f"{apart:.3f} s")


@row("gone", "receiver answers 410", "one request; the delivery failed, the webhook inactive with the reason gone")
def gone(stage):
    receivers = Receivers(stage)
    martlet = Martlet(stage)
    listener = receivers.listen(answering(410))
    api = martlet.client()
    webhook = api.webhook(listener.url(), retry={"delays": ["1s"] * 3})
    delivery = api.publish()["deliveries"][0]["id"]
    wait("the webhook is inactive", lambda: not api.get(f"/v1/webhooks/{webhook['id']}")["active"])
    api.publish()
    time.sleep(2.5)
    webhook = api.get(f"/v1/webhooks/{webhook['id']}")
    delivery = api.get(f"/v1/deliveries/{delivery}")
    seen = (f"{len(listener.requests)} request, delivery {delivery['status']} "
            f"({(delivery['reason'] or {}).get('code')}), "
            f"webhook inactive ({webhook['inactive_reason']})")
    expect(len(listener.requests) == 1 and delivery["status"] == "failed" and delivery["reason"]["code"] == "gone"
           and webhook["inactive_reason"] == "gone", seen)
    return seen


@row("redirects", "receiver answers 301, 302, 303, 307, 308: to itself, to another, to a metadata address",
     "a failure; one request only an attempt; nothing where it leads")
def redirects(stage):
    receivers = Receivers(stage)
    martlet = Martlet(stage)
    trial = Trial(stage, martlet, retry={"delays": []})
    trap = receivers.listen(answering(200))
    loops, listeners = (301, 302, 303, 307, 308), {}
    for status in loops:
        for place, target in (("self", "/"), ("other", trap.url("/")), ("metadata", "http://169.254.169.254/latest")):
            name = f"r{status}{place}"
            listeners[name] = receivers.listen(answering(status, f"Location: {target}"))
            trial.add(name, listeners[name].url())
    trial.publish_all(listeners)
    trial.settle()
    time.sleep(0.5)
    for name, listener in listeners.items():
        (delivery,) = trial.deliveries(name)
        reason = delivery["attempts"][0]["reason"]
        expect(len(listener.requests) == 1, f"{name}: {len(listener.requests)} requests")
        expect(delivery["status"] == "failed" and "redirect" in reason, f"{name}: {delivery['status']}: {reason}")
    expect(not trap.connections, f"{sum(trap.connections.values())} connections to where a redirect led")
    return f"{len(listeners)} receivers, one request each, none where they led: {reason}"
