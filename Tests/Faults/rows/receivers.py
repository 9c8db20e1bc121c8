"""Receivers that are slow, endless, broken or rude: the deadline holds, the reason is right, memory stays flat."""

import asyncio
import base64
import gzip
import io

from harness.matrix import expect, row
from harness.receivers import Receivers
from harness.server import Martlet
from harness.trial import Trial, expect_failure, seconds

LIMIT = 5
# How much later than the deadline an attempt may end on a busy machine.
GRACE = 0.3
EVENTS = 4
KEPT = 64 << 10


def slow(delay):
    async def behave(conversation):
        while True:
            await conversation.request()
            await asyncio.sleep(delay)
            await conversation.answer()

    return behave


async def hang(conversation):
    await conversation.request()
    await conversation.forever()


async def drip_head(conversation):
    await conversation.request()
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Filler: " + b"x" * 100:
        await conversation.send(bytes([byte]))
        await asyncio.sleep(1)


async def drip_body(conversation):
    await conversation.request()
    await conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        await conversation.send(b"x")
        await asyncio.sleep(1)


def endless(start, piece):
    """A response without end, as fast as it is taken."""

    async def behave(conversation):
        await conversation.request()
        await conversation.send(start)
        while True:
            await conversation.send(piece)

    return behave


def closing(response):
    async def behave(conversation):
        await conversation.request()
        for start in range(0, len(response), 65536):
            await conversation.send(response[start:start + 65536])

    return behave


async def close_at_once(conversation):
    pass


async def reset(conversation):
    await conversation.request()
    conversation.reset()


def _bomb():
    """10 MB that gzip makes 10 GB of."""
    sink = io.BytesIO()
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=9) as file:
        file.write(b"\0" * (100 << 20))
    member = sink.getvalue()
    return member * 100


