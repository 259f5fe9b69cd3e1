"""Bytes of Standard MIDI Files, broken ones too, into what pretty_midi makes of them."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import mido
import numpy as np
import pretty_midi

from musegen.music.errors import MusicError

__all__ = ["MAX_BYTES", "load_midi", "midi_bytes"]

MAX_BYTES = 2_000_000  # an hour of dense MIDI is less; reading this much takes five seconds
_RMID_HEADER = 20  # bytes of RIFF wrapping before the MIDI file proper
# mido reads numbers of any length, in time that grows as its square: none is longer than 4 bytes,
# and no text of a song has so many letters in a row outside ASCII.
_MAX_HIGH_BYTES = 4096


def midi_bytes(path: str | Path) -> bytes:
    """Bytes of a file that begins as a Standard MIDI File does.

    Raises
    ------
    MusicError
        If it is missing, empty, too large or of another kind.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MusicError(f"cannot read {path}: {error.strerror or error}") from None
    if not data:
        raise MusicError(f"{path.name} is empty: give a MIDI file (.mid)")
    if data.startswith(b"RIFF") and data[8:12] == b"RMID":
        data = data[_RMID_HEADER:]
    if not data.startswith(b"MThd"):
        raise MusicError(f"{path.name} is not a MIDI file: give a Standard MIDI File (.mid)")
    if len(data) > MAX_BYTES:
        raise MusicError(f"{path.name} is over {MAX_BYTES / 1e6:.0f} MB: give a shorter MIDI file")
    return data


def load_midi(path: str | Path) -> pretty_midi.PrettyMIDI:
    """Read a Standard MIDI File.

    Raises
    ------
    MusicError
        If it is missing, empty, too large or not MIDI.
    """
    data = midi_bytes(path)
    name = Path(path).name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pretty_midi's remarks on track types
            return _parse(data)
    except EOFError:
        raise MusicError(f"{name} ends too soon, it is damaged: save it anew") from None
    except Exception as error:  # mido raises what its parser trips over: OSError, KeyError …
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise MusicError(f"{name} is a damaged MIDI file ({reason}): save it anew") from None


def _parse(data: bytes) -> pretty_midi.PrettyMIDI:
    low = np.flatnonzero(np.frombuffer(data, np.uint8) < 0x80)
    if np.diff(low, append=len(data)).max() > _MAX_HIGH_BYTES:
        raise ValueError("a stretch of it is not MIDI")
    file = mido.MidiFile(file=io.BytesIO(data))
    if file.ticks_per_beat <= 0:
        raise ValueError("its time is in video frames, not in beats")
    # Tracks without any event are harmless, but pretty_midi fails on them.
    file.tracks = [track for track in file.tracks if track]
    if not file.tracks:
        raise ValueError("it has no tracks")
    return pretty_midi.PrettyMIDI(mido_object=file)
