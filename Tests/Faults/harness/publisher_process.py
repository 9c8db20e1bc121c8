"""A publisher, as a program of its own so that its pace is not the harness's; see publisher.py.

Takes its settings as JSON, says when it begins, and ends when its input does or when all is published, with a line of
JSON.
"""

import asyncio
import collections
import contextlib
import json
import re
import sys
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection:
    """One request at a time."""

    def __init__(self, settings):
        self._settings = settings
        self._reader = self._writer = None

    async def post(self, path, body):
        """The answer's status, 0 where there is none."""
        head = (f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {self._settings['key']}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n").encode()
        try:
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._settings["port"])
            self._writer.write(head + body)
            answer = await self._reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(answer)
            await self._reader.readexactly(int(length[1]) if length else 0)
            return int(answer[9:12])
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            await asyncio.sleep(0.01)
            return 0

    def close(self):
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class Publishing:
    def __init__(self, settings):
        self.settings = settings
        self.statuses = collections.Counter()
        self.accepted = 0
        self.answered = []
        self._number = 0
        self._note = "x" * settings.get("padding", 100)

    def event(self, due):
        kinds, number = self.settings.get("kinds", 0), self._number
        self._number += 1
        type = self.settings["type"] + (str(number % kinds) if kinds else "")
        event = {"type": type, "data": {"n": number, "t": due, "note": self._note}}
        if "application" in self.settings:
            event["application"] = self.settings["application"]
        return event

    def note(self, status, events):
        self.statuses[status] += 1
        if status == 202:
            self.accepted += events

    async def keep_pace(self):
        """One event every so often; each goes to a connection that is free, or waits for one."""
        free = asyncio.Queue()
        for _ in range(self.settings.get("connections", 8)):
            free.put_nowait(Connection(self.settings))
        interval = 1 / self.settings["rate"]
        due = time.monotonic() + interval
        under_way = set()

        async def send(body, due):
            connection = await free.get()
            try:
                self.note(await connection.post("/v1/events", body), 1)
                self.answered.append(round((time.monotonic() - due) * 1000, 2))
            finally:
                free.put_nowait(connection)

        try:
            while self._number < self.settings.get("total", 1 << 60):
                await asyncio.sleep(max(0, due - time.monotonic()))
                task = asyncio.create_task(send(json.dumps(self.event(int(due * 1e9))).encode(), due))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                due += interval
        finally:
            if under_way:
                await asyncio.wait(under_way, timeout=30)

    async def flood(self):
        """Batches, one after the other on each connection. Their bodies are alike, so that making them costs
        nothing."""
        size = self.settings["batch"]
        body = json.dumps([self.event(0)] * size).encode()
        left = self.settings["total"]

        async def work():
            nonlocal left
            connection = Connection(self.settings)
            while left > 0:
                left -= size
                while (status := await connection.post("/v1/events/batch", body)) in (429, 503):
                    self.note(status, size)
                    await asyncio.sleep(0.1)
                self.note(status, size)

        await asyncio.gather(*(work() for _ in range(self.settings.get("connections", 2))))


async def main():
    settings = json.loads(sys.argv[1])
    publishing = Publishing(settings)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("begins", flush=True)
    work = asyncio.create_task(publishing.keep_pace() if settings.get("rate") else publishing.flood())
    end = asyncio.create_task(commands.read())
    await asyncio.wait((work, end), return_when=asyncio.FIRST_COMPLETED)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    result = {"accepted": publishing.accepted, "statuses": publishing.statuses, "answered": publishing.answered}
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