def _big_head(size):
    return b"HTTP/1.1 200 OK\r\n" + b"".join(
        b"X-Header-%d: %s\r\n" % (number, b"x" * 1000) for number in range(size // 1020)) + b"\r\n"


BEHAVIOURS = {
    "slow-4.9": slow(4.9),
    "slow-5.1": slow(5.1),
    "hangs": hang,
    "drips-headers": drip_head,
    "drips-body": drip_body,
    "endless-body": endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
    "endless-chunks": endless(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    "endless-refusal": endless(b"HTTP/1.1 500 No\r\n\r\n", b"x" * 65536),
    "10-MB-headers": closing(_big_head(10 << 20)),
    "endless-header": endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536),
    "many-headers": endless(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 1000),
    "bad-status-line": closing(b"HTTP/1.1 2xx Fine\r\n\r\n"),
    "not-http": closing(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "binary": closing(bytes(range(256)) * 8),
    "two-lengths": closing(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
    "negative-length": closing(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
    "smuggled": closing(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "closes-at-once": close_at_once,
    "closes-before": closing(b""),
    "closes-in": closing(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "closes-after": closing(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    "resets": reset,
    "gzip-bomb": None,
    "1xx-storm": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100),
}


def _played(stage):
    """Every behaviour, each tried with a few events, at once."""

    def play(home):
        receivers = Receivers(home)
        martlet = Martlet(home)
        trial = Trial(home, martlet, timeout=f"{LIMIT}s", retry={"delays": ["1s"]})
        bomb = _bomb()
        head = (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n"
                b"Content-Length: %d\r\n\r\n" % len(bomb))
        listeners = {}
        for name, behaviour in BEHAVIOURS.items():
            listeners[name] = receivers.listen(behaviour or closing(head + bomb))
            trial.add(name, listeners[name].url())
        # Its peak so far: starting took more than it has now, and what it gave back of its code comes back.
        before = martlet.peak()
        for _ in range(EVENTS):
            for name in BEHAVIOURS:
                trial.publish(name)
        trial.settle()
        return trial, listeners, martlet.peak() - before

    return stage.once("receivers", play)


def _deliveries(stage, name):
    return _played(stage)[0].deliveries(name)


def _fails(stage, name, codes, earliest=0.0, latest=LIMIT - 1.0):
    """All deliveries failed for this reason, or one of these, each attempt within this time. Says so."""
    sentences, times = set(), []
    for delivery in _deliveries(stage, name):
        sentences.add(expect_failure(delivery, codes))
        times += [seconds(attempt) for attempt in delivery["attempts"]]
    seen = f"{codes} after {min(times):.3f} to {max(times):.3f} s: {sorted(sentences)[0]}"
    expect(earliest <= min(times) and max(times) <= latest, seen)
    return seen


def _acknowledged(stage, name, earliest=0.0, latest=LIMIT - 1.0, truncated=True):
    """All deliveries succeeded at once, with what was read of the body kept. Says so."""
    times, kept = [], 0
    for delivery in _deliveries(stage, name):
        expect(delivery["status"] == "succeeded" and len(delivery["attempts"]) == 1,
               f"{delivery['status']} after {[attempt['reason'] for attempt in delivery['attempts']]}")
        attempt = delivery["attempts"][0]
        times.append(seconds(attempt))
        response = attempt["response"]
        body = (response["body"] or "").encode()
        kept = max(kept, len(base64.b64decode(body) if response["body_encoding"] == "base64" else body))
        expect(response["truncated"] == truncated, f"truncated is {response['truncated']}")
    seen = f"acknowledged after {min(times):.3f} to {max(times):.3f} s, {kept:,} bytes kept"
    expect(earliest <= min(times) and max(times) <= latest and kept <= KEPT, seen)
    return seen


def _taken(stage, name, most):
    """That no more than a bounded part of an endless response was taken off the receiver's hands."""
    listener = _played(stage)[1][name]
    share = listener.sent / max(1, sum(listener.connections.values()))
    seen = f"{share / 1024:,.0f} KiB sent a connection"
    expect(share < most, seen)
    return seen


# What two sockets' buffers hold on the loopback, and some.
BUFFERS = 8 << 20


@row("slow-4.9", f"receiver answers after 4.9 s of {LIMIT} s", "acknowledged at the first attempt", is_timed=True)
def slow_4_9(stage):
    return _acknowledged(stage, "slow-4.9", 4.9, LIMIT, truncated=False)


@row("slow-5.1", f"receiver answers after 5.1 s of {LIMIT} s", "cut at 5 s: timeout, retried")
def slow_5_1(stage):
    return _fails(stage, "slow-5.1", "timeout", LIMIT - 0.01, LIMIT + GRACE)


@row("hangs", "receiver never answers", "cut at 5 s: timeout, retried")
def hangs(stage):
    return _fails(stage, "hangs", "timeout", LIMIT - 0.01, LIMIT + GRACE)


@row("drips-headers", "receiver sends a byte of its headers a second", "cut at the total deadline: timeout")
def drips_headers(stage):
    return _fails(stage, "drips-headers", "timeout", LIMIT - 0.01, LIMIT + GRACE)


@row("drips-body", "receiver sends 200, then a byte a second", "acknowledged; reading ends at the total deadline")
def drips_body(stage):
    return _acknowledged(stage, "drips-body", LIMIT - 0.01, LIMIT + GRACE)


@row("endless-body", "receiver sends 200 and a body without end, plain or in chunks", "acknowledged; cut off at 64 KiB")
def endless_body(stage):
    seen = _acknowledged(stage, "endless-body")
    _acknowledged(stage, "endless-chunks")
    _taken(stage, "endless-chunks", BUFFERS)
    return f"{seen}; {_taken(stage, 'endless-body', BUFFERS)}"


@row("endless-refusal", "receiver sends 500 and a body without end", "failed with 500, retried; cut off at 64 KiB")
def endless_refusal(stage):
    seen = _fails(stage, "endless-refusal", 500)
    return f"{seen} {_taken(stage, 'endless-refusal', BUFFERS)}"


@row("big-headers", "receiver sends 10 MB of headers; a header without end; headers without end",
     "response_too_large, retried")
def big_headers(stage):
    seen = [_fails(stage, name, "response_too_large") for name in ("10-MB-headers", "endless-header", "many-headers")]
    for name in ("10-MB-headers", "endless-header", "many-headers"):
        _taken(stage, name, BUFFERS)
    return seen[0]


@row("bad-response", "receiver sends a bad status line, SSH, binary, or framing that contradicts itself",
     "malformed_response, retried")
def bad_response(stage):
    names = ("bad-status-line", "not-http", "binary", "two-lengths", "negative-length", "smuggled")
    return [_fails(stage, name, "malformed_response") for name in names][0]


@row("closes", "receiver closes before, in and after its headers; resets",
     "connection_closed or connection_reset, retried; acknowledged once the headers were in")
def closes(stage):
    # Closing what still has unread bytes makes TCP reset it.
    _fails(stage, "closes-at-once", ("connection_closed", "connection_reset"))
    for name in ("closes-before", "closes-in"):
        seen = _fails(stage, name, "connection_closed")
    reset_seen = _fails(stage, "resets", "connection_reset")
    _acknowledged(stage, "closes-after")
    return f"{seen} {reset_seen}"


@row("gzip-bomb", "receiver sends 10 MB that unpack to 10 GB", "acknowledged; kept as it is, at most 64 KiB of it")
def gzip_bomb(stage):
    return _acknowledged(stage, "gzip-bomb")


@row("1xx-storm", "receiver sends 103 without end", "malformed_response, retried")
def storm(stage):
    seen = _fails(stage, "1xx-storm", "malformed_response")
    _taken(stage, "1xx-storm", BUFFERS)
    return seen


@row("receiver-memory", f"all of these at once, {EVENTS} events each", "memory flat: at most 16 MiB more than before")
def memory(stage):
    _, listeners, growth = _played(stage)
    offered = sum(listener.sent for listener in listeners.values())
    seen = f"{growth / 2**20:.1f} MiB more at the peak, while {offered / 2**20:,.0f} MiB were sent at it"
    expect(growth <= 16 << 20, seen)
    return seen
