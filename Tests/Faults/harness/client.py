"""A client of the API for one thread, over one connection that is kept alive."""

import http.client
import json
import time


class Refused(Exception):
    """The API said no."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        super().__init__(f"{status}: {body[:300]!r}")


class Client:
    """Calls the API with one key. Not for several threads."""

    def __init__(self, port, key):
        self.port = port
        self.key = key
        self._connection = None

    def exchange(self, method, path, body=None, timeout=60, headers=None):
        """One exchange, whatever its status: `(status, headers, body)`. Raises OSError where there is no answer.

        `headers` go with it, in the place of one's own of the same name.
        """
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(headers or {})}
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, response.headers, response.read()
        except http.client.HTTPException as error:
            self.close()
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        except OSError:
            self.close()
            raise

    def call(self, method, path, body=None, patience=60):
        """One call that has to succeed. Waits as it is told to while the answer is 429 or 503."""
        end = time.monotonic() + patience
        while True:
            status, headers, answer = self.exchange(method, path, body)
            if status in (429, 503) and time.monotonic() < end:
                time.sleep(min(float(headers.get("Retry-After", 1)), 1))
                continue
            if status >= 300:
                raise Refused(status, headers, answer)
            return json.loads(answer) if answer else None

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)

    def webhook(self, url, events=("*",), **settings):
        return self.post("/v1/webhooks", {"url": url, "events": list(events), **settings})

    def publish(self, type="fault.seen", **fields):
        return self.post("/v1/events", {"type": type, "data": {}, **fields})

    def everything(self, path):
        """Every item of a list, page by page."""
        cursor, mark = "", "&" if "?" in path else "?"
        while True:
            page = self.get(f"{path}{mark}limit=250{cursor}")
            yield from page["data"]
            if not page["next_cursor"]:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
