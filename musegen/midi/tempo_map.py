"""Sets tempo changes in a `pretty_midi.PrettyMIDI`: the only use of its private attributes."""

from __future__ import annotations

from collections.abc import Sequence

import pretty_midi

__all__ = ["set_tempos"]


def set_tempos(
    midi: pretty_midi.PrettyMIDI, tempos: Sequence[tuple[int, float]], length: int
) -> None:
    """Replace the tempo map. pretty_midi has no public way to change the tempo after the start.

    Parameters
    ----------
    midi : pretty_midi.PrettyMIDI
    tempos : sequence of (int, float)
        The tick of each change, rising from 0, and the tempo in quarter notes a minute.
    length : int
        The last tick whose time will be needed.
    """
    scales: list[tuple[int, float]] = []
    for tick, tempo in tempos:
        # A file stores whole microseconds a quarter note, so this rounds in the same way. The
        # factor prevents pretty_midi, which truncates, from writing one microsecond less.
        microseconds = round(6e7 / tempo) * (1 + 1e-12)
        scales.append((tick, microseconds / 1e6 / midi.resolution))
    midi._tick_scales = scales
    midi._update_tick_to_time(length)
