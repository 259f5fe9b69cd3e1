"""Pieces are made from recipes, and cached."""

import hashlib
import json
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from support.examples import band

from musegen.errors import Cancelled, MusicError
from musegen.music import Piece
from musegen.music.arrange import cut
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.execute import RecipeRunner
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import (
    Accompany,
    Adjust,
    Blend,
    Clear,
    Copy,
    Cut,
    Extend,
    Fill,
    Line,
    Mix,
    Morph,
    Random,
    Recipe,
    Reconstruct,
    Restyle,
    Retouch,
    Sound,
    Vary,
)

# What is cached -----------------------------------------------------------------------------------


class CountingModel:
    """Takes the place of a model, and records the seeds that it is asked to draw."""

    def __init__(self):
        self.drawn = []

    def random_many(self, seeds, bars, form, temperature, **asked):
        self.drawn += seeds
        return [band(bars=bars) for _ in seeds]

    def interpolate(self, a, b, steps, curve, chords):
        return a


def counting_runner(size=8) -> tuple[RecipeRunner, CountingModel]:
    model = CountingModel()
    return RecipeRunner(lambda: model, size), model


def test_what_is_known_to_be_drawn_needs_no_model():
    known = {Random(seed=1, bars=4): band(bars=4)}
    runner = RecipeRunner(lambda: pytest.fail("a model was needed"), drawn=known)
    recipe = Recipe(source=Random(seed=1, bars=4), sound=Sound(tempo=90))
    assert runner.is_cached(recipe)
    assert runner.run(recipe).tempo == 90
    assert not runner.is_cached(Recipe(source=Random(seed=2, bars=4)))


def test_an_edit_starts_from_the_cached_piece():
    runner, model = counting_runner()
    recipe = Recipe(source=Random(seed=1, bars=4))
    first = runner.run(recipe)
    changed = runner.run(recipe.then(Copy(source=1, target=0)))
    assert changed.phrases == (first.phrases[1],) * 2
    assert runner.run(recipe) == first
    assert model.drawn == [1]


def test_an_edited_piece_that_is_cached_needs_no_source():
    runner, model = counting_runner(size=2)
    edited = Recipe(source=Random(seed=1, bars=4)).then(Copy(source=1, target=0))
    runner.run(edited)
    runner.run(edited)
    runner.run(Recipe(source=Random(seed=2, bars=4)))  # in place of the source, used longest ago
    runner.run(edited)
    assert model.drawn == [1, 2]


def test_what_a_draw_is_asked_for_is_part_of_its_recipe(tiny_mg):
    runner = RecipeRunner(lambda: tiny_mg)
    asked = Random(seed=1, bars=4, chords="| C | F |", styles={"hymn": 1.0}, guidance=2.0)
    made = runner.run(read_recipe(write_recipe(Recipe(source=asked))))
    plain = runner.run(Recipe(source=Random(seed=1, bars=4)))
    assert not np.allclose(made.path["song"], plain.path["song"])
    expected = tiny_mg.random(1, 4, chords="| C | F |", style="hymn", guidance=2)
    assert made == expected


def test_parts_are_redrawn_and_accompanied(tiny_mg):
    runner = RecipeRunner(lambda: tiny_mg)
    recipe = Recipe(source=Random(seed=1, bars=4), sound=Sound(key=2))
    before = runner.run(recipe)
    filled = runner.run(recipe.then(Fill(phrases=(0,), seed=2, parts=("bass",))))
    assert filled.only(["lead", "drums"]) == before.only(["lead", "drums"])
    assert filled.only(["bass"]) != before.only(["bass"])
    morph = Morph(a=recipe, b=Recipe(source=Random(seed=2, bars=4)), steps=3, chords="| Am |")
    other = tiny_mg.random(2, 4)
    expected = tiny_mg.interpolate(before, other, 3, chords="| Bm |")
    assert runner.run(Recipe(source=morph)) == expected
    under_chords = runner.run(recipe.then(Fill(phrases=(0,), seed=2, chords="| Am |")))
    # Written in C, heard in the key of the piece.
    assert under_chords == tiny_mg.fill(before, [0], 2, chords="| Bm |")
    varied = runner.run(recipe.then(Vary(similarity=0.5, seed=2, keep_chords=True)))
    assert varied == tiny_mg.vary(before, 0.5, 2, keep_chords=True)
    edit = Accompany(keep=("drums",), seed=3, chords="| Am |")
    made = runner.run(read_recipe(write_recipe(recipe.then(edit))))
    assert made.only(["drums"]) == before.only(["drums"])
    assert made.only(["lead"]) != before.only(["lead"])


