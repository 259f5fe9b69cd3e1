"""Sounds for the page: rendered once, kept, and gone when there is no room."""

from __future__ import annotations

import io
import os
import shutil
import threading
import time
from pathlib import Path

import pretty_midi
import pytest
import soundfile
from support.examples import band

import musegen.server.caches.sounds as module
from musegen.audio import MIX
from musegen.errors import AudioError, Cancelled
from musegen.music import Phrase, Piece
from musegen.server.caches.sounds import SoundCache, Stage

TIM = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2")
pytestmark = pytest.mark.skipif(
    shutil.which("fluidsynth") is None, reason="FluidSynth is not installed"
)


@pytest.fixture(scope="module")
def piece() -> Piece:
    return band(bars=2, tempo=240)


@pytest.fixture
def begun(tmp_path, monkeypatch) -> Path:
    """A file with a line for each time that FluidSynth was started."""
    real, script, begun = shutil.which("fluidsynth"), tmp_path / "fluidsynth", tmp_path / "begun"
    begun.touch()
    script.write_text(f'#!/bin/sh\necho begun >> {begun}\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return begun


def count(begun: Path) -> int:
    return len(begun.read_text().split())


def make(sounds: SoundCache, piece: Piece, key: str, **more) -> list[Stage]:
    return list(sounds.make(piece, key, TIM, **more))


def test_the_mix_comes_first_and_then_the_parts(piece, tmp_path) -> None:
    sounds = SoundCache(folder=tmp_path)
    mix, parts = make(sounds, piece, "song")
    assert mix.stream["parts"] == [MIX]
    assert parts.stream["parts"] == list(piece.parts)
    assert mix.stream["samples"] == parts.stream["samples"]
    assert mix.problem is parts.problem is None
    for stage in (mix, parts):
        data = stage.file.read_bytes()
        assert len(data) == sum(map(sum, stage.stream["bytes"]))
        first, rate = soundfile.read(io.BytesIO(data[: stage.stream["bytes"][0][0]]))
        assert rate == 44100
        assert len(first) == min(stage.stream["each"], stage.stream["samples"])


def test_what_was_made_is_given_at_once(piece, begun) -> None:
    sounds = SoundCache()
    _, parts = make(sounds, piece, "song")
    rendered = count(begun)
    assert make(sounds, piece, "song") == [parts]
    assert count(begun) == rendered == 1 + len(piece.parts)
    assert len(make(sounds, piece, "another song")) == 2


def test_equal_requests_at_once_are_rendered_once(piece, begun) -> None:
    sounds, made, shares = SoundCache(), [], []
    threads = [
        threading.Thread(
            target=lambda: made.append(make(sounds, piece, "song", progress=shares.append))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(begun) == 1 + len(piece.parts)
    assert made[0] == made[1] == made[2]
    assert len(made[0]) == 2
    assert all(0 <= share <= 1 for share in shares)


def test_who_waits_goes_on_where_the_other_was_halted(piece) -> None:
    sounds, made, cancel = SoundCache(), [], threading.Event()
    first = sounds.make(piece, "song", TIM, cancel)
    mix = next(first)
    other = threading.Thread(target=lambda: made.append(make(sounds, piece, "song")))
    other.start()
    time.sleep(0.3)  # it has the mix, and waits for the parts
    cancel.set()
    with pytest.raises(Cancelled):
        next(first)
    other.join()
    (stages,) = made
    assert stages[0] == mix
    assert [stage.stream["parts"] for stage in stages] == [[MIX], list(piece.parts)]


def test_who_leaves_keeps_nobody_waiting(piece) -> None:
    sounds = SoundCache()
    first = sounds.make(piece, "song", TIM)
    next(first)
    first.close()
    assert len(make(sounds, piece, "song")) == 2


def test_who_waits_can_be_halted(piece) -> None:
    sounds, cancel = SoundCache(), threading.Event()
    first = sounds.make(piece, "song", TIM)
    next(first)
    cancel.set()
    with pytest.raises(Cancelled):
        make(sounds, piece, "song", cancel=cancel)
    assert len(list(first)) == 1


def test_what_was_not_asked_for_longest_goes(piece, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(module, "_GRACE", 0)
    sounds = SoundCache(folder=tmp_path)
    size = make(sounds, piece, "zero")[1].file.stat().st_size
    sounds.limit_bytes = int(2.5 * size)
    for key in ("one", "two"):
        make(sounds, piece, key)
    assert len(make(sounds, piece, "one")) == 1  # now two is the oldest
    make(sounds, piece, "three")
    assert len(make(sounds, piece, "one")) == 1
    (folder,) = tmp_path.iterdir()
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2.5 * size
    assert len(make(sounds, piece, "two")) == 2


def test_what_was_just_given_can_still_be_copied(piece) -> None:
    sounds = SoundCache(limit_bytes=0)
    for key in ("one", "two"):
        stages = make(sounds, piece, key)
    make(sounds, piece, "three")
    for stage in stages:
        assert stage.file.is_file()


@pytest.mark.parametrize("how", ["removed", "cut short", "overwritten"])
def test_a_file_that_is_not_whole_is_made_anew(how, piece) -> None:
    sounds = SoundCache()
    file = make(sounds, piece, "song")[1].file
    data = file.read_bytes()
    if how == "removed":
        file.unlink()
    elif how == "cut short":
        file.write_bytes(data[:1000])
    else:
        file.write_bytes(data[:1000] + b"x" + data[1001:])
    stages = make(sounds, piece, "song")
    assert len(stages) == 2
    assert stages[1].file.read_bytes() == data


def test_a_part_that_cannot_be_played_is_told_and_tried_again(piece, tmp_path, monkeypatch) -> None:
    real, script = shutil.which("fluidsynth"), tmp_path / "fluidsynth"
    script.write_text(
        "#!/bin/sh\n"
        'for last; do :; done; grep -q lead "$last" || { echo error: no luck; exit 1; }\n'
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    sounds = SoundCache()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        mix, parts = make(sounds, piece, "song")
    assert mix.problem is None
    assert parts.stream["parts"] == ["lead"]
    assert parts.problem.startswith("No sound of the ")
    assert "no luck" in parts.problem
    assert make(sounds, piece, "song")[-1].problem is None


def test_no_sound_is_an_error_and_is_not_kept(piece, tmp_path) -> None:
    sounds = SoundCache()
    with pytest.raises(AudioError, match="there is no soundfont"):
        list(sounds.make(piece, "song", tmp_path / "none.sf2"))
    with pytest.raises(AudioError, match="no notes"):
        make(sounds, Piece((Phrase(),)), "silence")
    assert len(make(sounds, piece, "song")) == 2


def test_the_folder_goes_with_its_owner(piece, tmp_path) -> None:
    sounds = SoundCache(folder=tmp_path)
    make(sounds, piece, "song")
    assert list(tmp_path.iterdir())
    del sounds
    assert not list(tmp_path.iterdir())
