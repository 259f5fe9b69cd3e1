"""The map: phrases drawn from the prior as points in a square where neighbours sound alike.

Point number `i` is seed `i`: the phrase of ``mg.random(seed=i, bars=2, form="free")``. So a map has
only positions and attributes, and belongs to the checkpoints that it was made with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musegen.errors import CheckpointError
from musegen.files import DAMAGED_ARRAYS, atomic_write

__all__ = ["PhraseMap"]

_SCALE = 65535  # of coordinates in a file, which are whole numbers


@dataclass(frozen=True, eq=False)
class PhraseMap:
    """Positions and attributes of phrases.

    Attributes
    ----------
    positions : numpy.ndarray
        Float32 ``(points, 2)``, 0 to 1: x and y of each phrase.
    attributes : mapping of str to numpy.ndarray
        By name, float32 ``(points,)`` in the units of `musegen.music.features`: the song's
        `musegen.music.attributes`, and the drums' as ``drums density`` …. NaN if undefined.
    """

    positions: np.ndarray
    attributes: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.positions)

    def along(self, points: np.ndarray, count: int) -> list[int]:
        """Return the seeds of phrases along a line.

        Parameters
        ----------
        points : numpy.ndarray
            Shape ``(m, 2)``, 0 to 1: the corners of the line; at least one.
        count : int
            Phrases at equal distances, from the start of the line to its end.

        Returns
        -------
        list of int
            `count` seeds. None follows itself: on a short line the next nearest one does.

        Raises
        ------
        ValueError
            If the line has another shape or is not finite, or the count is under 1.
        """
        points = np.asarray(points, float)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"a line's points have shape (m, 2), not {points.shape}")
        if not np.isfinite(points).all() or count < 1:
            raise ValueError("a line has finite points, and at least one phrase along it")
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
        reached = np.concatenate([[0.0], np.cumsum(lengths)])
        places = np.linspace(0, reached[-1], count)
        seeds: list[int] = []
        for place in zip(*(np.interp(places, reached, axis) for axis in points.T), strict=True):
            distances = self._distances(np.array(place))
            distances[seeds[-1:]] = np.inf
            seeds.append(int(distances.argmin()))
        return seeds

    def _distances(self, place: np.ndarray) -> np.ndarray:
        return np.linalg.norm(self.positions - place, axis=1)

    def save(self, path: str | Path) -> None:
        """Write an ``.npz`` file; a point takes some 25 bytes."""
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(
                file,
                positions=np.round(self.positions * _SCALE).astype(np.uint16),
                names=np.array(list(self.attributes), np.str_),
                values=np.array(list(self.attributes.values()), np.float16),
            )

    @classmethod
    def load(cls, path: str | Path) -> PhraseMap:
        """Read a file that `save` wrote.

        Raises
        ------
        CheckpointError
            If the file is missing or damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                positions, names, values = (file[k] for k in ("positions", "names", "values"))
        except FileNotFoundError:
            raise CheckpointError(
                f"{path} is missing: make it with python -m musegen map --out {path}"
            ) from None
        except DAMAGED_ARRAYS:
            raise CheckpointError(_damaged(path)) from None
        kinds = (positions.dtype, names.dtype.kind, values.dtype)
        if (
            kinds != (np.uint16, "U", np.float16)
            or not positions.size
            or positions.shape[1:] != (2,)
            or names.ndim != 1
            or values.shape != (len(names), len(positions))
        ):
            raise CheckpointError(_damaged(path))
        return cls(
            positions.astype(np.float32) / _SCALE,
            dict(zip(names.tolist(), values.astype(np.float32), strict=True)),
        )


def _damaged(path: str | Path) -> str:
    return f"{path} is damaged: download it again, or run python -m musegen map --out {path}"
