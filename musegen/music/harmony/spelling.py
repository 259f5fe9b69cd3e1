"""How notes are spelled in a key: B flat in F major, never A sharp."""

from __future__ import annotations

__all__ = ["note_name", "spell_above", "spell_root"]

# Notes lie on a line of fifths, with C at 0: F is -1, G is 1, B flat is -2, F sharp is 6.
_LETTERS = "FCGDAEB"
# From C flat, which is written B, to A sharp.
_FLATTEST, _SHARPEST = -6, 10
# For each number of semitones above a tonic or a root: how many fifths above it the note is.
_DEGREES = (0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5)
_RAISED = {1: 7, 3: 9, 8: 8}  # the second, third and sixth are raised degrees, not lowered ones


def spell_root(pitch_class: int, key: int, quality: str) -> int:
    """Return the place, on the line of fifths, of a chord's root in a key.

    In C major the major chord is A flat, but the minor and the diminished one are on G sharp, since
    they lead to A minor or come from A major.

    Parameters
    ----------
    pitch_class : int
    key : int
        As in `musegen.music.Phrase.key`.
    quality : str
        As `musegen.music.harmony.qualities.quality_name` returns it.
    """
    tonic = _major_key(key)
    above = (pitch_class - key) % 12
    is_minor = quality.startswith("m") and not quality.startswith("maj")
    leads_up = quality.startswith("dim") or quality in ("m7b5", "7b9", "7#9", "7#5")
    if leads_up or (is_minor and above != 3):
        return _within(tonic + _RAISED.get(above, _DEGREES[above]))
    if above == 6 and tonic > 3:  # B flat in E major
        return _within(tonic - 6)
    return _within(tonic + _DEGREES[above])


def spell_above(root: int, interval: int, intervals: tuple[int, ...]) -> int:
    """Return the place of the note so many semitones above a chord's root at a place.

    The chord's intervals decide whether 6 semitones are a diminished fifth, for example.
    """
    is_fifth = 7 not in intervals
    if interval == 6 and is_fifth:
        return _within(root - 6)
    if interval == 8 and is_fifth and 4 in intervals:
        return _within(root + 8)
    return _within(root + _DEGREES[interval])


def note_name(place: int) -> str:
    """Return the name of the note at a place on the line of fifths."""
    octave, letter = divmod(place + 1, 7)
    return _LETTERS[letter] + ("#" * octave if octave > 0 else "b" * -octave)


def _major_key(key: int) -> int:
    """Return the place of a major key's tonic: from D flat, -5, to F sharp, 6."""
    place = key * 7 % 12
    return place - 12 if place > 6 else place


def _within(place: int) -> int:
    while place < _FLATTEST:
        place += 12
    while place > _SHARPEST:
        place -= 12
    return place
