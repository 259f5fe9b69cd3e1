"""The player: a component that shows a piece, mixes its parts and plays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import FileData, GradioModel

from musegen.audio import has_ffmpeg
from musegen.music import Piece
from musegen.music.instruments import instrument_name
from musegen.music.meters import COMMON_TIME, signatures
from musegen.music.notes import PARTS, STEPS_PER_BAR, NoteArray
from musegen.sheets import has_packages
from musegen.web.assets import asset
from musegen.web.components.typed import encode_array, typed_html
from musegen.web.modules import load_module

__all__ = ["PlayerData", "note_columns", "player", "player_data"]

_EVENTS = (
    *("draw", "sound", "phrase", "edit", "chords", "over", "open"),
    *("file", "cancel", "more", "keep", "take"),
)

_STYLES = ("player", "chords", "grid")


class Part(GradioModel):
    """A part that has notes, with the name of its first instrument.

    `programs` are pairs of a phrase, counted from 0, and the General MIDI program from there on.
    """

    name: str
    instrument: str
    programs: list[tuple[int, int]]


class Notes(GradioModel):
    """The notes as they are written, sorted by onset, part and pitch: a column each, as base64.

    Onsets and durations are little-endian uint16, in steps; offsets are float32, in steps, 0
    where the timing of a pitched note is not known; parts (an index into `PlayerData.parts`),
    pitches and velocities are uint8.
    """

    onset: str
    part: str
    pitch: str
    duration: str
    offset: str
    velocity: str


class PhraseFeel(GradioModel):
    """How a phrase is played, as in `musegen.music.feel.Feel`."""

    swing: float
    human: bool


class ChordName(GradioModel):
    """The name of the chord that begins at a beat, of which each bar has four."""

    beat: int
    name: str


class Mark(GradioModel):
    """The name of the section that starts at a bar."""

    bar: int
    text: str


class Share(GradioModel):
    """How much of end B, 0 to 1, the section of a morph has that starts at a bar."""

    bar: int
    share: float


class BarMeter(GradioModel):
    """How many of a bar's 16 steps are used, how many beats they are, and the bar's number.

    A bar of a long meter, such as 5/4, is several bars here. The first has its number, the others
    have 0.
    """

    steps: int
    beats: int
    number: int


class PlayerData(GradioModel):
    """What the player shows.

    A piece comes without its sound first, and again with it. The player ignores a sound whose notes
    differ from those it shows: it is late.

    Attributes
    ----------
    id : str
        Identifies the piece. It stays while the piece is edited, and so do the chosen phrase, the
        locks and the playing position.
    title : str
    stem : str
        The start of file names, such as ``musegen-seed42-16bars``.
    details : list of str
        Short facts, shown under the title.
    link : str, optional
        Query of the address that makes the piece again.
    recipe : str
        Text that makes the piece again; the page keeps it for undo and history.
    bars : int
    parts : list of Part
    notes : Notes
    times : list of float
        Seconds at the start of each bar, and at the end of the last.
    tempos : list of float
        Of each phrase, in quarter notes a minute.
    beats : list of list of float, optional
        `musegen.music.Phrase.beat_lengths` of each phrase, if any has some.
    feels : list of PhraseFeel
        Of each phrase.
    meters : list of BarMeter, optional
        Of each bar, if not all are in 4/4.
    keys : list of int
        Of each phrase, as in `musegen.music.Phrase.key`.
    chords : list of ChordName
        Where the chord changes.
    marks : list of Mark
    blend : list of Share, optional
        Only of a morph.
    silent : dict of str to list of int, optional
        The phrases of each part that are not heard, as in `musegen.recipe.schema.Sound`.
    sound : FileData, optional
        Each part by itself, as `musegen.audio.write_stream` writes them, or first their mix.
    stream : dict, optional
        What `musegen.audio.write_stream` returned for `sound`. If its only part is ``mix``, another
        value with each part by itself follows.
    problem : str, optional
        One line: why there is no sound, or why a part of it is missing.
    """

    id: str
    title: str
    stem: str
    details: list[str]
    link: str | None = None
    recipe: str
    bars: int
    parts: list[Part]
    notes: Notes
    times: list[float]
    tempos: list[float]
    beats: list[list[float]] | None = None
    meters: list[BarMeter] | None = None
    feels: list[PhraseFeel]
    keys: list[int]
    chords: list[ChordName]
    marks: list[Mark]
    blend: list[Share] | None = None
    silent: dict[str, list[int]] | None = None
    sound: FileData | None = None
    stream: dict[str, Any] | None = None
    problem: str | None = None


def player_data(
    piece: Piece,
    *,
    id: str,
    title: str,
    recipe: str,
    stem: str,
    details: Sequence[str] = (),
    marks: Sequence[tuple[int, str]] = (),
    blend: Sequence[tuple[int, float]] | None = None,
    silent: Mapping[str, Sequence[int]] | None = None,
    link: str | None = None,
    sound: Path | None = None,
    stream: dict[str, Any] | None = None,
    problem: str | None = None,
) -> PlayerData:
    """Return what the player shows of a piece; the other arguments are as in `PlayerData`.

    The sound must be in a folder that Gradio may serve.
    """
    names = piece.parts
    beat_lengths = [phrase.beat_lengths for phrase in piece.phrases]
    bars = piece.played_steps(np.arange(piece.bars + 1) * STEPS_PER_BAR)
    return PlayerData(
        id=id,
        title=title,
        stem=stem,
        details=list(details),
        link=link,
        recipe=recipe,
        bars=piece.bars,
        parts=[
            Part(
                name=name,
                instrument=instrument_name(name, piece.programs[name]),
                programs=_programs(piece, name),
            )
            for name in names
        ],
        notes=note_columns(piece.notes, names),
        times=[round(float(second), 4) for second in piece.seconds_at(bars)],
        tempos=[phrase.tempo for phrase in piece.phrases],
        beats=[list(beats) for beats in beat_lengths] if any(beat_lengths) else None,
        meters=_meters(piece),
        feels=[
            PhraseFeel(swing=phrase.feel.swing, human=phrase.feel.human) for phrase in piece.phrases
        ],
        keys=list(piece.keys),
        chords=[ChordName(beat=beat, name=name) for beat, name in piece.chords.names(piece.keys)],
        marks=[Mark(bar=bar, text=text) for bar, text in marks],
        blend=None if blend is None else [Share(bar=bar, share=share) for bar, share in blend],
        silent={part: list(rows) for part, rows in silent.items()} if silent else None,
        sound=None if sound is None else FileData(path=str(sound), orig_name=sound.name),
        stream=stream,
        problem=problem,
    )


def note_columns(notes: NoteArray, parts: Sequence[str]) -> Notes:
    """Return notes, dtype `NOTE`, as the player gets them; they are of these parts alone."""
    index = np.array([parts.index(part) if part in parts else 0 for part in PARTS])[notes["part"]]
    columns = {
        "onset": (notes["onset"], "<u2"),
        "part": (index, "u1"),
        "pitch": (notes["pitch"], "u1"),
        "duration": (notes["duration"], "<u2"),
        "offset": (notes["offset"], "<f4"),
        "velocity": (notes["velocity"], "u1"),
    }
    return Notes(**{name: encode_array(values, dtype) for name, (values, dtype) in columns.items()})


def _meters(piece: Piece) -> list[BarMeter] | None:
    meters = piece.meters
    if set(meters) == {COMMON_TIME}:
        return None
    numbers, number = [0] * len(meters), 1
    for bar, *_ in signatures(meters):
        numbers[bar] = number
        number += meters[bar].bars
    return [
        BarMeter(steps=meter.steps, beats=meter.steps // meter.beat, number=number)
        for meter, number in zip(meters, numbers, strict=True)
    ]


def _programs(piece: Piece, part: str) -> list[tuple[int, int]]:
    """Return a part's program at the start, and where it changes."""
    changes = {at: change[part] for at, change in piece.changes.items() if part in change}
    return sorted({0: piece.programs[part], **changes}.items())


