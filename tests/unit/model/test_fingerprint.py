"""Equal checkpoints have equal fingerprints; the map, cards and logs do not count."""

import re

import pytest

from musegen.model.fingerprint import fingerprint


@pytest.fixture
def folder(tmp_path):
    for kind in ("song", "drums"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "vae-00001-of-00001.safetensors").write_bytes(kind.encode())
        (tmp_path / kind / "vae.json").write_text("{}")
    return tmp_path


def of(folder):
    fingerprint.cache_clear()
    return fingerprint(folder)


def test_a_fingerprint_is_twelve_digits_and_stays(folder):
    assert re.fullmatch("[0-9a-f]{12}", of(folder))
    assert of(folder) == of(folder)


@pytest.mark.parametrize("name", ["vae-00001-of-00001.safetensors", "vae.json", "inference.json"])
def test_weights_and_settings_change_the_fingerprint(folder, name):
    before = of(folder)
    (folder / "song" / name).write_text("other")
    assert of(folder) != before


@pytest.mark.parametrize("name", ["map.npz", "song/README.md", "song/evaluation.json"])
def test_the_map_and_reports_do_not_change_the_fingerprint(folder, name):
    before = of(folder)
    (folder / name).write_text("other")
    assert of(folder) == before


@pytest.mark.parametrize("name", ["HARMONIZER", "RECOGNIZER"])
def test_what_proposes_or_recognises_chords_changes_the_fingerprint(folder, monkeypatch, name):
    before = of(folder)
    other = folder / "network.npz"
    other.write_text("other")
    monkeypatch.setattr(f"musegen.model.fingerprint.{name}", other)
    assert of(folder) != before
