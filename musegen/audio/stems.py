"""The sounds of a piece's parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["MIX", "Stems", "mix_sounds"]

MIX = "mix"
"""Name of the sound of all parts together, where a part's name is expected."""


@dataclass(frozen=True)
class Stems:
    """The parts of a piece, each as a sound. Played together they are the piece.

    All parts in one sound are named `MIX`.

    Attributes
    ----------
    sounds : mapping of str to numpy.ndarray
        By part, shape ``(samples, 2)``, float32, all equally long.
    rate : int
        Samples a second.
    missing : mapping of str to str
        Parts that could not be rendered, and why in one line.
    """

    sounds: Mapping[str, npt.NDArray[np.float32]]
    rate: int
    missing: Mapping[str, str]

    @property
    def mix(self) -> npt.NDArray[np.float32]:
        """All parts together, shape ``(samples, 2)``, float32 in [-1, 1]."""
        return mix_sounds(self.sounds.values())


def mix_sounds(sounds: Iterable[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Add sounds of shape ``(samples, 2)``; the result is as long as the longest."""
    sounds = list(sounds)
    total = np.zeros((max(map(len, sounds)), 2), np.float32)
    for sound in sounds:
        total[: len(sound)] += sound
    return total