def test_notes_that_are_retouched_again_and_again_are_one_edit():
    recipe = Recipe(source=notes_from_piece(band(bars=2)))
    before = RecipeRunner(CountingModel).run(recipe)
    there = tuple(before.notes[0].tolist()[:3])
    added, moved = (20, 0, 71, 4, 90), (22, 0, 71, 4, 90)
    recipe = recipe.then(Retouch(remove=(there,), add=(added,)))
    recipe = recipe.then(Retouch(remove=(added[:3],), add=(moved,)))
    assert len(recipe.edits) == 1
    assert not recipe.needs_model
    made = RecipeRunner(CountingModel).run(read_recipe(write_recipe(recipe)))
    places = {row[:5] for row in made.notes.tolist()}
    assert moved in places
    assert added not in places
    assert not any(row[:3] == there for row in places)


def test_a_piece_is_played_like_another(tiny_mg):
    runner = RecipeRunner(lambda: tiny_mg)
    recipe, like = (Recipe(source=Random(seed=seed, bars=4)) for seed in (1, 2))
    made = runner.run(read_recipe(write_recipe(recipe.then(Restyle(like=like, strength=0.7)))))
    assert made == tiny_mg.restyle(runner.run(recipe), runner.run(like), 0.7)


def test_two_pieces_are_mixed(tiny_mg):
    runner = RecipeRunner(lambda: tiny_mg)
    a, b = (Recipe(source=Random(seed=seed, bars=6)) for seed in (1, 2))
    recipe = Recipe(source=Mix(a=a, b=b, harmony=0.25, texture=0.5, bars=4))
    ends = [runner.run(end).first(4) for end in (a, b)]
    assert runner.run(read_recipe(write_recipe(recipe))) == tiny_mg.mix(*ends, 0.25, 0.5)


def test_cells_are_edited_as_their_recipes_say(tiny_mg):
    runner = RecipeRunner(lambda: tiny_mg)
    recipe = Recipe(source=Random(seed=1, bars=8))
    before = runner.run(recipe)
    cells = {"bass": (0, 2), "drums": (3,)}
    pairs = [(0, "bass"), (2, "bass"), (3, "drums")]
    expected = [
        (Fill(seed=2, cells=cells), tiny_mg.fill(before, cells=pairs, seed=2)),
        (
            Vary(similarity=0.5, seed=2, cells=cells),
            tiny_mg.vary(before, 0.5, seed=2, cells=pairs),
        ),
        (
            Adjust(changes={"density": 1.0}, cells=cells),
            tiny_mg.adjust(before, cells=pairs, density=1),
        ),
        (
            Copy(source=2, target=1, cells={"bass": (2,)}),
            tiny_mg.copy_cells(before, [(2, "bass")], -1),
        ),
        (Clear(cells=cells), tiny_mg.clear(before, pairs)),
    ]
    for edit, piece in expected:
        assert runner.run(read_recipe(write_recipe(recipe.then(edit)))) == piece


def test_silent_cells_have_no_notes_until_they_are_heard_again(tiny_mg):
    runner = RecipeRunner(lambda: tiny_mg)
    recipe = Recipe(source=Random(seed=1, bars=8))
    before = runner.run(recipe)
    silent = recipe.with_sound(silent={"bass": (2, 3, 99)})
    assert silent.then(Cut(first=2, phrases=1)).sound.silent == {"bass": (0,)}
    assert silent.then(Cut(first=0, phrases=2)).sound.silent is None
    heard = runner.run(silent)
    assert heard.phrases[:2] == before.phrases[:2]
    assert [phrase.only(["bass"]).notes.size for phrase in heard.phrases[2:]] == [0, 0]
    assert heard.only(["lead", "drums"]) == before.only(["lead", "drums"])
    assert runner.run(silent.with_sound(silent=None)) == before


def test_another_sound_needs_no_model():
    runner, model = counting_runner()
    recipe = Recipe(source=Random(seed=1, bars=4))
    runner.run(recipe)
    assert runner.run(recipe.with_sound(tempo=150.0)).tempo == 150
    assert model.drawn == [1]


def test_the_ends_of_a_morph_are_cached():
    runner, model = counting_runner()
    a, b = (Recipe(source=Random(seed=i, bars=4)) for i in (1, 2))
    runner.run(a)
    runner.run(Recipe(source=Morph(a=a, b=b, steps=2), sound=Sound(tempo=100.0)))
    assert model.drawn == [1, 2]


