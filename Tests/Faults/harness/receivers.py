"""Receivers that misbehave, each a coroutine on a thread of its own loop."""

import asyncio
import collections
import contextlib
import socket
import struct
import threading
import time
import typing


class Request(typing.NamedTuple):
    """A request as it came in; `at` is CLOCK_MONOTONIC in nanoseconds."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: int


class Conversation:
    """One connection, as a receiver's behaviour sees it."""

    def __init__(self, listener, reader, writer):
        self._listener = listener
        self._reader = reader
        self._writer = writer

    async def request(self):
        """The next request; IncompleteReadError where none comes."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(head[0].split(" ")[1], headers, body, time.monotonic_ns())
        self._listener.requests.append(request)
        return request

    async def read(self):
        """Some bytes of whatever comes."""
        return await self._reader.read(65536)

    async def send(self, data):
        self._writer.write(data)
        self._listener.sent += len(data)
        await self._writer.drain()

    async def answer(self, status=200, headers=(), body=b""):
        lines = [f"HTTP/1.1 {status} Answer", *headers, f"Content-Length: {len(body)}", "", ""]
        await self.send("\r\n".join(lines).encode() + body)

    async def forever(self):
        await asyncio.Event().wait()

    def reset(self):
        """Closes with RST instead of FIN."""
        connection = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class Listener:
    """A port, and what came to it."""

    def __init__(self, behaviour):
        self.behaviour = behaviour
        self.requests = []
        # How many connections came to each local address: on a listener for all of them, which one was dialled.
        self.connections = collections.Counter()
        self.sent = 0
        self.server = None

    @property
    def port(self):
        return self.server.sockets[0].getsockname()[1]

    def url(self, path="/", host="127.0.0.1", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    async def meet(self, reader, writer):
        self.connections[writer.get_extra_info("sockname")[0]] += 1
        try:
            await self.behaviour(Conversation(self, reader, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            with contextlib.suppress(OSError):
                writer.close()


class Receivers:
    """A thread on which listeners run."""

    def __init__(self, stage):
        self.loop = asyncio.new_event_loop()
        # A peer that resets in the middle of TLS is what is being tried.
        self.loop.set_exception_handler(lambda loop, context: None)
        self._servers = []
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        stage.keep(self)

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def listen(self, behaviour, host="127.0.0.1", port=0, tls=None):
        listener = Listener(behaviour)
        server = asyncio.start_server(listener.meet, host, port, ssl=tls, limit=1 << 22, backlog=1024)
        listener.server = self.run(server)
        self._servers.append(listener.server)
        return listener

    def close(self):
        async def end():
            for server in self._servers:
                server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.run(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


def answering(status, *headers, body=b""):
    """A behaviour that answers every request so, on a connection that is kept alive."""

    async def answer(conversation):
        while True:
            await conversation.request()
            await conversation.answer(status, headers, body)

    return answer
