"""Training phrases are put together from cells of different music, some of them bent."""

from dataclasses import fields, replace

import numpy as np
import pytest
from support.examples import band_phrase

from musegen.model.config import BendingConfig
from musegen.music.notes import SONG_PARTS, STEPS_PER_PHRASE, part_index
from musegen.music.phrase_set import PhraseSet
from musegen.training.bending import bend_cells
from musegen.training.cells import CellPool

STRAIGHT = BendingConfig(**{field.name: 0.0 for field in fields(BendingConfig)})


def pool_of(phrases, config=STRAIGHT, **columns):
    return CellPool(PhraseSet.from_phrases(phrases, **columns), SONG_PARTS, config)


def rows_of(notes):
    return {tuple(row) for row in notes.tolist()}


def test_each_part_of_a_drawn_phrase_is_a_cell_of_some_phrase():
    phrases = [band_phrase(i) for i in range(3)]
    drawn = pool_of(phrases).draw(40, np.random.default_rng(0))
    assert len(drawn) == 40
    mixed = 0
    for phrase in drawn:
        sources = []
        for part in SONG_PARTS:
            own = rows_of(phrase.only([part]).notes)
            sources.append(
                {i for i, p in enumerate(phrases) if rows_of(p.only([part]).notes) == own}
            )
            assert sources[-1], part
        mixed += not set.intersection(*sources)
    assert mixed > 10


def test_cells_are_drawn_in_c():
    pool = pool_of([band_phrase(0, key=3)])
    (phrase,) = pool.draw(1, np.random.default_rng(0))
    assert rows_of(phrase.notes) == rows_of(band_phrase(0).notes)


def test_a_small_style_is_heard_more_often_than_its_share():
    phrases = [band_phrase(0)] * 99 + [band_phrase(1)]
    pool = pool_of(phrases, style=["pop"] * 99 + ["hymn"])
    drawn = pool.draw(300, np.random.default_rng(0))
    hymn = rows_of(band_phrase(1).only(["bass"]).notes)
    share = np.mean([rows_of(phrase.only(["bass"]).notes) == hymn for phrase in drawn])
    assert 0.05 < share < 0.15  # 1 to the square root of 99


def bent(seed=0, **shares):
    notes = band_phrase(0).notes
    rng = np.random.default_rng(seed)
    cell = notes["part"].astype(int)
    return notes, *bend_cells(notes, cell, len(SONG_PARTS), rng, replace(STRAIGHT, **shares))


def test_without_bending_cells_stay_as_they_are():
    notes, out, cell = bent()
    assert rows_of(out) == rows_of(notes)
    assert (np.diff(cell) >= 0).all()


@pytest.mark.parametrize(
    ("way", "field"),
    [
        ("transposed", "pitch"),
        ("moved_by_octaves", "pitch"),
        ("rotated", "onset"),
        ("lengthened", "duration"),
        ("dynamics", "velocity"),
        ("uneven", "velocity"),
        ("swung_eighths", "offset"),
        ("loose", "offset"),
        ("late", "offset"),
    ],
)
def test_a_way_of_bending_changes_its_field(way, field):
    notes, out, _ = bent(seed=1, **{way: 1.0})
    assert sorted(out[field].tolist()) != sorted(notes[field].tolist())
    assert out["onset"].min() >= 0
    assert out["onset"].max() < STEPS_PER_PHRASE
    assert out["pitch"].min() >= 21
    assert out["velocity"].min() >= 1


def test_notes_are_left_out_and_doubled():
    notes, thin, _ = bent(thinned=1.0)
    assert 0.3 * len(notes) < len(thin) < 0.9 * len(notes)
    _, thick, _ = bent(doubled=1.0)
    assert len(thick) > 1.2 * len(notes)


def test_no_cell_has_a_pitch_twice_at_once():
    for seed in range(20):
        _, out, cell = bent(seed, doubled=1.0, rotated=1.0, lengthened=1.0)
        for part in SONG_PARTS:
            own = out[cell == part_index(part)]
            for pitch in np.unique(own["pitch"]):
                line = np.sort(own[own["pitch"] == pitch], order="onset")
                assert (line["onset"][1:] >= line["onset"][:-1] + line["duration"][:-1]).all()
