"""Videos of the roll with its sound."""

import json
import subprocess
import threading

import numpy as np
import pytest
from support.examples import band

from musegen.audio import has_ffmpeg, write_video
from musegen.errors import AudioError, Cancelled
from musegen.sheets import ROLL_EDGES, draw_roll

SOUND = np.zeros((44100 * 2, 2), np.float32)
needs_ffmpeg = pytest.mark.skipif(not has_ffmpeg(), reason="ffmpeg is not installed")


@needs_ffmpeg
def test_a_video_has_the_picture_and_all_of_the_sound(tmp_path):
    picture = draw_roll(band(2), "Größe", "2 bars")
    write_video(tmp_path / "a.mp4", picture, ROLL_EDGES, 1.5, SOUND, 44100)
    probe = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", tmp_path / "a.mp4"]
    streams = json.loads(subprocess.run(probe, capture_output=True, check=True).stdout)["streams"]
    assert [stream["codec_name"] for stream in streams] == ["h264", "aac"]
    assert (streams[0]["width"], streams[0]["height"]) == (1200, 630)
    assert float(streams[0]["duration"]) == pytest.approx(2, abs=0.1)


@needs_ffmpeg
def test_a_video_can_be_cancelled_and_says_what_failed(tmp_path):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        write_video(tmp_path / "a.mp4", b"", ROLL_EDGES, 1.5, SOUND, 44100, cancel=cancel)
    with pytest.raises(AudioError, match="ffmpeg made no video"):
        write_video(tmp_path / "a.mp4", b"no picture", ROLL_EDGES, 1.5, SOUND, 44100)
    assert list(tmp_path.iterdir()) == []


def test_without_ffmpeg_a_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("musegen.audio.video.has_ffmpeg", lambda: False)
    with pytest.raises(AudioError, match="install it"):
        write_video(tmp_path / "a.mp4", b"", ROLL_EDGES, 1.5, SOUND, 44100)
