"""How far a job is, on a terminal or in a notebook."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from typing import Any

#: Stage and of how many, what is done, how much of it, of how much (0: unknown), where it stands.
Told = Callable[["tuple[int, int] | None", str, int, int, str], None]

#: Nothing is shown of what takes less, in seconds.
_PATIENCE = 0.5
_WIDTH = 24


def _line(stage: tuple[int, int] | None, what: str, done: int, total: int, said: str) -> str:
    place = f"{stage[0]} of {stage[1]}: " if stage else ""
    text = f"{place}{what}"
    if total > 0:
        full = min(_WIDTH, _WIDTH * done // total)
        text += f" {'█' * full}{'░' * (_WIDTH - full)} {min(100, 100 * done // total):3} %"
    return f"{text}  {said}".rstrip()


class Bar:
    """Shows a job's progress, and is gone when it ends."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._handle: Any = None
        self._shown = 0
        self._notebook = _in_notebook()

    def __call__(self, stage: tuple[int, int] | None, what: str, done: int, total: int, said: str) -> None:
        """Shows where it is."""
        if not what or time.monotonic() - self._begun < _PATIENCE:
            return
        text = _line(stage, what, done, total, said)
        if self._notebook:
            shown = importlib.import_module("IPython.display")
            html: Any = shown.HTML(f"<code>{_escaped(text)}</code>")
            if self._handle is None:
                self._handle = shown.display(html, display_id=True)
            else:
                self._handle.update(html)
        elif sys.stderr is not None and sys.stderr.isatty():
            text = text[:79]
            sys.stderr.write("\r" + text.ljust(self._shown))
            sys.stderr.flush()
            self._shown = len(text)

    def close(self) -> None:
        """Removes what was shown."""
        if self._handle is not None:
            shown = importlib.import_module("IPython.display")
            self._handle.update(shown.HTML(""))
        elif self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    if shell is None:
        return False
    here = shell.get_ipython()
    return here is not None and "IPKernelApp" in getattr(here, "config", {})
