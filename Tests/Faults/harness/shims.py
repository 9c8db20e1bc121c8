"""C that is slipped between the binary and the system's library, compiled when it is needed."""

import pathlib
import shutil
import subprocess

from .matrix import Skipped

SOURCES = pathlib.Path(__file__).parent.parent / "shims"


def compiled(stage, name):
    """The shared library of `shims/NAME.c`, for `LD_PRELOAD`."""
    library = stage.shared.directory / f"{name}.so"
    if not library.exists():
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise Skipped("needs a C compiler (apt: gcc)")
        command = [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", str(library),
                   str(SOURCES / f"{name}.c"), "-ldl", "-pthread"]
        subprocess.run(command, check=True)
    return str(library)
