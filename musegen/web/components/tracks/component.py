"""What was made of a visitor's file: its tracks, each with the part it plays, open to change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import gradio as gr

from musegen.errors import MusicError
from musegen.music.notes import PARTS
from musegen.reading import Report
from musegen.recipe.schema import Source
from musegen.server.uploads import Upload
from musegen.web.assets import asset

__all__ = ["read_parts", "same_reading", "tracks_data", "tracks_view"]

_MOST = 1000  # tracks of one event: a file of 2 MB can have more, but nobody changes them
_FACTORS = {0.5: "Half", 1.0: "As found", 2.0: "Double"}


def tracks_data(upload: Upload, turn: int | None = None) -> str:
    """What the table shows of a file.

    Parameters
    ----------
    upload : Upload
    turn : int, optional
        Of the event ``assign`` that this answers.

    Returns
    -------
    str
        JSON: ``turn``; ``reading``, which tells one reading of a file from another (see
        `same_reading`); ``summary``, a line or two; ``tracks``, each with ``index``, ``name``,
        ``instrument``, ``notes``, ``kept``, ``part`` (null where it is left out), ``reason``, and
        whether the part was ``chosen`` by the visitor; ``tempo``, the factor of a found tempo;
        ``tempos``, pairs of factors and what they are called, fewer than two where there is no
        choice; and ``about``, the other sentences.
    """
    report = upload.report
    data = {"turn": turn, "reading": _digest(upload.recipe.source)}
    if report is None:
        said = {"summary": " ".join(upload.lines), "tracks": [], "tempo": 1, "tempos": []}
        return json.dumps({**data, **said, "about": []})
    tracks = [
        {
            name: getattr(track, name)
            for name in ("index", "name", "instrument", "notes", "kept", "part", "reason", "chosen")
        }
        for track in report.tracks
    ]
    return json.dumps(
        {
            **data,
            "summary": " ".join((*upload.notices, _summary(report))),
            "tracks": tracks,
            "tempo": report.tempo_factor,
            "tempos": _tempos(report),
            "about": report.about,
        }
    )


def same_reading(source: Source) -> str:
    """A value that brings the table back to an earlier reading, where it still remembers it."""
    return json.dumps({"reading": _digest(source)})


def _digest(source: Source) -> str:
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()[:16]


def _tempos(report: Report) -> list[tuple[float, str]]:
    found = sum(report.tempos) / 2 / report.tempo_factor
    return [
        (factor, f"{_FACTORS[factor]}, {factor * found:.0f} bpm") for factor in report.tempo_factors
    ]


def _summary(report: Report) -> str:
    tracks = report.tracks
    taken = [track for track in tracks if track.part]
    notes, kept = sum(track.notes for track in tracks), sum(track.kept for track in taken)
    if len(tracks) == 1:
        said = "Its one track is taken"
    elif len(taken) == len(tracks):
        said = f"All {len(tracks)} tracks are taken"
    else:
        said = f"{len(taken)} of {len(tracks)} tracks are taken"
    amount = f"all {notes:,}" if kept == notes else f"{kept:,} of {notes:,}"
    beat = {
        "map": "the beat is the file's own",
        "shifted": "the file's beat was moved onto the notes",
        "found": "the beat was found from the notes",
    }[report.grid]
    return f"{said}, with {amount} notes; {beat}."


def read_parts(items: object) -> dict[int, str | None]:
    """Parts of tracks as the page sends them.

    Parameters
    ----------
    items : list of dict
        Each with an ``index`` and a ``part``, null to leave the track out. Whatever else comes is
        refused; whether there is such a track or part, who reads the file will say.

    Raises
    ------
    MusicError
        If it is not that.
    """
    wrong = MusicError("the page asked for parts in a way that there is not: load it anew")
    if not isinstance(items, list) or len(items) > _MOST:
        raise wrong
    parts: dict[int, str | None] = {}
    for item in items:
        if not isinstance(item, Mapping) or set(item) != {"index", "part"}:
            raise wrong
        index, part = item["index"], item["part"]
        if type(index) is not int or not (part is None or part in PARTS):
            raise wrong
        parts[index] = part
    return parts


def tracks_view(**kwargs) -> gr.HTML:
    """Make the component. Its values are made by `tracks_data`, or `same_reading`.

    It is not seen as long as it has no value.

    Events besides Gradio's:

    ``assign``
        The file is to be read otherwise. The event's data has ``parts``, a list of ``index`` and
        ``part`` (null to leave the track out) of all tracks that the visitor has changed, and
        ``tempo``, by how much a found tempo is to be multiplied: 0.5, 1 or 2; and ``turn``, a
        number that the answer is to have.
    """
    return gr.HTML(
        html_template=asset("components/tracks/tracks.html"),
        css_template=asset("components/base.css") + asset("components/tracks/tracks.css"),
        js_on_load=asset("components/tracks/tracks.js"),
        apply_default_css=False,
        **kwargs,
    )
