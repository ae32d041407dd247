"""Folders of reports that nobody asked to keep: gone with what they belong to, and with the process that made them."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

#: What a folder of ours holds, so that no other is ever removed.
_MARK = ".nullcline-temporary"
_PREFIX = "nullcline-"


def _remove(process: int, folder: str) -> None:
    # A process that was forked has its parent's results, and not its folders.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


class Kept:
    """A folder that is removed when this goes, in the process that made it."""

    def __init__(self) -> None:
        _sweep()
        self.folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        (Path(self.folder) / _MARK).touch()
        self._gone = weakref.finalize(self, _remove, os.getpid(), self.folder)


_swept = False


def _sweep() -> None:
    """Removes, once, what processes left that were killed."""
    global _swept
    if _swept or os.name != "posix":
        return
    _swept = True
    for place in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        process = place.name[len(_PREFIX) :].split("-")[0]
        try:
            ours = (place / _MARK).is_file() and not place.is_symlink() and place.stat().st_uid == os.getuid()
            if ours and process.isdigit() and not _alive(int(process)):
                shutil.rmtree(place, ignore_errors=True)
        except OSError:
            continue


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
