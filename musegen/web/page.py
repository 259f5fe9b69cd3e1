"""What stands where on the page, and which control calls what."""

from __future__ import annotations

import html
from functools import partial

import gradio as gr

from musegen.server.services import Services
from musegen.server.settings import get_settings
from musegen.web.api.endpoints import add_endpoints
from musegen.web.assets import asset
from musegen.web.components.player.component import player
from musegen.web.components.tabs.component import tab_bar, tab_group, tab_panel
from musegen.web.controls.shape_values import shape_controls
from musegen.web.controls.sound_values import NAMES, sound_controls
from musegen.web.handlers.sources import Callbacks
from musegen.web.modules import load_module
from musegen.web.tabs.remix import explore_tab, interpolate_tab, random_tab, remix_tab

__all__ = ["build"]

_BUSY = "() => { document.dispatchEvent(new CustomEvent('musegen:busy')); }"
_IDLE = "() => { document.dispatchEvent(new CustomEvent('musegen:idle')); }"
_FILE = "(file) => { document.dispatchEvent(new CustomEvent('musegen:file', { detail: file })); }"
_NO_FILE = "() => { document.dispatchEvent(new CustomEvent('musegen:file')); }"

_PLAIN = {"apply_default_css": False}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
# In the queue, since outside of it nothing can be told to the visitor; who has to wait there for
# the computer does so in `musegen.server.queue`.
_AT_ONCE = {**_PRIVATE, "concurrency_limit": None}
_LATEST = {"trigger_mode": "always_last"}
# Also while the last one's is on its way, which then ends.
_EACH = {"trigger_mode": "multiple"}


def build(services: Services) -> gr.Blocks:
    """Build the page.

    Parameters
    ----------
    services : Services
        What makes the pieces and their sounds.
    """
    call = Callbacks(services)
    keep = round(get_settings().keep_minutes * 60)
    with gr.Blocks(
        title="MuseGen",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(min(keep, 3600) // 4, keep),
    ) as page:
        add_endpoints(services)  # first: Gradio gives the page's own functions names, too
        state = gr.Textbox(visible=False)  # of the version: the page keeps it, not the server
        phrase = gr.Number(visible=False)  # the one that was chosen, counted from 0
        linked = gr.Textbox(visible=False)  # the recipe that the page was opened with
        made_file = gr.File(visible=False)
        with gr.Row(elem_classes="mg-top"):
            gr.HTML(
                asset("static/brand.html").replace("<mark />", asset("static/favicon.svg")),
                **_PLAIN,
            )
            ready = gr.HTML(
                "…",
                html_template=asset("static/ready.html"),
                js_on_load=load_module("static/ready.js"),
                elem_classes="mg-model-block",
                **_PLAIN,
            )
            gr.HTML(
                asset("static/theme_button.html"),
                js_on_load=load_module("static/theme.js"),
                **_PLAIN,
            )
            progress = gr.HTML(
                html_template="",
                js_on_load=load_module("static/progress.js"),
                elem_classes="mg-unseen",
                **_PLAIN,
            )
        with gr.Row(elem_classes="mg-main", equal_height=False):
            with gr.Column(elem_classes="mg-left"):
                stage = player(elem_id="player")
            with gr.Column(elem_classes="mg-panel"):
                with tab_group():
                    tab_bar(("Random", "Interpolate", "Explore", "Remix"), "Ways to make music")
                    with tab_panel("Random"):
                        random = random_tab()
                    with tab_panel("Interpolate"):
                        morph = interpolate_tab()
                    with tab_panel("Explore"):
                        explore = explore_tab(services.phrase_map)
                    with tab_panel("Remix"):
                        remix = remix_tab()
                shape = shape_controls()
                sound = sound_controls()
                lines = "".join(f"<li>{html.escape(line)}</li>" for line in get_settings().lines)
                gr.HTML(asset("static/limits.html").replace("<mark />", lines), **_PLAIN)

        band = sound.components
        shown = [state, stage, *band, *shape.sliders]
        worked_on = [state, phrase]
        own = [remix.own, remix.tracks]
        starts = [
            (random.button.click, call.draw, [*random.settings, *band], [random.settings[0]]),
            (stage.draw, call.first, [], []),
            *(
                (button.click, partial(call.example, name), [], [])
                for name, button in random.examples.items()
            ),
            (
                morph.button.click,
                call.morph,
                [*morph.a.inputs, *morph.b.inputs, *morph.settings, *band],
                [morph.a.seed, morph.b.seed],
            ),
            (explore.map.place, call.place, band, []),
            (explore.map.line, call.line, band, []),
            (explore.square.blend, call.blend, [explore.corners], [explore.square]),
            (remix.file.upload, call.preview, [remix.file], own),
            (
                remix.morph.click,
                call.morph_own,
                [remix.own, *remix.end.inputs, remix.steps, *band],
                [remix.end.seed],
            ),
            (
                remix.vary.click,
                call.vary,
                [remix.own, remix.similarity, remix.seed, remix.lock],
                [remix.seed],
            ),
            (remix.same.click, call.reconstruct, [remix.own], []),
            (stage.edit, call.edit, worked_on, []),
            (stage.open, call.open, [*worked_on, remix.own], own),
        ]
        making = []

        def make(trigger, function, inputs: list, outputs: list, **how) -> None:
            made = trigger(function, inputs, outputs, **{**_AT_ONCE, **how})
            # The picture first: the sound takes a second more.
            heard = made.success(
                call.sound, [state, sound.soundfont], [stage, progress], **_AT_ONCE, **_EACH
            )
            for event in (made, heard):
                event.failure(None, js=_IDLE, **_PRIVATE)
            making.append(made)

        for trigger, function, inputs, more in starts:
            trigger(None, js=_BUSY, **_PRIVATE)
            make(trigger, function, inputs, [*more, *shown])
        for name, control in zip(NAMES, band, strict=True):
            turn = partial(call.turn, name)
            make(control.input, turn, [*worked_on, control], shown, **_LATEST)
        remix.tracks.assign(None, js=_BUSY, **_PRIVATE)
        read_anew = [remix.file, remix.own, *worked_on]
        make(remix.tracks.assign, call.assign, read_anew, [*own, *shown], **_EACH)
        remix.file.clear(None, None, own, js="() => ['', null]", **_PRIVATE)
        for slider in shape.sliders:
            make(slider.input, call.shape, [*worked_on, *shape.sliders], [state, stage], **_LATEST)
        sound.soundfont.input(
            call.sound, [state, sound.soundfont], [stage, progress], **_AT_ONCE, **_EACH
        )
        page.load(call.model_state, None, ready, **_AT_ONCE)
        opened = page.load(call.from_link, None, [*random.settings, linked], **_AT_ONCE)
        make(opened.success, call.open_link, [linked], shown)

        filed = stage.file(call.file, [state, sound.soundfont], [made_file, progress], **_AT_ONCE)
        filed.success(None, made_file, None, js=_FILE, **_PRIVATE)
        filed.failure(None, js=_NO_FILE, **_PRIVATE)
        page.unload(call.cancel)
        stage.cancel(call.cancel, js=_IDLE, cancels=making, queue=False, **_PRIVATE)
        stage.phrase(
            call.choose_phrase,
            state,
            [phrase, shape.target, *shape.sliders],
            queue=False,
            **_PRIVATE,
        )
        explore.square.corner(
            call.corner,
            [explore.corners, state, *band],
            [explore.corners, explore.square],
            **_PRIVATE,
        )
        for end in (morph.a, morph.b, remix.end):
            end.origin.input(call.choose_end, [end.origin, state], end.chosen, **_AT_ONCE)
    return page
