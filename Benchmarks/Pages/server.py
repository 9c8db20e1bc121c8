"""A server, a receiver, and clients that keep their connection."""

import http.client
import json
import os
import socket
import subprocess
import threading
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A program that serves on a port of its own until it is left."""

    def __init__(self, *command):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.program = subprocess.Popen([*command, "--listen", f"127.0.0.1:{self.port}"], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not self.is_up():
            if self.program.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{' '.join(command[:2])} does not serve.")
            time.sleep(0.05)

    def is_up(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.terminate()
        self.program.wait()


class Sink(Program):
    """Takes whatever it is sent."""

    def __init__(self, martlet, *options):
        super().__init__(martlet, "sink", "--quiet", *options)


class Server(Program):
    def __init__(self, martlet, directory, *options):
        super().__init__(
            martlet, "serve", "--data-dir", str(directory), "--allow-private-networks", "--no-require-https",
            "--log-level", "warning", *options)

        self.metrics = self.raw()
        self.asking = threading.Lock()

    def backlog(self):
        """How many deliveries wait."""
        with self.asking:
            lines = self.metrics("GET", "/metrics")[2].decode().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("martlet_backlog_deliveries "))

    def processor_time(self):
        """What the process has used of the processors, in seconds."""
        with open(f"/proc/{self.program.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_for_quiet(self):
        """Waits until what can be delivered has been."""
        before = None
        while (now := self.backlog()) != before:
            before = now
            time.sleep(5)

    def raw(self):
        """Sends requests as they are given, over one connection: `(method, path, body, headers)` to `(status, headers, body)`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        last = time.monotonic()

        def send(method, path, body=None, headers=None):
            nonlocal last
            # The server closes what was idle for long.
            if time.monotonic() - last > 10:
                connection.close()
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            answer = response.read()
            last = time.monotonic()
            return response.status, response.headers, answer

        return send

    def client(self, key):
        """Calls the API with a key: `(method, path, value)` to the answer's value."""
        send = self.raw()

        def call(method, path, value=None, accepted=(200, 201, 202, 204)):
            body = None if value is None else json.dumps(value).encode()
            status, _, answer = send(
                method, path, body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
            if status not in accepted:
                raise SystemExit(f"{method} {path} was answered {status}: {answer[:500].decode()}")
            return json.loads(answer) if answer else None

        return call
