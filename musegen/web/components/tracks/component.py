"""The table of a file's tracks, with the part of each, which the visitor can change."""

from __future__ import annotations

import hashlib
from typing import Any

import gradio as gr
from gradio.data_classes import GradioModel
from pydantic import Field

from musegen.reading import Report
from musegen.recipe.schema import Recipe, Source
from musegen.server.uploads import Upload
from musegen.web.assets import asset
from musegen.web.components.typed import typed_html
from musegen.web.modules import load_module

__all__ = ["TracksData", "notes_data", "same_reading", "tracks_data", "tracks_view"]

_TEMPO_NAMES = {0.5: "Half", 1.0: "As found", 2.0: "Double"}


class Track(GradioModel):
    """A track of the file, as in `musegen.reading.Report`."""

    index: int
    name: str
    instrument: str
    notes: int
    kept: int
    part: str | None
    reason: str
    chosen: bool


class Tempo(GradioModel):
    """A choice of tempo: by what the found one is multiplied, and what that is called."""

    factor: float
    label: str


class TracksData(GradioModel):
    """What the table shows.

    Attributes
    ----------
    request : int, optional
        Of the event ``assign`` that this answers.
    reading : str
        Identifies a reading of a file.
    summary : str
        One or two lines.
    tracks : list of Track, optional
        None: the table returns to the earlier `reading`, if it still has that.
    tempo : float
        The factor of the found tempo.
    tempos : list of Tempo
        Fewer than two where there is no choice.
    about : list of str
        More sentences about the file.
    quantize : float, optional
        How strictly the notes of a recording were put on the beat, 0 to 1; None for other files.
    """

    request: int | None = None
    reading: str
    summary: str = ""
    tracks: list[Track] | None = None
    tempo: float = 1
    tempos: list[Tempo] = Field(default_factory=list)
    about: list[str] = Field(default_factory=list)
    quantize: float | None = None


def tracks_data(upload: Upload, request: int | None = None, quantize: float = 1.0) -> TracksData:
    """Return what the table shows of a file, in answer to an event if it has that number."""
    reading = _digest(upload.recipe.source)
    report = upload.report
    if report is None:
        summary = " ".join(upload.lines)
        return TracksData(request=request, reading=reading, summary=summary, tracks=[])
    return TracksData(
        request=request,
        reading=reading,
        summary=" ".join((*upload.notices, _summary(report))),
        tracks=[
            Track(**{name: getattr(track, name) for name in Track.model_fields})
            for track in report.tracks
        ],
        tempo=report.tempo_factor,
        tempos=_tempos(report),
        about=list(report.about),
        quantize=quantize if report.heard else None,
    )


def notes_data(recipe: Recipe) -> TracksData:
    """Return what the table shows of a file that was made here if its own notes are used."""
    summary = "These are the notes in the file, as an earlier model made them."
    return TracksData(reading=_digest(recipe.source), summary=summary, tracks=[])


def same_reading(source: Source) -> TracksData:
    """Return the value that makes the table return to an earlier reading."""
    return TracksData(reading=_digest(source))


def _digest(source: Source) -> str:
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()[:16]


def _tempos(report: Report) -> list[Tempo]:
    found = sum(report.tempos) / 2 / report.tempo_factor
    return [
        Tempo(factor=factor, label=f"{_TEMPO_NAMES[factor]}, {factor * found:.0f} bpm")
        for factor in report.tempo_factors
    ]


def _summary(report: Report) -> str:
    tracks = report.tracks
    used = [track for track in tracks if track.part]
    notes, kept = sum(track.notes for track in tracks), sum(track.kept for track in used)
    if len(tracks) == 1:
        text = "Its one track is taken"
    elif len(used) == len(tracks):
        text = f"All {len(tracks)} tracks are taken"
    else:
        text = f"{len(used)} of {len(tracks)} tracks are taken"
    amount = f"all {notes:,}" if kept == notes else f"{kept:,} of {notes:,}"
    beat = {
        "map": "the beat is the file's own",
        "shifted": "the file's beat was moved onto the notes",
        "found": "the beat was found from the notes",
        "unknown": "no steady beat was found",
    }[report.grid]
    return f"{text}, with {amount} notes; {beat}."


def tracks_view(value: TracksData | None = None, **kwargs: Any) -> gr.HTML:
    """Make the component. It is hidden as long as it has no value.

    Event besides Gradio's, with its data (see `musegen.web.events`):

    ``assign``
        The file is to be read differently: ``parts``, an ``index`` and a ``part`` for each track
        that the visitor has changed; ``tempo``, the factor of the found tempo, 0.5, 1 or 2;
        ``quantize``, how strictly notes are put on the beat; and ``request``, a number that the
        answer repeats.
    """
    return typed_html(
        TracksData,
        value,
        html_template=asset("components/tracks/tracks.html"),
        css_template=asset("components/base.css") + asset("components/tracks/tracks.css"),
        js_on_load=load_module("components/tracks/tracks.js", ("assign",)),
        **kwargs,
    )
