"""Requests of every wrong kind, to the API's own port: an answer that says so, no crash, no growth."""

import collections
import itertools
import json
import re
import socket
import threading

from harness.junk import SMUGGLED, Junk
from harness.matrix import expect, row
from harness.schemas import Fuzz
from harness.server import Martlet

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
# What RFC 9110 has for requests that are themselves at fault: 501 for a transfer coding, 505 for a version.
HONEST = {501, 503, 505}
PATIENCE = 20
GROWTH = 32 << 20


def exchange(port, request):
    """Sends it, closes that side, and gives back all that comes until the server closes, or None where it does not."""
    answer = bytearray()
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            # It has had enough before the end. What it said may still be there.
            pass
        try:
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            return None
        except OSError:
            pass
    return bytes(answer)


def _statuses(answer):
    return [int(each) for each in STATUS.findall(answer)]


class Watch:
    """A server that is to stay as well as it is, whatever is sent to it."""

    def __init__(self, stage):
        self.martlet = Martlet(stage)
        self.directory = stage.directory
        self.findings = []
        self._resident = None

    def settled(self):
        """From here on it should not grow: all code was run, all pools were filled."""
        self._resident = self.martlet.resident()

    def sound(self):
        """Fails where anything was found, or the server is not what it was. Says how much it has grown."""
        martlet = self.martlet
        expect(martlet.is_running(), f"the server has ended: {martlet.last_words()}")
        (self.directory / "findings").write_text("\n".join(self.findings))
        expect(not self.findings, f"{len(self.findings)} findings, the first: {' | '.join(self.findings[:3])}")
        expect(martlet.probe("/healthz") == 200 and martlet.probe("/readyz") == 200, "it is no longer ready")
        martlet.api.publish()
        faults = [
            line
            for line in martlet.log.read_text(errors="replace").splitlines()
            if " error " in line or '"error"' in line[:80]
        ]
        expect(not faults, f"the log has errors: {faults[:2]}")
        grown = martlet.resident() - self._resident
        seen = f"{grown / 2**20:+.1f} MiB at {martlet.resident() >> 20} MiB"
        expect(grown <= GROWTH, f"it has grown: {seen}")
        status = martlet.stop()
        expect(status == 0, f"SIGTERM ends it with {status}")
        return seen


def _in_threads(count, work, threads=8):
    """Runs `work(number)` for each number below `count` on so many threads."""
    numbers = iter(range(count))
    lock = threading.Lock()
    faults = []

    def run():
        try:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None or faults:
                    return
                work(number)
        except Exception as error:
            faults.append(error)

    started = [threading.Thread(target=run) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if faults:
        raise faults[0]


@row("junk", "100,000 random and mutated HTTP requests",
     "no 5xx but 503 and 505, no hang, no crash, at most 32 MiB more")
def junk(stage):
    """3,000 in the short form: bad methods, targets, versions, headers, lengths and chunks, cut short, pipelined,
    other protocols."""
    watch = Watch(stage)
    described = watch.martlet.api.get("/openapi.json")["paths"]
    paths = [path for path in described if not path.endswith(("/stream", "/listen"))]
    junk = Junk(stage.settings.seed, watch.martlet.key, [*paths, "/", "/dashboard", "/dashboard/sign-in", "/nowhere"])
    seen = collections.Counter()
    lock = threading.Lock()

    def send(number):
        request = junk.request(number)
        answer = exchange(watch.martlet.port, request)
        statuses = _statuses(answer or b"")
        with lock:
            seen.update(statuses or ["closed"])
            if answer is None:
                watch.findings.append(f"number {number} is not answered and not closed: {request[:200]!r}")
            for status in statuses:
                if status >= 500 and status not in HONEST:
                    watch.findings.append(f"number {number} is answered {status}: {request[:200]!r}")

    total = stage.pick(100_000, 3_000)
    _in_threads(total // 10, send)
    watch.settled()
    _in_threads(total - total // 10, lambda number: send(number + total // 10))
    sound = watch.sound()
    counts = ", ".join(f"{status}: {count:,}" for status, count in sorted(seen.items(), key=lambda each: -each[1])[:9])
    return f"{total:,} connections, {counts}; {sound}"


@row("smuggling", "requests whose length can be read in two ways",
     "one refusal, then closed; what is behind is not answered")
def smuggling(stage):
    watch = Watch(stage)
    watch.settled()
    taken = []
    for name, request in SMUGGLED.items():
        request = request.replace(
            b"Host: a\r\n", b"Host: a\r\nAuthorization: Bearer " + watch.martlet.key.encode() + b"\r\n"
        )
        answer = exchange(watch.martlet.port, request)
        statuses = _statuses(answer or b"")
        if answer is None or len(statuses) != 1 or not 400 <= statuses[0] < 600:
            taken.append(f"{name}: {statuses}")
    expect(not taken, f"{len(taken)} of {len(SMUGGLED)} are not refused: {'; '.join(taken)}")
    return f"{len(SMUGGLED)} shapes refused; {watch.sound()}"


@row("api-fuzz", "every API parameter and body wrong in every way that its schema knows",
     "only answers that openapi.json tells of, no 5xx but 503, at most 32 MiB more")
def api_fuzz(stage):
    """40,000 requests, 3,000 in the short form: wrong types, missing, unknown, huge and deep values, bounds, other
    people's ids."""
    watch = Watch(stage)
    own = [key["id"] for key in watch.martlet.api.everything("/v1/keys")]
    fuzz = Fuzz(watch.martlet.api.get("/openapi.json"), stage.settings.seed, own)
    seen = collections.Counter()
    lock = threading.Lock()
    local = threading.local()

    def send(number):
        if not hasattr(local, "client"):
            local.client = watch.martlet.client()
        call = fuzz.call(number)
        told = f"number {number}, {call.method} {call.path[:120]} {call.body[:200]!r}"
        try:
            status, headers, answer = local.client.exchange(call.method, call.path, call.body, headers=call.headers)
        except OSError as error:
            with lock:
                watch.findings.append(f"{told}: {error}")
            return
        with lock:
            seen[status] += 1
            trouble = fuzz.judge(call, status, headers, answer)
            if trouble:
                watch.findings.append(f"{told}: {trouble}")
        for path in fuzz.surplus(call, status, answer):
            local.client.exchange("DELETE", path)

    total = stage.pick(40_000, 3_000)
    # In the short form one after the other, so that the identifiers too are the same each time.
    threads = stage.pick(8, 1)
    _in_threads(total // 4, send, threads)
    watch.settled()
    _in_threads(total - total // 4, lambda number: send(number + total // 4), threads)
    sound = watch.sound()
    counts = ", ".join(f"{status}: {count:,}" for status, count in sorted(seen.items(), key=lambda each: -each[1])[:9])
    return f"{total:,} requests to {len(fuzz.operations)} operations, {counts}; {sound}"
