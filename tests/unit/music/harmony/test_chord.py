"""Chords and their names."""

import pytest

from musegen.errors import MusicError
from musegen.music.harmony import NO_CHORD, Chord


def chord(root, *above, bass=None):
    return Chord(root, (0, *above), root if bass is None else bass)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("C", chord(0, 4, 7)),
        ("Am7", chord(9, 3, 7, 10)),
        ("F#m7b5", chord(6, 3, 6, 10)),
        ("G/B", chord(7, 4, 7, bass=11)),
        ("Dm7/G", chord(2, 3, 7, 10, bass=7)),
        ("Csus4", chord(0, 5, 7)),
        ("C6/9", chord(0, 2, 4, 7, 9)),
        ("C6/9/E", chord(0, 2, 4, 7, 9, bass=4)),
        ("N.C.", NO_CHORD),
    ],
)
def test_a_name_says_root_notes_and_bass(name, meant):
    assert Chord.from_name(name) == meant


@pytest.mark.parametrize(
    "names",
    [
        "Cmaj7 CM7 C△7 CΔ7 CMA7 Cma7 C^7 Cj7",
        "Cm Cmin Cmi C- Cminor",
        "Cm7b5 Cø Cø7 Cm7(b5) Cm7-5 C-7b5 Cm7♭5",
        "Cdim C° Co",
        "Cdim7 C°7 Co7",
        "Caug C+",
        "Cmmaj7 CmM7 Cm(maj7) Cm/maj7 C-△7",
        "C7b9#11 C7(b9,#11) C7(♭9♯11) C7b9(add#11)",
        "C7sus4 C7sus Csus47",
        "N.C. NC n.c.",
    ],
)
def test_other_ways_to_write_a_chord_are_the_same_chord(names):
    first, *others = map(Chord.from_name, names.split())
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("german", "english"),
    [
        ("H7", "B7"),
        ("Fism", "F#m"),
        ("Es", "Eb"),
        ("As7/C", "Ab7/C"),
        ("Hes", "Bb"),
        ("G/H", "G/B"),
    ],
)
def test_german_names_are_read(german, english):
    assert Chord.from_name(german) == Chord.from_name(english)


@pytest.mark.parametrize("name", ["Esus4", "Asus2", "Bsus"])
def test_a_suspended_chord_is_not_a_german_name(name):
    assert Chord.from_name(name).root == {"E": 4, "A": 9, "B": 11}[name[0]]


@pytest.mark.parametrize(
    "name", ["", "Xm", "am7", "Cfoo", "C/", "C/X", "/", "7", "hello", "C" * 999]
)
def test_what_is_no_chord_is_named_in_one_line(name):
    with pytest.raises(MusicError, match="is no chord; write for example Am7") as raised:
        Chord.from_name(name)
    assert len(str(raised.value)) < 100


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (0, "Db Eb F# Ab Bb C#m F#m G#m Bbm C#dim G#dim7 D/F# E7/G# C7/Bb Em7b5/Bb Caug/G#"),
        (5, "Bb Eb Gm/Bb Bbm F7/A Db"),  # F: never A sharp
        (-2, "Eb Ab Cm7 F7/A F#dim Eb/G"),  # B flat
        (4, "G#m C#m D#dim B/D# A/C# F#m7 Bb"),  # E
        (-4, "Db Eb7 Fm Bbm7 Ab/C Db/F"),  # A flat
        (6, "F# B C# D#m G#m A#m F#/A#"),  # F sharp
    ],
)
def test_names_are_spelled_as_suits_the_key(key, names):
    for name in names.split():
        assert Chord.from_name(name).name(key) == name


def test_transposing_moves_root_and_bass():
    assert Chord.from_name("G/B").transposed(-9).name() == "Bb/D"
    assert NO_CHORD.transposed(3) == NO_CHORD
