"""Certificates of every wrong kind, made by openssl."""

import pathlib
import shutil
import ssl
import subprocess

from .matrix import Skipped

CONFIGURATION = """
[ca]
default_ca = here
[here]
dir = {directory}
database = {directory}/index.txt
new_certs_dir = {directory}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


class Authority:
    """An authority of one's own."""

    def __init__(self, directory, name="Fault Authority"):
        if shutil.which("openssl") is None:
            raise Skipped("needs openssl")
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        (self.directory / "index.txt").touch()
        (self.directory / "index.txt.attr").write_text("unique_subject = no\n")
        (self.directory / "ca.cnf").write_text(CONFIGURATION.format(directory=self.directory))
        self.certificate = self.directory / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "30", "-keyout",
                      "ca.key", "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE")

    def issue(self, name, begins="20200101000000Z", ends="20491231235959Z"):
        """A server's TLS context with a certificate for `name`."""
        file = f"{len(list(self.directory.iterdir()))}"
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{file}.key", "-out",
                      f"{file}.csr", "-addext", f"subjectAltName=DNS:{name}")
        self._openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in",
                      f"{file}.csr", "-out", f"{file}.pem", "-startdate", begins, "-enddate", ends)
        return self._context(file)

    def self_signed(self, name):
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "30", "-keyout",
                      "self.key", "-out", "self.pem", "-addext", f"subjectAltName=DNS:{name}")
        return self._context("self")

    def _context(self, file):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / f"{file}.pem", self.directory / f"{file}.key")
        return context

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.directory, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.strip()[-500:]}")
