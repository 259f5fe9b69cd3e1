"""Progressions that everybody uses, by name."""

from __future__ import annotations

from musegen.errors import MusicError

__all__ = ["PROGRESSIONS", "progression"]

PROGRESSIONS = {
    "pop": "| I | V | vi | IV |",
    "sad pop": "| vi | IV | I | V |",
    "fifties": "| I | vi | IV | V |",
    "three chords": "| I | IV | V | I |",
    "folk": "| I | IV | I | V |",
    "rock": "| I | bVII | IV | I |",
    "epic": "| vi | IV | V | vi |",
    "ballad": "| I | iii | IV | V |",
    "minor plagal": "| I | III | IV | iv |",
    "canon": "| I | V | vi | iii | IV | I | IV | V |",
    "royal road": "| IVmaj7 | V7 | iii7 | vi |",
    "andalusian": "| vi | V | IV | III |",
    "twelve-bar blues": "| I7 | % | % | % | IV7 | % | I7 | % | V7 | IV7 | I7 | V7 |",
    "minor blues": "| vi7 | % | % | % | ii7 | % | vi7 | % | IVmaj7 | III7 | vi7 | III7 |",
    "two five one": "| ii7 | V7 | Imaj7 | % |",
    "turnaround": "| Imaj7 vi7 | ii7 V7 |",
    "rhythm changes": "| I vi7 | ii7 V7 | iii7 vi7 | ii7 V7 | I I7 | IV iv | I V7 | I |",
    "circle of fifths": "| ii7 | V7 | Imaj7 | IVmaj7 | viiø7 | III7 | vi7 | % |",
    "bossa nova": "| Imaj7 | % | II7 | % | ii7 | V7 | Imaj7 | bII7 |",
    "ragtime": "| I | VI7 | II7 | V7 |",
}
"""Bars of Roman numerals in a major key, or in the relative major of a minor one."""


def progression(name: str) -> str:
    """Return the bars of a progression by its name, in any case.

    Raises
    ------
    MusicError
        If there is no such progression.
    """
    found = PROGRESSIONS.get(" ".join(name.lower().split()))
    if found is None:
        raise MusicError(
            f"there is no progression {name[:30]!r}: choose from {', '.join(PROGRESSIONS)}"
        )
    return found
