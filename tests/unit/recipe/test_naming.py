"""What a piece is called."""

import numpy as np
from support.examples import band

from musegen.music import Piece
from musegen.recipe import naming
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import (
    Blend,
    Copy,
    Cut,
    Extend,
    Line,
    Mix,
    Morph,
    Random,
    Recipe,
    Vary,
)

A = Recipe(source=Random(seed=42, bars=16, form="AABA"))
B = Recipe(source=Random(seed=7))
MORPH = Recipe(source=Morph(a=A, b=B, steps=4, bars=4, curve="late"))
OWN = Recipe(source=notes_from_piece(band(bars=4), "Für Elise <b>"))


def names(recipe: Recipe, piece: Piece) -> tuple[str, str, str]:
    facts = "  ".join(naming.details(recipe, piece))
    return naming.title(recipe), naming.stem(recipe, piece), facts


def test_a_seed_is_in_all_of_its_names():
    assert names(A, band(bars=16)) == (
        "Seed 42",
        "musegen-seed42-16bars",
        "16 bars  AABA  120 bpm  C / Am",
    )


def test_forms_and_sections_have_the_names_of_musicians():
    planned = Recipe(source=Random(seed=1, bars=24, form="i4 A8 b8 o4"))
    piece = band(bars=24)
    assert naming.marks(planned, piece) == ((0, "Intro"), (4, "A"), (12, "Bridge"), (20, "Outro"))
    assert "i4 A8 b8 o4" in naming.details(planned, piece)
    assert "like a song" in naming.details(Recipe(source=Random(seed=1)), piece)


def test_every_source_has_a_name():
    piece = band(bars=8)
    place = Recipe(source=Line(seeds=(5,)))
    line = Recipe(source=Line(seeds=(5, 6, 7, 8)))
    square = Recipe(source=Blend(corners=(A, B, A, B), x=0.25, y=1.0))
    assert [names(recipe, piece)[:2] for recipe in (MORPH, OWN, place, line, square)] == [
        ("Seed 42 → seed 7", "musegen-seed42-to-seed7-8bars"),
        ("Für Elise <b>", "musegen-Für-Elise-b-8bars"),
        ("Place 5", "musegen-map-5-8bars"),
        ("A line on the map", "musegen-map-5-6-7-8bars"),
        ("Blend of four", "musegen-blend-25-100-8bars"),
    ]


def test_a_mix_says_what_is_of_which_piece():
    piece = band(bars=8)
    swapped = Recipe(source=Mix(a=A, b=B))
    half = Recipe(source=Mix(a=A, b=B, harmony=0.5, texture=0.25))
    assert names(swapped, piece)[:2] == ("Seed 42, played like seed 7", "musegen-mix-0-100-8bars")
    assert naming.title(half) == "Seed 42 mixed with seed 7"
    assert naming.details(half, piece)[1:3] == ("harmony 50% B", "texture 25% B")


def test_an_example_has_a_name_and_its_seed():
    name, recipe = next(iter(EXAMPLES.items()))
    longer = recipe.then(Extend(bars=8, seed=1))
    assert names(longer, band(bars=24))[0] == name
    assert f"seed {recipe.source.seed}" in naming.details(recipe, band(bars=16))
    assert f"seed{recipe.source.seed}" in naming.stem(recipe, band(bars=16))
    ends = Recipe(source=Morph(a=recipe, b=B))
    assert naming.title(ends) == f"{name} → seed 7"


def test_files_of_changed_pieces_have_other_names():
    piece = band(bars=16)
    changed = [A.then(Copy(source=0, target=i)) for i in (1, 2)]
    stems = {naming.stem(recipe, piece) for recipe in (A, *changed)}
    assert len(stems) == 3
    assert all(stem.startswith("musegen-seed42-16bars") for stem in stems)
    assert "1 change" in naming.details(changed[0], piece)
    assert "2 changes" in naming.details(changed[0].then(Extend(seed=1)), piece)
    varied = OWN.then(Vary(similarity=0.8, seed=3))
    assert "80% similar, seed 3" in naming.details(varied, piece)
    assert "original" in naming.details(OWN, piece)


def test_a_form_in_letters_marks_its_sections():
    assert naming.marks(A, band(bars=16)) == ((0, "A"), (4, "A"), (8, "B"), (12, "A"))
    short = Recipe(source=Random(seed=1, bars=4, form="AABA"))
    assert naming.marks(short, band(bars=4)) == ((0, "A"), (2, "A"))
    other = Recipe(source=Random(seed=1, bars=4, form="ABAC"))
    assert naming.marks(other, band(bars=4)) == ((0, "A"), (2, "B"))
    assert naming.marks(B, band(bars=16)) == ()


def test_a_morph_marks_how_far_its_sections_are():
    piece = band(bars=16)
    assert naming.marks(MORPH, piece) == ((0, "A"), (4, "11%"), (8, "44%"), (12, "B"))
    assert np.allclose(
        [share for _, share in naming.shares(MORPH, piece)], [0, 1 / 9, 4 / 9, 1], atol=1e-4
    )
    longer = MORPH.then(Extend(bars=8, seed=1))
    assert naming.shares(longer, band(bars=24))[-1] == (12, 1.0)
    assert naming.marks(MORPH.then(Cut(first=2, phrases=2)), band(bars=4)) == ()
    assert naming.shares(A, piece) == ()


def test_file_names_hold_nothing_odd() -> None:
    assert naming.safe_stem("../My  Söng (final)") == "My-Söng-final"
    assert naming.safe_stem("…mid") == "mid"
    assert naming.safe_stem("…") == "midi"
    assert len(naming.safe_stem("a" * 300)) <= 40


def test_file_names_keep_every_script() -> None:
    names = ["Песня-1", "千本桜", "아리랑", "हिन्दी-गीत", "เพลง", "أغنية", "Ελλάδα", "Dvořák"]
    assert [naming.safe_stem(f"{name}!") for name in names] == names
    assert naming.safe_stem("e\u0301tude") == "étude"
    assert naming.safe_stem("夜" * 300) == "夜" * 26
