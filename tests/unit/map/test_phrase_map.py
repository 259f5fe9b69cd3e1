"""Maps are saved and loaded, and find the phrases near points and lines."""

import re
from itertools import pairwise

import numpy as np
import pytest
from support.examples import CHECKPOINTS

from musegen.errors import CheckpointError
from musegen.map.phrase_map import PhraseMap
from musegen.music.attributes import ATTRIBUTES

# Seeds 0 to 24, row by row: seed 7 lies at (0.5, 0.25).
GRID = PhraseMap(
    np.float32([(x / 4, y / 4) for y in range(5) for x in range(5)]),
    {"density": np.arange(25, dtype=np.float32), "drums loudness": np.full(25, np.nan, "f4")},
)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "map.npz"
    GRID.save(path)
    return path


def test_a_saved_map_is_loaded_as_it_was(path):
    loaded = PhraseMap.load(path)
    assert len(loaded) == 25
    assert loaded.positions.dtype == np.float32
    assert np.abs(loaded.positions - GRID.positions).max() < 1e-5
    assert list(loaded.attributes) == list(GRID.attributes)
    for name, values in GRID.attributes.items():
        assert np.array_equal(loaded.attributes[name], values, equal_nan=True)


def test_seeds_along_a_line_have_equal_distances():
    assert GRID.along([(0, 0), (1, 0)], 5) == [0, 1, 2, 3, 4]
    assert GRID.along([(1, 0), (0, 0)], 3) == [4, 2, 0]
    # A corner, with one side longer than the other: by length, not by corners.
    assert GRID.along([(0, 0), (0.25, 0), (0.25, 0.75)], 5) == [0, 1, 6, 11, 16]
    assert GRID.along([(0, 0), (0.5, 0)], 3) == [0, 1, 2]
    assert GRID.along([(0, 0), (1, 0)], 1) == [0]


def test_no_seed_follows_itself():
    for points in ([(0.5, 0.5)], [(0.5, 0.5), (0.5, 0.5)], [(0, 0), (0.3, 0)]):
        seeds = GRID.along(points, 16)
        assert len(seeds) == 16
        assert all(a != b for a, b in pairwise(seeds))


@pytest.mark.parametrize(
    ("points", "count"),
    [([], 4), ([(0, 0, 0)], 4), ([0, 1], 4), ([(0, np.nan)], 4), ([(0, 0), (1, 1)], 0)],
)
def test_other_lines_are_value_errors(points, count):
    with pytest.raises(ValueError, match="a line"):
        GRID.along(points, count)


def resaved(path, **changes):
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{**arrays, **changes})


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-99]),
    "bytes changed": lambda path: path.write_bytes(path.read_bytes().replace(b"\xff", b"\x00")),
    "a web page": lambda path: path.write_text("<html>"),
    "one array": lambda path: np.save(path.open("wb"), np.zeros((25, 2), np.uint16)),
    "a pickle": lambda path: resaved(path, names=np.array([{}, {}])),
    "foreign": lambda path: np.savez(path, a=np.zeros(3)),
    "other numbers": lambda path: resaved(path, positions=np.zeros((25, 2))),
    "another size": lambda path: resaved(path, positions=np.zeros((24, 2), np.uint16)),
    "no points": lambda path: resaved(
        path, positions=np.zeros((0, 2), np.uint16), values=np.zeros((2, 0), np.float16)
    ),
    "a name too few": lambda path: resaved(path, names=np.array(["density"])),
    "one number": lambda path: resaved(path, values=np.float16(1)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_map_is_refused_in_one_line(path, damage):
    DAMAGES[damage](path)
    with pytest.raises(CheckpointError, match=re.escape(str(path))) as caught:
        PhraseMap.load(path)
    assert "\n" not in str(caught.value)
    assert "musegen map --out" in str(caught.value)


def test_the_shipped_map_has_thousands_of_points_in_a_small_file():
    path = CHECKPOINTS / "map.npz"
    assert path.stat().st_size < 500_000
    phrase_map = PhraseMap.load(path)
    assert len(phrase_map) >= 3000
    drums = ["drums density", "drums syncopation", "drums loudness"]
    assert list(phrase_map.attributes) == [*ATTRIBUTES, *drums]
    for values in phrase_map.attributes.values():
        assert np.isfinite(values).mean() > 0.98


def test_the_shipped_map_fills_the_square():
    positions = PhraseMap.load(CHECKPOINTS / "map.npz").positions
    assert positions.min() == 0
    assert positions.max() == 1
    counts, _, _ = np.histogram2d(*positions.T, bins=20, range=[[0, 1], [0, 1]])
    assert (counts > 0).mean() > 0.9, "some clicks find no phrase near"
    assert counts.max() < 8 * counts.mean(), "some phrases lie too close together to click"
