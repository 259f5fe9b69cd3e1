"""Connects the widgets of the page with their handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from musegen.latent.forms import DEFAULT_FORM
from musegen.server.services import Services
from musegen.web.components.plan.component import PLANNED
from musegen.web.controls.shape import ShapeControls
from musegen.web.controls.sound import SoundControls
from musegen.web.controls.sound_values import SOUND_NAMES
from musegen.web.handlers import (
    AudioHandlers,
    EditHandlers,
    EndlessHandlers,
    MorphHandlers,
    OwnMusicHandlers,
    PageHandlers,
    SourceHandlers,
    SquareHandlers,
)
from musegen.web.tabs import ExploreTab, InterpolateTab, RandomTab, RemixTab

__all__ = ["Widgets", "connect"]

_BUSY = "() => { document.dispatchEvent(new CustomEvent('musegen:busy')); }"
_IDLE = "() => { document.dispatchEvent(new CustomEvent('musegen:idle')); }"
_FILE = "(file) => { document.dispatchEvent(new CustomEvent('musegen:file', { detail: file })); }"
_SOUNDFONT = """(name) => {
    document.dispatchEvent(new CustomEvent('musegen:soundfont', { detail: name }));
}"""
_SOUND = """(value) => {
    const detail = { name: '%s', value };
    document.dispatchEvent(new CustomEvent('musegen:sound', { detail }));
}"""
_MORE = "(more) => { document.dispatchEvent(new CustomEvent('musegen:more', { detail: more })); }"
_NO_MORE = "() => { document.dispatchEvent(new CustomEvent('musegen:more')); }"
_STEER = "() => { document.dispatchEvent(new CustomEvent('musegen:steer')); }"
# While the music goes on, it follows the controls by itself, and its version stays as it was.
_UNLESS_ENDLESS = """(state, ...others) => [
    document.querySelector('.mg-player')?.dataset.endless === 'true' ? null : state, ...others
]"""
# Chords that are locked in the player are those of the next piece.
_UNLESS_LOCKED = """(seed, lock, bars, form, temperature, chords, ...others) => [
    seed, lock, bars, form, temperature,
    document.querySelector('.mg-player')?.takeChords?.(bars) ?? chords, ...others
]"""
_FORM = "(form) => { document.dispatchEvent(new CustomEvent('musegen:form', { detail: form })); }"
_SHOW_SQUARE = """() => {
    for (const name of ['explore', 'square']) document.getElementById(`panel-${name}-tab`).click();
}"""
_NO_FILE = "() => { document.dispatchEvent(new CustomEvent('musegen:file')); }"

_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# Handlers stay in Gradio's queue, since only there they can notify the visitor, but do not wait in
# it: the fair queue of `musegen.server.queue` decides who is next.
_AT_ONCE: dict[str, Any] = {**_PRIVATE, "concurrency_limit": None}


@dataclass(frozen=True)
class Widgets:
    """The widgets of the page. The first three are invisible: the page keeps state in them."""

    state: gr.Textbox  # the version that plays, as `musegen.server.versions.read_state` reads it
    phrase: gr.Number  # the phrase that is chosen in the player, from 0
    link: gr.Textbox  # the recipe of the link that opened the page
    file: gr.File  # the file that was made last; invisible
    more: gr.JSON  # the next phrases of endless music; invisible
    model_state: gr.HTML
    progress: gr.HTML
    player: gr.HTML
    random: RandomTab
    interpolate: InterpolateTab
    explore: ExploreTab
    remix: RemixTab
    shape: ShapeControls
    sound: SoundControls


def connect(page: gr.Blocks, widgets: Widgets, services: Services) -> None:
    """Connect all widgets."""
    audio = AudioHandlers(services)
    versions = _VersionEvents(widgets)
    _connect_tabs(versions, widgets, services)
    _connect_edits(versions, widgets, services)
    _connect_page(page, versions, widgets, services)
    _connect_audio(page, versions, widgets, audio)
    _connect_endless(versions, widgets, services)


class _VersionEvents:
    """Connects triggers with handlers that return the values of a version."""

    def __init__(self, widgets: Widgets) -> None:
        self.events: list[Any] = []
        self._outputs = [
            widgets.state,
            widgets.player,
            *widgets.sound.components,
            *widgets.shape.sliders,
        ]

    def add(
        self,
        trigger: Callable[..., Any],
        handler: Callable[..., Any],
        inputs: list[Any],
        outputs: list[Any] | None = None,
        is_new: bool = True,
        values: list[Any] | None = None,
        trigger_mode: str | None = None,
        js: str | None = None,
    ) -> None:
        """Connect a trigger with a handler.

        The handler returns values of `outputs`, then those of `version_values` (or of `values`).
        With `is_new`, the player shows at once that it waits for a new piece. `js` changes the
        inputs on the page.
        """
        if is_new:
            trigger(None, js=_BUSY, **_PRIVATE)
        shown = [*(outputs or ()), *(values or self._outputs)]
        made = trigger(handler, inputs, shown, trigger_mode=trigger_mode, js=js, **_AT_ONCE)
        made.failure(None, js=_IDLE, **_PRIVATE)
        self.events.append(made)


def _connect_tabs(versions: _VersionEvents, w: Widgets, services: Services) -> None:
    sources, morphs = SourceHandlers(services), MorphHandlers(services)
    square, own = SquareHandlers(services), OwnMusicHandlers(services)
    band = w.sound.components
    random, interpolate, explore, remix = w.random, w.interpolate, w.explore, w.remix
    reading = [remix.recipe, remix.tracks]

    versions.add(
        random.button.click,
        sources.draw,
        [*random.settings, *random.asked, *band],
        [random.settings[0]],
        js=_UNLESS_LOCKED,
    )
    # The browser does both without asking the server.
    random.plan.plan(
        None, random.bars, [random.form, random.bars], js=PLANNED % DEFAULT_FORM, **_PRIVATE
    )
    random.form.change(None, random.form, None, js=_FORM, **_PRIVATE)
    versions.add(w.player.draw, sources.first_example, [])
    for name, button in random.examples.items():
        versions.add(button.click, partial(sources.example, name), [])
    versions.add(
        interpolate.button.click,
        morphs.morph,
        [*interpolate.a.inputs, *interpolate.b.inputs, *interpolate.settings, *band],
        [interpolate.a.seed, interpolate.b.seed],
    )
    ends = [*interpolate.a.inputs, *interpolate.b.inputs]
    seeds = [interpolate.a.seed, interpolate.b.seed]
    versions.add(interpolate.mix.click, morphs.mix, [*ends, *interpolate.shares, *band], seeds)
    on_square = interpolate.square.click(
        morphs.mix_on_square,
        [*ends, *band],
        [*seeds, explore.corners, explore.square],
        **_AT_ONCE,
    )
    on_square.success(None, js=_SHOW_SQUARE, **_PRIVATE)
    for end in (interpolate.a, interpolate.b, remix.end):
        end.origin.input(morphs.choose_origin, [end.origin, w.state], end.updated, **_AT_ONCE)
    versions.add(explore.map.place, sources.place, band)
    versions.add(explore.map.line, sources.line, band)
    versions.add(explore.square.blend, square.blend, [explore.corners], [explore.square])
    explore.square.corner(
        square.set_corner,
        [explore.corners, w.state, *band],
        [explore.corners, explore.square],
        **_PRIVATE,
    )
    file_outputs = [*reading, remix.own_notes]
    versions.add(remix.file.upload, own.preview, [remix.file], file_outputs)
    # What fails leaves the file field as it was.
    sung = [remix.file, *file_outputs]
    versions.add(remix.recording.upload, own.preview_recording, [remix.recording], sung)
    versions.add(w.player.take, own.take, [], sung)
    versions.add(remix.own_notes.click, own.use_own_notes, [remix.file], file_outputs)
    cleared = ("", None, gr.update(visible=False))
    remix.file.clear(lambda: cleared, None, file_outputs, **_PRIVATE)
    versions.add(
        remix.tracks.assign,
        own.assign_parts,
        [remix.file, remix.recipe, w.state, w.phrase],
        reading,
        trigger_mode="multiple",
    )
    versions.add(
        remix.accompany.click,
        own.accompany,
        [remix.recipe, remix.seed, remix.lock],
        [remix.seed],
    )
    versions.add(
        remix.vary.click,
        own.vary,
        [remix.recipe, remix.similarity, remix.seed, remix.lock],
        [remix.seed],
    )
    versions.add(remix.reconstruct.click, own.reconstruct, [remix.recipe])
    versions.add(
        remix.morph.click,
        morphs.morph_own,
        [remix.recipe, *remix.end.inputs, remix.steps, *band],
        [remix.end.seed],
    )


def _connect_edits(versions: _VersionEvents, w: Widgets, services: Services) -> None:
    edits = EditHandlers(services)
    playing = [w.state, w.phrase]
    sliders = w.shape.sliders
    versions.add(w.player.edit, edits.edit, playing)
    versions.add(w.player.chords, edits.set_chords, playing)
    versions.add(w.player.over, edits.draw_over_chords, [w.state])
    versions.add(
        w.player.open,
        edits.open,
        [*playing, w.remix.recipe],
        [w.remix.recipe, w.remix.tracks],
    )
    for name, control in zip(SOUND_NAMES, w.sound.components, strict=True):
        control.input(None, control, None, js=_SOUND % name, **_PRIVATE)  # heard at once
        handler = partial(edits.set_sound, name)
        versions.add(
            control.input,
            handler,
            [*playing, control],
            is_new=False,
            trigger_mode="always_last",
            js=_UNLESS_ENDLESS,
        )
    for slider in sliders:
        versions.add(
            slider.input,
            edits.set_shape,
            [*playing, *sliders],
            is_new=False,
            values=[w.state, w.player],
            trigger_mode="always_last",
            js=_UNLESS_ENDLESS,
        )
    w.player.phrase(
        edits.choose_phrase,
        w.state,
        [w.phrase, w.shape.target, *sliders],
        queue=False,
        **_PRIVATE,
    )


def _connect_page(
    page: gr.Blocks, versions: _VersionEvents, w: Widgets, services: Services
) -> None:
    handlers = PageHandlers(services)
    page.load(handlers.model_state, None, w.model_state, **_AT_ONCE)
    opened = page.load(
        handlers.read_link, None, [*w.random.settings, *w.random.asked, w.link], **_AT_ONCE
    )
    versions.add(opened.success, handlers.open_link, [w.link], is_new=False)


def _connect_audio(
    page: gr.Blocks, versions: _VersionEvents, w: Widgets, audio: AudioHandlers
) -> None:
    w.sound.soundfont.input(None, w.sound.soundfont, None, js=_SOUNDFONT, **_PRIVATE)
    # Only players that cannot make the sound themselves, or not in time, ask for it.
    sound = w.player.sound(
        audio.sound,
        [w.sound.soundfont],
        [w.player, w.progress],
        **_AT_ONCE,
        trigger_mode="multiple",
    )
    sound.failure(None, js=_IDLE, **_PRIVATE)
    made = w.player.file(audio.file, [w.state, w.sound.soundfont], [w.file, w.progress], **_AT_ONCE)
    made.success(None, w.file, None, js=_FILE, **_PRIVATE)
    made.failure(None, js=_NO_FILE, **_PRIVATE)
    w.player.cancel(audio.cancel, js=_IDLE, cancels=versions.events, queue=False, **_PRIVATE)
    page.unload(audio.cancel)


def _connect_endless(versions: _VersionEvents, w: Widgets, services: Services) -> None:
    endless = EndlessHandlers(services)
    temperature = w.random.settings[-1]
    steering = [temperature, *w.shape.sliders]
    made = w.player.more(
        endless.more, [w.state, *steering], w.more, trigger_mode="multiple", **_AT_ONCE
    )
    made.success(None, w.more, None, js=_MORE, **_PRIVATE)
    made.failure(None, js=_NO_MORE, **_PRIVATE)
    versions.add(w.player.keep, endless.keep, [w.state])
    for control in steering:
        control.input(None, js=_STEER, **_PRIVATE)
