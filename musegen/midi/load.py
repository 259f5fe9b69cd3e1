"""Loads Standard MIDI Files, damaged ones too, as pretty_midi reads them."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido
import pretty_midi

from musegen.errors import MusicError
from musegen.midi.repair import repair
from musegen.midi.text import choose_encoding, decode_text

__all__ = ["ENDINGS", "MAX_BYTES", "MidiFile", "display_text", "load_file", "load_midi"]

ENDINGS = (".mid", ".midi", ".kar", ".rmi")  # karaoke files and MIDI in RIFF are MIDI files, too
MAX_BYTES = 2_000_000  # more than an hour of dense music; parsing this much takes five seconds
_MAX_TEXT = 60  # characters of a name: one line of a table
_TEMPO_MAP = ("set_tempo", "time_signature", "key_signature")


@dataclass(frozen=True)
class MidiFile:
    """A file as pretty_midi reads it, with what pretty_midi does not keep.

    Attributes
    ----------
    name : str
        The file's name, fit to be shown.
    midi : pretty_midi.PrettyMIDI
        One instrument for each program on a channel of a track. The patterns of a type 2 file
        follow one another.
    midi_type : int
        0, 1 or 2.
    channels, tracks : tuple of int
        The channel (from 1 to 16) and the track (from 0) of each of the instruments.
    repairs : tuple of str
        What was repaired, one sentence each.
    """

    name: str
    midi: pretty_midi.PrettyMIDI
    midi_type: int
    channels: tuple[int, ...]
    tracks: tuple[int, ...]
    repairs: tuple[str, ...] = ()


def load_midi(path: str | Path) -> pretty_midi.PrettyMIDI:
    """Load a Standard MIDI File; see `load_file`."""
    return load_file(path).midi


def load_file(path: str | Path) -> MidiFile:
    """Load a Standard MIDI File of any type, also one inside another file (``.rmi``).

    Damage is repaired, and all notes get a length (`musegen.midi.repair`).

    Raises
    ------
    MusicError
        If the file is missing, empty, over `MAX_BYTES` or not MIDI.
    """
    data = _read_bytes(path)
    name = display_text(Path(path).name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pretty_midi warns about events in unusual tracks
            return _parse(data, name)
    except MusicError:
        raise
    except Exception as error:  # what mido raises is not documented
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise MusicError(f"{name} is a damaged MIDI file ({reason}): export it again") from None


def display_text(text: str) -> str:
    """Return a text from a file as one short printable line."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def _read_bytes(path: str | Path) -> bytes:
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        place = " ".join(str(path).split())
        raise MusicError(f"cannot read {place}: {error.strerror or error}") from None
    name = display_text(path.name)
    if not data:
        raise MusicError(f"{name} is empty: give a MIDI file (.mid)")
    if len(data) > MAX_BYTES and b"MTrk" in data:
        raise MusicError(f"{name} is over {MAX_BYTES / 1e6:.0f} MB: give a shorter MIDI file")
    return data


def _parse(data: bytes, name: str) -> MidiFile:
    repaired = repair(data, name)
    file = mido.MidiFile(file=io.BytesIO(repaired.data))
    if file.type == 2:
        _join_patterns(file)
    _merge_tempo_maps(file)
    channels, tracks = _list_instruments(file)
    midi = pretty_midi.PrettyMIDI(mido_object=file)
    if len(channels) != len(midi.instruments):
        raise ValueError("its tracks cannot be separated")
    # pretty_midi orders instruments by the end of their first notes. In a file of type 0 that is
    # not the order of the channels.
    order = sorted(range(len(channels)), key=lambda i: (tracks[i], channels[i]))
    midi.instruments = [midi.instruments[i] for i in order]
    _decode_texts(midi)
    return MidiFile(
        name=name,
        midi=midi,
        midi_type=file.type,
        channels=tuple(channels[i] for i in order),
        tracks=tuple(tracks[i] for i in order),
        repairs=repaired.repairs,
    )


def _decode_texts(midi: pretty_midi.PrettyMIDI) -> None:
    """Decode names and texts, which mido decodes as Latin-1 whatever they are."""
    places = [(instrument, "name") for instrument in midi.instruments]
    places += [(event, "text") for event in (*midi.lyrics, *midi.text_events)]
    texts = [getattr(holder, name).encode("latin-1") for holder, name in places]
    encoding = choose_encoding(texts)
    for (holder, name), text in zip(places, texts, strict=True):
        setattr(holder, name, decode_text(text, encoding))


def _join_patterns(file: mido.MidiFile) -> None:
    """Move the patterns of a type 2 file so that each starts in the bar after the one before."""
    bar, start = 4 * file.ticks_per_beat, 0
    for track in file.tracks:
        length = sum(message.time for message in track)
        # A pattern without a tempo has the default tempo, not that of the pattern before it.
        if start and not any(message.type == "set_tempo" for message in track):
            track.insert(0, mido.MetaMessage("set_tempo", tempo=500_000))
        track[0] = track[0].copy(time=track[0].time + start)
        start += -(-length // bar) * bar


def _merge_tempo_maps(file: mido.MidiFile) -> None:
    """Move tempos, meters and keys to the first track, where pretty_midi looks for them."""
    timed: list[list[tuple[int, Any]]] = []  # messages of each track, with their ticks
    for track in file.tracks:
        tick, messages = 0, []
        for message in track:
            tick += message.time
            messages.append((tick, message))
        timed.append(messages)
    elsewhere = {
        (tick, str(message.copy(time=0))): (tick, message)
        for messages in timed[1:]
        for tick, message in messages
        if message.type in _TEMPO_MAP
    }
    known = {(tick, str(message.copy(time=0))) for tick, message in timed[0]}
    missing = [event for key, event in elsewhere.items() if key not in known]
    if not missing:
        return
    merged, previous = mido.MidiTrack(), 0
    for tick, message in sorted(timed[0] + missing, key=lambda event: event[0]):
        merged.append(message.copy(time=tick - previous))
        previous = tick
    file.tracks[0] = merged


def _list_instruments(file: mido.MidiFile) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return channel and track of each instrument that pretty_midi will make, in its order.

    pretty_midi makes an instrument when the first note of its program, channel and track ends.
    """
    instruments: dict[tuple[int, int, int], None] = {}
    for number, track in enumerate(file.tracks):
        program = [0] * 16
        sounding: dict[tuple[int, int], list[int]] = {}
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "program_change":
                program[message.channel] = message.program
            elif message.type == "note_on" and message.velocity:
                sounding.setdefault((message.channel, message.note), []).append(tick)
            elif message.type in ("note_on", "note_off"):
                starts = sounding.pop((message.channel, message.note), [])
                just_started = [start for start in starts if start == tick]
                if len(just_started) < len(starts):
                    instruments[number, message.channel, program[message.channel]] = None
                    # A note that starts when another of its pitch ends goes on.
                    if just_started:
                        sounding[message.channel, message.note] = just_started
    return (
        tuple(channel + 1 for _, channel, _ in instruments),
        tuple(number for number, _, _ in instruments),
    )
