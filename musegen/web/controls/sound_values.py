"""The section of the page that says how a piece is played: band, key, tempo, feel, soundfont."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from musegen.audio import fluidsynth_problem, soundfont_names
from musegen.errors import MusicError
from musegen.limits import DEFAULT_TEMPO
from musegen.midi.general_midi import DRUM_KITS, program_name, program_named
from musegen.music import Piece
from musegen.music.bands import BANDS
from musegen.music.instruments import DEFAULT_PROGRAMS, instrument_name
from musegen.music.keys import KEY_NAMES, key_named
from musegen.music.notes import PARTS
from musegen.recipe.naming import key_label
from musegen.recipe.schema import Recipe, Sound
from musegen.server.validation import allowed_range, check_number

__all__ = [
    "NAMES",
    "SoundControls",
    "band_values",
    "played",
    "set_sound",
    "sound_controls",
    "values_of",
]

NAMES = ("band", *PARTS, "key", "tempo", "swing", "human")
_OWN = "Your own"


@dataclass(frozen=True)
class SoundControls:
    """The components, in the order of `NAMES`; the soundfont by itself, since it is no recipe's."""

    components: list[gr.components.Component]
    soundfont: gr.Dropdown


def sound_controls() -> SoundControls:
    """Make the section."""
    programs = [program_name(program) for program in range(128)]
    low, high = allowed_range("tempo")
    with gr.Accordion("Band and sound", open=False, elem_classes="mg-sound"):
        band = gr.Dropdown(
            [*BANDS, _OWN], value=next(iter(BANDS)), label="Band", filterable=False, min_width=130
        )
        with gr.Row(elem_classes="mg-pair"):
            keys = [(key_label(i - 5), name) for i, name in enumerate(KEY_NAMES)]
            key = gr.Dropdown(keys, value="C", label="Key", filterable=False, min_width=100)
            fonts = soundfont_names()
            soundfont = gr.Dropdown(
                fonts,
                value=fonts[0] if fonts else None,
                label="Soundfont",
                filterable=False,
                min_width=100,
            )
        tempo = gr.Slider(
            low, high, DEFAULT_TEMPO, step=1, label="Tempo", buttons=[], min_width=100
        )
        swing = gr.Slider(0, 1, 0, step=0.05, label="Swing", buttons=[], min_width=100)
        human = gr.Checkbox(True, label="Human timing", elem_classes="mg-check")
        with gr.Row(elem_classes="mg-instruments"):
            instruments = [
                gr.Dropdown(
                    list(DRUM_KITS) if part == "drums" else programs,
                    value=instrument_name(part, DEFAULT_PROGRAMS[part]),
                    label=part.capitalize(),
                    elem_classes=["mg-instrument", f"mg-of-{part}"],
                    min_width=130,
                )
                for part in PARTS
            ]
    problem = fluidsynth_problem()
    if problem:
        gr.Markdown(problem, elem_classes="mg-note")
    return SoundControls([band, *instruments, key, tempo, swing, human], soundfont)


def values_of(piece: Piece) -> list:
    """What the controls show of a piece, in the order of `NAMES`."""
    programs = dict(piece.programs)
    band = next((name for name, band in BANDS.items() if dict(band.programs) == programs), _OWN)
    low, high = allowed_range("tempo")
    return [
        band,
        *(instrument_name(part, programs[part]) for part in PARTS),
        KEY_NAMES[piece.key + 5],
        min(high, max(low, round(piece.tempo, 1))),
        piece.feel.swing,
        piece.feel.human,
    ]


def played(values: Sequence) -> Sound:
    """How all of the controls together say that new music is played.

    Raises
    ------
    MusicError
        If there is no such instrument or key, or a figure is out of its range.
    """
    _, *instruments, key, tempo, swing, human = values
    programs = {part: _program(part, name) for part, name in zip(PARTS, instruments, strict=True)}
    swing = check_number(swing, "swing")
    # What is as usual is left out: the link stays short enough to read.
    return Sound(
        key=_key(key),
        tempo=check_number(tempo, "tempo"),
        programs={} if programs == dict(DEFAULT_PROGRAMS) else programs,
        swing=swing or None,
        human=None if human else False,
    )


def set_sound(recipe: Recipe, name: str, value: object) -> Recipe:
    """A recipe with one of the controls turned.

    Raises
    ------
    MusicError
        As `played` does.
    """
    if name == "band":
        if value not in BANDS:
            return recipe
        band = BANDS[value]
        return recipe.with_sound(programs=dict(band.programs), swing=band.swing)
    if name in PARTS:
        return recipe.with_sound(programs={**recipe.sound.programs, name: _program(name, value)})
    if name == "key":
        return recipe.with_sound(key=_key(value))
    if name == "human":
        return recipe.with_sound(human=bool(value))
    return recipe.with_sound(**{name: check_number(value, name)})


def band_values(name: object) -> list:
    """What the controls show once a band is chosen while nothing plays, in the order of `NAMES`."""
    if name not in BANDS:
        return [gr.skip()] * len(NAMES)
    band = BANDS[name]
    instruments = [instrument_name(part, band.programs[part]) for part in PARTS]
    return [gr.skip(), *instruments, gr.skip(), gr.skip(), band.swing, gr.skip()]


def _program(part: str, name: str | None) -> int:
    if part == "drums":
        return DRUM_KITS.get(name, 0)
    try:
        return program_named(name or "")
    except ValueError as error:
        raise MusicError(str(error)) from None


def _key(name: str | None) -> int:
    try:
        return key_named(name or "")
    except ValueError as error:
        raise MusicError(str(error)) from None
