"""Power cuts: what a process wrote and had not synced yet is taken back after it was killed."""

import pathlib
import struct

from .shims import compiled

HEADER = struct.Struct("=cQQQ")


class Power:
    """The disk below a server's store, as far as power cuts and failing syncs go.

    It is a strict disk: nothing is durable but what a successful sync covers, and what was written before a sync that
    failed is lost even if a later one succeeds (as Linux does it), unless it is written again. With `torn`, a random
    part of what was not synced survives a cut, in whatever order: disks reorder.
    """

    def __init__(self, stage, data):
        self.data = pathlib.Path(data)
        self.journals = stage.directory / "power"
        self.journals.mkdir()
        self.control = stage.directory / "power-control"
        self.random = stage.random
        self.environment = {
            "LD_PRELOAD": compiled(stage, "power"), "POWER_STORE": str(self.data / "martlet.db"),
            "POWER_JOURNAL": str(self.journals), "POWER_CONTROL": str(self.control)}

    def let(self, word):
        """What happens from now on: syncs `work`, `fail` or `lie`; or every write is `refuse`d, as by a read-only
        disk."""
        self.control.write_text(word[0])

    def cut(self, torn=False):
        """Takes back what was not durable when the server was killed. Returns how many bytes that were."""
        return sum(self._cut(journal, torn) for journal in sorted(self.journals.glob("*.journal")))

    def _cut(self, journal, torn):
        records = list(_records(journal.read_bytes()))
        journal.unlink()
        path = self.data / journal.name.removesuffix(".journal")
        if not path.exists():
            return 0
        with open(path, "r+b") as file:
            for record in reversed(records):
                record.undo(file)
            pending, lost = [], 0
            for record in records:
                if record.kind in (b"W", b"T"):
                    pending.append(record)
                elif record.kind == b"S":
                    for each in pending:
                        each.do(file)
                    pending = []
                else:
                    lost += sum(len(each.new) for each in pending)
                    pending = []
            for each in pending:
                if torn and self.random.random() < 0.5:
                    each.do(file)
                else:
                    lost += len(each.new)
        return lost


class _Record:
    __slots__ = ("kind", "offset", "old", "new", "size")

    def __init__(self, kind, offset, old, new, size):
        self.kind, self.offset, self.old, self.new, self.size = kind, offset, old, new, size

    def do(self, file):
        if self.kind == b"T":
            file.truncate(self.size)
        else:
            file.seek(self.offset)
            file.write(self.new)

    def undo(self, file):
        if self.kind == b"T":
            # Its offset is the size that the file had.
            file.truncate(self.offset)
            file.seek(self.size)
            file.write(self.old)
        elif self.kind == b"W":
            file.seek(self.offset)
            file.write(self.old)
            if len(self.old) < len(self.new):
                file.truncate(self.offset + len(self.old))


def _records(journal):
    """Every whole record; one that the kill cut off in the middle describes a deed that was not done."""
    position = 0
    while position + HEADER.size <= len(journal):
        kind, offset, old_length, new_length = HEADER.unpack_from(journal, position)
        start = position + HEADER.size
        new_bytes = new_length if kind == b"W" else 0
        position = start + old_length + new_bytes
        if position > len(journal):
            return
        middle = start + old_length
        yield _Record(kind, offset, journal[start:middle], journal[middle:position], new_length)
