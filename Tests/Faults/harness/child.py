"""Programs of the harness that run in processes of their own."""

import pathlib
import subprocess
import sys


def start(name, argument, in_background=False):
    """The process of `name`, a file beside this one, which is spoken to over its standard input and output.

    In the background it gets of a processor what nobody else wants (SCHED_IDLE), as if it were on another machine."""
    policy = ["chrt", "--idle", "0"] if in_background else []
    program = pathlib.Path(__file__).with_name(name)
    return subprocess.Popen(
        [*policy, sys.executable, str(program), argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