def test_the_piece_that_was_not_used_for_longest_is_dropped_and_made_again():
    runner, model = counting_runner(size=2)
    recipes = [Recipe(source=Random(seed=i, bars=2)) for i in range(3)]
    for i in (0, 1, 0, 2, 0, 1):
        runner.run(recipes[i])
    assert model.drawn == [0, 1, 2, 1]


def test_hundreds_of_edits_need_no_cache():
    recipe = Recipe(source=notes_from_piece(band(bars=4)))
    for i in range(400):
        recipe = recipe.then(Copy(source=i % 2, target=1 - i % 2))
    runner, _ = counting_runner(size=2)
    assert isinstance(runner.run(recipe), Piece)


def test_the_cache_does_not_depend_on_the_checkpoints_that_a_text_names():
    runner, model = counting_runner()
    recipe = Recipe(source=Random(seed=1, bars=4))
    for checkpoints in ("", "0123456789ab", "ba9876543210"):
        runner.run(read_recipe(write_recipe(recipe, checkpoints)))
    assert model.drawn == [1]


# Several threads ----------------------------------------------------------------------------------


class SlowModel(CountingModel):
    """Draws a piece once it is allowed to."""

    def __init__(self):
        super().__init__()
        self.started, self.may_end = threading.Semaphore(0), threading.Event()

    def random_many(self, seeds, bars, form, temperature, **asked):
        self.started.release()
        assert self.may_end.wait(60)
        return super().random_many(seeds, bars, form, temperature)


def in_thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def test_threads_that_ask_for_one_recipe_share_its_work_and_one_slot():
    model, used = SlowModel(), []

    @contextmanager
    def slot():
        used.append(threading.current_thread())
        yield

    runner = RecipeRunner(lambda: model, slot=slot)
    recipe = Recipe(source=Random(seed=1, bars=2))
    pieces = []
    threads = [in_thread(lambda: pieces.append(runner.run(recipe))) for _ in range(4)]
    assert model.started.acquire(timeout=60)
    # Other recipes do not wait for it.
    others = in_thread(runner.run, Recipe(source=Random(seed=2, bars=2)))
    assert model.started.acquire(timeout=60)
    model.may_end.set()
    for thread in (*threads, others):
        thread.join(60)
    assert sorted(model.drawn) == [1, 2]
    assert len(pieces) == 4
    assert len(set(used)) == 2


def test_a_thread_whose_leader_fails_does_the_work_itself():
    cancel = threading.Event()
    model = SlowModel()
    runner = RecipeRunner(lambda: model)
    recipe = Recipe(source=Random(seed=1, bars=4)).then(Copy(source=0, target=1))
    failed, pieces = [], []

    def lead():
        with pytest.raises(Cancelled):
            runner.run(recipe, cancel)
        failed.append(True)

    leader = in_thread(lead)
    assert model.started.acquire(timeout=60)
    follower = in_thread(lambda: pieces.append(runner.run(recipe)))
    cancel.set()
    model.may_end.set()
    leader.join(60)
    follower.join(60)
    assert failed == [True]
    assert len(pieces) == 1
    assert model.drawn == [1]  # the leader's first step was cached


def test_a_recipe_that_takes_too_long_goes_further_at_the_next_try():
    model = CountingModel()
    runner = RecipeRunner(lambda: model, max_seconds=-1)
    with pytest.raises(MusicError, match="takes long to make"):
        runner.run(Recipe(source=Random(seed=1, bars=2)))
    assert model.drawn == []


# What is made -------------------------------------------------------------------------------------


def slow_runner(mg) -> RecipeRunner:
    """One with time enough on any computer."""
    return RecipeRunner(lambda: mg, max_seconds=600)


@pytest.fixture(scope="module")
def run(mg):
    return slow_runner(mg).run


