"""Sounds for the player are rendered once, kept, and removed when there is no room."""

from __future__ import annotations

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
from musegen.audio import MIX
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


def render(sounds: SoundCache, piece: Piece, key: str, **options) -> list[SoundFile]:
    return list(sounds.render(piece, key, TIM, **options))


def test_the_mix_comes_first_and_then_the_parts(piece, tmp_path):
    sounds = SoundCache(folder=tmp_path)
    mix, parts = render(sounds, piece, "song")
    assert mix.stream["parts"] == [MIX]
    assert parts.stream["parts"] == list(piece.parts)
    assert mix.stream["samples"] == parts.stream["samples"]
    assert mix.problem is parts.problem is None
    for sound in (mix, parts):
        data = sound.path.read_bytes()
        assert len(data) == sum(map(sum, sound.stream["bytes"]))
        first, rate = soundfile.read(io.BytesIO(data[: sound.stream["bytes"][0][0]]))
        assert rate == 44100
        assert len(first) == min(sound.stream["each"], sound.stream["samples"])


def test_a_sound_in_the_cache_is_given_without_a_renderer(piece, fluidsynth):
    sounds = SoundCache()
    _, parts = render(sounds, piece, "song")
    started = count(fluidsynth)
    assert render(sounds, piece, "song") == [parts]
    assert count(fluidsynth) == started == 1 + len(piece.parts)
    assert len(render(sounds, piece, "another song")) == 2
    assert (sounds.requested, sounds.rendered) == (3, 2)


def test_equal_requests_at_the_same_time_are_rendered_once(piece, fluidsynth):
    sounds, results, shares = SoundCache(), [], []
    threads = [
        threading.Thread(
            target=lambda: results.append(render(sounds, piece, "song", progress=shares.append))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(fluidsynth) == 1 + len(piece.parts)
    assert results[0] == results[1] == results[2]
    assert len(results[0]) == 2
    assert all(0 <= share <= 1 for share in shares)


def test_a_request_goes_on_where_an_equal_one_was_cancelled(piece):
    sounds, cancel, has_mix = SoundCache(), threading.Event(), threading.Event()
    results: list[SoundFile] = []

    def follow() -> None:
        for sound in sounds.render(piece, "song", TIM):
            results.append(sound)
            has_mix.set()

    first = sounds.render(piece, "song", TIM, cancel)
    mix = next(first)
    follower = threading.Thread(target=follow)
    follower.start()
    assert has_mix.wait(60)  # now it waits for the parts
    cancel.set()
    with pytest.raises(Cancelled):
        next(first)
    follower.join()
    assert results[0] == mix
    assert [sound.stream["parts"] for sound in results] == [[MIX], list(piece.parts)]


def test_a_request_that_is_given_up_keeps_nobody_waiting(piece):
    sounds = SoundCache()
    first = sounds.render(piece, "song", TIM)
    next(first)
    first.close()
    assert len(render(sounds, piece, "song")) == 2


def test_a_request_that_waits_for_an_equal_one_can_be_cancelled(piece):
    sounds, cancel = SoundCache(), threading.Event()
    first = sounds.render(piece, "song", TIM)
    next(first)
    cancel.set()
    with pytest.raises(Cancelled):
        render(sounds, piece, "song", cancel=cancel)
    assert len(list(first)) == 1


def test_each_sound_waits_in_its_queue(piece):
    slots = []

    class Slot:
        def __init__(self, work: str) -> None:
            slots.append(work)

        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            pass

    render(SoundCache(), piece, "song", slot=Slot)
    assert slots == ["mix", "parts"]


def test_the_least_recently_used_sound_goes_first(piece, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0)
    other = SoundCache()
    size = render(other, piece, "zero")[1].path.stat().st_size
    sounds = SoundCache(int(2.5 * size), folder=tmp_path)
    for key in ("one", "two"):
        render(sounds, piece, key)
    assert len(render(sounds, piece, "one")) == 1  # now "two" is the oldest
    render(sounds, piece, "three")
    assert len(render(sounds, piece, "one")) == 1
    (folder,) = tmp_path.iterdir()
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2.5 * size
    assert len(render(sounds, piece, "two")) == 2


def test_a_sound_that_was_just_given_can_still_be_fetched(piece):
    sounds = SoundCache(limit_bytes=0)
    given = [sound for key in ("one", "two") for sound in render(sounds, piece, key)]
    assert len(given) == 4
    assert all(sound.path.is_file() for sound in given)


@pytest.mark.parametrize("damage", ["removed", "cut short", "overwritten"])
def test_a_damaged_file_is_rendered_again(damage, piece):
    sounds = SoundCache()
    path = render(sounds, piece, "song")[1].path
    data = path.read_bytes()
    if damage == "removed":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(data[:1000])
    else:
        path.write_bytes(data[:1000] + bytes([data[1000] ^ 1]) + data[1001:])
    again = render(sounds, piece, "song")
    assert len(again) == 2
    assert again[1].path.read_bytes() == data


def test_a_part_that_failed_is_reported_and_tried_again(piece, tmp_path, monkeypatch):
    real = shutil.which("fluidsynth")
    script(
        tmp_path,
        'for last; do :; done; grep -q lead "$last" || { echo error: no luck; exit 1; }\n'
        f'exec {real} "$@"',
    )
    sounds = SoundCache()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        mix, parts = render(sounds, piece, "song")
    assert mix.problem is None
    assert parts.stream["parts"] == ["lead"]
    assert parts.problem.startswith("No sound of the bass: ")
    assert "no luck" in parts.problem
    assert render(sounds, piece, "song")[-1].problem is None


def test_a_failure_is_an_error_and_is_not_kept(piece, tmp_path):
    sounds = SoundCache()
    with pytest.raises(AudioError, match="there is no soundfont"):
        list(sounds.render(piece, "song", tmp_path / "none.sf2"))
    with pytest.raises(AudioError, match="no notes"):
        render(sounds, Piece((Phrase(),)), "silence")
    assert len(render(sounds, piece, "song")) == 2


def test_the_folder_is_removed_with_the_cache(piece, tmp_path):
    sounds = SoundCache(folder=tmp_path)
    render(sounds, piece, "song")
    assert list(tmp_path.iterdir())
    del sounds
    assert not list(tmp_path.iterdir())
