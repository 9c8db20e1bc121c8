"""Senders' own libraries beside the presets: they verify what PresetSigner makes, and make what WebhookReceiver verifies.

    python3 preset_peers.py verify requests.ndjson    prints a line for each check; exits 1 when any failed
    python3 preset_peers.py make NOW > requests.ndjson

A line is {"preset", "parameters", "secret", "method", "url", "headers": [[name, value], …], "body": base64}. `secret` is what
verifies: of a key pair, the public key.
"""

import base64
import datetime
import hashlib
import hmac
import json
import sys
import types
import urllib.parse

import discord_interactions
import http_message_signatures
import nacl.signing
import sendgrid.helpers.eventwebhook
import slack_sdk.signature
import standardwebhooks
import stripe
import svix
import twilio.request_validator
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from square.utils.webhooks_helper import verify_signature as verify_square


def body_text(request):
    return request["body"].decode("utf-8")


def standard(request):
    standardwebhooks.Webhook(request["secret"]).verify(request["body"], request["headers"])


def by_svix(request):
    svix.Webhook(request["secret"]).verify(request["body"], request["headers"])


def by_stripe(request):
    stripe.WebhookSignature.verify_header(
        body_text(request), request["headers"]["stripe-signature"], request["secret"], tolerance=300
    )


def slack(request):
    assert slack_sdk.signature.SignatureVerifier(request["secret"]).is_valid_request(request["body"], request["headers"])


def by_twilio(request):
    form = request["headers"].get("content-type", "").startswith("application/x-www-form-urlencoded")
    fields = urllib.parse.parse_qs(body_text(request), keep_blank_values=True) if form else body_text(request)

    class Fields(dict):
        def getall(self, name):
            return self[name]

    validator = twilio.request_validator.RequestValidator(request["secret"])
    assert validator.validate(
        request["url"], Fields(fields) if form else fields, request["headers"]["x-twilio-signature"]
    )


def square(request):
    assert verify_square(
        request_body=body_text(request),
        signature_header=request["headers"]["x-square-hmacsha256-signature"],
        signature_key=request["secret"],
        notification_url=request["url"],
    )


def discord(request):
    key = base64.b64decode(request["secret"].removeprefix("whpk_")).hex()
    headers = request["headers"]
    with_silence = sys.stdout
    sys.stdout = sys.stderr  # The library prints why it refuses.
    try:
        assert discord_interactions.verify_key(
            request["body"], headers["x-signature-ed25519"], headers["x-signature-timestamp"], key
        )
    finally:
        sys.stdout = with_silence


def by_sendgrid(request):
    key = "".join(line for line in request["secret"].splitlines() if not line.startswith("-"))
    headers = request["headers"]
    assert sendgrid.helpers.eventwebhook.EventWebhook(key).verify_signature(
        body_text(request),
        headers["x-twilio-email-event-webhook-signature"],
        headers["x-twilio-email-event-webhook-timestamp"],
    )


ALGORITHMS = {
    "hmac-sha256": http_message_signatures.algorithms.HMAC_SHA256,
    "ed25519": http_message_signatures.algorithms.ED25519,
    "ecdsa-p256-sha256": http_message_signatures.algorithms.ECDSA_P256_SHA256,
    "rsa-v1_5-sha256": http_message_signatures.algorithms.RSA_V1_5_SHA256,
    "rsa-pss-sha512": http_message_signatures.algorithms.RSA_PSS_SHA512,
}


class Key(http_message_signatures.HTTPSignatureKeyResolver):
    def __init__(self, key):
        self.key = key

    def resolve_public_key(self, key_id):
        return self.key

    def resolve_private_key(self, key_id):
        return self.key


def message(request):
    return types.SimpleNamespace(method=request["method"], url=request["url"], headers=dict(request["headers"]))


def algorithm(request):
    return ALGORITHMS[request["parameters"].get("algorithm", "hmac-sha256")]


def http_signature(request):
    secret = request["secret"]
    if secret.startswith("whpk_"):
        key = nacl_public(secret)
    elif secret.startswith("-----BEGIN"):
        key = serialization.load_pem_public_key(secret.encode("ascii"))
    else:
        key = secret.encode("utf-8")
    verifier = http_message_signatures.HTTPMessageVerifier(
        signature_algorithm=algorithm(request), key_resolver=Key(key)
    )
    verifier.verify(message(request), body=request["body"])


def nacl_public(secret):
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(secret.removeprefix("whpk_")))


VERIFIERS = {
    "standard": [("standardwebhooks", standard), ("svix", by_svix)],
    "svix": [("svix", by_svix)],
    "stripe": [("stripe", by_stripe)],
    "slack": [("slack-sdk", slack)],
    "twilio": [("twilio", by_twilio)],
    "square": [("squareup", square)],
    "discord": [("discord-interactions", discord)],
    "sendgrid": [("sendgrid", by_sendgrid)],
    "http-signature": [("http-message-signatures", http_signature)],
}


