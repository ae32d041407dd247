"""Tasks that are played step by step, as environments of Gymnasium where that is installed.

>>> from nullcline.environments import Navigate
>>> world = Navigate(steps=5)
>>> seen, _ = world.reset(seed=1)
>>> seen, reward, reached, over, place = world.step([0.1, 0.0])
>>> seen.shape, reward, reached, over
((12288,), 0.0, False, False)
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from nullcline import _native

try:
    _gymnasium: Any = importlib.import_module("gymnasium")
except ImportError:  # The methods are the same without it; there are no spaces.
    _gymnasium = None

_Base: Any = object if _gymnasium is None else _gymnasium.Env


def _box(low: float, high: float, length: int) -> Any:
    return None if _gymnasium is None else _gymnasium.spaces.Box(low, high, (length,), np.float32)


class _Played(_Base):  # type: ignore[misc]
    metadata: dict[str, Any] = {"render_modes": []}
    render_mode = None

    _episodes: Any
    _index = 0
    _seed = 1

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begins an episode: the first of `seed`, or the next of the seed before."""
        if seed is not None:
            if _gymnasium is not None:
                super().reset(seed=seed)
            self._seed, self._index = int(seed), 0
        seen = self._episodes.reset(self._seed, self._index)
        self._index += 1
        return seen.astype(np.float32), self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Moves on: observation, reward, whether the task is over, whether the time is, and where it stands."""
        pair = np.asarray(action, dtype=np.float64).ravel()
        if pair.shape != (2,) or not np.isfinite(pair).all():
            raise ValueError(f"step: found the action {action}, expected two finite numbers")
        seen, reward, over, late = self._episodes.step(pair.tolist())
        return seen.astype(np.float32), float(reward), bool(over), bool(late), self._info()

    def _info(self) -> dict[str, Any]:
        return {}

    def render(self) -> None:
        """Nothing is drawn."""

    def close(self) -> None:
        """Nothing is open."""


class Navigate(_Played):
    """The continuous grid world of fanthomme2021 (B.1): what is seen is an image, an action is a displacement.

    `map` is SnakePath, DoubleDonut, Ambiguous, DarkCenter, DonutPath or a file in TOML; `goal` one of its goals, or none
    for free foraging; `retina` the program's (`coded`) or the thesis's (`printed`), of `cells` x `cells`; an episode ends
    after `steps` actions.
    """

    def __init__(
        self,
        map: str | os.PathLike[str] = "SnakePath",
        goal: str | None = None,
        steps: int = 40,
        retina: str = "coded",
        cells: int = 64,
    ) -> None:
        name = os.fspath(map)
        text = None
        if name.lower().endswith(".toml"):
            try:
                text = Path(name).read_text(encoding="utf-8")
            except OSError as e:
                raise ValueError(f"{name}: cannot be read ({e}); name a map in TOML") from None
        self._episodes = _native.Navigate(name, text, goal, steps, retina, cells)
        self.observation_space = _box(-np.inf, np.inf, self._episodes.inputs)
        self.action_space = _box(-1.0, 1.0, 2)

    def _info(self) -> dict[str, Any]:
        place = self._episodes.place
        return {} if place is None else {"room": place[0], "place": np.array(place[1])}


class Ibl(_Played):
    """The decision task of the International Brain Laboratory (schaeffer2020, 2.1): an action is the probabilities of left
    and right, which counts once one exceeds 0.9; `reading` is the program's (`coded`) or the paper's (`printed`)."""

    def __init__(self, reading: str = "coded", blocks: int = 4) -> None:
        self._episodes = _native.Ibl(reading, blocks)
        self.observation_space = _box(-np.inf, np.inf, 3)
        self.action_space = _box(0.0, 1.0, 2)

    def _info(self) -> dict[str, Any]:
        trial = self._episodes.trial
        return {} if trial is None else {"trial": trial[0], "side": ("left", "right")[trial[1]]}
