"""Waiting for what has to come true."""

import time

from .matrix import Failed


def wait(what, is_true, patience=30, pause=0.05):
    """Waits until `is_true()` is, and gives back what it returned; fails the row after `patience` seconds."""
    end = time.monotonic() + patience
    while True:
        found = is_true()
        if found:
            return found
        if time.monotonic() > end:
            raise Failed(f"waited {patience:g} s in vain: {what}")
        time.sleep(pause)
