"""Disks that are full, fail to sync, or may not be written: nothing is promised that is not kept, and it mends
itself."""

import contextlib
import time

from harness import place
from harness.load import Load
from harness.matrix import expect, row
from harness.power import Power
from harness.server import Martlet
from harness.tally import Tally
from harness.waiting import wait
from rows.crashes import check_integrity

SMALL = 48 << 20
PATH = "/a"


class Trouble:
    """A server under load whose disk is in trouble for a while."""

    def __init__(self, stage, data, flags=(), environment=None):
        self.stage = stage
        self.martlet = Martlet(stage, flags, environment, data)
        self.tally = Tally(stage)
        self.martlet.api.webhook(self.tally.url(PATH), retry={"delays": ["1s"] * 50})
        self.load = Load(self.martlet, threads=4, sizes=(1, 1, 1, 10))

    def await_accepted(self, more=100):
        """Waits until so many more events are accepted: all is well, or well again."""
        enough = len(self.load.accepted) + more
        wait(f"{more} more events are accepted", lambda: len(self.load.accepted) >= enough, 60)

    def observe(self, seconds=1.5):
        """How often each status is answered once the trouble has begun to bite."""
        refused = self.load.statuses.get(503, 0)
        wait("publishing is refused", lambda: self.load.statuses.get(503, 0) > refused, 60)
        time.sleep(seconds)
        expect(self.martlet.is_running(), f"the server has ended: {self.martlet.last_words()}")
        before = dict(self.load.statuses)
        time.sleep(seconds)
        return {status: count - before.get(status, 0) for status, count in self.load.statuses.items()
                if count > before.get(status, 0)}

    def finish(self):
        """All that was accepted is delivered and on the disk, which is whole. Says what was seen."""
        self.load.stop()
        expect(not self.load.refusals, f"answered neither 202 nor 503: {self.load.refusals[:1]}")
        self.martlet.drain()
        lost = self.tally.missing(list(self.load.accepted), [PATH])
        status = self.martlet.stop()
        expect(status == 0, f"SIGTERM ends it with {status}")
        check_integrity(self.martlet.store)
        # Whoever opens it next finds what was promised.
        self.martlet.start()
        kept = {event["id"] for event in self.martlet.api.everything("/v1/events")}
        absent = [event for event in self.load.accepted if event not in kept]
        refused = self.load.statuses.get(503, 0)
        seen = (f"{len(self.load.accepted):,} accepted, {refused:,} times 503, {len(lost)} deliveries lost, "
                f"{len(absent)} events "
                f"missing, the file whole")
        expect(not lost and not absent, seen)
        return seen


@contextlib.contextmanager
def _ballast(directory):
    """Leaves the file system without a byte."""
    path = directory / "ballast"
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    try:
        yield
    finally:
        path.unlink()


@row("disk-full", "disk full all at once: no byte left, no reserve to fall back on",
     "503, never 202; recovers unaided; nothing lost; no corruption")
def disk_full(stage):
    """A file system of 48 MiB that something else fills up and later clears, three times over (once in the short
    form)."""
    stage.enter(place.small_disk(stage.directory / "small", SMALL))
    disk = stage.directory / "small"
    trouble = Trouble(stage, disk / "data", ["--disk-reserve", "4MiB"])
    answers = []
    for _ in range(stage.pick(3, 1)):
        trouble.await_accepted()
        with _ballast(disk):
            answers.append(trouble.observe())
        expect(not answers[-1].get(202), f"on a full disk: {answers[-1]}")
        started = time.monotonic()
        trouble.await_accepted(20)
        back = time.monotonic() - started
    return f"{answers[-1]} while full, accepting again {back:.1f} s after; {trouble.finish()}"


@row("disk-reserve", "disk filled up by publishing alone",
     "503 at the reserve; what was accepted is delivered and recorded")
def disk_reserve(stage):
    """The receiver is away while the disk fills, so that everything still has to be recorded on what is left."""
    stage.enter(place.small_disk(stage.directory / "small", SMALL))
    # Less than is published in the second between two looks at the disk.
    martlet = Martlet(stage, ["--disk-reserve", "16MiB"], data=stage.directory / "small" / "data")
    tally = Tally(stage)
    tally.answer("/", 503)
    martlet.api.webhook(tally.url(PATH), retry={"delays": ["3s"] * 50})
    load = Load(martlet, threads=4, sizes=(20,), padding=4000)
    wait("the reserve is reached", lambda: martlet.metrics()["martlet_storage_short"] == 1, 120)
    refused = load.statuses.get(503, 0)
    wait("publishing is refused", lambda: load.statuses.get(503, 0) > refused + 20, 60)
    load.stop()
    room = martlet.metrics()["martlet_storage_room_bytes"]
    readiness = martlet.probe("/readyz")
    tally.answer("/", 200)
    martlet.drain()
    lost = tally.missing(list(load.accepted), [PATH])
    unfinished = [each for each in martlet.api.everything("/v1/deliveries") if each["status"] != "succeeded"]
    status = martlet.stop()
    check_integrity(martlet.store)
    seen = (f"503 with {room / 2**20:.1f} MiB of room left, /readyz {readiness}; {len(load.accepted):,} accepted, "
            f"{len(lost)} lost, {len(unfinished)} not recorded")
    expect(status == 0 and not lost and not unfinished and readiness == 503 and not load.refusals, seen)
    return seen


@row("fsync-error", "fsync fails with EIO, and what it should have kept is lost",
     "503, never 202; recovers unaided; nothing lost")
def fsync_error(stage):
    """After each spell of failures, the power is cut: what an fsync failed on is gone, as Linux has it."""
    power = Power(stage, stage.directory / "data")
    trouble = Trouble(stage, stage.directory / "data", environment=power.environment)
    spells = stage.pick(5, 2)
    for _ in range(spells):
        trouble.await_accepted()
        power.let("fail")
        answers = trouble.observe()
        expect(not answers.get(202), f"while fsync fails: {answers}")
        power.let("work")
        trouble.await_accepted()
        trouble.martlet.kill()
        power.cut()
        check_integrity(trouble.martlet.store)
        trouble.martlet.start()
    return f"{answers} while it fails; after {spells} spells, each with a power cut: {trouble.finish()}"


@row("read-only", "data directory turns read-only, and writable again",
     "503, never 202; recovers unaided; nothing lost")
def read_only(stage):
    """A shim has every write fail with EROFS, as it does when a kernel gives a file system up; no mount can, under
    open files."""
    power = Power(stage, stage.directory / "data")
    trouble = Trouble(stage, stage.directory / "data", environment=power.environment)
    trouble.await_accepted()
    power.let("refuse")
    answers = trouble.observe()
    expect(not answers.get(202), f"while it is read-only: {answers}")
    power.let("work")
    started = time.monotonic()
    trouble.await_accepted(20)
    return f"{answers} meanwhile, accepting again {time.monotonic() - started:.1f} s after; {trouble.finish()}"


@row("read-only-start", "start on a read-only data directory",
     "ends at once and says why; starts once it can be written")
def read_only_start(stage):
    disk = stage.directory / "disk"
    stage.enter(place.small_disk(disk, 64 << 20))
    martlet = Martlet(stage, ["--disk-reserve", "4MiB"], data=disk / "data", start=False)
    place.remount(disk, "ro")
    martlet.spawn()
    wait("it ends", lambda: not martlet.is_running(), 30)
    status, words = martlet.process.returncode, martlet.last_words()
    place.remount(disk, "rw")
    martlet.start()
    seen = f"exit status {status}: {words}"
    expect(status not in (0, None) and status > 0 and str(disk) in words, seen)
    return seen
