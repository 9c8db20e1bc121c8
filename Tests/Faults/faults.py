"""Runs every row of the fault matrix against the real binary, and prints a table.

    python3 Tests/Faults/faults.py [--short] [--list] [--martlet PATH] [--seed N] [--again] [--untimed]
                                   [--markdown] [ROW or GROUP …]

Exit status 0 where every row passes or is skipped with its reason, 1 where one fails, 2 for wrong usage. Needs Python
3.11, and a C compiler and openssl for some rows. Nothing leaves this machine: see harness/place.py.
"""

import argparse
import dataclasses
import os
import pathlib
import sys

# Modules are not compiled into the sources' directories.
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import matrix, place, stage  # noqa: E402
import rows  # noqa: E402, F401


def binary(given):
    """The binary to hurt: as it is given, or the newest kind that was built here."""
    candidates = [given] if given else [".build/release/martlet", ".build/debug/martlet"]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return os.path.abspath(candidate)
    sys.exit(f"There is no binary at {' or '.join(candidates)}: `make release`, or say MARTLET=PATH.")


def chosen(names, with_timed):
    groups = {each.group for each in matrix.ROWS.values()}
    for name in names:
        if name not in matrix.ROWS and name not in groups:
            print(f"There is no row or group '{name}'; --list prints them all.", file=sys.stderr)
            sys.exit(2)
    return [each for each in matrix.ROWS.values()
            if (not names or each.name in names or each.group in names) and (with_timed or not each.is_timed)]


def tell(verdict):
    print(f"{verdict.word:<8} {verdict.row.name:<22} {verdict.seconds:6.1f} s  {verdict.seen}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows or groups to run; all unless given")
    parser.add_argument("--martlet", default=os.environ.get("MARTLET"), help="the binary (MARTLET)")
    parser.add_argument("--short", action="store_true", default=os.environ.get("FAULTS_SHORT", "0") not in ("", "0"),
                        help="small sizes, a few minutes in all (FAULTS_SHORT=1)")
    parser.add_argument("--seed", type=int, default=20260715, help="what every random choice follows from")
    parser.add_argument("--again", action="store_true",
                        help="play a row that fails once more: it fails where it fails twice")
    parser.add_argument("--untimed", action="store_true",
                        help="leave out the rows whose verdict depends on how fast and how busy this machine is")
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/faults.md has it")
    parser.add_argument("--list", action="store_true", help="say what each row does, and run nothing")
    arguments = parser.parse_args()
    selection = chosen(arguments.rows, not arguments.untimed)
    if arguments.list:
        return matrix.describe(selection)
    settings = stage.Settings(binary(arguments.martlet), arguments.short, arguments.seed)
    place.settle()

    form = "short" if settings.short else "whole"
    print(f"{len(selection)} rows in the {form} form, seed {settings.seed}, {settings.martlet}", flush=True)
    shared = stage.Stage("shared", settings, None)
    verdicts = []
    for each in selection:
        verdict = matrix.judge(each, settings, shared)
        tell(verdict)
        if arguments.again and verdict.word == "FAIL":
            shared.forget()
            verdict = matrix.judge(each, settings, shared)
            verdict = dataclasses.replace(verdict, seen=f"{verdict.seen} (at the second time)")
            tell(verdict)
        verdicts.append(verdict)
    shared.discard()
    print()
    matrix.print_table(verdicts, arguments.markdown)
    failures = sum(verdict.word == "FAIL" for verdict in verdicts)
    skips = sum(verdict.word == "skipped" for verdict in verdicts)
    print(f"\n{len(verdicts) - failures - skips} passed, {failures} failed, {skips} skipped in "
          f"{sum(verdict.seconds for verdict in verdicts):.0f} s")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
