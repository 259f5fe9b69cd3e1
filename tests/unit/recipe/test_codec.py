"""Recipes as text: what was written once can always be read."""

import base64
import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import band

from musegen.errors import MusicError
from musegen.recipe.codec import checkpoint_notice, read_recipe, write_recipe
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import (
    Adjust,
    Blend,
    Copy,
    Cut,
    Extend,
    Fill,
    Line,
    Mix,
    Morph,
    Notes,
    Random,
    Recipe,
    Reconstruct,
    Sound,
    Vary,
)

# Texts from before recipes had versions, each with what it has to be read as. Never change these.
GOLDEN = json.loads((Path(__file__).parent / "golden" / "version_1.json").read_text())
A = Recipe(source=Random(seed=1, bars=4))
B = Recipe(source=Random(seed=2, bars=4, form="free"), sound=Sound(key=3, tempo=120.0))
OWN = Recipe(source=notes_from_piece(band(bars=2), "my song"))


@pytest.mark.parametrize("name", GOLDEN)
def test_a_text_of_the_first_version_is_still_read(name):
    recipe = read_recipe(GOLDEN[name]["text"])
    assert json.loads(recipe.model_dump_json(exclude_none=True)) == GOLDEN[name]["recipe"]
    assert read_recipe(write_recipe(recipe)) == recipe
    assert checkpoint_notice(GOLDEN[name]["text"]) is None


def test_golden_texts_cover_every_source_and_edit():
    used = set()

    def collect(recipe):
        used.update(type(step) for step in (recipe.source, *recipe.edits))
        for end in recipe.ends:
            collect(end)

    for golden in GOLDEN.values():
        collect(read_recipe(golden["text"]))
    assert used == {*SOURCES, *EDITS}


SEEDS = st.integers(0, 2**53)
SHARES = st.floats(0, 1)
PHRASES = st.lists(st.integers(0, 127), max_size=4).map(tuple)
SOME_OR_ALL = st.none() | PHRASES
MODELS = st.sampled_from([("song", "drums"), ("song",), ("drums",)])
NAMES = st.text(max_size=60)
BARS = st.integers(1, 256)
PROGRAMS = st.dictionaries(
    st.sampled_from(["lead", "counter", "chords", "bass", "drums"]), st.integers(0, 127)
)
SOUNDS = st.builds(
    Sound,
    key=st.none() | st.integers(-5, 6),
    tempo=st.none() | st.floats(20, 300),
    programs=PROGRAMS,
    swing=st.none() | SHARES,
    human=st.none() | st.booleans(),
)
EDITS = {
    Fill: st.builds(Fill, phrases=PHRASES, seed=SEEDS, models=MODELS),
    Vary: st.builds(Vary, similarity=SHARES, seed=SEEDS, phrases=SOME_OR_ALL, models=MODELS),
    Adjust: st.builds(
        Adjust,
        changes=st.dictionaries(NAMES, st.floats(-3, 3), max_size=3),
        phrases=SOME_OR_ALL,
        models=MODELS,
    ),
    Extend: st.builds(Extend, bars=BARS, seed=SEEDS),
    Copy: st.builds(Copy, source=st.integers(), target=st.integers()),
    Cut: st.builds(Cut, first=st.integers(), phrases=st.integers()),
    Reconstruct: st.builds(Reconstruct),
}


def columns(*ranges: tuple[int, int]) -> st.SearchStrategy:
    rows = st.lists(st.tuples(*(st.integers(*limits) for limits in ranges)), max_size=20)
    return rows.map(lambda rows: tuple(zip(*rows, strict=True)) or ((),) * len(ranges))


@st.composite
def notes_sources(draw) -> Notes:
    names = ("after", "part", "pitch", "duration", "velocity", "offset")
    limits = ((0, 10**6), (0, 4), (0, 127), (1, 10**6), (1, 127), (-500, 500))
    return Notes(
        name=draw(NAMES),
        bars=draw(st.integers(1, 4096)),
        keys=draw(st.lists(st.integers(-5, 6), max_size=4).map(tuple)),
        tempos=draw(st.lists(st.floats(5, 2000), max_size=4).map(tuple)),
        programs=draw(PROGRAMS),
        changes=draw(st.lists(st.tuples(st.integers(), PROGRAMS), max_size=2).map(tuple)),
        **dict(zip(names, draw(columns(*limits)), strict=True)),
    )


RANDOM = st.builds(Random, seed=SEEDS, bars=BARS, form=NAMES, temperature=st.floats(0, 2))


