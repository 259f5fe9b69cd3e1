"""The widgets for the band and the sound: instruments, key, tempo, feel and soundfont."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from musegen.audio import fluidsynth_problem, soundfont_names
from musegen.limits import DEFAULT_TEMPO
from musegen.midi.general_midi import DRUM_KITS, program_name
from musegen.music.bands import BANDS
from musegen.music.instruments import DEFAULT_PROGRAMS, instrument_name
from musegen.music.keys import KEY_NAMES
from musegen.music.notes import PARTS
from musegen.recipe.naming import key_label
from musegen.server.validation import allowed_range
from musegen.web.controls.sound_values import OWN_BAND

__all__ = ["SoundControls", "sound_controls"]


@dataclass(frozen=True)
class SoundControls:
    """The widgets, in the order of `SOUND_NAMES`, and the soundfont, which no recipe contains."""

    components: list[gr.Dropdown | gr.Slider | gr.Checkbox]
    soundfont: gr.Dropdown


def sound_controls() -> SoundControls:
    """Make the section."""
    programs = [program_name(program) for program in range(128)]
    low, high = allowed_range("tempo")
    with gr.Accordion("Band and sound", open=False, elem_classes="mg-sound"):
        band = _dropdown([*BANDS, OWN_BAND], next(iter(BANDS)), "Band", min_width=130)
        with gr.Row(elem_classes="mg-pair"):
            keys = [(key_label(i - 5), name) for i, name in enumerate(KEY_NAMES)]
            key = _dropdown(keys, "C", "Key")
            fonts = soundfont_names()
            soundfont = _dropdown(fonts, fonts[0] if fonts else None, "Soundfont")
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


def _dropdown(choices: list, value: str | None, label: str, min_width: int = 100) -> gr.Dropdown:
    return gr.Dropdown(choices, value=value, label=label, filterable=False, min_width=min_width)
