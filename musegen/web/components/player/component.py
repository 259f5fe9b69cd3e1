"""The player: one component that shows a piece, mixes its parts and plays it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
from gradio.data_classes import FileData, GradioModel

from musegen.music.instruments import instrument_name
from musegen.music.notes import PARTS, STEPS_PER_PHRASE
from musegen.web.assets import asset
from musegen.web.modules import load_module

if TYPE_CHECKING:
    from musegen.music import Piece

__all__ = ["PlayerData", "player", "player_data"]

_EVENTS = ("draw", "phrase", "edit", "open", "file", "cancel")


class PlayerData(GradioModel):
    """What goes to the browser. A file of this gets an address there; text is never markup.

    A piece comes without sound at first, and then again with it; a sound of other notes than those
    that were shown last is taken for one that comes too late.

    Attributes
    ----------
    id : str
        Of the piece: it stays while the piece is worked on, and with it the chosen phrase, the
        locks and the playing position.
    title : str
    details : list of str
        Short facts that stand under the title.
    link : str, optional
        Query of the address that makes the piece again.
    bars : int
    parts : list of list of str
        Name and instrument of each part that has notes.
    recipe : str
        Text that makes the piece again. The page keeps it for undo, history and files.
    stem : str
        Of file names, such as ``musegen-seed42-16bars``.
    notes : str
        JSON: a list of ``[onset, part, pitch, duration, velocity]``, in steps as played, in order,
        the part an index into `parts`. One string, because the framework walks through lists value
        by value.
    times : list of float
        Seconds at each phrase's start, and at the end of the last.
    marks : str
        JSON: a list of ``[bar, text]``: the sections.
    blend : str
        JSON: null, or of a morph a list of ``[bar, share]``: the sections, and how much of the
        second end each has, 0 to 1.
    sound : FileData, optional
        The parts apart, as `musegen.audio.write_stream` writes them; or their mix, if it is there
        sooner.
    stream : str
        JSON: what `musegen.audio.write_stream` says of `sound`. Where its only part is ``mix``,
        another value follows, with the parts apart.
    problem : str, optional
        One line: why there is no sound, or a part of it is missing.
    """

    id: str
    title: str
    details: list[str]
    link: str | None = None
    recipe: str
    stem: str
    bars: int
    parts: list[list[str]]
    notes: str
    times: list[float]
    marks: str = "[]"
    blend: str = "null"
    sound: FileData | None = None
    stream: str = "null"
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
    link: str | None = None,
    sound: Path | None = None,
    stream: dict | None = None,
    problem: str | None = None,
) -> PlayerData:
    """A piece as the player wants it.

    Parameters
    ----------
    piece : Piece
    id, title, recipe, stem, details, marks, blend, link, problem
        As in `PlayerData`.
    sound : Path, optional
        In a folder that Gradio may serve from.
    stream : dict, optional
        What `musegen.audio.write_stream` says of `sound`.
    """
    names = piece.parts
    index = [names.index(part) if part in names else -1 for part in PARTS]
    notes = piece.notes
    start, end = piece.play_times()
    rows = [
        [round(begins, 2), index[part], pitch, round(length, 2), velocity]
        for begins, part, pitch, length, velocity in zip(
            start.tolist(),
            notes["part"].tolist(),
            notes["pitch"].tolist(),
            (end - start).tolist(),
            notes["velocity"].tolist(),
            strict=True,
        )
    ]
    rows.sort()
    borders = np.arange(len(piece) + 1) * STEPS_PER_PHRASE
    return PlayerData(
        id=id,
        title=title,
        details=list(details),
        link=link,
        recipe=recipe,
        stem=stem,
        bars=piece.bars,
        parts=[[name, instrument_name(name, piece.programs[name])] for name in names],
        notes=json.dumps(rows, separators=(",", ":")),
        times=[round(float(second), 4) for second in piece.seconds_at(borders)],
        marks=json.dumps(list(marks)),
        blend=json.dumps(None if blend is None else list(blend)),
        sound=None if sound is None else FileData(path=str(sound), orig_name=sound.name),
        stream=json.dumps(stream, separators=(",", ":")),
        problem=problem,
    )


def player(**kwargs) -> gr.HTML:
    """Make the component: a piano roll with its own sound. Its values are `PlayerData`.

    Events besides Gradio's, and what their data has:

    ``draw``
        The invitation of the empty player was taken.
    ``phrase``
        A phrase was chosen, or another one: its ``index``, counted from 0, or None where a new
        piece came and no phrase is chosen any more. As long as `PlayerData.id` stays and the
        phrase is there, the choice stays too, and no event is sent.
    ``edit``
        The piece is to be changed. ``do`` says how: ``fill`` (``phrases``, ``models``), ``vary``
        (``phrases``, ``similarity``, ``models``), ``copy`` (``source``, ``target``), ``extend``
        (``bars``) or ``cut`` (``first``, ``phrases``). Phrases are counted from 0; ``models`` are
        those that may change, of ``song`` and ``drums``.
    ``open``
        The piece of a ``recipe`` is to be shown. With an ``id`` it is the piece of that id as it
        was at another time, and keeps it.
    ``file``
        A file is wanted, of ``kind`` midi, wav, flac, mp3, ogg, stems or npy. It comes as the
        document's event ``musegen:file``.
    ``cancel``
        What is being made is not wanted any more.

    The document's events that the player hears: ``musegen:busy`` when a piece was asked for;
    ``musegen:progress`` with a ``share``, 0 to 1, and a ``text``; ``musegen:idle`` when nothing
    more will come; ``musegen:file`` with null or a file's ``url`` and ``orig_name``.
    """
    component = gr.HTML(
        html_template=asset("components/player/player.html"),
        css_template=asset("components/player/player.css"),
        js_on_load=load_module("components/player/player.js", _EVENTS),
        apply_default_css=False,
        **kwargs,
    )
    # Of a subclass Gradio would write a stub file beside this one at each start.
    component.data_model = PlayerData
    return component
