"""Paths as arrays and files."""

import numpy as np

from musegen.latent.paths import stack_path, write_paths


def test_a_stacked_path_has_the_song_first():
    path = {"drums": np.zeros((2, 3)), "song": np.ones((2, 4))}
    assert stack_path(path).tolist() == [[1, 1, 1, 1, 0, 0, 0]] * 2


def test_a_written_path_is_read_back_as_float32(tmp_path):
    path = np.arange(6.0).reshape(2, 3)
    write_paths(tmp_path / "path.npy", path)
    again = np.load(tmp_path / "path.npy")
    assert again.dtype == np.float32
    assert np.array_equal(again, path)