def player(**kwargs: Any) -> gr.HTML:
    """Make the component: a piano roll with its own sound.

    Events besides Gradio's, with their data (see `musegen.web.events`):

    ``draw``
        The button of the empty player was pressed. Where the page has the first example
        (`musegen.web.show.example_head`), the player shows it already, as piece ``id``.
    ``sound``
        The sound of a ``recipe``, as piece ``id``, is needed: this page cannot make it in time.
    ``phrase``
        Another phrase was chosen: its ``index``, from 0, or None if a new piece came and no phrase
        is chosen. While `PlayerData.id` stays and the phrase exists, the choice stays, without an
        event.
    ``edit``
        The piece is to be changed: an edit of `musegen.recipe.schema` without its seed, or
        ``silence`` with all ``cells`` that are not to be heard.
    ``open``
        The piece of a ``recipe`` is to be shown; with an ``id``, as an earlier or later version of
        the piece of that id.
    ``file``
        A file of a ``kind`` in `musegen.server.versions.FILES` is to be made. It comes as the
        document's event ``musegen:file``.
    ``cancel``
        The sound or file that is being made is no longer wanted.
    ``more``
        Endless music needs its next phrases. They come as the document's event ``musegen:more``:
        what `musegen.web.handlers.endless.EndlessHandlers.more` returns.
    ``keep``
        Endless music was stopped: its notes are to be the piece that plays.
    ``take``
        What was played on the keyboard is to be the piece: its ``notes`` and ``tempo``.
    ``chords``
        Chords were changed: bars of all of them as ``text``, and the phrases of each part that are
        ``kept``.
    ``over``
        A new piece is to be drawn over chords: bars of them as ``text``.

    The player listens to these events of the document: ``musegen:busy``, a piece was requested;
    ``musegen:progress``, with a `musegen.web.header.ProgressData`; ``musegen:idle``, nothing more
    will come; ``musegen:file``, with a file's ``url`` and ``orig_name``, or null;
    ``musegen:loading``, whether the model is still being loaded; ``musegen:steer``, a control was
    moved that endless music follows.
    """
    return typed_html(
        PlayerData,
        None,
        html_template=_template(),
        css_template="".join(asset(f"components/player/{name}.css") for name in _STYLES),
        js_on_load=load_module("components/player/player.js", _EVENTS),
        **kwargs,
    )


def _template() -> str:
    """Return the HTML of the player, without buttons for files that cannot be made here."""
    template = asset("components/player/player.html")
    for button, is_possible in (
        ('class="mg-sheets-open"', has_packages()),
        ('data-file="mp4"', has_ffmpeg()),
    ):
        if not is_possible:
            template = template.replace(button, f"{button} hidden")
    return template
