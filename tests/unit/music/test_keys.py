"""Keys by name, and by what the notes say."""

import numpy as np
import pytest

from musegen.errors import MusicError
from musegen.music.keys import KEY_NAMES, estimate_key, key_fits, key_named
from musegen.music.notes import make_notes
from musegen.music.phrase import Phrase

# A cadence in C: tonic, subdominant, dominant, tonic.
CADENCE = [
    (8 * i, "chords", pitch, 8, 80)
    for i, chord in enumerate(
        [(48, 60, 64, 67), (53, 60, 65, 69), (55, 59, 62, 67), (48, 60, 64, 67)]
    )
    for pitch in chord
]


def test_every_key_has_a_name():
    assert [key_named(name) for name in KEY_NAMES] == list(range(-5, 7))


@pytest.mark.parametrize(
    ("name", "key"), [("Am", 0), ("Cm", 3), ("F#m", -3), ("Gb", 6), ("Cb", -1), ("B#", 0)]
)
def test_minor_and_enharmonic_names_are_understood(name, key):
    assert key_named(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [("B♭", -2), ("A minor", 0), ("F♯ min", -3), ("E flat major", 3), ("CM", 0), (" D\tMajor ", 2)],
)
def test_signs_and_words_are_understood(name, key):
    assert key_named(name) == key


@pytest.mark.parametrize("name", ["", "m", "H", "c", "C##", "C dorian", "C m m"])
def test_an_unknown_key_is_refused(name):
    with pytest.raises(MusicError, match="there is no key"):
        key_named(name)


@pytest.mark.parametrize("key", range(-5, 7))
def test_the_key_of_a_cadence_is_found(key):
    assert estimate_key(Phrase(make_notes(CADENCE)).to_key(key).notes) == key


def test_the_key_of_a_minor_cadence_is_its_relative_major():
    chords = [(45, 57, 60, 64), (50, 57, 62, 65), (52, 56, 59, 64), (45, 57, 60, 64)]
    rows = [(8 * i, "chords", p, 8, 80) for i, chord in enumerate(chords) for p in chord]
    assert estimate_key(make_notes(rows)) == 0


def test_drums_have_no_key():
    drums = make_notes([(0, "drums", 42, 1, 90), (4, "drums", 38, 1, 90)])
    assert not key_fits(drums).any()
    assert estimate_key(drums) == 0
    both = np.concatenate([make_notes(CADENCE), drums])
    assert np.array_equal(key_fits(both), key_fits(make_notes(CADENCE)))


def test_one_held_note_counts_two_bars_at_most():
    # Without the limit this F sharp would outweigh the whole cadence.
    held = make_notes([*CADENCE, (0, "bass", 42, 10_000, 80)])
    limited = make_notes([*CADENCE, (0, "bass", 42, 32, 80)])
    assert np.array_equal(key_fits(held), key_fits(limited))
