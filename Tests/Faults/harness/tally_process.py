"""A receiver for load, as a program of its own so that it does not share an interpreter with the publishers.

Writes a line a request to the file given: path, `webhook-id`, CLOCK_MONOTONIC in nanoseconds, the answer's status (0
for none), and the payload's `n` and `t`, or `-`. Reads commands from its input, and answers each with a line:

    set PREFIX STATUS    answer paths that begin so with this status; 0: never answer
    quiet PREFIX         only count what comes to paths that begin so
    flush                have everything that has come in written to the file, and tell that count
"""

import asyncio
import re
import sys
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ID = re.compile(rb"\r\nwebhook-id: *([^\r]*)", re.IGNORECASE)
NUMBER = re.compile(rb'"n":(\d+)')
SENT = re.compile(rb'"t":(\d+)')

statuses = {}
quiet = []
counted = 0
lines = []


def status_of(path):
    for prefix, status in statuses.items():
        if path.startswith(prefix):
            return status
    return 200


class Connection(asyncio.Protocol):
    def __init__(self):
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = LENGTH.search(head)
            end += 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < end:
                return
            body, self.buffer = self.buffer[len(head) + 4:end], self.buffer[end:]
            self.answer(head, body)

    def answer(self, head, body):
        now = time.monotonic_ns()
        path = head.split(b" ", 2)[1].decode()
        status = status_of(path)
        mark, number, sent = ID.search(head), NUMBER.search(body), SENT.search(body)
        fields = (mark[1].decode() if mark else "-", now, status, *(int(x[1]) if x else "-" for x in (number, sent)))
        if any(map(path.startswith, quiet)):
            global counted
            counted += 1
        else:
            lines.append(" ".join(map(str, (path, *fields))))
        if status:
            self.transport.write(b"HTTP/1.1 %d Answer\r\ncontent-length: 0\r\n\r\n" % status)


async def main(path):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    with open(path, "w") as file:

        def flush():
            if lines:
                file.write("\n".join(lines) + "\n")
                lines.clear()
            file.flush()

        async def flush_now_and_then():
            while True:
                await asyncio.sleep(0.2)
                flush()

        background = asyncio.create_task(flush_now_and_then())
        while command := (await commands.readline()).split():
            if command[0] == b"set":
                statuses[command[1].decode()] = int(command[2])
            elif command[0] == b"quiet":
                quiet.append(command[1].decode())
            flush()
            print(counted, flush=True)
        background.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
