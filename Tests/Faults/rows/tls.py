"""Receivers whose TLS is wrong: each for its own reason, retried, and never sent a request."""

import asyncio
import pathlib

from harness import place
from harness.certificates import Authority
from harness.matrix import Skipped, expect, row
from harness.receivers import Receivers, answering
from harness.server import Martlet
from harness.trial import Trial, expect_failure, seconds

# Where Debian keeps the authorities that are trusted.
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
LIMIT = 3
NAMES = ("good", "expired", "early", "wrong", "self-signed", "unknown", "stalled", "dripping", "plain", "closing")


async def stall(conversation):
    await conversation.forever()


async def drip(conversation):
    """The head of a TLS record that announces 16 KiB, and then a byte a second of it."""
    await conversation.send(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
    while True:
        await asyncio.sleep(1)
        await conversation.send(b"\x00")


async def close(conversation):
    pass


async def speak_plainly(conversation):
    await conversation.read()
    await conversation.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def _played(stage):
    def play(home):
        place.require()
        if not BUNDLE.exists():
            raise Skipped(f"needs {BUNDLE} (apt: ca-certificates)")
        trusted = Authority(home.directory / "trusted")
        unknown = Authority(home.directory / "unknown", "Unknown Authority")
        bundle, hosts = home.directory / "bundle.pem", home.directory / "hosts"
        bundle.write_bytes(BUNDLE.read_bytes() + trusted.certificate.read_bytes())
        hosts.write_text("127.0.0.1 localhost " + " ".join(f"{name}.test" for name in NAMES) + "\n")
        receivers = Receivers(home)
        ok = answering(200)
        contexts = {
            "good": trusted.issue("good.test"),
            "expired": trusted.issue("expired.test", ends="20210101000000Z"),
            "early": trusted.issue("early.test", begins="20480101000000Z"),
            "wrong": trusted.issue("other.test"),
            "self-signed": trusted.self_signed("self-signed.test"),
            "unknown": unknown.issue("unknown.test"),
        }
        behaviours = {"stalled": stall, "dripping": drip, "plain": speak_plainly, "closing": close}
        listeners = {name: receivers.listen(behaviours.get(name, ok), tls=contexts.get(name)) for name in NAMES}
        # Both are read when they are first needed, so they stay in place until everything is settled.
        with place.replaced(BUNDLE, bundle), place.replaced("/etc/hosts", hosts):
            martlet = Martlet(home)
            trial = Trial(home, martlet, timeout=f"{LIMIT}s", retry={"delays": ["1s"]})
            for name, listener in listeners.items():
                trial.add(name, listener.url(host=f"{name}.test", scheme="https"))
            trial.publish_all(NAMES)
            trial.settle()
        return trial, listeners

    return stage.once("tls", play)


def _fails(stage, name, code, earliest=0.0, latest=LIMIT - 0.5):
    trial, listeners = _played(stage)
    (delivery,) = trial.deliveries(name)
    sentence = expect_failure(delivery, code)
    times = [seconds(attempt) for attempt in delivery["attempts"]]
    expect(earliest <= min(times) and max(times) <= latest, f"{code} after {times} s")
    expect(not listeners[name].requests, f"{len(listeners[name].requests)} requests were sent all the same")
    return f"{code}: {sentence}"


@row("tls-good", "TLS as it should be (the control of those below)", "acknowledged")
def good(stage):
    (delivery,) = _played(stage)[0].deliveries("good")
    expect(delivery["status"] == "succeeded", f"{delivery['status']}: {delivery['attempts'][0]['reason']}")
    return delivery["attempts"][0]["reason"]


@row("tls-expired", "TLS certificate expired, or not valid yet", "tls_expired, retried")
def expired(stage):
    return f"{_fails(stage, 'expired', 'tls_expired')} {_fails(stage, 'early', 'tls_expired')}"


@row("tls-name", "TLS certificate for another name", "tls_name_mismatch, retried")
def wrong_name(stage):
    return _fails(stage, "wrong", "tls_name_mismatch")


@row("tls-untrusted", "TLS certificate self-signed, or by an unknown authority", "tls_untrusted, retried")
def untrusted(stage):
    return f"{_fails(stage, 'self-signed', 'tls_untrusted')} {_fails(stage, 'unknown', 'tls_untrusted')}"


@row("tls-stalled", "TLS handshake stalls, or drips", "tls_timeout at the total deadline, retried")
def stalled(stage):
    _fails(stage, "dripping", "tls_timeout", LIMIT - 0.01, LIMIT + 0.3)
    return _fails(stage, "stalled", "tls_timeout", LIMIT - 0.01, LIMIT + 0.3)


@row("tls-none", "the receiver of an https URL speaks plain HTTP, or closes in the handshake", "tls_failed, retried")
def none(stage):
    # A receiver that closes with the client's greeting unread resets the connection.
    _fails(stage, "closing", ("tls_failed", "connection_reset"))
    return _fails(stage, "plain", "tls_failed")
