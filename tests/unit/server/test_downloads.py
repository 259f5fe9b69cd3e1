"""Files for visitors are written once, and do not fill the disk."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.examples import band

import musegen.server.caches.downloads as module
from musegen import audio
from musegen.reading import read_midi
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Recipe
from musegen.server.caches.downloads import DownloadCache
from musegen.server.versions import Version


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


def version(bars: int = 2, name: str = "song") -> Version:
    piece = band(bars=bars)
    return Version(Recipe(source=notes_from_piece(piece, name)), piece)


def test_equal_requests_are_given_the_same_file() -> None:
    downloads = DownloadCache()
    path = downloads.make(version(), "midi")
    assert read_midi(path).bars == 2
    assert downloads.make(version(), "midi") == path
    assert downloads.make(version(bars=4), "midi") != path
    path.unlink()
    assert downloads.make(version(), "midi").is_file()


def test_a_sound_is_rendered_once_and_in_turn() -> None:
    downloads, slots = DownloadCache(), []

    class Slot:
        def __enter__(self) -> None:
            slots.append(1)

        def __exit__(self, *_: object) -> None:
            pass

    font = audio.find_soundfonts()[-1].path
    first = downloads.make(version(), "flac", font, slot=Slot)
    assert downloads.make(version(), "flac", font, slot=Slot) == first
    assert downloads.make(version(), "midi", font, slot=Slot).suffix == ".mid"
    assert slots == [1]


def test_what_was_not_asked_for_longest_goes(monkeypatch, cache) -> None:
    monkeypatch.setattr(module, "_GRACE", 0)
    size = DownloadCache().make(version(), "midi").stat().st_size
    downloads = DownloadCache(limit_bytes=int(2.5 * size))
    one, two = (downloads.make(version(name=name), "midi") for name in ("one!", "two!"))
    time.sleep(0.01)
    assert downloads.make(version(name="one!"), "midi") == one  # now two is the oldest
    time.sleep(0.01)
    downloads.make(version(name="tri!"), "midi")
    downloads.sweep()
    assert one.is_file()
    assert not two.parent.exists()


def test_what_was_just_given_stays() -> None:
    downloads = DownloadCache(limit_bytes=0)
    paths = [downloads.make(version(name=name), "midi") for name in ("one", "two", "tri")]
    assert all(path.is_file() for path in paths)


def test_all_goes_after_a_while() -> None:
    downloads = DownloadCache(keep_seconds=0.05)
    path = downloads.make(version(), "midi")
    time.sleep(0.1)
    downloads.sweep()
    assert not path.parent.exists()
    assert downloads.make(version(), "midi").is_file()
