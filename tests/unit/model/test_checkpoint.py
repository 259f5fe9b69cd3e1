"""Checkpoints: whole, or one line about what is wrong."""

import json
import shutil

import numpy as np
import pytest
from support.examples import CHECKPOINTS

from musegen.errors import CheckpointError
from musegen.model.checkpoint import MAX_FILE_BYTES, load_arrays, load_vae, save_arrays
from musegen.model.latent_space import LatentSpace


def test_arrays_come_back_from_files_of_under_ten_megabytes(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        "large": rng.standard_normal((7000, 1000)).astype(np.float16),
        "small": np.arange(5, dtype=np.float16),
    }
    save_arrays(arrays, tmp_path, "vae")
    files = list(tmp_path.iterdir())
    assert len(files) > 1
    assert all(path.stat().st_size < MAX_FILE_BYTES + 10_000 for path in files)
    loaded = load_arrays(tmp_path, "vae")
    assert all(np.array_equal(loaded[name], array) for name, array in arrays.items())


def test_shards_of_an_earlier_larger_model_go_away(tmp_path):
    save_arrays({"a": np.zeros((9000, 1000), np.float16)}, tmp_path, "vae")
    save_arrays({"a": np.zeros(3, np.float16)}, tmp_path, "vae")
    assert [path.name for path in tmp_path.iterdir()] == ["vae-00001-of-00001.safetensors"]


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(CHECKPOINTS / "drums", tmp_path / "drums")


def cut_short(folder):
    path = min(folder.glob("vae-*.safetensors"))
    path.write_bytes(path.read_bytes()[:999])


def damages(folder):
    """Ways a download goes wrong, each with a word of what is said."""
    return {
        "no such folder": lambda: shutil.rmtree(folder),
        "no weights": lambda: [path.unlink() for path in folder.glob("vae-*")],
        "cut short": lambda: cut_short(folder),
        "empty": lambda: min(folder.glob("vae-*")).write_bytes(b""),
        "a web page": lambda: min(folder.glob("vae-*")).write_text("<html>"),
        "a broken config": lambda: (folder / "vae.json").write_text("{"),
        "a foreign config": lambda: (folder / "vae.json").write_text('{"layers": 3}'),
        "a list for a config": lambda: (folder / "vae.json").write_text("[1]"),
        "no prior": lambda: (folder / "prior.json").unlink(),
        "another size": lambda: (folder / "vae.json").write_text(
            json.dumps({**json.loads((folder / "vae.json").read_text()), "latent_dim": 8})
        ),
    }


@pytest.mark.parametrize("damage", damages(CHECKPOINTS))
def test_a_damaged_checkpoint_is_said_in_one_line(copy, damage):
    damages(copy)[damage]()
    with pytest.raises(CheckpointError, match=str(copy)) as caught:
        LatentSpace(copy)
    assert "\n" not in str(caught.value)


def test_the_shipped_checkpoints_fit_their_limits():
    files = [path for path in CHECKPOINTS.rglob("*") if path.is_file()]
    assert all(path.stat().st_size < 10_000_000 for path in files)
    assert sum(path.stat().st_size for path in files) < 80_000_000
    assert not [path for path in files if path.suffix in (".pkl", ".pickle", ".h5", ".keras")]
    for kind in ("song", "drums"):
        assert load_vae(CHECKPOINTS / kind).config.kind == kind
