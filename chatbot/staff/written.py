"""Files that staff change: whole or not at all, and by one process at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_PATIENCE = 120.0
"""Seconds to wait for another change to be done."""


class FixRefusedError(Exception):
    """A change that cannot be made; the message ends with the next step. Nothing has changed, nothing is lost."""

    def __init__(self, message: str, text: str = "", current: str = "") -> None:
        super().__init__(message)
        self.text = text
        """What somebody wrote, to be given back."""
        self.current = current
        """What stands in the file now, if it is another text than the one that was opened."""


@contextmanager
def only_change(home: Path) -> Iterator[None]:
    """Hold the lock of an installation's content; the system gives it back when a process is killed."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "content.lock").open("w") as file:
        deadline = monotonic() + _PATIENCE
        while not _locked(file.fileno()):
            if monotonic() > deadline:
                raise FixRefusedError("Another change is still being made. Wait a minute and try again.")
            sleep(0.05)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file; after a kill or a power cut it is the old one or the new one."""
    path = path.resolve()
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, partial)
    partial.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
