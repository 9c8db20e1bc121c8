"""An application that verifies its senders' signatures itself, over the raw bytes, as their documentation says.

    STRIPE_SECRET=whsec_… GITHUB_SECRET=… python3 source_receiver.py

POST /stripe asks the library `stripe`, POST /github does what GitHub's "Validating webhook deliveries" does. Answers 200 where the
signature holds and 400 with the reason where it does not. One line {"listening": PORT} says where it listens; it ends when its
standard input closes.
"""

import hashlib
import hmac
import http.server
import json
import os
import sys
import threading

import stripe


def by_stripe(headers, body):
    stripe.Webhook.construct_event(body, headers["Stripe-Signature"], os.environ["STRIPE_SECRET"])


def by_github(headers, body):
    secret = os.environ["GITHUB_SECRET"].encode("utf-8")
    expected = "sha256=" + hmac.new(secret, msg=body, digestmod=hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, headers["X-Hub-Signature-256"]):
        raise ValueError("request signatures didn't match")
    if headers["X-GitHub-Event"] is None:
        raise ValueError("no X-GitHub-Event")


SENDERS = {"/stripe": by_stripe, "/github": by_github}


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            SENDERS[self.path.split("?")[0]](self.headers, body)
            self.reply(200, "verified")
        except Exception as error:  # Whatever is wrong is the answer.
            self.reply(400, f"{type(error).__name__}: {error}")

    def reply(self, status, text):
        body = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"listening": server.server_port}), flush=True)
sys.stdin.read()
