"""Lieder and hymns."""

import pytest
from support.examples import band

from musegen.datasets import build_dataset
from musegen.parallel import WorkerPool


@pytest.mark.parametrize(("kind", "style"), [("lieder", "lied"), ("hymns", "hymn")])
def test_a_songbook_has_one_style(tmp_path, kind, style):
    band(bars=4).write_midi(tmp_path / "song.mid")
    phrases, _ = build_dataset(kind, [tmp_path], WorkerPool(workers=1))
    assert set(phrases.source) == {f"{kind}/song.mid"}
    assert set(phrases.style) == {style}
