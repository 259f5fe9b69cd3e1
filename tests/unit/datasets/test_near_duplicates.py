"""Finding pieces that are nearly the same."""

import numpy as np
import pytest
from support.examples import DATA

from musegen.datasets.near_duplicates import find_alike, sketch
from musegen.datasets.pop909 import find_sources
from musegen.music.notes import make_notes, transpose_notes


def melody(seed, length=80, part="lead"):
    rng = np.random.default_rng(seed)
    onsets = np.cumsum(rng.integers(1, 5, length))
    pitches = rng.integers(60, 84, length)
    return make_notes([(int(t), part, int(p), 1, 90) for t, p in zip(onsets, pitches, strict=True)])


def test_a_transposed_copy_that_starts_later_is_found():
    copy = transpose_notes(melody(1), 5)
    copy["onset"] += 16
    assert find_alike([sketch(melody(0)), sketch(melody(1)), sketch(copy)]) == [[1, 2]]


def test_a_copy_with_half_the_melody_new_is_found():
    half = np.concatenate([melody(0)[:40], melody(1)[40:]])
    assert find_alike([sketch(melody(0)), sketch(half)]) == [[0, 1]]


def test_a_copy_with_another_accompaniment_is_found_by_its_lead():
    # Notes above the melody: the highest notes of the two arrangements differ.
    above = [melody(seed, part="counter") for seed in (5, 6)]
    for notes in above:
        notes["pitch"] += 30
    versions = [sketch(np.concatenate([melody(0), notes])) for notes in above]
    assert find_alike(versions) == [[0, 1]]


def test_a_copy_with_the_melody_in_another_part_is_found():
    assert find_alike([sketch(melody(0)), sketch(melody(0, part="chords"))]) == [[0, 1]]


def test_pieces_in_a_chain_are_one_group():
    a, b, c = (melody(seed, 120) for seed in range(3))
    both = np.concatenate([a[:60], b[60:]])
    other = np.concatenate([c[:60], b[60:]])
    assert find_alike([sketch(notes) for notes in (a, both, other, c)]) == [[0, 1, 2, 3]]


def test_different_pieces_drums_and_scales_are_not_alike():
    scale = make_notes([(i, "lead", 60 + i % 8, 1, 90) for i in range(64)])
    beat = make_notes([(i, "drums", 36 + 2 * (i % 2), 1, 90) for i in range(64)])
    pieces = [melody(0), melody(1), scale, scale, beat, beat]
    assert find_alike([sketch(notes) for notes in pieces]) == []
    assert find_alike([]) == []


@pytest.mark.skipif(not DATA.exists(), reason="the published data sets are not here")
def test_the_songs_that_pop909_has_twice_are_found():
    numbers = [
        "017",
        "018",
        "262",
        "805",
        "492",
        "666",
        "101",
        "103",
        "001",
        "003",
        "004",
        "041",
        "105",
    ]
    sources = find_sources([DATA / "pop909", DATA / "pop909_cl"])
    by_name = {source.name: source for source in sources}
    sketches = [sketch(by_name[f"pop909/{number}"].read().notes) for number in numbers]
    assert find_alike(sketches) == [[0, 1], [2, 3], [4, 5], [6, 7]]
