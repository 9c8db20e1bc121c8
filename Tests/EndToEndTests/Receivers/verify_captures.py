"""Verifies captured deliveries with other people's libraries: standardwebhooks, svix and stripe (requirements.txt).

    python3 verify_captures.py [--endpoints endpoints.json] requests.ndjson …

A line of a capture is {"headers": {name: value} or [[name, value], …], "body": base64, "url", "profile", "secret"}.
Where `profile` and `secret` are not in the line, --endpoints names a JSON file that has them by the URL's path:
{"/a": {"profile": "standard", "secret": "whsec_…"}}.

Each line is verified by every library that knows its profile, and then again with one byte of the body changed, which
has to be refused. Prints a line for each check; exits 1 when any failed or nothing was checked, 2 for bad input.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import urllib.parse

import standardwebhooks
import stripe
import svix


class Refused(Exception):
    """A verifier of our own found another signature."""


def by_standardwebhooks(secret, headers, body):
    standardwebhooks.Webhook(secret).verify(body, headers)


def by_svix(secret, headers, body):
    svix.Webhook(secret).verify(body, headers)


def by_stripe(secret, headers, body):
    stripe.WebhookSignature.verify_header(body.decode("utf-8"), headers["sharmo-signature"], secret, tolerance=300)


def compare(expected, found):
    if not hmac.compare_digest(expected, found):
        raise Refused(f"expected {expected}, found {found}")


def mac(secret, *parts):
    return hmac.new(secret.encode("utf-8"), b"".join(parts), hashlib.sha256)


def by_fractio(secret, headers, body):
    compare(mac(secret, body).hexdigest(), headers["x-fractio-signature"])


def by_real_estate(secret, headers, body):
    timestamp = headers["x-webhook-timestamp"].encode("ascii")
    compare(mac(secret, timestamp, body).hexdigest(), headers["x-webhook-signature"])


def by_getequity(secret, headers, body):
    digest = base64.b64encode(mac(secret, body).digest()).decode("ascii")
    compare(digest, headers["x-getequity-signature"])


STANDARD = [("standardwebhooks", by_standardwebhooks), ("svix", by_svix)]
PROFILES = {
    "standard": STANDARD,
    "sharmo": [("stripe", by_stripe)],
    "fractio": [("hmac", by_fractio)],
    "real-estate": [("hmac", by_real_estate)],
    "getequity": [("hmac", by_getequity)],
}
REFUSALS = (
    Refused,
    standardwebhooks.WebhookVerificationError,
    svix.WebhookVerificationError,
    stripe.SignatureVerificationError,
)


def tampered(body):
    """The body with its last letter or digit changed: still JSON in most cases, never the same."""
    for index in range(len(body) - 1, -1, -1):
        if chr(body[index]).isascii() and chr(body[index]).isalnum():
            changed = b"0" if body[index : index + 1] != b"0" else b"1"
            return body[:index] + changed + body[index + 1 :]
    return body + b" "


def checks(record):
    """The verifiers due: the profile's, and Standard Webhooks' wherever a request carries such a signature."""
    due = list(PROFILES[record["profile"]])
    if record["profile"] != "standard" and "webhook-signature" in record["headers"]:
        due += STANDARD
    return due


def verify(record):
    """Runs every check that a request is due; yields (verifier, what went wrong or None)."""
    secret, headers, body = record["secret"], record["headers"], record["body"]
    for name, verifier in checks(record):
        try:
            verifier(secret, headers, body)
        except Exception as error:  # whatever a library raises, the delivery did not verify
            yield name, f"refused: {type(error).__name__}: {error}"
            continue
        try:
            verifier(secret, headers, tampered(body))
        except REFUSALS:
            yield name, None
        else:
            yield name, "accepted a tampered body"


def reject(message):
    print(message, file=sys.stderr)
    sys.exit(2)


def read(paths, endpoints):
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    record = json.loads(line)
                    record["body"] = base64.b64decode(record["body"], validate=True)
                except (KeyError, TypeError, ValueError) as error:
                    reject(f"{path}:{number}: not a captured request: {error!r}")
                known = endpoints.get(urllib.parse.urlsplit(record.get("url", "")).path, {})
                record = {**known, **record}
                for member in ("headers", "profile", "secret"):
                    if member not in record:
                        reject(f"{path}:{number}: no {member!r}, neither in the line nor in --endpoints")
                if record["profile"] not in PROFILES:
                    reject(f"{path}:{number}: unknown profile {record['profile']!r}")
                pairs = record["headers"]
                pairs = pairs.items() if isinstance(pairs, dict) else pairs
                record["headers"] = {name.lower(): value for name, value in pairs}
                yield f"{path}:{number}", record


def main():
    parser = argparse.ArgumentParser(description="Verify captured deliveries with standardwebhooks, svix and stripe.")
    parser.add_argument("captures", nargs="+", help="NDJSON files of captured requests")
    parser.add_argument("--endpoints", help="a JSON file with each path's profile and secret")
    arguments = parser.parse_args()
    endpoints = {}
    if arguments.endpoints:
        with open(arguments.endpoints, encoding="utf-8") as file:
            endpoints = json.load(file)

    total = failed = 0
    for place, record in read(arguments.captures, endpoints):
        for name, problem in verify(record):
            total += 1
            failed += problem is not None
            event = record["headers"].get("webhook-id", "-")
            words = ["FAIL" if problem else "ok", place, record["profile"], name, event, problem]
            print(*[word for word in words if word is not None])
    print(f"{total - failed} of {total} checks passed")
    return 1 if failed or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
