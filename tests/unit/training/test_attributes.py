"""AttributeControls of a corpus, and the file they are kept in."""

import shutil

import numpy as np
import pytest
from support.examples import CHECKPOINTS, phrase_set

from musegen.errors import CheckpointError
from musegen.model.checkpoint import load_attribute_controls, load_vae, save_arrays
from musegen.model.latent_space import LatentSpace
from musegen.music.attributes import attributes_of, measure_attributes
from musegen.training.attributes import train_attribute_controls


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(CHECKPOINTS / "drums", tmp_path / "drums")


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_a_corpus_gives_controls_that_are_kept(kind, tmp_path):
    vae = load_vae(CHECKPOINTS / kind)
    phrases = phrase_set(kind)
    made = train_attribute_controls(vae, phrases, tmp_path)
    loaded = load_attribute_controls(tmp_path)
    assert made.names == loaded.names == attributes_of(vae.codec.parts)
    for name in ("mean", "spread", "slopes", "center", "color", "reach"):
        assert np.allclose(getattr(loaded, name), getattr(made, name), rtol=1e-5, atol=1e-6), name
    train = measure_attributes(list(phrases.where("train")), made.names)
    assert np.allclose(made.mean, train.mean(0), rtol=0.05, atol=0.05)
    assert made.slopes.shape == (len(made.names), vae.config.latent_dim)


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_the_shipped_controls_are_of_the_shipped_latents(kind):
    space = LatentSpace(CHECKPOINTS / kind)
    assert space.controls.names == attributes_of(space.parts)
    u = np.random.default_rng(0).standard_normal((8, 4, space.latent_dim), np.float32)
    z = space.to_latents(u).reshape(-1, space.latent_dim)
    assert np.mean(space.controls.distance(z) < space.controls.reach) > 0.9
    found = space.controls.standardize(measure_attributes(space.decode(z), space.controls.names))
    said = (z - space.controls.center) @ space.controls.white @ space.controls.slopes.T
    density = space.controls.names.index("density")
    assert np.corrcoef(found[:, density], said[:, density])[0, 1] > 0.6


def damages(folder):
    """Ways the file goes wrong."""
    path = folder / "controls-00001-of-00001.safetensors"
    return {
        "missing": path.unlink,
        "empty": lambda: path.write_bytes(b""),
        "another size": lambda: save_arrays(
            {"density": np.zeros(9), "center": np.zeros(4), "color": np.eye(4)}, folder, "controls"
        ),
        "no attribute": lambda: save_arrays({"reach": np.zeros(1)}, folder, "controls"),
    }


@pytest.mark.parametrize("damage", damages(CHECKPOINTS))
def test_a_damaged_file_is_said_in_one_line(copy, damage):
    damages(copy)[damage]()
    with pytest.raises(CheckpointError, match=str(copy)) as caught:
        load_attribute_controls(copy)
    assert "\n" not in str(caught.value)
    with pytest.raises(CheckpointError, match="controls"):
        LatentSpace(copy)
