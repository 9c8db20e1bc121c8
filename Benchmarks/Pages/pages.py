"""Times the pages of the dashboard and the listings of the API with a million events behind them.

    python3 Benchmarks/Pages/pages.py fill DIRECTORY [--events N] [--requests N] [--martlet PATH]
    python3 Benchmarks/Pages/pages.py measure DIRECTORY [--rounds N] [--store ADDRESS] [--only TEXT] [--martlet PATH]

`fill` makes a data directory of it, in about five minutes; `measure` asks for each page one after the other and prints a
table: median and 95th percentile. Exit status 1 where a median is not under 100 ms. Needs Python 3.11 and nothing else;
everything stays on the loopback.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import filling  # noqa: E402
import history  # noqa: E402
import measuring  # noqa: E402
from server import Server, Sink  # noqa: E402


def binary(given):
    candidates = [given] if given else [".build/release/martlet", ".build/debug/martlet"]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return os.path.abspath(candidate)
    sys.exit(f"There is no binary at {' or '.join(candidates)}: `make release`, or say --martlet PATH.")


def tell(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def fill(arguments, martlet):
    directory = pathlib.Path(arguments.directory)
    if directory.exists():
        sys.exit(f"{directory} is there already. Remove it, or name another.")
    directory.mkdir(parents=True)
    made = subprocess.run([martlet, "init", "--data-dir", str(directory / "data"), "--json"], check=True,
                          capture_output=True, text=True)
    keys = json.loads(made.stdout)["keys"]
    (directory / "keys.json").write_text(json.dumps(keys))
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(Sink(martlet))
        failing = stack.enter_context(Sink(martlet, "--status", "500"))
        server = stack.enter_context(Server(martlet, directory / "data"))
        flaky = filling.FlakyReceiver()
        api = server.client(keys["sandbox"])
        filling.configure(api, sink.url, flaky.url, failing.url)
        filling.publish(lambda: server.client(keys["sandbox"]), arguments.events, server.backlog, tell)
        filling.bring_requests(api, server.raw, arguments.requests, tell)
        live = server.client(keys["live"])
        for number in range(filling.APPLICATIONS):
            live("POST", "/v1/applications", {"name": f"Customer {number}", "uid": f"customer-{number:02}"})
        live("POST", "/v1/webhooks", {"url": f"{sink.url}/live", "events": ["*"], "application": "customer-01"})
        filling.publish(lambda: server.client(keys["live"]), arguments.events // 20, server.backlog, tell)
        server.wait_for_quiet()
    history.add(directory / "data" / "martlet.db")
    tell("done")


def measure(arguments, martlet):
    directory = pathlib.Path(arguments.directory)
    keys = json.loads((directory / "keys.json").read_text())
    store = ["--store", arguments.store] if arguments.store else []
    with Server(martlet, directory / "data", *store) as server:
        slow = measuring.table(server, keys, arguments.rounds, arguments.only)
    sys.exit(1 if slow else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--martlet", default=os.environ.get("MARTLET"), help="the binary (MARTLET)")
    commands = parser.add_subparsers(required=True)
    filler = commands.add_parser("fill")
    filler.add_argument("directory")
    filler.add_argument("--events", type=int, default=1_000_000)
    filler.add_argument("--requests", type=int, default=50_000)
    filler.set_defaults(run=fill)
    measurer = commands.add_parser("measure")
    measurer.add_argument("directory")
    measurer.add_argument("--rounds", type=int, default=20)
    measurer.add_argument("--store", help="where the data directory's store has been moved to")
    measurer.add_argument("--only", default="", help="pages whose name contains this")
    measurer.set_defaults(run=measure)
    arguments = parser.parse_args()
    arguments.run(arguments, binary(arguments.martlet))


main()