def verify(path):
    total = failed = 0
    for line in open(path, encoding="utf-8"):
        request = json.loads(line)
        request["body"] = base64.b64decode(request["body"], validate=True)
        request["headers"] = {name.lower(): value for name, value in request["headers"]}
        for name, verifier in VERIFIERS[request["preset"]]:
            problem = None
            try:
                verifier(request)
            except Exception as error:
                problem = f"refused: {type(error).__name__}: {error}"
            else:
                try:
                    verifier({**request, "body": request["body"].replace(b"1", b"2")})
                except Exception:
                    pass
                else:
                    problem = "accepted a tampered body"
            total += 1
            failed += problem is not None
            print(*[word for word in ("FAIL" if problem else "ok", request["preset"], name, problem) if word])
    print(f"{total - failed} of {total} checks passed")
    return 1 if failed or total == 0 else 0


BODIES = [
    b'{"id":"1","type":"a.b","text":"\\u00e9 \xc3\xa9 /","n":[1,2.5e3,null]}',
    b'{"1": "a lone line feed at the end"}\n',
    '{"1":"😀 ünïcödé"}'.encode(),
    b"[1]",
]
URL = "https://hooks.example.com/in/abc?tenant=1&name=a%20b"


def made(preset, secret, headers, body, parameters=None, url=URL):
    headers = [[name, value] for name, value in headers.items()]
    record = {"preset": preset, "parameters": parameters or {}, "secret": secret, "method": "POST", "url": url}
    print(json.dumps({**record, "headers": headers, "body": base64.b64encode(body).decode("ascii")}))


def make(now):
    when = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    shared = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    pair = nacl.signing.SigningKey(bytes(range(32)))
    curve = ec.generate_private_key(ec.SECP256R1())
    long = rsa.generate_private_key(65537, 2048)
    pem = lambda key: key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode("ascii")
    for body in BODIES:
        text = body.decode("utf-8")
        for prefix, library in (("webhook", standardwebhooks), ("svix", svix)):
            signature = library.Webhook(shared).sign("msg_1", when, text)
            headers = {f"{prefix}-id": "msg_1", f"{prefix}-timestamp": str(now), f"{prefix}-signature": signature}
            made("svix", shared, headers, body)
            if prefix == "webhook":
                made("standard", shared, headers, body)
        header = stripe.WebhookSignature.generate_signature_header(text, shared, timestamp=now)
        made("stripe", shared, {"Stripe-Signature": header}, body)
        signature = slack_sdk.signature.SignatureVerifier("8f74").generate_signature(timestamp=str(now), body=body)
        made("slack", "8f74", {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": str(now)}, body)
        validator = twilio.request_validator.RequestValidator("12345")
        url = f"{URL}&bodySHA256={validator.compute_hash(text)}"
        for name in ("HMAC_SHA1", "HMAC_SHA256"):
            signature = validator.compute_signature(url, {}, name)
            headers = {"X-Twilio-Signature": signature, "Content-Type": "application/json"}
            made("twilio", "12345", headers, body, url=url)
        code = hmac.new(b"asdf1234", URL.encode() + body, hashlib.sha256).digest()
        made("square", "asdf1234", {"x-square-hmacsha256-signature": base64.b64encode(code).decode()}, body)
        signature = pair.sign(str(now).encode() + body).signature.hex()
        headers = {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": str(now)}
        made("discord", bytes(pair.verify_key).hex(), headers, body)
        signature = curve.sign(str(now).encode() + body, ec.ECDSA(hashes.SHA256()))
        name = "X-Twilio-Email-Event-Webhook"
        headers = {f"{name}-Signature": base64.b64encode(signature).decode(), f"{name}-Timestamp": str(now)}
        made("sendgrid", pem(curve), headers, body)
        for name, private, public in (
            ("hmac-sha256", b"sesame", "sesame"),
            ("ecdsa-p256-sha256", curve, pem(curve)),
            ("rsa-v1_5-sha256", long, pem(long)),
            ("rsa-pss-sha512", long, pem(long)),
        ):
            request = {"method": "POST", "url": URL, "headers": {"Content-Type": "application/json", "Host": "x"}}
            request = message(request)
            http_message_signatures.HTTPMessageSigner(
                signature_algorithm=ALGORITHMS[name], key_resolver=Key(private)
            ).sign(
                request, key_id="k", created=when, body=body, tag="t", nonce="n", label="peer",
                expires=when + datetime.timedelta(seconds=60),
                covered_component_ids=(
                    "@method", "@authority", "@target-uri", "@scheme", "@path", "@query", "@request-target",
                    '"@query-param";name="name"', "content-type",
                ),
            )
            made("http-signature", public, request.headers, body, {"algorithm": name})
    for fields in ({"A": "1 +&=é", "b": "", "a": "1"}, {"Z": "1", "A": "2"}):
        signature = twilio.request_validator.RequestValidator("12345").compute_signature(URL, fields)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        made("twilio", "12345", headers, urllib.parse.urlencode(fields).encode("ascii"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["verify"]:
        sys.exit(verify(sys.argv[2]))
    make(int(sys.argv[2]))
