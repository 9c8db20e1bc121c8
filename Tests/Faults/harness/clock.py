"""The time of day, as a server sees it."""

import datetime
import struct
import time

from .shims import compiled

HOUR = 3600


class Clock:
    """Sets the time of day for whoever is started with its `environment`, also while it runs, and across its
    restarts."""

    def __init__(self, stage):
        self.file = stage.directory / "clock-shift"
        self.shifted = 0
        self.file.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": compiled(stage, "clock"), "CLOCK_SHIFT": str(self.file)}

    def set(self, seconds):
        """So many seconds off from now on; 0 is right."""
        self.shifted = seconds
        # In place: who has the file mapped is to see it.
        with open(self.file, "r+b") as file:
            file.write(struct.pack("=q", int(seconds * 1_000_000_000)))

    def instant(self, ahead=0):
        """A time of day as the API takes it, so many seconds from what the server takes for now."""
        now = datetime.datetime.fromtimestamp(time.time() + self.shifted + ahead, datetime.UTC)
        return now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
