"""The matrix: rows that register themselves, run one after the other, and print as a table."""

import dataclasses
import inspect
import sys
import textwrap
import time
import traceback
from typing import Callable

from .stage import Stage


class Failed(Exception):
    """The row does not pass; the message says what was seen."""


class Skipped(Exception):
    """The row cannot be run here; the message says what it needs."""


def expect(holds, seen):
    """Fails the row with what was seen, unless it holds."""
    if not holds:
        raise Failed(seen)


@dataclasses.dataclass(frozen=True)
class Row:
    """A fault, and what must be true of the server under it."""

    name: str
    fault: str
    passes: str
    run: Callable[[Stage], str]
    is_timed: bool

    @property
    def group(self):
        return self.run.__module__.rsplit(".", 1)[-1]


@dataclasses.dataclass(frozen=True)
class Verdict:
    row: Row
    word: str
    seen: str
    seconds: float


ROWS: dict[str, Row] = {}


def row(name, fault, passes, is_timed=False):
    """Registers a function as a row. It returns what it saw, or raises `Failed` or `Skipped`.

    `is_timed` where the verdict is one on this machine's speed as well: a slow or busy one may have it fail.
    """

    def register(run):
        assert name not in ROWS, name
        ROWS[name] = Row(name, fault, passes, run, is_timed)
        return run

    return register


def judge(row, settings, shared):
    """Runs one row in a directory of its own, which is kept only where the row failed."""
    started = time.monotonic()
    stage = Stage(row.name, settings, shared)
    try:
        word, seen = "pass", row.run(stage)
    except Skipped as reason:
        word, seen = "skipped", str(reason)
    except Failed as reason:
        word, seen = "FAIL", str(reason)
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        word, seen = "FAIL", f"the row broke off: {type(error).__name__}: {error}"
    try:
        stage.close()
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        word, seen = "FAIL", f"{seen}; and the end failed: {error}"
    if word == "FAIL":
        seen += f" [kept: {stage.directory}]"
    else:
        stage.discard()
    return Verdict(row, word, seen, time.monotonic() - started)


def print_table(verdicts, markdown=False):
    if markdown:
        print("| fault | passes when | seen | verdict |\n|---|---|---|---|")
        for verdict in verdicts:
            print(f"| {verdict.row.fault} | {verdict.row.passes} | {verdict.seen} | {verdict.word} |")
        return
    widths = (34, 34, 60)
    line = "  ".join(["{:<16}"] + [f"{{:<{width}}}" for width in widths] + ["{:<8}"])
    print(line.format("row", "fault", "passes when", "seen", "verdict"))
    print(line.format("-" * 16, *("-" * width for width in widths), "-" * 8))
    for verdict in verdicts:
        texts = (verdict.row.fault, verdict.row.passes, verdict.seen)
        columns = [textwrap.wrap(text, width) or [""] for text, width in zip(texts, widths)]
        for index in range(max(map(len, columns))):
            cells = [column[index] if index < len(column) else "" for column in columns]
            first = index == 0
            print(line.format(verdict.row.name if first else "", *cells, verdict.word if first else "").rstrip())


def describe(rows):
    for each in rows:
        print(f"{each.name:<22} {each.fault}: {each.passes}")
        note = inspect.getdoc(each.run)
        if note:
            print(textwrap.indent(textwrap.fill(note, 96), " " * 23))
