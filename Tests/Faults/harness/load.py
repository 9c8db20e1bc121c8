"""Publishers that go on whatever happens, and know what was promised to them."""

import json
import threading
import time

from .server import Martlet


class Load:
    """Publishes from several threads until it is stopped. Each event carries its own number as `n`.

    `accepted` maps the id of every event that was answered 202 to its number: what must never be lost. `statuses`
    counts all answers; an exchange that broke off promises nothing.
    """

    def __init__(self, martlet: Martlet, threads=6, sizes=(1, 1, 1, 1, 20), type="fault.seen", padding=200, pause=0):
        self.accepted = {}
        self.statuses = {}
        self.broken = 0
        self.refusals = []
        self._numbers = iter(range(1 << 60))
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._martlet = martlet
        self._sizes = sizes
        self._type = type
        self._padding = "x" * padding
        self._pause = pause
        self._threads = [threading.Thread(target=self._publish, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _publish(self):
        client = self._martlet.client()
        turn = 0
        while not self._stopping.wait(self._pause):
            turn += 1
            size = self._sizes[turn % len(self._sizes)]
            with self._lock:
                numbers = [next(self._numbers) for _ in range(size)]
            events = [{"type": self._type, "data": {"n": n, "note": self._padding}} for n in numbers]
            try:
                path, body = ("/v1/events", events[0]) if size == 1 else ("/v1/events/batch", events)
                status, _, answer = client.exchange("POST", path, body)
                self._note(status, answer, numbers)
            except OSError:
                with self._lock:
                    self.broken += 1
                time.sleep(0.005)
        client.close()

    def _note(self, status, answer, numbers):
        with self._lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == 202 and len(numbers) == 1:
                self.accepted[json.loads(answer)["id"]] = numbers[0]
            elif status in (200, 202, 207):
                for number, result in zip(numbers, json.loads(answer)["results"], strict=True):
                    if result["status"] == 202:
                        self.accepted[result["id"]] = number
                    else:
                        inner = result["status"]
                        self.statuses[inner] = self.statuses.get(inner, 0) + 1
                        if inner not in (429, 503):
                            self.refusals.append(json.dumps(result)[:300])
            elif status not in (429, 503):
                self.refusals.append(f"{status}: {answer[:300]!r}")
        if status in (429, 503):
            time.sleep(0.02)

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join()
