"""Publishers that keep a pace, each in a process of its own."""

import json

from . import child


class Publisher:
    """Publishes until it is told to stop, or has published `total` events.

    With a `rate`, single events at that many a second whatever the answers do, `t` in each being when it was due, so
    that a slow answer is not left out of the figures (coordinated omission). Without, batches of `batch` as fast as
    each of `connections` gets its answer. Types are `type`, or, with `kinds`, `type` and a number in turn.
    """

    def __init__(self, stage, martlet, in_background=False, **settings):
        settings = {"port": martlet.port, "key": martlet.key, **settings}
        self.process = child.start("publisher_process.py", json.dumps(settings), in_background)
        self.process.stdout.readline()
        self._result = None
        stage.keep(self)

    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        """Ends it, and says what came of it.

        `accepted` events, how often each of the `statuses` was answered, and, where there is a rate, after how many
        milliseconds each event was `answered`, counted from when it was due.
        """
        if self._result is None:
            self.process.stdin.close()
            self._result = json.loads(self.process.stdout.readline() or "{}")
            self.process.wait()
        return self._result

    def close(self):
        if self.is_running():
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
