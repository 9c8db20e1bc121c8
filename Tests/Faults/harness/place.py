"""The place of a run: a network of its own, in which every address is on the loopback, and mounts that nobody else
sees.

The harness starts itself once more in new namespaces (`unshare`), so nothing it does can reach another machine or
change this one, and ports and addresses of the Internet are free to be played by its own receivers. Where the system
does not permit that, rows which need it are skipped.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys

from .matrix import Skipped

MARK = "MARTLET_FAULTS_PLACE"

SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
IFF_UP = 1


def settle():
    """Starts this program again in namespaces of its own, where that is permitted; returns in the one that stays."""
    if MARK in os.environ:
        if os.environ[MARK] == "own":
            _raise_loopback()
        return
    for flags in (["-mn"], ["-Urmn"]):
        command = ["unshare", *flags, "--propagation", "private"]
        if shutil.which("unshare") and subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            os.environ[MARK] = "own"
            os.execvp("unshare", [*command, sys.executable, *sys.argv])
    os.environ[MARK] = "shared"


def is_own():
    return os.environ.get(MARK) == "own"


def require():
    if not is_own():
        raise Skipped("needs namespaces of its own: run as root, or allow unprivileged user namespaces")


@contextlib.contextmanager
def mounted(*arguments):
    """Mounts by the arguments of `mount`, of which the last is the place, and unmounts at the end."""
    require()
    made = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if made.returncode != 0:
        raise Skipped(f"may not mount: {made.stderr.strip()}")
    try:
        yield pathlib.Path(arguments[-1])
    finally:
        subprocess.run(["umount", "--lazy", str(arguments[-1])], check=True)


def small_disk(path, size):
    """A file system of so many bytes, in memory."""
    path.mkdir()
    return mounted("-t", "tmpfs", "-o", f"size={size}", "tmpfs", path)


def remount(path, option):
    """Changes how a file system is mounted: `ro` or `rw`."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(path)], check=True)


def replaced(original, path):
    """Puts a file in the place of another for whoever looks from here."""
    return mounted("--bind", path, original)


def add_address(number, address):
    """Has the loopback answer for an address, such as one of the Internet."""
    require()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, "255.255.255.255")):
            place = struct.pack(
                "16sH2s4s8s", f"lo:{number}".encode(), socket.AF_INET, b"", socket.inet_aton(value), b""
            )
            fcntl.ioctl(channel, request, place)


def _raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        answer = fcntl.ioctl(channel, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack("16sh22x", answer)[1]
        fcntl.ioctl(channel, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))
