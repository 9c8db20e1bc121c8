"""What came to a receiver under load, and what that says about losses and duplicates."""

import typing

from . import child


class Arrival(typing.NamedTuple):
    """One request. Times are CLOCK_MONOTONIC in nanoseconds; `number` and `sent` are the payload's `n` and `t`."""

    path: str
    event: str
    at: int
    status: int
    number: int | None
    sent: int | None


class Tally:
    """A receiver in a process of its own that counts, and answers each path as it is told to."""

    def __init__(self, stage, name="tally", in_background=False):
        self.file = stage.directory / name
        self.process = child.start("tally_process.py", str(self.file), in_background)
        self.port = int(self.process.stdout.readline())
        self._offset = 0
        self._arrivals = []
        stage.keep(self)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def _tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def answer(self, prefix, status):
        """Answers paths that begin with `prefix` with `status` from now on; 0 hangs."""
        self._tell(f"set {prefix} {status}")

    def quiet(self, prefix):
        """Only counts what comes to paths that begin with `prefix` from now on: for more than can be kept."""
        self._tell(f"quiet {prefix}")

    def counted(self):
        """How much has come to paths that are only counted."""
        return self._tell("flush")

    def arrivals(self):
        """Everything that has come in, in the order in which it came."""
        self._tell("flush")
        with open(self.file) as file:
            file.seek(self._offset)
            for line in file:
                path, event, at, status, number, sent = line.split()
                self._arrivals.append(Arrival(
                    path, event, int(at), int(status), None if number == "-" else int(number),
                    None if sent == "-" else int(sent)))
            self._offset = file.tell()
        return self._arrivals

    def missing(self, events, paths):
        """The pairs of path and event that were owed and never came."""
        came = {(arrival.path, arrival.event) for arrival in self.arrivals()}
        return [(path, event) for path in paths for event in events if (path, event) not in came]

    def repeats(self):
        """For each arrival of what had come before: `(first arrival, this arrival)`, next to each other in time."""
        last = {}
        pairs = []
        for arrival in self.arrivals():
            key = (arrival.path, arrival.event)
            if key in last:
                pairs.append((last[key], arrival))
            last[key] = arrival
        return pairs

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
