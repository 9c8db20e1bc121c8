"""A mail server (aiosmtpd) that takes messages after STARTTLS and AUTH alone, and prints each as a line of JSON.

Usage: mail_server.py FILE, into which it writes the certificate of its authority.
"""

import asyncio
import datetime
import email
import email.policy
import ipaddress
import json
import ssl
import sys
import tempfile

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def say(**members):
    print(json.dumps(members), flush=True)


def context(path):
    """What it serves TLS with: a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mail Test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    with open(path, "wb") as file:
        file.write(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.NamedTemporaryFile() as file:
        file.write(private + pem)
        file.flush()
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(file.name)
    return made


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            safe=session.ssl is not None,
            login=(session.auth_data or b"").decode(),
            origin=message["From"],
            to=message["To"],
            subject=message["Subject"],
            name=message["Message-ID"],
            date=message["Date"].datetime.isoformat(),
            defects=[str(defect) for part in message.walk() for defect in part.defects],
            text=message.get_content(),
        )
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    isRight = data.login == b"ops" and data.password == b"swordfish"
    return AuthResult(success=isRight, auth_data=data.login if isRight else None)


async def main():
    loop = asyncio.get_running_loop()
    tls = context(sys.argv[1])

    def make():
        return SMTP(
            Handler(),
            hostname="mail.test",
            tls_context=tls,
            require_starttls=True,
            authenticator=authenticate,
            auth_required=True,
        )

    server = await loop.create_server(make, "127.0.0.1", 0)
    say(listening=server.sockets[0].getsockname()[1])
    # Whoever started it ends it by closing its standard input.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
