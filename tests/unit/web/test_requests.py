"""Requests become recipes, or are refused in one line."""

from __future__ import annotations

import pytest
from support.examples import band

from musegen.errors import MusicError
from musegen.music import Piece
from musegen.music.harmony import Chord, Chords
from musegen.music.notes import PARTS
from musegen.recipe.schema import Clear, Copy, Fill, Line, Morph, Random, Recipe, Sound
from musegen.web.requests import (
    mix_corners,
    mix_recipe,
    morph_recipe,
    random_recipe,
    read_edit,
    read_silence,
    recipe_over_chords,
    with_chords,
)


def test_settings_become_a_recipe() -> None:
    recipe = random_recipe(7, 8.0, "AABA", 0.5)
    assert recipe.source == Random(seed=7, bars=8, form="AABA", temperature=0.5)
    morph = morph_recipe(recipe, recipe, 3.0, 4.0, "late")
    assert morph.source == Morph(a=recipe, b=recipe, steps=3, bars=4, curve="late")


def test_a_square_of_two_pieces_has_their_harmony_across_and_their_texture_down() -> None:
    a, b = random_recipe(1, 8), random_recipe(2, 8)
    first, right, below, last = mix_corners(a, b)
    assert (first, last) == (a, b)
    assert [(c.source.harmony, c.source.texture) for c in (right, below)] == [(1, 0), (0, 1)]
    with pytest.raises(MusicError, match="harmony of B is 2; it goes from 0 to 1"):
        mix_recipe(a, b, 2, 0)


def test_chords_are_in_the_key_of_the_piece() -> None:
    recipe = random_recipe(7, 8, sound=Sound(key=2), chords="D A", styles="pop", guidance=2)
    source = recipe.source
    assert (source.chords, source.styles, source.guidance) == ("| C | G |", {"pop": 1}, 2)
    minor = random_recipe(7, 8, sound=Sound(key=0), chords="i iv", key="Am")
    assert minor.source.chords == "| Am | Dm |"


def test_a_plan_has_a_length_of_its_own() -> None:
    source = random_recipe(7, 16, "i4 A8 A8 b8 o4").source
    assert source == Random(seed=7, bars=32, form="i4 A8 A8 b8 o4")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((7, 1000, "AABA", 1.0), "bars is 1000; it goes from 2 to 128"),
        ((7, 16, "A64 B66", 1.0), "bars is 130; it goes from 2 to 128"),
        ((7, 16, "A8 B0", 1.0), "section B0 has no bars"),
        ((7, 8, "a waltz", 1.0), "there is no form 'a waltz'"),
        ((7, 8, "AABA", None), "temperature is empty"),
    ],
)
def test_wrong_settings_are_refused(settings, message) -> None:
    with pytest.raises(MusicError, match=message):
        random_recipe(*settings)


def test_an_unknown_curve_is_refused() -> None:
    recipe = random_recipe(7, 8)
    with pytest.raises(MusicError, match="there is no curve 'steep'"):
        morph_recipe(recipe, recipe, 3, 4, "steep")


def test_random_edits_get_a_seed() -> None:
    asked = {"do": "fill", "phrases": [1], "chords": "D"}
    assert read_edit(asked, band(bars=4).to_key(2)).chords == "| C |"
    with pytest.raises(MusicError, match="bar 1, beat 1: 'Xm' is no chord"):
        read_edit({**asked, "chords": "Xm"}, band(bars=4))
    edit = read_edit({"do": "fill", "phrases": [1], "models": ["song"]})
    assert isinstance(edit, Fill)
    assert edit.seed >= 0
    assert read_edit({"do": "copy", "source": 0, "target": 1}) == Copy(source=0, target=1)


def test_cells_that_are_not_heard_are_read() -> None:
    assert read_silence({"do": "silence", "cells": {"bass": [0, 2]}}) == {"bass": (0, 2)}
    assert read_silence({"do": "silence", "cells": {}}) is None
    assert read_edit({"do": "clear", "cells": {"bass": [0]}}) == Clear(cells={"bass": (0,)})
    for cells in ({"tuba": [0]}, {"bass": [-1]}, {"bass": []}, 7):
        with pytest.raises(MusicError, match="reload the page"):
            read_silence({"do": "silence", "cells": cells})


@pytest.mark.parametrize("wanted", [None, [], {}, {"do": "explode"}, {"do": "cut", "first": "x"}])
def test_other_edits_are_refused(wanted) -> None:
    with pytest.raises(MusicError, match="reload the page"):
        read_edit(wanted)


RECIPE = Recipe(source=Random(seed=1, bars=8, styles={"pop": 1.0}), sound=Sound(key=2))


def changed(piece: Piece, text: str, kept: dict[str, list[int]] | None = None) -> list[Fill]:
    return list(with_chords(RECIPE, piece, text, kept or {}).edits)


def other_chords(piece: Piece, beat: int, name: str) -> str:
    """The chords of a piece with another one on a beat."""
    chords = list(piece.chords)
    chords[beat] = Chord.from_name(name)
    return Chords.from_chords(chords).text(piece.key)


def test_only_what_is_under_a_changed_chord_is_drawn_anew() -> None:
    piece = band(bars=8).to_key(2)
    (fill,) = changed(piece, other_chords(piece, 9, "C#dim"))
    assert (fill.phrases, fill.parts) == ((1,), ("lead", "counter", "chords", "bass"))
    assert Chords.from_text(fill.chords)[9] == Chord.from_name("Bdim")  # in C
    before = list(piece.chords.transposed(-2))
    assert [*Chords.from_text(fill.chords)][:9] == before[:9]


def test_a_line_of_chords_is_repeated_to_the_end() -> None:
    piece = band(bars=8)
    (fill,) = changed(piece, "| C#dim |")
    assert fill.phrases == (0, 1, 2, 3)
    assert len(Chords.from_text(fill.chords)) == 32


def test_what_is_kept_is_not_drawn() -> None:
    piece = band(bars=8)
    fills = changed(piece, "| C#dim |", {"lead": [0, 1, 2, 3], "bass": [0]})
    assert [(fill.phrases, fill.parts) for fill in fills] == [
        ((0, 1, 2, 3), ("counter", "chords")),
        ((1, 2, 3), ("bass",)),
    ]


def test_chords_that_change_nothing_are_refused() -> None:
    piece = band(bars=8)
    with pytest.raises(MusicError, match="these chords are playing already"):
        changed(piece, piece.chords.text(piece.keys))
    with pytest.raises(MusicError, match="everything under these chords is locked"):
        changed(piece, "| C#dim |", {part: [0, 1, 2, 3] for part in PARTS})
    with pytest.raises(MusicError, match="bar 2, beat 1: 'Xm' is no chord"):
        changed(piece, "| C | Xm |")
    with pytest.raises(MusicError, match="there are no chords"):
        changed(piece, " ")


def test_a_new_piece_keeps_the_chords_and_the_sound() -> None:
    piece = band(bars=8).to_key(2)
    made = recipe_over_chords(RECIPE, piece, "| D | A |")
    assert made.sound == RECIPE.sound
    assert made.source.seed != RECIPE.source.seed
    assert (made.source.chords, made.source.styles) == ("| C | G |", {"pop": 1})
    of_file = recipe_over_chords(Recipe(source=Line(seeds=(1,))), piece, "| D | A |")
    assert (of_file.sound.key, of_file.sound.tempo) == (2, piece.tempo)
    assert of_file.sound.programs == dict(piece.programs)
