"""Files for visitors are written once, and do not fill the disk."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.examples import band
from support.midi_files import Voice, midi_file, scale
from support.sounds import needs_fluidsynth

import musegen.server.caches.downloads as module
from musegen import audio
from musegen.errors import Cancelled
from musegen.midi import load_playable
from musegen.reading import read_midi
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Recipe
from musegen.server.caches.downloads import DownloadCache
from musegen.server.versions import MidiSound, Version


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


def version(bars: int = 2, name: str = "song") -> Version:
    piece = band(bars=bars)
    return Version(Recipe(source=notes_from_piece(piece, name)), piece)


@pytest.fixture
def written(monkeypatch) -> list[str]:
    """The kinds of the files that were written, one for each."""
    write_file, written = Version.write_file, []

    def note(version: Version, kind: str, *args, **options) -> Path:
        written.append(kind)
        return write_file(version, kind, *args, **options)

    monkeypatch.setattr(Version, "write_file", note)
    return written


def test_equal_requests_get_the_same_file():
    downloads = DownloadCache()
    path = downloads.make(version(), "midi")
    assert read_midi(path).bars == 2
    assert downloads.make(version(), "midi") == path
    assert downloads.make(version(bars=4), "midi") != path
    path.unlink()
    assert downloads.make(version(), "midi").is_file()


@needs_fluidsynth
def test_the_sound_of_a_midi_file_has_the_name_and_the_recipe_of_its_piece(tmp_path):
    downloads, piece = DownloadCache(), version()
    low, high = (
        MidiSound(load_playable(midi_file(tmp_path / "in.mid", Voice(scale(pitch)))), piece)
        for pitch in (48, 72)
    )
    path = downloads.make(low, "ogg")
    assert path.name == f"{piece.stem}.ogg"
    assert audio.read_comment(path) == f"MuseGen:{piece.key}"
    assert downloads.make(low, "ogg") == path
    assert downloads.make(high, "ogg") != path


def test_equal_requests_at_the_same_time_write_one_file(written):
    downloads = DownloadCache()

    def ask(i: int) -> Path:
        return downloads.make(version(name=f"song {i % 3}"), "midi")

    with ThreadPoolExecutor(12) as pool:
        paths = list(pool.map(ask, range(48)))
    assert len(set(paths)) == len(written) == 3
    assert all(read_midi(path).bars == 2 for path in paths)


def test_a_request_goes_on_where_an_equal_one_was_cancelled(written):
    downloads, leader_waits, leave = DownloadCache(), threading.Event(), threading.Event()
    font = audio.find_soundfonts()[-1].path

    class Slot:
        def __enter__(self) -> None:
            leader_waits.set()
            leave.wait(30)
            raise Cancelled

        def __exit__(self, *_: object) -> None:
            pass

    with ThreadPoolExecutor(2) as pool:
        leader = pool.submit(downloads.make, version(), "flac", font, slot=Slot)
        assert leader_waits.wait(30)
        follower = pool.submit(downloads.make, version(), "flac", font)
        leave.set()
        with pytest.raises(Cancelled):
            leader.result()
        assert follower.result().suffix == ".flac"
    assert written == ["flac"]


def test_a_sound_is_rendered_once_in_a_slot_and_other_files_need_none():
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


def test_the_least_recently_used_file_goes_first(monkeypatch):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0)
    size = DownloadCache().make(version(name="zero"), "midi").stat().st_size
    downloads = DownloadCache(limit_bytes=int(2.5 * size))
    one, two = (downloads.make(version(name=name), "midi") for name in ("one!", "two!"))
    assert downloads.make(version(name="one!"), "midi") == one
    downloads.make(version(name="tri!"), "midi")
    downloads.sweep()
    assert one.is_file()
    assert not two.parent.exists()


def test_a_file_that_was_just_given_stays():
    downloads = DownloadCache(limit_bytes=0)
    paths = [downloads.make(version(name=name), "midi") for name in ("one", "two", "tri")]
    assert all(path.is_file() for path in paths)


def test_a_file_that_the_server_is_about_to_remove_is_written_again(monkeypatch):
    downloads = DownloadCache(keep_seconds=module._GRACE_SECONDS)
    path = downloads.make(version(), "midi")
    assert downloads.make(version(), "midi") != path
    assert path.is_file()  # somebody may be fetching it


def test_old_files_are_removed(monkeypatch):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0)
    downloads = DownloadCache(keep_seconds=0)
    path = downloads.make(version(), "midi")
    downloads.sweep()
    assert not path.parent.exists()
    assert downloads.make(version(), "midi").is_file()
