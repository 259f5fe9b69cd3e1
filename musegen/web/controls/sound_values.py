"""Converts between pieces or recipes and the values of the band and sound controls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from musegen.midi.general_midi import DRUM_KITS, program_name, program_named
from musegen.music import Piece
from musegen.music.bands import BANDS
from musegen.music.instruments import DEFAULT_PROGRAMS, instrument_name
from musegen.music.keys import KEY_NAMES, key_named
from musegen.music.notes import PARTS
from musegen.recipe.schema import Recipe, Sound
from musegen.server.validation import allowed_range, check_number

__all__ = [
    "OWN_BAND",
    "SOUND_NAMES",
    "band_updates",
    "set_sound",
    "sound_choices_head",
    "sound_from_values",
    "sound_values",
]

SOUND_NAMES = ("band", *PARTS, "key", "tempo", "swing", "human")
OWN_BAND = "Your own"  # the band of instruments that are together in no band of ours


def sound_choices_head() -> str:
    """HTML for the page's head: what the controls' choices mean, as JSON.

    So the page's scripts can play a change before the server has answered.
    """
    choices = {
        "programs": {program_name(program): program for program in range(128)},
        "kits": dict(DRUM_KITS),
        "bands": {
            name: {"programs": dict(band.programs), "swing": band.swing}
            for name, band in BANDS.items()
        },
        "keys": {name: key_named(name) for name in KEY_NAMES},
    }
    text = json.dumps(choices).replace("<", "\\u003c")  # could end the element
    return f'<script type="application/json" id="mg-sound-choices">{text}</script>'


def sound_values(piece: Piece) -> list[Any]:
    """Return the values that the controls show for a piece, in the order of `SOUND_NAMES`."""
    programs = dict(piece.programs)
    band = next((name for name, band in BANDS.items() if dict(band.programs) == programs), OWN_BAND)
    low, high = allowed_range("tempo")
    return [
        band,
        *(instrument_name(part, programs[part]) for part in PARTS),
        KEY_NAMES[piece.key + 5],
        min(high, max(low, round(piece.tempo, 1))),
        piece.feel.swing,
        piece.feel.human,
    ]


def sound_from_values(values: Sequence[Any]) -> Sound:
    """Return how new music is to be played, from the values of all controls.

    Raises
    ------
    MusicError
        If an instrument or a key does not exist, or a number is out of its range.
    """
    _, *instruments, key, tempo, swing, human = values
    programs = {part: _program(part, name) for part, name in zip(PARTS, instruments, strict=True)}
    # Defaults are left out, so that links stay short.
    sound = Sound(
        key=key_named(key or ""),
        tempo=check_number(tempo, "tempo"),
        swing=check_number(swing, "swing") or None,
        human=None if human else False,
    )
    if programs == dict(DEFAULT_PROGRAMS):
        return sound
    return sound.model_copy(update={"programs": programs})


def set_sound(recipe: Recipe, name: str, value: Any) -> Recipe:
    """Return the recipe with one of the controls at another value.

    Raises
    ------
    MusicError
        As in `sound_from_values`.
    """
    if name == "band":
        if value not in BANDS:
            return recipe
        band = BANDS[value]
        return recipe.with_sound(programs=dict(band.programs), swing=band.swing)
    if name in PARTS:
        return recipe.with_sound(programs={**recipe.sound.programs, name: _program(name, value)})
    if name == "key":
        return recipe.with_sound(key=key_named(value or ""))
    if name == "human":
        return recipe.with_sound(human=bool(value))
    return recipe.with_sound(**{name: check_number(value, name)})


def band_updates(name: str | None) -> list[Any]:
    """Return updates of the controls for a band that is chosen before there is a piece."""
    if name is None or name not in BANDS:
        return [gr.skip()] * len(SOUND_NAMES)
    band = BANDS[name]
    instruments = [instrument_name(part, band.programs[part]) for part in PARTS]
    return [gr.skip(), *instruments, gr.skip(), gr.skip(), band.swing, gr.skip()]


def _program(part: str, name: str | None) -> int:
    return DRUM_KITS.get(name or "", 0) if part == "drums" else program_named(name or "")
