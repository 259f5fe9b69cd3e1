"""Turns MusicXML and ABC into MIDI. The library music21 reads them.

Its own MIDI is not used: it breaks ties between notes of several voices, and gives all drums of a
staff one pitch. `import music21` takes a second, so functions do it when they are called.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import PurePath
from typing import Any
from xml.etree.ElementTree import Element, tostring

import mido

from musegen.errors import MusicError
from musegen.midi.scores.check import read_abc, read_musicxml

__all__ = ["ENDINGS", "is_score", "score_to_midi"]

ENDINGS = (".musicxml", ".xml", ".mxl", ".abc")
_TICKS = 960  # of a quarter
_DRUMS = 9  # the channel
_VELOCITY = 80  # where no dynamics are written
_SAME = 1 / 64  # quarters: places that are closer than this are one
_DRUMS_MARK = "drums:"  # before the names of parts that are drums
_MAJOR_KEYS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", *"CGDAEB", "F#", "C#")  # by their sharps

# Where drums are on a staff without instruments, by display step, octave and whether the notehead
# is a cross: Weinberg, N. (1998), Guide to Standardized Drumset Notation.
_STAFF_DRUMS: Mapping[tuple[str, bool], int] = {
    ("F4", False): 36,
    ("D4", True): 44,
    ("C5", False): 38,
    ("C5", True): 37,
    ("G5", True): 42,
    ("A4", False): 43,
    ("D5", False): 47,
    ("E5", False): 50,
    ("A5", True): 49,
    ("B5", True): 49,
    ("F5", True): 51,
}


@dataclass
class _Staff:
    """Notes of a part: start and end in quarters, pitch, velocity."""

    name: str
    program: int
    is_drums: bool = False
    notes: list[tuple[float, float, int, int]] = field(default_factory=list)


def is_score(name: str, data: bytes) -> bool:
    """Whether a file is one that `score_to_midi` reads, by its ending and its first bytes."""
    return PurePath(name).suffix.lower() in ENDINGS and not data.startswith((b"MThd", b"RIFF"))


def score_to_midi(data: bytes, name: str) -> bytes:
    """Return a score as a Standard MIDI File: repeats are played out, ties joined.

    Parameters
    ----------
    data : bytes
        Content of a file whose name has one of `ENDINGS`.
    name : str
        The file's name, for messages.

    Raises
    ------
    MusicError
        If packages are missing, or the file is damaged, too large, or has no notes.
    """
    if not all(find_spec(package) for package in ("music21", "defusedxml")):
        raise MusicError(f"to read {name}, install more packages: pip install '.[sheets]'")
    is_abc = PurePath(name).suffix.lower() == ".abc"
    text = read_abc(data, name) if is_abc else _pitch_drums(read_musicxml(data, name))
    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            score: Any = converter.parseData(text, format="abc" if is_abc else "musicxml")
            midi = _write(score)
        except Exception as error:  # what music21 raises is not documented
            reason = " ".join(str(error).split())[:100] or type(error).__name__
            raise MusicError(f"{name} is a damaged score ({reason}): export it again") from None
    if midi is None:
        raise MusicError(f"{name} has no notes in it: choose another file")
    return midi


def _pitch_drums(root: Element) -> bytes:
    """Give unpitched notes the pitches of their drums, and mark the names of their parts."""
    instruments: dict[str, int] = {}
    for instrument in root.iter("midi-instrument"):
        number = instrument.findtext("midi-unpitched", "").strip()
        if number.isdigit():
            instruments[instrument.get("id", "")] = int(number) - 1
    names = {one.get("id"): one.find("part-name") for one in root.iter("score-part")}
    for part in root.iter("part"):
        hits = [(note, hit) for note in part.iter("note") for hit in note.findall("unpitched")]
        for note, hit in hits:
            octave, above = divmod(_drum_pitch(note, instruments), 12)
            step = "CCDDEFFGGAAB"[above]
            hit[:] = [_element("step", step), _element("octave", str(octave - 1))]
            if above in (1, 3, 6, 8, 10):
                hit.insert(1, _element("alter", "1"))
            hit.tag = "pitch"
        name = names.get(part.get("id"))
        if hits and name is not None:
            name.text = _DRUMS_MARK + (name.text or "Drums")
    return tostring(root)


def _element(tag: str, text: str) -> Element:
    element = Element(tag)
    element.text = text
    return element


def _drum_pitch(note: Element, instruments: Mapping[str, int]) -> int:
    instrument = note.find("instrument")
    given = instruments.get(instrument.get("id", "")) if instrument is not None else None
    if given is not None and 0 <= given < 128:
        return given
    place = note.findtext("unpitched/display-step", "") + note.findtext(
        "unpitched/display-octave", ""
    )
    is_cross = note.findtext("notehead", "") in ("x", "circle-x", "cross")
    return _STAFF_DRUMS.get((place, is_cross), 42 if is_cross else 38)


def _write(score: Any) -> bytes | None:
    """Return a score as a MIDI file, or None if it has no notes."""
    from music21 import exceptions21, stream

    # Without bars, or where its signs contradict each other, the score is read once, as it stands.
    with contextlib.suppress(exceptions21.Music21Exception):
        score = score.expandRepeats()
    score = score.toSoundingPitch()
    parts = list(score.getElementsByClass(stream.Part)) or [score]
    staves = [_read_staff(part, i) for i, part in enumerate(parts)]
    if not any(staff.notes for staff in staves):
        return None
    file = mido.MidiFile(type=1, ticks_per_beat=_TICKS)
    file.tracks.append(_track(_conductor(score, parts[0])))
    free = iter(channel for channel in range(16) if channel != _DRUMS)
    channel_of: dict[int, int] = {}  # a channel has one program
    for staff in staves:
        if staff.notes:
            channel = _DRUMS if staff.is_drums else next(free, None)
            if channel is None:  # a staff beyond the fifteenth plays with one that has its program
                staff.program = staff.program if staff.program in channel_of else min(channel_of)
                channel = channel_of[staff.program]
            if not staff.is_drums:
                channel_of.setdefault(staff.program, channel)
            file.tracks.append(_track(_events(staff, channel)))
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def _read_staff(part: Any, index: int) -> _Staff:
    from music21 import dynamics, harmony

    flat = part.flatten()
    instrument = part.getInstrument()
    has_dynamics = bool(flat.getElementsByClass(dynamics.Dynamic))
    name = getattr(part, "partName", None) or f"Part {index + 1}"
    staff = _Staff(
        name.removeprefix(_DRUMS_MARK), instrument.midiProgram or 0, name.startswith(_DRUMS_MARK)
    )
    open_ties: dict[int, int] = {}
    for element in flat.notes:
        # Names of chords are not played: they say what others may play.
        if isinstance(element, harmony.Harmony) or not element.quarterLength:
            continue
        start = float(element.offset)
        end = start + float(element.quarterLength)
        written = element.volume.velocity
        if written is None:
            written = 127 * element.volume.realized if has_dynamics else _VELOCITY
        velocity = max(1, min(127, round(written)))
        for note in getattr(element, "notes", (element,)):
            pitch = note.pitch.midi
            tie = (note.tie or element.tie) and (note.tie or element.tie).type
            before = open_ties.pop(pitch, None)
            is_tied = tie in ("continue", "stop") and before is not None
            if before is not None and is_tied and abs(staff.notes[before][1] - start) < _SAME:
                staff.notes[before] = (staff.notes[before][0], end, *staff.notes[before][2:])
                if tie == "continue":
                    open_ties[pitch] = before
                continue
            if tie in ("start", "continue"):
                open_ties[pitch] = len(staff.notes)
            staff.notes.append((start, end, pitch, velocity))
    return staff


def _conductor(score: Any, part: Any) -> list[tuple[float, Any]]:
    """Return tempos, meters and keys, each with its place in quarters."""
    from music21 import key, meter, stream

    events: list[tuple[float, Any]] = []
    for start, _, mark in score.metronomeMarkBoundaries():
        tempo = mark.getQuarterBPM()
        if tempo:
            microseconds = min(0xFFFFFF, round(60e6 / max(tempo, 4)))
            events.append((float(start), mido.MetaMessage("set_tempo", tempo=microseconds)))
    flat = part.flatten()
    for signature in flat.getElementsByClass(meter.TimeSignature):
        events.append((float(signature.offset), _meter(signature.numerator, signature.denominator)))
    bars = list(part.getElementsByClass(stream.Measure))
    if len(bars) > 1 and bars[0].barDuration.quarterLength > bars[0].duration.quarterLength > 0:
        # A pick-up is a short bar of its own; then the meter begins.
        sixteenths = round(4 * float(bars[0].duration.quarterLength))
        first = bars[0].getContextByClass(meter.TimeSignature)
        if first is not None and sixteenths > 0:
            after = _meter(first.numerator, first.denominator)
            events = [one for one in events if one[0] or one[1].type != "time_signature"]
            events += [(0.0, _meter(sixteenths, 16)), (float(bars[1].offset), after)]
    for signature in flat.getElementsByClass(key.KeySignature):
        sharps = max(-7, min(7, signature.sharps or 0))
        name = _MAJOR_KEYS[sharps + 7]
        events.append((float(signature.offset), mido.MetaMessage("key_signature", key=name)))
    return events


def _meter(beats: int, unit: int) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=beats, denominator=unit)


def _events(staff: _Staff, channel: int) -> list[tuple[float, Any]]:
    events: list[tuple[float, Any]] = [
        (0.0, mido.MetaMessage("track_name", name=staff.name.encode().decode("latin-1")))
    ]
    if not staff.is_drums:
        program = max(0, min(127, staff.program))
        events.append((0.0, mido.Message("program_change", channel=channel, program=program)))
    for start, end, pitch, velocity in staff.notes:
        pair: dict[str, Any] = {"channel": channel, "note": max(0, min(127, pitch))}
        events.append((start, mido.Message("note_on", velocity=velocity, **pair)))
        events.append((end, mido.Message("note_off", **pair)))
    return events


def _track(events: list[tuple[float, Any]]) -> mido.MidiTrack:
    """Return events in order; of those at one time, ends of notes come first."""
    ticks = [(round(at * _TICKS), message) for at, message in events]
    ticks.sort(key=lambda event: (event[0], event[1].type != "note_off"))
    track, last = mido.MidiTrack(), 0
    for tick, message in ticks:
        track.append(message.copy(time=tick - last))
        last = tick
    return track
