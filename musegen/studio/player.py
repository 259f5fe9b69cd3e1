"""The player: one component that shows a piece, mixes its parts and plays it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
from gradio.data_classes import FileData, GradioModel

from musegen.music.instruments import program_name
from musegen.music.notes import DRUMS, PARTS, STEPS_PER_PHRASE

if TYPE_CHECKING:
    from musegen.music import Piece

__all__ = ["DRUM_KITS", "PlayerData", "instrument_name", "player", "player_data"]

# General MIDI level 2's drum kits by program; soundfonts play the standard kit for the rest.
DRUM_KITS: dict[str, int] = {
    "Standard Kit": 0,
    "Room Kit": 8,
    "Power Kit": 16,
    "Electronic Kit": 24,
    "TR-808 Kit": 25,
    "Jazz Kit": 32,
    "Brush Kit": 40,
    "Orchestra Kit": 48,
}


def instrument_name(part: str, program: int) -> str:
    """Name of what a part is played with: a General MIDI instrument, or a drum kit."""
    if part != "drums":
        return program_name(program)
    return next((name for name, kit in DRUM_KITS.items() if kit == program), "Standard Kit")


class PlayerData(GradioModel):
    """What goes to the browser. A file of this gets an address there; text is never markup.

    Attributes
    ----------
    id : str
        Of the piece: as long as it stays, so does the playing position.
    title : str
    details : list of str
        Short facts that stand under the title.
    link : str, optional
        Query of the address that makes the piece again.
    bars : int
    parts : list of list of str
        Name and instrument of each part that has notes.
    notes : str
        JSON: a list of ``[onset, part, pitch, duration, velocity]``, in steps, the part an index
        into `parts`. One string, because the framework walks through lists value by value.
    times : list of float
        Seconds at each phrase's start, and at the end of the last.
    marks : str
        JSON: a list of ``[bar, text]``: the sections.
    sound : FileData, optional
        The parts apart, as `musegen.audio.write_stream` writes them.
    stream : str
        JSON: what `musegen.audio.write_stream` says of `sound`.
    audio, midi, latents : FileData, optional
        To take away.
    problem : str, optional
        One line: why there is no sound, or a part of it is missing.
    """

    id: str
    title: str
    details: list[str]
    link: str | None = None
    bars: int
    parts: list[list[str]]
    notes: str
    times: list[float]
    marks: str = "[]"
    sound: FileData | None = None
    stream: str = "null"
    audio: FileData | None = None
    midi: FileData | None = None
    latents: FileData | None = None
    problem: str | None = None


def player_data(
    piece: Piece,
    *,
    id: str,
    title: str,
    details: Sequence[str] = (),
    marks: Sequence[tuple[int, str]] = (),
    link: str | None = None,
    files: dict[str, Path] | None = None,
    stream: dict | None = None,
    problem: str | None = None,
) -> PlayerData:
    """A piece as the player wants it.

    Parameters
    ----------
    piece : Piece
    id, title, details, marks, link, problem
        As in `PlayerData`.
    files : dict of str to Path, optional
        Any of ``sound``, ``audio``, ``midi``, ``latents``, in a folder that Gradio may serve from.
    stream : dict, optional
        What `musegen.audio.write_stream` says of ``sound``.
    """
    names = piece.parts
    index = [names.index(part) if part in names else -1 for part in PARTS]
    notes = piece.notes
    onset = notes["onset"] + np.where(notes["part"] == DRUMS, notes["offset"], 0.0)
    rows = [
        [round(float(start), 2), index[part], int(pitch), int(duration), int(velocity)]
        for start, part, pitch, duration, velocity in zip(
            np.maximum(onset, 0),
            notes["part"],
            notes["pitch"],
            notes["duration"],
            notes["velocity"],
            strict=True,
        )
    ]
    borders = np.arange(len(piece) + 1) * STEPS_PER_PHRASE
    served = {
        name: FileData(path=str(path), orig_name=path.name) for name, path in (files or {}).items()
    }
    return PlayerData(
        id=id,
        title=title,
        details=list(details),
        link=link,
        bars=piece.bars,
        parts=[[name, instrument_name(name, piece.programs[name])] for name in names],
        notes=json.dumps(rows, separators=(",", ":")),
        times=[round(float(second), 4) for second in piece.seconds_at(borders)],
        marks=json.dumps(list(marks)),
        stream=json.dumps(stream, separators=(",", ":")),
        problem=problem,
        **served,
    )


def _own(name: str) -> str:
    return resources.files(__package__).joinpath("player", name).read_text("utf-8")


def player(**kwargs) -> gr.HTML:
    """Make the component: a piano roll with its own sound. Its values are `PlayerData`.

    Events besides Gradio's:

    ``draw``
        The invitation of the empty player was taken.
    ``phrase``
        A phrase was chosen, or another one; the event's data has its ``index``, counted from 0,
        or None where a new piece came and no phrase is chosen any more. As long as `PlayerData.id`
        stays and the phrase is there, the choice stays too, and no event is sent.
    ``stems``
        The stems are wanted as a file.
    """
    component = gr.HTML(
        html_template=_own("player.html"),
        css_template=_own("player.css"),
        js_on_load=_own("mixer.js") + _own("player.js"),
        apply_default_css=False,
        **kwargs,
    )
    # Of a subclass Gradio would write a stub file beside this one at each start.
    component.data_model = PlayerData
    return component
