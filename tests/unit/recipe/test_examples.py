"""The examples are shipped as the model drew them, and are drawn again after it has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.examples import band

from musegen.limits import DEFAULT_TEMPO
from musegen.recipe.examples import EXAMPLES, load_examples, save_examples


@pytest.fixture
def file(tmp_path) -> Path:
    """Examples that are all alike."""
    z = np.arange(24, dtype=np.float32).reshape(4, 6)
    piece = replace(band(tempo=DEFAULT_TEMPO), path={"song": z, "drums": z + 1})
    save_examples(dict.fromkeys(EXAMPLES, piece), tmp_path / "examples.npz", "abc")
    return tmp_path / "examples.npz"


def test_they_are_read_as_they_were_drawn(file) -> None:
    pieces = load_examples(file, "abc")
    assert list(pieces) == [recipe.source for recipe in EXAMPLES.values()]
    for piece in pieces.values():
        assert piece == band(tempo=DEFAULT_TEMPO)
        assert piece.path["drums"][3].tolist() == [19, 20, 21, 22, 23, 24]


def test_those_of_other_checkpoints_are_not_used(file, caplog) -> None:
    assert load_examples(file, "another") == {}
    assert "run python scripts/draw_examples.py" in caplog.text


@pytest.mark.parametrize("content", [None, b"", b"PK no archive", b"half"])
def test_a_missing_or_damaged_file_is_no_error(file, content, caplog) -> None:
    whole = file.read_bytes()
    file.unlink()
    if content is not None:
        file.write_bytes(whole[: len(whole) // 2] if content == b"half" else content)
    assert load_examples(file, "abc") == {}
    assert len(caplog.records) == 1


def test_what_is_shipped_is_what_the_model_draws(mg) -> None:
    shipped = load_examples()
    assert len(shipped) == len(EXAMPLES), "run python scripts/draw_examples.py"
    source, piece = next(iter(shipped.items()))
    drawn = mg.random(source.seed, source.bars, source.form, source.temperature)
    for model, z in piece.path.items():
        np.testing.assert_allclose(z, drawn.path[model], atol=0.01)
    # On another processor a note or two may differ.
    both = {note.tobytes() for note in piece.notes} & {note.tobytes() for note in drawn.notes}
    assert len(both) > 0.9 * max(len(piece.notes), len(drawn.notes))
