"""Sounds for the player are rendered once, kept, and removed when there is no room."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import threading
from pathlib import Path

import pretty_midi
import pytest
import soundfile
from support.examples import band

import musegen.server.caches.sounds as module
from musegen.errors import AudioError, Cancelled
from musegen.music import Phrase, Piece
from musegen.server.caches.sounds import SoundCache, SoundFile

TIM = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2")
pytestmark = pytest.mark.skipif(
    shutil.which("fluidsynth") is None, reason="FluidSynth is not installed"
)


@pytest.fixture(scope="module")
def piece() -> Piece:
    return band(bars=2, tempo=960).only(["lead", "bass"])


@pytest.fixture
def fluidsynth(tmp_path, monkeypatch) -> Path:
    """A file with a line for each time that FluidSynth was started."""
    real, starts = shutil.which("fluidsynth"), tmp_path / "starts"
    starts.touch()
    script(tmp_path, f'echo started >> {starts}\nexec {real} "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return starts


def script(folder: Path, body: str) -> None:
    path = folder / "fluidsynth"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def count(starts: Path) -> int:
    return len(starts.read_text().split())


def render(sounds: SoundCache, piece: Piece, key: str, **options) -> SoundFile:
    return sounds.render(piece, key, TIM, **options)


def test_a_sound_is_a_stream_for_the_player(piece, tmp_path):
    sounds = SoundCache(folder=tmp_path)
    sound = render(sounds, piece, "song")
    data = sound.path.read_bytes()
    assert len(data) == sum(map(sum, sound.stream["bytes"]))
    first, rate = soundfile.read(io.BytesIO(data[: sound.stream["bytes"][0][0]]))
    assert rate == 44100
    assert len(first) == min(sound.stream["each"], sound.stream["samples"])


def test_a_sound_in_the_cache_is_given_without_a_renderer(piece, fluidsynth):
    sounds = SoundCache()
    sound = render(sounds, piece, "song")
    assert render(sounds, piece, "song") == sound
    assert count(fluidsynth) == 1
    assert render(sounds, piece, "another song") != sound
    assert (sounds.requested, sounds.rendered) == (3, 2)


def test_equal_requests_at_the_same_time_are_rendered_once(piece, fluidsynth):
    sounds, results = SoundCache(), []
    threads = [
        threading.Thread(target=lambda: results.append(render(sounds, piece, "song")))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(fluidsynth) == 1
    assert results[0] == results[1] == results[2]


def test_a_request_goes_on_where_an_equal_one_was_cancelled(piece):
    sounds, cancel, started, results = SoundCache(), threading.Event(), threading.Event(), []

    @contextlib.contextmanager
    def slot():
        started.set()
        assert cancel.wait(60)
        yield

    def ask(**options) -> None:
        with contextlib.suppress(Cancelled):
            results.append(render(sounds, piece, "song", **options))

    leader = threading.Thread(target=ask, kwargs={"cancel": cancel, "slot": slot})
    leader.start()
    assert started.wait(60)
    follower = threading.Thread(target=ask)
    follower.start()
    cancel.set()
    leader.join()
    follower.join()
    assert len(results) == 1


def test_a_request_that_waits_for_an_equal_one_can_be_cancelled(piece):
    sounds, cancel, cancelled = SoundCache(), threading.Event(), threading.Event()

    @contextlib.contextmanager
    def slot():
        cancel.set()
        with pytest.raises(Cancelled):
            render(sounds, piece, "song", cancel=cancel)
        cancelled.set()
        yield

    render(sounds, piece, "song", slot=slot)
    assert cancelled.is_set()


def test_the_least_recently_used_sound_goes_first(piece, monkeypatch, tmp_path, fluidsynth):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0)
    other = SoundCache()
    size = render(other, piece, "zero").path.stat().st_size
    sounds = SoundCache(int(2.5 * size), folder=tmp_path)
    for key in ("one", "two", "one", "three", "one"):  # before "three", "two" is the oldest
        render(sounds, piece, key)
    assert sounds.rendered == 3
    sounds.sweep()
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2.5 * size
    render(sounds, piece, "two")
    assert sounds.rendered == 4


def test_a_sound_that_was_just_given_can_still_be_fetched(piece):
    sounds = SoundCache(limit_bytes=0)
    given = [render(sounds, piece, key) for key in ("one", "two")]
    assert all(sound.path.is_file() for sound in given)


@pytest.mark.parametrize("damage", ["removed", "cut short", "overwritten"])
def test_a_damaged_file_is_rendered_again(damage, piece):
    sounds = SoundCache()
    path = render(sounds, piece, "song").path
    data = path.read_bytes()
    if damage == "removed":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(data[:1000])
    else:
        path.write_bytes(data[:1000] + bytes([data[1000] ^ 1]) + data[1001:])
    assert render(sounds, piece, "song").path.read_bytes() == data
    assert sounds.rendered == 2


def test_a_failure_is_an_error_and_is_not_kept(piece, tmp_path):
    sounds = SoundCache()
    with pytest.raises(AudioError, match="there is no soundfont"):
        sounds.render(piece, "song", tmp_path / "none.sf2")
    with pytest.raises(AudioError, match="no notes"):
        render(sounds, Piece((Phrase(),)), "silence")
    assert render(sounds, piece, "song").path.is_file()


def test_the_folder_is_removed_with_the_cache(piece, tmp_path):
    sounds = SoundCache(folder=tmp_path)
    render(sounds, piece, "song")
    assert list(tmp_path.iterdir())
    del sounds
    assert not list(tmp_path.iterdir())