A = Recipe(source=Random(seed=1, bars=4))
B = Recipe(source=Random(seed=2, bars=4, form="free"), sound=Sound(key=3, tempo=120.0))
SOURCES = {
    "random": Random(seed=42, bars=8, form="AABA", temperature=0.8),
    "notes": notes_from_piece(band(bars=3), "my song"),
    "morph": Morph(a=A, b=B, steps=3, bars=4, curve="late"),
    "blend": Blend(corners=(A, B, A, B), x=0.25, y=1.0, bars=4),
    "line": Line(seeds=(5, 6, 7)),
}
EDITS = (
    Fill(phrases=(1,), seed=3, models=("song",)),
    Vary(similarity=0.7, seed=4, phrases=(0,)),
    Vary(similarity=0.9, seed=5),
    Adjust(changes={"density": 1.0}, phrases=(1,)),
    Extend(bars=2, seed=6),
    Copy(source=0, target=1),
    Cut(first=0, phrases=2),
    Reconstruct(),
)


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_a_text_makes_the_same_piece_again(mg, run, source):
    recipe = Recipe(source=source, edits=EDITS, sound=Sound(swing=0.5, programs={"lead": 73}))
    piece = run(recipe)
    # Another server, with an empty cache.
    assert slow_runner(mg).run(read_recipe(write_recipe(recipe))) == piece
    assert piece.programs["lead"] == 73


def test_a_random_piece_is_the_one_that_the_generator_draws(mg, run):
    recipe = Recipe(
        source=Random(seed=42, bars=6), sound=Sound(key=-2, tempo=120.0, programs={"bass": 38})
    )
    assert run(recipe) == mg.random(42, 6, key=-2, tempo=120.0, programs={"bass": 38})


def test_the_ends_of_a_morph_are_its_ends(run):
    morph = run(Recipe(source=SOURCES["morph"]))
    assert morph.phrases[:2] == run(A).phrases
    assert morph.phrases[-2:] == run(B).phrases


def test_a_line_has_the_phrases_of_its_seeds(mg, run):
    piece = run(Recipe(source=SOURCES["line"]))
    assert piece.bars == 6
    for i, seed in enumerate((5, 6, 7)):
        there, alone = cut(piece, i, 1).notes, mg.random(seed, 2, "free").notes
        for name in ("onset", "part", "pitch", "duration", "velocity"):
            assert np.array_equal(there[name], alone[name])
    assert run(Recipe(source=Line(seeds=(5,)))).bars == 4


def test_fields_that_the_sound_does_not_set_stay(run):
    swung = run(Recipe(source=Random(seed=1, bars=2), sound=Sound(swing=0.5)))
    plain = run(Recipe(source=Random(seed=1, bars=2)))
    assert swung.feel.swing == 0.5
    assert (swung.key, swung.tempo, swung.programs) == (plain.key, plain.tempo, plain.programs)
    assert np.array_equal(swung.notes, plain.notes)


def test_fields_that_the_sound_does_not_set_stay_in_each_phrase(run):
    a, b = A.with_sound(swing=0.8), A.with_sound(human=False)
    morph = Recipe(source=Morph(a=a, b=b, steps=2, bars=2))
    stiff, straight = (run(morph.with_sound(**how)) for how in ({"human": False}, {"swing": 0.0}))
    assert [(p.feel.swing, p.feel.human) for p in stiff.phrases] == [(0.8, False), (0.0, False)]
    assert [(p.feel.swing, p.feel.human) for p in straight.phrases] == [(0.0, True), (0.0, False)]


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe(source=Random(seed=1, bars=10_000)), "bars is 10000"),
        (Recipe(source=Random(seed=1, form="a waltz")), "there is no form 'a waltz'"),
        (A.then(Adjust(changes={"charm": 1.0})), "there is no attribute 'charm'"),
        (A.then(Adjust(changes={"phrases": 1.0})), "there is no attribute 'phrases'"),
        (A.then(Fill(phrases=(9,), seed=1)), "phrase's number is 9"),
        (A.then(Copy(source=0, target=5)), "there is no phrase 5"),
        (Recipe(source=Morph(a=A, b=B, curve="steep")), "there is no curve 'steep'"),
        (Recipe(source=Morph(a=A, b=B, steps=64, bars=5)), "320 bars; the most is 256"),
    ],
)
def test_impossible_recipes_are_refused_in_one_line(run, recipe, message):
    with pytest.raises(MusicError, match=message):
        run(recipe)


# Texts from before recipes had versions, and the notes that the shipped checkpoints make of them.
GOLDEN = json.loads((Path(__file__).parent / "golden" / "version_1.json").read_text())


@pytest.mark.parametrize("name", [name for name in GOLDEN if "notes" in GOLDEN[name]])
def test_a_text_of_the_first_version_still_makes_its_notes(run, name):
    notes = run(read_recipe(GOLDEN[name]["text"])).notes
    fields = [np.asarray(notes[field], "<i4").tobytes() for field in ("onset", "part", "pitch")]
    found = [len(notes), hashlib.sha256(b"".join(fields)).hexdigest()[:16]]
    assert found == GOLDEN[name]["notes"]
