"""Where one row is played: its directory, and everything that it started, ended in the reverse order."""

import contextlib
import dataclasses
import pathlib
import random
import shutil
import tempfile


@dataclasses.dataclass(frozen=True)
class Settings:
    """What holds for every row of a run."""

    martlet: str
    short: bool
    seed: int


class Stage:
    """A row's directory, seed and belongings.

    `shared` is the whole run's stage, which outlives the row: rows that look at different sides of one trial share it
    there.
    """

    def __init__(self, name, settings, shared):
        self.name = name
        self.settings = settings
        self.shared = shared
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"martlet-fault-{name}-"))
        self.random = random.Random(f"{settings.seed}:{name}")
        self.memory = {}
        self._belongings = contextlib.ExitStack()

    @property
    def short(self):
        return self.settings.short

    def pick(self, full, short):
        """A size: of the whole form, or of the short one."""
        return short if self.short else full

    def keep(self, belonging):
        """Has `belonging.close()` called when the row ends, and gives it back."""
        self._belongings.callback(belonging.close)
        return belonging

    def enter(self, context):
        """Enters a context that is left when the row ends."""
        return self._belongings.enter_context(context)

    def once(self, key, make):
        """What `make(home)` gave the first time that a row of this run asked for `key`; `home` lasts for the run."""
        if key not in self.shared.memory:
            home = Stage(key, self.settings, self.shared)
            self.shared._belongings.callback(home.discard)
            self.shared.memory[key] = make(home)
        return self.shared.memory[key]

    def forget(self):
        """Has what rows share made anew for whoever asks next."""
        self.memory.clear()

    def close(self):
        self._belongings.close()

    def discard(self):
        """Closes it and removes its directory."""
        self.close()
        shutil.rmtree(self.directory, ignore_errors=True)
