"""The real binary, started, watched, killed and started again."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from .client import Client
from .matrix import Failed
from .waiting import wait


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Martlet:
    """A server with its own data directory.

    `flags` are those of `martlet serve`; `environment` is added to one's own, which is how shims get in; `data` is the
    data directory where the row has one of its own, such as a small disk.
    """

    def __init__(self, stage, flags=(), environment=None, data=None, private_networks=True, start=True):
        self.binary = stage.settings.martlet
        self.data = pathlib.Path(data or stage.directory / "data")
        self.port = free_port()
        self.flags = [*flags, *(["--allow-private-networks"] if private_networks else [])]
        self.environment = environment or {}
        self.log = stage.directory / "server.log"
        self.process = None
        made = subprocess.run(
            [self.binary, "init", "--json", "--data-dir", str(self.data)], capture_output=True, text=True)
        if made.returncode != 0:
            raise Failed(f"`martlet init` exits with {made.returncode}: {made.stderr.strip()[-300:]}")
        self.key = json.loads(made.stdout)["keys"]["sandbox"]
        stage.keep(self)
        if start:
            self.start()

    @property
    def store(self):
        return self.data / "martlet.db"

    def spawn(self):
        """Starts the process, and does not wait for it to be ready."""
        command = [
            self.binary, "serve", "--data-dir", str(self.data), "--listen", f"127.0.0.1:{self.port}",
            "--log-level", "warning", *self.flags]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **self.environment})

    def start(self, patience=60):
        """Starts it, waits until it is ready, and returns how many seconds that took."""
        started = time.monotonic()
        self.spawn()
        wait("the server is ready", lambda: self.probe("/readyz") == 200 or self._fail_if_dead(), patience, 0.01)
        return time.monotonic() - started

    def _fail_if_dead(self):
        status = self.process.poll()
        if status is not None:
            raise Failed(f"the server exits with {status} at its start: {self.last_words()}")
        return False

    def last_words(self):
        return self.log.read_text(errors="replace").strip()[-400:]

    def probe(self, path):
        """The status that a path answers with, or None where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def client(self):
        return Client(self.port, self.key)

    @property
    def api(self):
        """A client for a call or two; each has a connection of its own."""
        return self.client()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, patience=60):
        """Asks it to stop, and returns its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise Failed(f"the server does not stop within {patience} s of SIGTERM") from None

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def resident(self):
        """Resident memory now, in bytes."""
        return self._status("VmRSS")

    def peak(self):
        """The most resident memory that there was, in bytes."""
        return self._status("VmHWM")

    def _status(self, name):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        raise Failed(f"the server's process shows no {name}")

    def metrics(self):
        """Every sample of /metrics without labels, by name."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        samples = (line.split() for line in text.splitlines() if not line.startswith("#") and "{" not in line)
        return {name: float(value) for name, value in samples}

    def backlog(self):
        return int(self.metrics()["martlet_backlog_deliveries"])

    def drain(self, patience=120):
        """Waits until nothing waits and nothing is in flight."""

        def is_empty():
            samples = self.metrics()
            return samples["martlet_backlog_deliveries"] == 0 and samples["martlet_attempts_in_flight"] == 0

        wait("the backlog is empty", is_empty, patience, 0.1)

    def close(self):
        if self.is_running():
            self.kill()
