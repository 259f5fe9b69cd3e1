"""Bytes of Standard MIDI Files, broken ones too, into what pretty_midi makes of them."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import pretty_midi

from musegen.errors import MusicError

__all__ = ["MAX_BYTES", "MidiFile", "load_file", "load_midi", "midi_bytes", "shown"]

MAX_BYTES = 2_000_000  # an hour of dense MIDI is less; reading this much takes five seconds
_RMID_HEADER = 20  # bytes of RIFF wrapping before the MIDI file proper
# mido reads numbers of any length, in time that grows as its square: none is longer than 4 bytes,
# and no text of a song has so many letters in a row outside ASCII.
_MAX_HIGH_BYTES = 4096
_MAX_SHOWN = 60  # letters of a name: one line of a table
# What a tempo map, and the bars and keys on it, are made of.
_MAP = ("set_tempo", "time_signature", "key_signature")


@dataclass(frozen=True)
class MidiFile:
    """A file's music, and what pretty_midi does not keep of it.

    Attributes
    ----------
    midi : pretty_midi.PrettyMIDI
        One instrument for each program on a channel of a track; those of a file of type 2 one
        after another, as its patterns are.
    kind : int
        Type of the file: 0, 1 or 2.
    channels : tuple of int
        Channel of each of `midi`'s instruments, from 1 to 16.
    tracks : tuple of int
        The file's track that each is in, from 0.
    lost : int
        Notes that never end, or end as they begin: they have no length, and cannot be taken.
    """

    midi: pretty_midi.PrettyMIDI
    kind: int
    channels: tuple[int, ...]
    tracks: tuple[int, ...]
    lost: int


def shown(name: str) -> str:
    """A name out of a file as one short line of text.

    Files say nothing of their letters; those of UTF-8 are told from others with certainty.
    """
    with contextlib.suppress(UnicodeError):
        name = name.encode("latin1").decode("utf-8")
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return name if len(name) <= _MAX_SHOWN else name[: _MAX_SHOWN - 1] + "…"


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
        where = " ".join(str(path).split())
        raise MusicError(f"cannot read {where}: {error.strerror or error}") from None
    name = shown(path.name)
    if not data:
        raise MusicError(f"{name} is empty: give a MIDI file (.mid)")
    if data.startswith(b"RIFF") and data[8:12] == b"RMID":
        data = data[_RMID_HEADER:]
    if not data.startswith(b"MThd"):
        raise MusicError(f"{name} is not a MIDI file: give a Standard MIDI File (.mid)")
    if len(data) > MAX_BYTES:
        raise MusicError(f"{name} is over {MAX_BYTES / 1e6:.0f} MB: give a shorter MIDI file")
    return data


def load_midi(path: str | Path) -> pretty_midi.PrettyMIDI:
    """Read a Standard MIDI File.

    Raises
    ------
    MusicError
        If it is missing, empty, too large or not MIDI.
    """
    return load_file(path).midi


def load_file(path: str | Path) -> MidiFile:
    """Read a Standard MIDI File, with what else is known of it.

    Raises
    ------
    MusicError
        If it is missing, empty, too large or not MIDI.
    """
    data = midi_bytes(path)
    name = shown(Path(path).name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pretty_midi's remarks on track types
            return _parse(data)
    except EOFError:
        raise MusicError(f"{name} ends too soon, it is damaged: save it anew") from None
    except Exception as error:  # mido raises what its parser trips over: OSError, KeyError …
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise MusicError(f"{name} is a damaged MIDI file ({reason}): save it anew") from None


def _parse(data: bytes) -> MidiFile:
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
    if file.type == 2:
        _line_up(file)
    _gather_map(file)
    channels, tracks, lost = _voices(file)
    midi = pretty_midi.PrettyMIDI(mido_object=file)
    if len(channels) != len(midi.instruments):
        raise ValueError("its tracks cannot be told apart")
    # pretty_midi has them as their first notes end: in a file of type 0, by chance.
    order = sorted(range(len(channels)), key=lambda i: (tracks[i], channels[i]))
    midi.instruments = [midi.instruments[i] for i in order]
    return MidiFile(
        midi,
        file.type,
        tuple(channels[i] for i in order),
        tuple(tracks[i] for i in order),
        lost,
    )


def _line_up(file: mido.MidiFile) -> None:
    """Put the patterns of a file of type 2 one after another, each from the beginning of a bar."""
    bar, at = 4 * file.ticks_per_beat, 0
    for track in file.tracks:
        length = sum(message.time for message in track)
        # A pattern without a tempo has the default, not the one before it.
        if at and not any(message.type == "set_tempo" for message in track):
            track.insert(0, mido.MetaMessage("set_tempo", tempo=500_000))
        track[0] = track[0].copy(time=track[0].time + at)
        at += -(-length // bar) * bar


def _gather_map(file: mido.MidiFile) -> None:
    """Bring tempos, meters and keys to the first track, where alone pretty_midi looks for them."""
    timed = []
    for track in file.tracks:
        at, own = 0, []
        for message in track:
            at += message.time
            own.append((at, message))
        timed.append(own)
    strays = {
        (at, str(message.copy(time=0))): (at, message)
        for own in timed[1:]
        for at, message in own
        if message.type in _MAP
    }
    known = {(at, str(message.copy(time=0))) for at, message in timed[0]}
    strays = [event for name, event in strays.items() if name not in known]
    if not strays:
        return
    track, before = mido.MidiTrack(), 0
    for at, message in sorted(timed[0] + strays, key=lambda event: event[0]):
        track.append(message.copy(time=at - before))
        before = at
    file.tracks[0] = track


def _voices(file: mido.MidiFile) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Channel and track of each instrument that pretty_midi will make; notes without length."""
    voices: dict[tuple[int, int, int], None] = {}
    lost = 0
    for number, track in enumerate(file.tracks):
        program = [0] * 16
        sounding: dict[tuple[int, int], list[int]] = {}
        at = 0
        for message in track:
            at += message.time
            if message.type == "program_change":
                program[message.channel] = message.program
            elif message.type == "note_on" and message.velocity:
                sounding.setdefault((message.channel, message.note), []).append(at)
            elif message.type in ("note_on", "note_off"):
                begun = sounding.pop((message.channel, message.note), [])
                ended = [start for start in begun if start != at]
                fresh = [at] * (len(begun) - len(ended))
                if ended:
                    voices[number, message.channel, program[message.channel]] = None
                    # What begins where another note of its pitch ends goes on.
                    if fresh:
                        sounding[message.channel, message.note] = fresh
                else:
                    lost += len(fresh)
        lost += sum(map(len, sounding.values()))
    # pretty_midi makes an instrument where a note of it first ends, as is done here.
    return (
        tuple(channel + 1 for _, channel, _ in voices),
        tuple(number for number, _, _ in voices),
        lost,
    )
