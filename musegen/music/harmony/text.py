"""Chords as text: bars of chord names, such as ``| C G | Am F |``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from musegen.errors import MusicError
from musegen.limits import MAX_CHORDS
from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.harmony.roman import Tonic, read_roman
from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT

__all__ = ["read_bars", "write_bars"]

_BEATS = STEPS_PER_BAR // STEPS_PER_BEAT
_BARS_PER_LINE = 4
_REPEATS = ("%", "𝄎", "𝄏")  # the bar before; between chords, the chord before
_GOES_ON = ("/", ".")  # one more beat of the chord before
_ROMAN_LIKE = re.compile(r"[b#♭♯]*[IViv]")


@dataclass(frozen=True)
class _Token:
    """A word of the text, and where it stands, counted from 1."""

    text: str
    bar: int
    beat: int


def read_bars(text: str, tonic: Tonic) -> list[Chord]:
    """Read the chord of each beat from a text, four beats a bar.

    Parameters
    ----------
    text : str
        Bars between ``|``, each with up to four chords: two have two beats each; of three, the
        first has two. A ``.`` or ``/`` holds the chord for a beat more: ``C . . G``. ``%`` repeats
        the bar before, or within a bar the chord before; an empty bar does, too. A text without
        ``|`` has one chord a bar. Chords are names, as `Chord.from_name` reads them, or Roman
        numerals in the key.
    tonic : Tonic
        Of the key that Roman numerals are in.

    Raises
    ------
    MusicError
        If there is no chord, something is no chord, or there are too many; the message says which
        and where.
    """
    bars = _split(text)
    count = max(len(bars), sum(len(bar) for bar in bars))
    if count > MAX_CHORDS:
        raise MusicError(f"there are {count:,} chords: write at most {MAX_CHORDS:,}")
    if not count or all(word in (*_REPEATS, *_GOES_ON) for bar in bars for word in bar):
        raise MusicError("there are no chords: write for example | C G | Am F |")
    _refuse_german_b(bars)
    chords: list[Chord] = []
    for number, words in enumerate(bars, 1):
        chords += _read_bar(words, number, chords, tonic)
    return chords


def _split(text: str) -> list[list[str]]:
    """Return the words of each bar."""
    text = re.sub(r"[‖∥]", "|", text)
    has_bars = "|" in text
    # Commas separate chords, but not within parentheses: C7(b9,#11).
    text = re.sub(r",(?![^()\s]*\))", " ", text)
    text = re.sub(r"(^|\s)[-–—→>]+(?=\s|$)", " ", text)
    if not has_bars:
        return [[word] for word in text.split()]
    pieces = text.split("|")
    pieces = pieces if pieces[0].strip() else pieces[1:]
    pieces = pieces if not pieces or pieces[-1].strip() else pieces[:-1]
    # Spaces between two bar lines are an empty bar; nothing or a line break are a double line.
    return [piece.split() for piece in pieces if piece.strip() or (piece and "\n" not in piece)]


def _refuse_german_b(bars: Sequence[Sequence[str]]) -> None:
    """Raise an error if B may mean B flat, as it does in German beside H."""
    words = [word for bar in bars for word in bar]
    if any(word.startswith("H") for word in words):
        for number, bar in enumerate(bars, 1):
            for word in bar:
                if re.match(r"B(?![b♭#♯])", word):
                    raise MusicError(
                        f"bar {number}: {word[:20]!r} beside H could be B or B flat; write B for H,"
                        " or Bb"
                    )


def _read_bar(words: list[str], number: int, before: list[Chord], tonic: Tonic) -> list[Chord]:
    """Return the chords of a bar's beats."""
    if not words or (len(words) == 1 and words[0] in _REPEATS):
        return before[-_BEATS:] if before else [NO_CHORD] * _BEATS
    if len(words) > _BEATS:
        raise MusicError(
            f"bar {number} has {len(words)} chords, and a bar has {_BEATS} beats: set a | between"
            " bars"
        )
    lengths = _share_beats(words)
    chords: list[Chord] = []
    for word, length in zip(words, lengths, strict=True):
        if word in (*_REPEATS, *_GOES_ON):
            known = [*before, *chords]
            chord = known[-1] if known else NO_CHORD
        else:
            chord = _read_chord(_Token(word, number, len(chords) + 1), tonic)
        chords += [chord] * length
    return chords


def _share_beats(words: Sequence[str]) -> list[int]:
    """Return how many beats each word of a bar has."""
    if any(word in _GOES_ON for word in words):
        lengths = [1] * len(words)
        lengths[-1] += _BEATS - len(words)
        return lengths
    return {1: [4], 2: [2, 2], 3: [2, 1, 1], 4: [1, 1, 1, 1]}[len(words)]


def _read_chord(token: _Token, tonic: Tonic) -> Chord:
    roman = read_roman(token.text, tonic)
    if roman:
        return roman
    try:
        return Chord.from_name(token.text)
    except MusicError:
        example = "V7, ii7 or bVII" if _ROMAN_LIKE.match(token.text) else "Am7"
        raise MusicError(
            f"bar {token.bar}, beat {token.beat}: {token.text[:20]!r} is no chord; write for"
            f" example {example}"
        ) from None


def write_bars(names: Sequence[str]) -> str:
    """Return the chord names of the beats as bars that `read_bars` reads, four in a line."""
    bars = [_write_bar(names[at : at + _BEATS]) for at in range(0, len(names), _BEATS)]
    bars = ["%" if i and bar == bars[i - 1] else bar for i, bar in enumerate(bars)]
    lines = [bars[at : at + _BARS_PER_LINE] for at in range(0, len(bars), _BARS_PER_LINE)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _write_bar(beats: Sequence[str]) -> str:
    words: list[str] = []
    lengths: list[int] = []
    for name in beats:
        if words and words[-1] == name:
            lengths[-1] += 1
        else:
            words.append(name)
            lengths.append(1)
    lengths[-1] += _BEATS - len(beats)
    if lengths == _share_beats(words):
        return " ".join(words)
    return " ".join(word + " ." * (length - 1) for word, length in zip(words, lengths, strict=True))
