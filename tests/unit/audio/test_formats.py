"""Sound files are written completely or not at all, and carry a comment."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.sounds import RATE

from musegen.audio import FORMATS, Stems, read_comment, to_int16, write_audio, write_stems
from musegen.errors import AudioError


@pytest.mark.parametrize("ending", FORMATS)
def test_each_format_can_be_read_back(ending, chord, tmp_path):
    path = tmp_path / "new folder" / f"chord{ending}"
    write_audio(path, chord, RATE)
    sound, rate = soundfile.read(path)
    assert rate == RATE
    assert sound.shape == chord.shape
    exact = ending in (".wav", ".flac")
    assert np.abs(sound - chord)[100:-100].max() < (1e-4 if exact else 0.05)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    if exact:
        assert soundfile.info(path).subtype == "PCM_16"


TEXT = "MuseGen:" + "aZ09-_" * 1332  # 8,000 characters


@pytest.mark.parametrize("ending", FORMATS)
def test_a_comment_is_read_back(ending, chord, tmp_path):
    path = tmp_path / f"chord{ending}"
    for text in (TEXT, "short", "odd"):
        write_audio(path, chord, RATE, comment=text)
        assert read_comment(path) == text
        assert soundfile.info(path).frames == len(chord)  # and it is still a sound
    write_audio(path, chord, RATE)
    assert read_comment(path) is None


@pytest.mark.parametrize("ending", FORMATS)
def test_a_comment_is_read_from_the_beginning_of_a_file(ending, tmp_path):
    path = tmp_path / f"long{ending}"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (20 * RATE, 2)).astype(np.float32)
    write_audio(path, noise, RATE, comment=TEXT)
    with path.open("r+b") as file:  # what comes after the text is gone
        file.truncate(path.stat().st_size // 2)
    assert read_comment(path) == TEXT


def test_damaged_and_missing_files_have_no_comment(chord, tmp_path):
    write_audio(tmp_path / "chord.wav", chord, RATE, comment=TEXT)
    whole = (tmp_path / "chord.wav").read_bytes()
    place = whole.index(b"ICMT") + 4
    damaged = {
        "none.wav": b"",
        "text.mp3": b"not a sound",
        "text.raw": b"not a sound",
        "short.wav": whole[: place + 2],
        "half.wav": whole[: place + 4000],
        "long.wav": whole[:place] + b"\xff\xff\xff\x7f" + whole[place + 4 :],
        "zeros.wav": whole[:12] + bytes(500),
    }
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
        assert read_comment(tmp_path / name) is None, name
    assert read_comment(tmp_path / "missing.wav") is None
    assert read_comment(tmp_path) is None


def test_stems_are_written_as_a_zip_of_flac(tmp_path, chord):
    write_stems(tmp_path / "song-stems.zip", Stems({"lead": chord, "bass": chord / 2}, RATE, {}))
    with zipfile.ZipFile(tmp_path / "song-stems.zip") as archive:
        assert archive.namelist() == ["song-lead.flac", "song-bass.flac"]
        sound, rate = soundfile.read(io.BytesIO(archive.read("song-bass.flac")))
    assert rate == RATE
    assert np.abs(sound - chord / 2).max() < 1e-4


def test_each_stem_has_the_comment(chord, tmp_path):
    stems = Stems({"lead": chord, "bass": chord / 2}, RATE, {})
    write_stems(tmp_path / "song-stems.zip", stems, comment=TEXT)
    with zipfile.ZipFile(tmp_path / "song-stems.zip") as archive:
        archive.extractall(tmp_path)
        for name in archive.namelist():
            assert read_comment(tmp_path / name) == TEXT


def test_an_ending_may_be_in_capitals(chord, tmp_path):
    write_audio(tmp_path / "CHORD.WAV", chord, RATE)
    assert soundfile.info(tmp_path / "CHORD.WAV").format == "WAV"


def test_another_ending_is_an_error(chord, tmp_path):
    with pytest.raises(AudioError, match=r"\.flac, \.mp3, \.ogg, \.wav"):
        write_audio(tmp_path / "chord.aac", chord, RATE)
    assert list(tmp_path.iterdir()) == []


# A limit on the size of files fails a write as a full disk does, after a part has been written.
_ON_A_FULL_DISK = """
import resource, sys
import numpy as np
from musegen.audio import write_audio
from musegen.errors import AudioError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_audio(sys.argv[1], np.zeros((44100, 2), np.float32), 44100)
except AudioError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="file sizes are limited by POSIX")
def test_a_full_disk_is_reported_and_the_old_file_stays(tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(b"the old one")
    done = subprocess.run(
        [sys.executable, "-c", _ON_A_FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.startswith("the disk is full"), done.stderr
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_an_error(chord, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AudioError, match="cannot write"):
        write_audio(tmp_path / "file" / "song.wav", chord, RATE)


def test_int16_is_clipped():
    sound = np.array([[-1, 1], [0, 0.5], [-2, 2]], np.float32)
    converted = to_int16(sound)
    assert converted.dtype == np.int16
    assert converted.tolist() == [[-32767, 32767], [0, 16384], [-32767, 32767]]
