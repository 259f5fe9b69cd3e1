"""Instruments of the soundfonts are cut once, and kept in memory within a limit."""

from __future__ import annotations

import shutil
import threading

import pytest
from support.sounds import TIM, damaged_soundfont

from musegen.errors import AudioError
from musegen.server.caches import soundfonts
from musegen.server.caches.soundfonts import SoundfontCache


@pytest.fixture
def font(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(shutil.copy(TIM, tmp_path / "mine.sf2")))
    return "mine"


def test_an_instrument_is_cut_once_for_requests_at_the_same_time(font, monkeypatch) -> None:
    calls, go = [], threading.Event()

    def slow_cut(path, presets):
        calls.append(presets)
        assert go.wait(60)
        return b"RIFF"

    monkeypatch.setattr(soundfonts, "cut_soundfont", slow_cut)
    cache = SoundfontCache()
    digest = cache.digests()[font]
    asked = [cache.get(digest, 0, 4) for _ in range(3)]
    go.set()
    assert [future.result(60) for future in asked] == [b"RIFF"] * 3
    assert cache.get(digest, 0, 4).result(60) == b"RIFF"
    assert calls == [{(0, 4): None}]


def test_a_kit_has_the_nine_drums_alone(font) -> None:
    cache = SoundfontCache()
    kit = cache.get(cache.digests()[font], 128, 0).result(60)
    assert kit[:4] == b"RIFF"
    assert len(kit) < 300_000


def test_the_least_recently_used_are_forgotten(font, monkeypatch) -> None:
    calls = []
    monkeypatch.setattr(
        soundfonts, "cut_soundfont", lambda path, presets: calls.append(presets) or b"x" * 60
    )
    cache = SoundfontCache(limit_bytes=100)
    digest = cache.digests()[font]
    for program in (1, 2, 2, 1):
        cache.get(digest, 0, program).result(60)
    assert [list(presets) for presets in calls] == [[(0, 1)], [(0, 2)], [(0, 1)]]


def test_a_failure_is_told_and_tried_again(font, tmp_path) -> None:
    cache = SoundfontCache()
    digest = cache.digests()[font]
    path = tmp_path / "mine.sf2"
    content = path.read_bytes()
    path.write_bytes(content[:1000])
    with pytest.raises(AudioError, match="only the beginning of a soundfont"):
        cache.get(digest, 0, 0).result(60)
    path.write_bytes(content)
    assert cache.get(digest, 0, 0).result(60)[:4] == b"RIFF"


def test_damaged_soundfonts_have_a_digest_of_none(tmp_path, monkeypatch) -> None:
    damaged_soundfont(tmp_path)
    shutil.copy(TIM, tmp_path / "whole.sf2")
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(tmp_path))
    cache = SoundfontCache()
    digests = cache.digests()
    assert cache.get(digests["whole"], 0, 0).result(60)[:4] == b"RIFF"
    with pytest.raises(KeyError):
        cache.get(digests["damaged"], 0, 0)


def test_another_soundfont_is_refused(font) -> None:
    with pytest.raises(KeyError):
        SoundfontCache().get("0123456789abcdef", 0, 0)
