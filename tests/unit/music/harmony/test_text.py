"""Bars of chords as text."""

import pytest

from musegen.errors import MusicError
from musegen.music.harmony import PROGRESSIONS, Chords, progression


def names(text, key=0):
    return [str(chord) for chord in Chords.from_text(text, key)]


def test_the_chords_of_a_bar_share_its_beats():
    assert names("| C | C G | C G Am | C G Am F |") == [
        *["C"] * 4,
        *["C", "C", "G", "G"],
        *["C", "C", "G", "Am"],
        *["C", "G", "Am", "F"],
    ]


def test_without_bar_lines_each_chord_has_a_bar():
    assert names("C G, Am - F") == ["C"] * 4 + ["G"] * 4 + ["Am"] * 4 + ["F"] * 4


def test_dots_hold_a_chord_for_a_beat_more():
    assert names("| C . . G | Am / F / |") == ["C", "C", "C", "G", "Am", "Am", "F", "F"]


def test_percent_repeats_the_bar_or_the_chord_before():
    assert names("| C G | % | % F |") == ["C", "C", "G", "G"] * 2 + ["G", "G", "F", "F"]


@pytest.mark.parametrize(
    "text", ["C G | Am F", "| C G |\n| Am F |", "|| C G | Am F ||", "|C G|Am,F|"]
)
def test_outer_bar_lines_and_line_breaks_change_nothing(text):
    assert names(text) == names("| C G | Am F |")


def test_commas_in_a_chord_separate_nothing():
    assert names("G7(b9,#11), C")[::4] == ["G7b9#11", "C"]


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("I V vi IV", "D", "D A Bm G"),
        ("i bVII VI V7 III", "Am", "Am G F E7 C"),
        ("ii7 V7 Imaj7 bVII IVm", "Bb", "Cm7 F7 Bbmaj7 Ab Ebm"),
        ("V/V V7/ii viio/vi iiø7 #ivo7", 0, "D A7 G#dim Dm7b5 F#dim7"),
        ("I G N.C. ♭III", 7, "G G N.C. Bb"),
    ],
)
def test_roman_numerals_are_degrees_of_the_key(text, key, expected):
    assert Chords.from_text(text, key) == Chords.from_text(expected)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("| C G | C | Am Xm |", "bar 3, beat 3: 'Xm' is no chord; write for example Am7"),
        ("ii V Ix", "bar 3, beat 1: 'Ix' is no chord; write for example V7, ii7 or bVII"),
        ("| C D E F G |", "bar 1 has 5 chords, and a bar has 4 beats"),
        ("", "there are no chords: write for example"),
        ("| % |", "there are no chords"),
        ("C " * 1001, "there are 1,001 chords: write at most 1,000"),
        ("C " + "| " * 1002, "chords: write at most 1,000"),
        ("H B", "bar 2: 'B' beside H could be B or B flat"),
        ("Ü" * 5000, "bar 1, beat 1: 'ÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜ' is no chord"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(text, says):
    with pytest.raises(MusicError) as raised:
        Chords.from_text(text)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "| C G | Am F |",
        "| C . . G | % | F C/E Dm7 | N.C. |\n| Bb7b9#11 |",
        "| Am7 D7 G G/B |",
        "| C . G . |",
    ],
)
def test_text_that_is_written_is_read_again(text):
    chords = Chords.from_text(text)
    assert Chords.from_text(chords.text()) == chords
    assert Chords.from_text(chords.text()).text() == chords.text()


def test_the_usual_text_is_written():
    assert Chords.from_text("C F G C Am").text() == "| C | F | G | C |\n| Am |"
    assert Chords.from_text("| I bVII | IV . . iv |", "F").text(5) == "| F Eb | Bb . . Bbm |"


@pytest.mark.parametrize("name", PROGRESSIONS)
def test_every_progression_is_read_in_every_key(name):
    in_c = Chords.from_text(progression(name))
    assert len(PROGRESSIONS) == 20
    for key in range(-5, 7):
        assert Chords.from_text(progression(name), key) == in_c.transposed(key)


def test_an_unknown_progression_is_answered_with_the_known_ones():
    with pytest.raises(MusicError, match="there is no progression 'polka': choose from pop, "):
        progression("polka")