def recipes(sources: st.SearchStrategy) -> st.SearchStrategy:
    edits = st.lists(st.one_of(*EDITS.values()), max_size=3).map(tuple)
    return st.builds(Recipe, source=sources, edits=edits, sound=SOUNDS)


ENDS = recipes(RANDOM | notes_sources())
SOURCES = {
    Random: RANDOM,
    Notes: notes_sources(),
    Morph: st.builds(Morph, a=ENDS, b=ENDS, steps=st.integers(), bars=BARS, curve=NAMES),
    Blend: st.builds(
        Blend, corners=st.tuples(ENDS, ENDS, ENDS, ENDS), x=SHARES, y=SHARES, bars=BARS
    ),
    Line: st.builds(Line, seeds=st.lists(SEEDS, min_size=1, max_size=64).map(tuple)),
}


# Sources that texts of the first version do not have.
NEWER_SOURCES = {Mix: st.builds(Mix, a=ENDS, b=ENDS, harmony=SHARES, texture=SHARES, bars=BARS)}


@pytest.mark.parametrize("source", SOURCES | NEWER_SOURCES, ids=lambda kind: kind.__name__)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_any_recipe_of_a_source_is_read_as_it_was_written(source, data):
    recipe = data.draw(recipes((SOURCES | NEWER_SOURCES)[source]))
    assert read_recipe(write_recipe(recipe, "0123456789ab")) == recipe


@pytest.mark.parametrize("edit", EDITS, ids=lambda kind: kind.__name__)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_any_edit_is_read_as_it_was_written(edit, data):
    recipe = A.then(data.draw(EDITS[edit]))
    assert read_recipe(write_recipe(recipe, "0123456789ab")) == recipe


def test_texts_are_short_and_need_no_quoting_in_a_link():
    text = write_recipe(Recipe(source=Random(seed=42, bars=6), sound=Sound(key=-2, tempo=120.0)))
    assert len(text) < 250
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(write_recipe(Recipe(source=notes_from_piece(band(bars=16))))) < 3000


def test_a_text_of_other_checkpoints_has_a_notice_of_one_line():
    text = write_recipe(A, checkpoints="0123456789ab")
    assert read_recipe(text) == A
    assert checkpoint_notice(text, current="0123456789ab") is None
    notice = checkpoint_notice(text, current="ba9876543210")
    assert notice == "the model has changed since this piece was made, so the music will differ"
    assert checkpoint_notice(text) == notice


def test_a_text_names_the_checkpoints_in_use():
    assert checkpoint_notice(write_recipe(A)) is None
    assert write_recipe(A) != write_recipe(A, checkpoints="")


def test_a_piece_that_no_model_made_has_no_notice():
    edited = OWN.then(Copy(source=0, target=0)).then(Cut(first=0, phrases=1))
    assert checkpoint_notice(write_recipe(edited, "0123456789ab")) is None
    varied = edited.then(Vary(similarity=0.5, seed=1))
    assert checkpoint_notice(write_recipe(varied, "0123456789ab")) is not None


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode())).decode()


def test_a_text_of_a_newer_version_says_what_to_do():
    text = packed('{"version": 3, "source": {"do": "hum", "tune": "la"}}')
    for read in (read_recipe, checkpoint_notice):
        with pytest.raises(MusicError, match=r"newer version of MuseGen: update this one$"):
            read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello there",
        "AAAA",
        write_recipe(A, "")[:-8],
        write_recipe(A, "") + "é",
        packed("[]"),
        packed('{"source": {"do": "random", "seed": -1}}'),
        packed('{"source": {"do": "random", "seed": "1"}}'),
        packed('{"source": {"do": "random", "seed": 1, "more": 2}}'),
        packed('{"source": {"do": "random", "seed": 1}, "version": "2"}'),
        packed('{"source": {"do": "open", "path": "/etc/passwd"}}'),
        packed('{"source": {"do": "random", "seed": 1}, "sound": {"programs": {"tuba": 1}}}'),
        packed('{"source": {"do": "random", "seed": 1}, "sound": {"tempo": NaN}}'),
        packed('{"a": ' * 5000),
        packed(" " * 2_000_000),
    ],
)
def test_other_texts_are_refused_in_one_line(text):
    with pytest.raises(MusicError, match=r"^this is not a complete recipe: copy the whole link"):
        read_recipe(text)
    with pytest.raises(MusicError, match="not a complete recipe"):
        checkpoint_notice(text)


def test_a_recipe_of_too_many_steps_is_refused():
    recipe = A
    for _ in range(9):
        recipe = Recipe(source=Morph(a=recipe, b=recipe))
    with pytest.raises(MusicError, match="over 500 steps"):
        read_recipe(write_recipe(recipe))
