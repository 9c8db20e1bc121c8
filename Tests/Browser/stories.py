"""Stories in a real browser, told as their readers would live them.

Each guide's reader signs in, adds an endpoint, sends a test event with an edited payload, sees it delivered, breaks the
receiver, sees the failure and its reason, mends it, recovers, sees it delivered, reads the guide, and has a customer do the
same in a portal that another site frames. An operator goes through every page there is. Rows arrive live, payloads mean
harm, and all of it is done by the keyboard. Every page on the way is held against axe-core's rules, and its picture kept.

    python3 Tests/Browser/stories.py --martlet .build/debug/martlet --shots .build/shots
    python3 Tests/Browser/stories.py --only operator live rapture

Needs what requirements.txt names, and Chromium. Starts servers and receivers on free ports of the loopback, and ends them.
"""

import argparse
import concurrent.futures
import multiprocessing
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

from guide_story import GUIDES, GuideStory
from live_story import LiveStory
from operator_story import OperatorStory
from playwright.sync_api import sync_playwright
from scene import Receiver, Service

# What takes longest comes first.
STORIES = ["operator", "live", *GUIDES]
# Each guide by a light of its own; the first one by all of them.
LIGHTS = ["light", "dark", "phone"]


def tasks(names):
    found = []
    for number, name in enumerate(STORIES):
        if name not in names:
            continue
        if name not in GUIDES:
            found.append((name, "", False))
            continue
        first = number == STORIES.index("real-estate")
        for look in LIGHTS if first else [LIGHTS[number % len(LIGHTS)]]:
            found.append((name, look, first and look != "phone"))
    return found


def tell(name, look, is_first, martlet, chromium, shots):
    """Tells one story in a process of its own; answers how it went, with how many pictures and how long it took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        receiver = Receiver()
        service = Service(martlet, name if name in GUIDES else "real-estate", directory)
        if name == "operator":
            story = OperatorStory(browser, service, receiver, shots)
        elif name == "live":
            story = LiveStory(browser, service, receiver, shots)
        else:
            story = GuideStory(browser, service, receiver, shots, name, look, is_first)
        try:
            story.tell()
        except Exception as error:
            where = next(
                (f" ({pathlib.Path(frame.filename).name}:{frame.lineno})"
                 for frame in reversed(traceback.extract_tb(error.__traceback__)) if "_story" in frame.filename), "")
            story.complaints.append(f"{type(error).__name__}{where}: {' '.join(str(error).split())[:500]}")
            story.show_all("failed")
            service.keep_log(shots / f"{story.name}-failed.log")
        finally:
            browser.close()
            service.close()
            receiver.close()
    return f"{name} {look}".strip(), story.complaints, story.pictures, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--martlet", default=".build/debug/martlet")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    parser.add_argument("--shots", default=".build/shots", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", default=STORIES, choices=STORIES)
    parser.add_argument("--at-once", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.only == STORIES:
        shutil.rmtree(arguments.shots, ignore_errors=True)
    arguments.shots.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    troubled, pictures, told = 0, 0, 0
    # Playwright is not for several threads; browsers of two processes are strangers to each other.
    with concurrent.futures.ProcessPoolExecutor(
            arguments.at_once, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        running = {
            pool.submit(tell, *task, arguments.martlet, arguments.chromium, arguments.shots): task
            for task in tasks(arguments.only)}
        for future in concurrent.futures.as_completed(running):
            try:
                name, complaints, count, seconds = future.result()
            except Exception as error:
                # It did not come to a story: the server or the browser did not start, or ended.
                name, complaints, count, seconds = " ".join(running[future][:2]), [f"{type(error).__name__}: {error}"], 0, 0
            told, pictures = told + 1, pictures + count
            troubled += bool(complaints)
            print(f"{'FAIL' if complaints else 'pass'} story {name} ({count} pictures, {seconds:.0f} s)", flush=True)
            for complaint in complaints:
                print(f"FAIL   {complaint}", flush=True)
    seconds = time.monotonic() - began
    print(f"{told - troubled} stories passed, {troubled} failed, in {seconds:.0f} s; {pictures} pictures in {arguments.shots}")
    sys.exit(1 if troubled or not told else 0)


if __name__ == "__main__":
    main()
