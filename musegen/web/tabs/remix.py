"""The tab Remix: a visitor's own music."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from musegen.hearing import ENDINGS as SOUND_ENDINGS
from musegen.limits import DEFAULT_SIMILARITY, DEFAULT_STEPS
from musegen.web.components.recorder.component import UPLOAD_CLASS, recorder
from musegen.web.components.tracks.component import tracks_view
from musegen.web.tabs.fields import file_field, seed_field, slider
from musegen.web.tabs.morph_end import MorphEnd, morph_end

__all__ = ["RemixTab", "remix_tab"]


@dataclass(frozen=True)
class RemixTab:
    """The widgets of the tab."""

    file: gr.File
    recording: gr.UploadButton  # gets what the recorder has recorded; invisible
    recipe: gr.Textbox  # of the file's music
    tracks: gr.HTML  # how the file was read
    own_notes: gr.Button  # for a file that an earlier model made
    accompany: gr.Button
    similarity: gr.Slider
    seed: gr.Number
    lock: gr.Checkbox
    vary: gr.Button
    reconstruct: gr.Button
    end: MorphEnd  # what the music is morphed into
    steps: gr.Slider
    morph: gr.Button


def remix_tab() -> RemixTab:
    """Make the tab."""
    file = file_field("Your MIDI file or a recording of your voice, or a file made here", height=92)
    recorder(elem_id="recorder")
    # Hidden by a class: an invisible button would not be on the page.
    with gr.Column(elem_classes=UPLOAD_CLASS):
        recording = gr.UploadButton("Recording", file_types=list(SOUND_ENDINGS))
    recipe = gr.Textbox(visible=False)
    tracks = tracks_view(elem_id="tracks", elem_classes="mg-tracks-block")
    own_notes = gr.Button(
        "Use the notes in the file", visible=False, elem_classes="mg-also", elem_id="own-notes"
    )
    accompany = gr.Button(
        "Play a band to it", variant="primary", elem_classes="mg-go", elem_id="accompany"
    )
    similarity = slider("similarity", DEFAULT_SIMILARITY, 0.05)
    _, seed, lock = seed_field()
    vary = gr.Button("Vary it", elem_classes="mg-also", elem_id="vary")
    reconstruct = gr.Button("Reconstruct it", elem_classes="mg-also", elem_id="reconstruct")
    with gr.Accordion("Morph it into another", open=False, elem_classes="mg-fold"):
        end = morph_end("the other end", 7, "It becomes")
        steps = slider("steps", DEFAULT_STEPS, 1, "Steps on the way")
        morph = gr.Button("Morph it", elem_classes="mg-also", elem_id="morph-own")
    return RemixTab(
        file,
        recording,
        recipe,
        tracks,
        own_notes,
        accompany,
        similarity,
        seed,
        lock,
        vary,
        reconstruct,
        end,
        steps,
        morph,
    )
