"""One event to each of many receivers at once, and what came of every attempt."""

import time

from .matrix import expect
from .waiting import wait


class Trial:
    """Endpoints that each have a receiver of their own, tried together so that their deadlines pass together."""

    def __init__(self, stage, martlet, **settings):
        self.stage = stage
        self.martlet = martlet
        self.settings = settings
        self.api = martlet.client()
        self._deliveries = {}

    def add(self, name, url, **settings):
        self.api.webhook(url, events=[f"trial.{name}"], **{**self.settings, **settings})

    def publish(self, name, count=1):
        for _ in range(count):
            answer = self.api.publish(f"trial.{name}")
            self._deliveries.setdefault(name, []).extend(each["id"] for each in answer["deliveries"])

    def publish_all(self, names):
        for name in names:
            self.publish(name)

    def deliveries(self, name):
        return [self.api.get(f"/v1/deliveries/{id}") for id in self._deliveries[name]]

    def settle(self, names=None, patience=60):
        """Waits until every delivery has succeeded, failed or been cancelled."""
        end = time.monotonic() + patience
        for name in names or self._deliveries:
            for id in self._deliveries[name]:
                wait(f"{name} is settled", lambda: self.api.get(f"/v1/deliveries/{id}")["completed_at"],
                     max(0, end - time.monotonic()), 0.1)


def expect_failure(delivery, codes, attempts=2):
    """Every attempt failed for this reason (a code or a status) or one of these, and it was retried. Returns the
    sentence."""
    codes = codes if isinstance(codes, tuple) else (codes,)
    found = [attempt["error"]["code"] if attempt["error"] else attempt["response"]["status"]
             for attempt in delivery["attempts"]]
    expect(delivery["status"] == "failed" and len(found) == attempts and set(found) <= set(codes),
           f"{delivery['status']} after {found}, not failed after {attempts} times {' or '.join(map(str, codes))}")
    return delivery["attempts"][0]["reason"]


def seconds(attempt):
    return attempt["timing_ms"]["total"] / 1000
