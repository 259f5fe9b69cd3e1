"""Loads Standard MIDI Files, damaged ones too, as pretty_midi reads them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import mido
import pretty_midi

from musegen.errors import MusicError
from musegen.midi.events import DEFAULT_TEMPO, Track, encode_tempo, is_tempo, write_tracks
from musegen.midi.repair import repair
from musegen.midi.scores import is_score, score_to_midi
from musegen.midi.sounding_notes import (
    ControllerEffects,
    InstrumentNotes,
    SoundingNotes,
    read_notes,
)
from musegen.midi.text import choose_encoding, decode_text

__all__ = [
    "ENDINGS",
    "MAX_BYTES",
    "MidiFile",
    "display_text",
    "join_patterns",
    "load_file",
    "load_midi",
    "read_bytes",
]

ENDINGS = (".mid", ".midi", ".kar", ".rmi")  # karaoke files and MIDI in RIFF are MIDI files, too
MAX_BYTES = 2_000_000  # more than an hour of dense music; parsing this much takes five seconds
_MAX_READ = 2 * MAX_BYTES  # MusicXML is longer
_MAX_TEXT = 60  # characters of a name: one line of a table
_TEXTS = (0x01, 0x05)  # and lyrics
_MERGED = "Tracks with one instrument on one channel are read as one, since there are so many."
_TEMPO_MAP = (0x51, 0x58, 0x59)  # tempos, meters, keys


@dataclass(frozen=True)
class MidiFile:
    """A file as pretty_midi has it, with what pretty_midi does not keep.

    Attributes
    ----------
    name : str
        The file's name, fit to be shown.
    midi : pretty_midi.PrettyMIDI
        One instrument for each program on a channel of a track, with notes as they sound
        (`musegen.midi.sounding_notes.read_notes`). The patterns of a type 2 file follow one
        another.
    midi_type : int
        0, 1 or 2.
    channels, tracks : tuple of int
        The channel (from 1 to 16) and the track (from 0) of each of the instruments.
    drums : tuple of str
        Why each of the instruments plays drums, as a clause; empty if it does not.
    is_muted : tuple of bool
        Whether the volume of each of the instruments is 0 in all of its notes.
    repairs : tuple of str
        What was repaired, one sentence each.
    effects : ControllerEffects
        What pedal, volume, pitch bends and panning do.
    """

    name: str
    midi: pretty_midi.PrettyMIDI
    midi_type: int
    channels: tuple[int, ...]
    tracks: tuple[int, ...]
    drums: tuple[str, ...]
    is_muted: tuple[bool, ...]
    repairs: tuple[str, ...] = ()
    effects: ControllerEffects = field(default_factory=ControllerEffects)


def load_midi(path: str | Path) -> pretty_midi.PrettyMIDI:
    """Load a Standard MIDI File as `load_file` does, but without effects of pedal and volume.

    Notes are as long and as loud as they are written.
    """
    return _load(path, as_written=True).midi


def load_file(path: str | Path) -> MidiFile:
    """Load a Standard MIDI File of any type, also one inside another file (``.rmi``), or a score.

    Damage is repaired, and all notes get a length (`musegen.midi.repair`).

    Raises
    ------
    MusicError
        If the file is missing, empty, over `MAX_BYTES` or not MIDI.
    """
    return _load(path)


def _load(path: str | Path, as_written: bool = False) -> MidiFile:
    data = read_bytes(path)
    name = display_text(Path(path).name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pretty_midi warns about events in unusual tracks
            return _parse(data, name, as_written)
    except MusicError:
        raise
    except Exception as error:  # what mido raises is not documented
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise MusicError(f"{name} is a damaged MIDI file ({reason}): export it again") from None


def display_text(text: str) -> str:
    """Return a text from a file as one short printable line."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def read_bytes(path: str | Path) -> bytes:
    """Return the content of a MIDI file, or of a score as MIDI; see `load_file` for its errors."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_READ)
    except OSError as error:
        place = " ".join(str(path).split())
        raise MusicError(f"cannot read {place}: {error.strerror or error}") from None
    name = display_text(path.name)
    if not data:
        raise MusicError(f"{name} is empty: give a MIDI file (.mid)")
    if is_score(path.name, data):
        if len(data) == _MAX_READ:
            raise MusicError(f"{name} is over {_MAX_READ / 1e6:.0f} MB: give a shorter score")
        return score_to_midi(data, name)
    if len(data) > MAX_BYTES and b"MTrk" in data:
        raise MusicError(f"{name} is over {MAX_BYTES / 1e6:.0f} MB: give a shorter MIDI file")
    return data


def _parse(data: bytes, name: str, as_written: bool) -> MidiFile:
    repaired = repair(data, name)
    tracks = repaired.tracks
    if repaired.midi_type == 2:
        tracks = join_patterns(tracks, repaired.division)
    sounding = read_notes(tracks, repaired.midi_type == 2, as_written)
    midi = _read_tempo_map(tracks, sounding, repaired.division)
    midi.instruments = [_to_pretty_midi(midi, made) for made in sounding.instruments]
    _decode_texts(midi)
    made = sounding.instruments
    merged = [_MERGED] if sounding.is_merged else []
    return MidiFile(
        name=name,
        midi=midi,
        midi_type=repaired.midi_type,
        channels=tuple(one.channel for one in made),
        tracks=tuple(one.track for one in made),
        drums=tuple(one.instrument.drums for one in made),
        is_muted=tuple(one.is_muted for one in made),
        repairs=(*repaired.repairs, *merged),
        effects=sounding.effects,
    )


def join_patterns(tracks: Sequence[Track], division: int) -> tuple[Track, ...]:
    """Move the patterns of a type 2 file so that each starts in the bar after the one before."""
    bar, start, joined = 4 * division, 0, []
    for track in tracks:
        events = [(start + tick, message) for tick, message in track.events]
        # A pattern without a tempo has the default tempo, not that of the pattern before it.
        if start and not any(is_tempo(message) for _, message in events):
            events.insert(0, (start, encode_tempo(DEFAULT_TEMPO)))
        joined.append(replace(track, events=events))
        start += -(-track.last_tick // bar) * bar
    return tuple(joined)


def _read_tempo_map(
    tracks: Sequence[Track], sounding: SoundingNotes, division: int
) -> pretty_midi.PrettyMIDI:
    """Read tempos, meters, keys and texts, which pretty_midi looks for on the first track alone."""
    events = [
        (tick, number, index, message)
        for number, track in enumerate(tracks)
        for index, (tick, message) in enumerate(track.events)
        if message[0] == 0xFF and message[1] in (*_TEXTS, *_TEMPO_MAP)
    ]
    # Programs may write the tempo map on all tracks; texts may be there twice.
    once = {
        (tick, message, (number, index) if message[1] in _TEXTS else None): None
        for tick, number, index, message in sorted(events)
    }
    last = max((end for one in sounding.instruments for _, end, _, _ in one.notes), default=0)
    track = Track([event[:2] for event in once], end_tick=last)
    file = mido.MidiFile(file=io.BytesIO(write_tracks([track], division, 0)))
    return pretty_midi.PrettyMIDI(mido_object=file)


def _to_pretty_midi(midi: pretty_midi.PrettyMIDI, made: InstrumentNotes) -> pretty_midi.Instrument:
    instrument = pretty_midi.Instrument(
        made.instrument.program, bool(made.instrument.drums), made.name
    )
    instrument.notes = [
        pretty_midi.Note(velocity, pitch, midi.tick_to_time(start), midi.tick_to_time(end))
        for start, end, pitch, velocity in made.notes
    ]
    return instrument


def _decode_texts(midi: pretty_midi.PrettyMIDI) -> None:
    """Decode names and texts, which mido decodes as Latin-1 whatever they are."""
    places = [(instrument, "name") for instrument in midi.instruments]
    places += [(event, "text") for event in (*midi.lyrics, *midi.text_events)]
    texts = [getattr(holder, name).encode("latin-1") for holder, name in places]
    encoding = choose_encoding(texts)
    for (holder, name), text in zip(places, texts, strict=True):
        setattr(holder, name, decode_text(text, encoding))
