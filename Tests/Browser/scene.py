"""What stories are told with: a server of one's own, a receiver, and a page of the platform's that frames a portal."""

import http.server
import json
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request


class Site:
    """A small web server on a free port of the loopback."""

    def __init__(self, handler, host="127.0.0.1"):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://{host}:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Receiver(Site):
    """A receiver that can be broken and mended, and remembers what it was sent."""

    def __init__(self):
        self.status = 200
        self.bodies = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.bodies.append(body)
                self.send_response(receiver.status)
                self.end_headers()
                self.wfile.write(b"out of order" if receiver.status >= 400 else b"thank you")

            def log_message(self, *arguments):
                pass

        super().__init__(Handler)
        self.url = f"{self.origin}/webhooks"


class Shop(Site):
    """A page of the platform's own, which frames a portal. To the browser it is another site than the service's."""

    def __init__(self):
        shop = self
        self.frame = ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = f"<!doctype html><html lang=en><title>Acme</title><h1>Your account</h1>" \
                    f"<iframe src='{shop.frame}' title='Webhooks' width='100%' height='1400'></iframe>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *arguments):
                pass

        super().__init__(Handler, host="localhost")
        self.url = self.origin

    def frames(self, url):
        self.frame = url


class Service:
    """A server of one's own, initialised with a guide's template."""

    def __init__(self, martlet, template, directory):
        place = ["--data-dir", f"{directory}/data"]
        made = subprocess.run(
            [martlet, "init", "--json", "--template", template, *place], check=True, capture_output=True, text=True)
        answer = json.loads(made.stdout)
        self.keys = answer["keys"]
        self.log_path = f"{directory}/log"
        self.log = open(self.log_path, "w")
        # Another process may take a port that was free a moment ago.
        for _ in range(5):
            self.command = [martlet, "serve", *place, "--allow-private-networks"]
            if self.start(self.free_port()):
                break
        else:
            raise RuntimeError("the server did not start: " + open(self.log_path).read()[-2000:])
        self.login = self.url + re.sub(r"^https?://[^/]+", "", answer["login_url"])

    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def restart(self):
        """Ends the server, and starts it where it was."""
        self.stop()
        if not self.start(int(self.url.rsplit(":", 1)[1])):
            raise RuntimeError("the server did not start again: " + open(self.log_path).read()[-2000:])

    def start(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [*self.command, "--listen", f"127.0.0.1:{port}"], stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=10)
                if self.process.poll() is None:
                    return True
            except OSError:
                time.sleep(0.05)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        return False

    def call(self, method, path, body=None, key="sandbox"):
        """Calls the API. What it refuses is an error of the story."""
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.keys.get(key, key)}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from None
        return json.loads(text) if text else None

    def publish(self, event_type, data, **fields):
        return self.call("POST", "/v1/events", {"type": event_type, "data": data, **fields})

    def keep_log(self, path):
        self.log.flush()
        shutil.copy(self.log_path, path)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self):
        self.stop()
        self.log.close()
