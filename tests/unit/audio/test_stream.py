"""Stems for the player."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from support.sounds import RATE

from musegen.audio import Stems, write_stream


def test_a_stream_can_be_read_back_part_by_part(tmp_path):
    time = np.arange(9 * RATE) / RATE
    wave = np.stack([np.sin(2 * np.pi * 220 * time), np.cos(2 * np.pi * 220 * time)], axis=1)
    lead = wave.astype(np.float32)
    late = np.where(time[:, None] < 5, 0, lead).astype(np.float32)
    sounds = {"lead": lead, "bass": late}
    reported = write_stream(tmp_path / "song.flacs", Stems(sounds, RATE, {}))
    assert (reported["rate"], reported["samples"], reported["parts"]) == (
        RATE,
        9 * RATE,
        ["lead", "bass"],
    )
    data = (tmp_path / "song.flacs").read_bytes()
    assert sum(map(sum, reported["bytes"])) == len(data) < lead.size * 2
    back: dict[str, list[np.ndarray]] = {part: [] for part in sounds}
    for i, sizes in enumerate(reported["bytes"]):
        length = min(reported["each"], reported["samples"] - i * reported["each"])
        for part, size in zip(reported["parts"], sizes, strict=True):
            piece, data = data[:size], data[size:]
            silence = np.zeros((length, 2))
            back[part].append(soundfile.read(io.BytesIO(piece))[0] if size else silence)
    assert reported["bytes"][0][1] == 0  # nothing is sent of what is silent
    for part, sound in sounds.items():
        assert np.abs(np.concatenate(back[part]) - sound).max() < 2**-12
