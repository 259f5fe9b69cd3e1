"""A file's own notes as the source of a recipe."""

from dataclasses import replace

import numpy as np
import pytest
from support.examples import band

from musegen.errors import MusicError
from musegen.music.meters import Meter
from musegen.reading import read_midi
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.notes import notes_from_piece, piece_from_notes
from musegen.recipe.schema import Recipe


def test_the_music_of_a_file_is_kept_note_for_note(tmp_path):
    piece = replace(band(bars=5, tempo=97.3), changes={2: {"lead": 40}})
    piece.write_midi(tmp_path / "own.mid")
    read = read_midi(tmp_path / "own.mid")
    source = read_recipe(write_recipe(Recipe(source=notes_from_piece(read, "own")))).source
    made = piece_from_notes(source)
    for name in ("onset", "part", "pitch", "duration", "velocity"):
        assert np.array_equal(made.notes[name], read.notes[name])
    assert np.allclose(made.notes["offset"], read.notes["offset"], atol=1e-3)
    assert [p.tempo for p in made.phrases] == [p.tempo for p in read.phrases]
    assert (source.name, made.bars) == ("own", 5)
    assert made.programs == read.programs
    assert made.changes == read.changes
    assert made.programs_at(2)["lead"] == 40


@pytest.mark.parametrize(
    "change",
    [
        {"pitch": (60, 62)},
        {"keys": ()},
        {"bars": 99},
        {"meters": ((10_000, 4, 4, 0, 1),) * 55_000},  # would fill the memory
    ],
)
def test_notes_that_do_not_fit_each_other_are_refused_in_one_line(change):
    source = notes_from_piece(band(bars=2)).model_copy(update=change)
    with pytest.raises(MusicError, match="do not fit each other"):
        piece_from_notes(source)


def test_notes_after_the_end_are_refused():
    source = notes_from_piece(band(bars=2))
    late = source.model_copy(update={"after": (*source.after[:-1], 100)})
    with pytest.raises(MusicError, match="do not fit each other"):
        piece_from_notes(late)


def test_tempo_changes_within_a_phrase_are_kept_and_others_take_no_room():
    steady = band(bars=4)
    assert '"beats"' not in Recipe(source=notes_from_piece(steady)).model_dump_json(
        exclude_none=True
    )
    slower = replace(steady.phrases[1], beat_lengths=(0.75,) * 4 + (1.25,) * 4)
    piece = replace(steady, phrases=(steady.phrases[0], slower))
    recipe = read_recipe(write_recipe(Recipe(source=notes_from_piece(piece))))
    made = piece_from_notes(recipe.source)
    assert [p.beat_lengths for p in made.phrases] == [(), slower.beat_lengths]


def test_meters_are_kept_and_common_time_takes_no_room():
    steady = band(bars=4)
    assert notes_from_piece(steady).meters is None
    waltz = replace(steady.phrases[1], meters=(Meter(3, 4), Meter(2, 4, bars=2)))
    piece = replace(steady, phrases=(steady.phrases[0], waltz))
    source = read_recipe(write_recipe(Recipe(source=notes_from_piece(piece)))).source
    assert piece_from_notes(source).meters == piece.meters


def test_a_meter_that_does_not_exist_is_refused_in_one_line():
    source = notes_from_piece(band(bars=2)).model_copy(update={"meters": ((2, 0, 4, 0, 1),)})
    with pytest.raises(MusicError, match="do not fit each other"):
        piece_from_notes(source)
