"""Checkpoints are read and written; damaged ones are reported in one line."""

import json
import shutil

import numpy as np
import pytest
from support.examples import CHECKPOINTS

from musegen.errors import CheckpointError
from musegen.model.checkpoint import (
    MAX_FILE_BYTES,
    load_arrays,
    load_inference_config,
    load_note_tables,
    load_vae,
    save_arrays,
    save_inference_config,
    save_note_tables,
)
from musegen.model.config import InferenceConfig
from musegen.model.latent_space import LatentSpace


def test_arrays_are_split_into_files_of_under_ten_megabytes_and_joined(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        "large": rng.standard_normal((7000, 1000), np.float32).astype(np.float16),
        "small": np.arange(5, dtype=np.float16),
    }
    save_arrays(arrays, tmp_path, "vae")
    files = list(tmp_path.iterdir())
    assert len(files) > 1
    assert all(path.stat().st_size < MAX_FILE_BYTES + 10_000 for path in files)
    loaded = load_arrays(tmp_path, "vae")
    assert loaded.keys() == arrays.keys()
    assert all(np.array_equal(loaded[name], array) for name, array in arrays.items())


def test_a_smaller_model_replaces_all_files_of_a_larger_one(tmp_path):
    save_arrays({"a": np.zeros((9000, 1000), np.float16)}, tmp_path, "vae")
    save_arrays({"a": np.zeros(3, np.float16)}, tmp_path, "vae")
    assert [path.name for path in tmp_path.iterdir()] == ["vae-00001-of-00001.safetensors"]


def test_settings_are_kept_and_a_checkpoint_without_them_gets_the_defaults(tmp_path):
    assert load_inference_config(tmp_path) == InferenceConfig()
    settings = InferenceConfig(onset_threshold=-0.4, encoding_steps=7, flow_steps=4)
    save_inference_config(settings, tmp_path)
    assert load_inference_config(tmp_path) == settings


def test_settings_that_nothing_reads_any_more_are_passed_over(tmp_path):
    (tmp_path / "inference.json").write_text('{"encoding_momentum": 0.9, "encoding_steps": 7}')
    assert load_inference_config(tmp_path) == InferenceConfig(encoding_steps=7)


def test_a_checkpoint_is_used_with_its_own_settings(tiny_checkpoints, tmp_path):
    folder = shutil.copytree(tiny_checkpoints / "song", tmp_path / "song")
    z = np.random.default_rng(0).standard_normal((8, 8), np.float32)
    notes = []
    for threshold in (-0.6, 0.0):
        settings = InferenceConfig(onset_threshold=threshold, encoding_steps=0)
        save_inference_config(settings, folder)
        space = LatentSpace(folder)
        assert space.settings == settings
        notes.append(sum(map(len, space.decode(z))))
    assert notes[0] > notes[1]
    other = space.with_settings(InferenceConfig(onset_threshold=-0.6, encoding_steps=0))
    assert sum(map(len, other.decode(z))) == notes[0]
    assert sum(map(len, space.decode(z))) == notes[1]


def test_tables_of_notes_are_saved_and_read_and_zeros_if_there_are_none(tmp_path):
    shapes = {"place": (4, 32), "melody": (4, 5, 26)}
    none = load_note_tables(tmp_path, shapes)
    assert {name: table.shape for name, table in none.items()} == shapes
    assert not any(table.any() for table in none.values())
    rng = np.random.default_rng(0)
    tables = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    save_note_tables(tables, tmp_path)
    loaded = load_note_tables(tmp_path, shapes)
    assert all(np.array_equal(loaded[name], table) for name, table in tables.items())
    with pytest.raises(CheckpointError, match="tables of notes") as caught:
        load_note_tables(tmp_path, {**shapes, "place": (9, 32)})
    assert "\n" not in str(caught.value)


def damages(folder):
    """Ways in which files get damaged."""
    weights, vae = folder / "vae-00001-of-00001.safetensors", folder / "vae.json"
    return {
        "no such folder": lambda: shutil.rmtree(folder),
        "no weights": weights.unlink,
        "weights cut short": lambda: weights.write_bytes(weights.read_bytes()[:999]),
        "empty weights": lambda: weights.write_bytes(b""),
        "a web page for weights": lambda: weights.write_text("<html>"),
        "a broken config": lambda: vae.write_text("{"),
        "a config of something else": lambda: vae.write_text('{"layers": 3}'),
        "a list for a config": lambda: vae.write_text("[1]"),
        "no prior": lambda: (folder / "prior.json").unlink(),
        "another size": lambda: vae.write_text(
            json.dumps({**json.loads(vae.read_text()), "latent_dim": 5})
        ),
        "a size that is no number": lambda: vae.write_text(
            json.dumps({**json.loads(vae.read_text()), "latent_dim": "a"})
        ),
        "a kind that does not exist": lambda: vae.write_text(
            json.dumps({**json.loads(vae.read_text()), "kind": "speech"})
        ),
        "broken settings": lambda: (folder / "inference.json").write_text("{"),
    }


@pytest.mark.parametrize("damage", damages(CHECKPOINTS))
def test_a_damaged_checkpoint_is_reported_in_one_line(tiny_checkpoints, tmp_path, damage):
    folder = shutil.copytree(tiny_checkpoints / "drums", tmp_path / "drums")
    damages(folder)[damage]()
    with pytest.raises(CheckpointError, match=str(folder)) as caught:
        LatentSpace(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '{"loudness": 1}',
        '{"sharpness": "high"}',
        '{"sharpness": NaN}',
        '{"encoding_steps": [0.1]}',
        '{"encoding_steps": -1}',
        '{"flow_steps": 0}',
    ],
)
def test_damaged_settings_are_reported_in_one_line(tmp_path, text):
    (tmp_path / "inference.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"inference\.json is damaged") as caught:
        load_inference_config(tmp_path)
    assert "\n" not in str(caught.value)


def test_the_shipped_checkpoints_are_small_safe_and_have_settings():
    files = [path for path in CHECKPOINTS.rglob("*") if path.is_file()]
    assert all(path.stat().st_size < 10_000_000 for path in files)
    assert sum(path.stat().st_size for path in files) < 80_000_000
    assert not [path for path in files if path.suffix in (".pkl", ".pickle", ".h5", ".keras")]
    for kind in ("song", "drums"):
        assert load_vae(CHECKPOINTS / kind).config.kind == kind
        assert load_inference_config(CHECKPOINTS / kind) != InferenceConfig()
