"""Many pieces, a few at a time."""

import weakref
from dataclasses import replace

import numpy as np
import pytest
from support.examples import band

from musegen import batch
from musegen.batch import write_many
from musegen.latent.paths import MODELS
from musegen.parallel import WorkerPool

HERE = WorkerPool(workers=1)


def path_of(number):
    return {name: np.full((4, 3), number + i, np.float32) for i, name in enumerate(MODELS)}


class Maker:
    """Makes pieces whose path is their number, and knows how many there were at once."""

    def __init__(self):
        self.made = []
        self.most = 0

    def __call__(self, mg, numbers):
        pieces = [replace(band(bars=8), path=path_of(number)) for number in numbers]
        self.made += map(weakref.ref, pieces)
        self.most = max(self.most, sum(piece() is not None for piece in self.made))
        return pieces


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    monkeypatch.setattr(batch, "_load_once", lambda: None)


def test_not_all_are_held_at_once(tmp_path):
    maker = Maker()
    write_many(maker, 100, 8, [tmp_path / "a.npy"], HERE)
    assert maker.most < 70
    paths = np.load(tmp_path / "a.npy")
    assert paths.shape == (100, 4, 6)
    assert paths[:, 0, 0].tolist() == list(range(100))
    assert paths[:, 0, -1].tolist() == list(range(1, 101))


def test_the_file_of_paths_is_as_numpy_writes_it(tmp_path):
    write_many(Maker(), 40, 8, [tmp_path / "a.npy"], HERE)
    np.save(tmp_path / "b.npy", np.load(tmp_path / "a.npy"))
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    write_many(Maker(), 1, 8, [tmp_path / "c.npy"], HERE)
    assert np.load(tmp_path / "c.npy").shape == (4, 6)


def test_files_sort_in_the_order_of_their_numbers(tmp_path):
    write_many(Maker(), 1001, 8, [tmp_path / "a.mid"], HERE)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 1001
    assert (names[0], names[-1]) == ("a-0001.mid", "a-1001.mid")


def test_what_fails_leaves_no_file_of_paths(tmp_path):
    def fail_late(mg, numbers):
        if 0 not in numbers:
            raise OSError("no more")
        return Maker()(mg, numbers)

    with pytest.raises(OSError, match="no more"):
        write_many(fail_late, 100, 8, [tmp_path / "a.npy"], HERE)
    assert not list(tmp_path.iterdir())
