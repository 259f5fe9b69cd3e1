"""What stands where on the page, and which button calls what."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import gradio as gr

from musegen import audio
from musegen.latent import DEFAULT_FORM, DEFAULT_TEMPERATURE, FORMS
from musegen.music.instruments import DEFAULT_PROGRAMS, program_name
from musegen.music.keys import KEY_NAMES
from musegen.music.notes import PARTS
from musegen.music.phrase import DEFAULT_TEMPO
from musegen.studio.callbacks import LIMITS, Callbacks, soundfont_names
from musegen.studio.loading import BackgroundModel
from musegen.studio.player import DRUM_KITS, instrument_name, player
from musegen.studio.takes import key_label

__all__ = ["FILE", "build"]

_BRAND = """
<div class="mg-brand">
  {mark}
  <div><h1>MuseGen</h1><p>Explore a latent space of music with your ears</p></div>
</div>
"""
_THEME_BUTTON = """
<button class="mg-theme" type="button" aria-label="Switch between light and dark">
  <svg viewBox="0 0 24 24" width="19" height="19" fill="none" stroke="currentColor"
   stroke-width="1.8" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/>
   <path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/></svg>
</button>
"""
_THEME_CLICK = """
element.querySelector('.mg-theme').addEventListener('click', () => window.musegenTheme.toggle());
"""
_MODEL_TEMPLATE = """
<div class="mg-model" role="status"><span></span></div>
"""
_MODEL_LOAD = """
const say = () => {
  const value = props.value;
  const line = element.querySelector('.mg-model');
  line.dataset.state = value === '…' ? 'loading' : value ? 'problem' : 'ready';
  line.querySelector('span').textContent =
    value === '…' ? 'Loading the model' : value ? 'The model is not there: ' + value : '';
};
watch('value', say);
say();
"""
# The player shows at once that something is coming, and no longer when nothing came.
_BUSY = "() => { document.dispatchEvent(new CustomEvent('musegen:busy')); }"
_IDLE = "() => { document.dispatchEvent(new CustomEvent('musegen:idle')); }"

# A file that was made when it was asked for.
FILE = "(file) => { document.dispatchEvent(new CustomEvent('musegen:file', { detail: file })); }"
_NO_FILE = "() => { document.dispatchEvent(new CustomEvent('musegen:file')); }"

_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
_MODEL_WORK = {**_PRIVATE, "concurrency_id": "model", "concurrency_limit": 2}
_SOUND_WORK = {**_PRIVATE, "concurrency_id": "sound", "concurrency_limit": 2}


@dataclass(frozen=True)
class _Seed:
    number: gr.Number
    lock: gr.Checkbox


@dataclass(frozen=True)
class _Sound:
    instruments: list[gr.Dropdown]
    soundfont: gr.Dropdown


def build(model: BackgroundModel | None = None) -> gr.Blocks:
    """Build the page.

    Parameters
    ----------
    model : BackgroundModel, optional
        What makes the music; by default one that loads when it is first needed.
    """
    call = Callbacks(model or BackgroundModel())
    with gr.Blocks(
        title="MuseGen",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(3600, 3600),
    ) as page:
        take = gr.State(time_to_live=3600)
        from_link = gr.State(False)
        with gr.Row(elem_classes="mg-top"):
            mark = resources.files(__package__).joinpath("favicon.svg").read_text("utf-8")
            gr.HTML(_BRAND.format(mark=mark), apply_default_css=False)
            state = gr.HTML(
                "…",
                html_template=_MODEL_TEMPLATE,
                js_on_load=_MODEL_LOAD,
                apply_default_css=False,
                elem_classes="mg-model-block",
            )
            gr.HTML(_THEME_BUTTON, js_on_load=_THEME_CLICK, apply_default_css=False)
        with gr.Row(elem_classes="mg-main", equal_height=False):
            with gr.Column(elem_classes="mg-left"):
                stage = player(elem_id="player")
            with gr.Column(elem_classes="mg-panel"):
                with gr.Tabs():
                    with gr.Tab("Random", id="random"):
                        random = _random_tab()
                    with gr.Tab("Interpolate", id="interpolate"):
                        morph = _interpolate_tab()
                    with gr.Tab("Remix", id="remix"):
                        remix = _remix_tab()
                sound = _sound_section()

        shown = [take, stage]
        hear = {
            "fn": call.sound,
            "inputs": [take, sound.soundfont],
            "outputs": stage,
            **_SOUND_WORK,
        }
        draw = {
            "fn": call.draw,
            "inputs": [*random["inputs"], *sound.instruments],
            "outputs": [random["seed"].number, *shown],
        }
        starts = [
            (random["button"].click, draw),
            (stage.draw, draw),
            (
                morph["button"].click,
                {
                    "fn": call.morph,
                    "inputs": [*morph["inputs"], *sound.instruments],
                    "outputs": [morph["a"].number, morph["b"].number, *shown],
                },
            ),
            (remix["midi"].upload, {"fn": call.preview, "inputs": remix["midi"], "outputs": shown}),
            (
                remix["vary"].click,
                {
                    "fn": call.vary,
                    "inputs": remix["inputs"],
                    "outputs": [remix["seed"].number, *shown],
                },
            ),
            (
                remix["same"].click,
                {"fn": call.reconstruct, "inputs": remix["midi"], "outputs": shown},
            ),
        ]
        for start, work in starts:
            start(None, js=_BUSY, **_PRIVATE)
            # The picture first: the sound takes a second more.
            made = start(**work, **_MODEL_WORK)
            made.success(**hear)
            made.failure(None, js=_IDLE, **_PRIVATE)

        latest = {"trigger_mode": "always_last"}
        for choice in sound.instruments:
            choice.input(
                call.instruments, [take, *sound.instruments], shown, **_PRIVATE, **latest
            ).success(**hear)
        sound.soundfont.input(**hear, **latest)
        stems = gr.File(visible=False)
        zipped = stage.stems(call.stems, [take, sound.soundfont], stems, **_SOUND_WORK)
        zipped.success(None, stems, None, js=FILE, **_PRIVATE)
        zipped.failure(None, js=_NO_FILE, **_PRIVATE)

        page.load(call.model_state, None, state, concurrency_limit=None, **_PRIVATE)
        opened = page.load(
            call.from_link, None, [*random["inputs"], from_link], queue=False, **_PRIVATE
        )
        arrived = opened.success(
            call.draw_from_link,
            [from_link, *random["inputs"], *sound.instruments],
            draw["outputs"],
            **_MODEL_WORK,
        )
        arrived.success(**hear)
        _endpoints(call)
    return page


def _seed(label: str = "Seed", value: int = 42) -> _Seed:
    low, high = LIMITS["seed"]
    with gr.Row(elem_classes="mg-seed"):
        number = gr.Number(
            value, label=label, precision=0, minimum=low, maximum=high, min_width=80, scale=1
        )
        lock = gr.Checkbox(
            False, label="Lock", container=False, min_width=40, scale=0, elem_classes="mg-lock"
        )
    return _Seed(number, lock)


def _slider(name: str, value: float, step: float, label: str = "", **more) -> gr.Slider:
    low, high = LIMITS[name]
    label = label or name.capitalize()
    return gr.Slider(low, high, value, step=step, label=label, buttons=[], min_width=100, **more)


def _random_tab() -> dict:
    seed = _seed()
    bars = _slider("bars", 16, 2, "Length in bars")
    temperature = _slider("temperature", DEFAULT_TEMPERATURE, 0.05)
    tempo = _slider("tempo", DEFAULT_TEMPO, 1)
    with gr.Row():
        form = gr.Dropdown(FORMS, value=DEFAULT_FORM, label="Form", filterable=False, min_width=100)
        keys = [(key_label(i - 5), name) for i, name in enumerate(KEY_NAMES)]
        key = gr.Dropdown(keys, value="C", label="Key", filterable=False, min_width=100)
    button = gr.Button("Draw a piece", variant="primary", elem_classes="mg-go", elem_id="draw")
    return {
        "seed": seed,
        "inputs": [seed.number, seed.lock, bars, form, temperature, tempo, key],
        "button": button,
    }


def _interpolate_tab() -> dict:
    ends = []
    with gr.Row(elem_classes="mg-ends"):
        for name, value in (("A", 42), ("B", 7)):
            with gr.Column(elem_classes="mg-end", min_width=120):
                gr.HTML(f'<div class="mg-letter" aria-hidden="true">{name}</div>')
                seed = _seed(f"Seed of {name}", value)
                midi = _midi_file(f"or a MIDI file for {name}", height=58)
                ends.append((seed, midi))
    (a, midi_a), (b, midi_b) = ends
    steps = _slider("steps", 9, 1, "Steps from A to B")
    bars = _slider("bars in a section", 4, 2, "Bars in each step")
    button = gr.Button("Morph A into B", variant="primary", elem_classes="mg-go", elem_id="morph")
    inputs = [a.number, a.lock, midi_a, b.number, b.lock, midi_b, steps, bars]
    return {"a": a, "b": b, "inputs": inputs, "button": button}


def _remix_tab() -> dict:
    midi = _midi_file("A MIDI file of your own", height=92)
    similarity = _slider("similarity", 0.8, 0.05)
    seed = _seed()
    vary = gr.Button("Vary it", variant="primary", elem_classes="mg-go", elem_id="vary")
    same = gr.Button("Reconstruct it", elem_classes="mg-also", elem_id="reconstruct")
    return {
        "midi": midi,
        "seed": seed,
        "inputs": [midi, similarity, seed.number, seed.lock],
        "vary": vary,
        "same": same,
    }


def _midi_file(label: str, height: int) -> gr.File:
    return gr.File(
        label=label, file_types=[".mid", ".midi"], height=height, elem_classes="mg-drop", buttons=[]
    )


def _sound_section() -> _Sound:
    programs = [program_name(program) for program in range(128)]
    instruments = []
    with gr.Accordion("Instruments and sound", open=False, elem_classes="mg-sound"):
        with gr.Row(elem_classes="mg-instruments"):
            for part in PARTS:
                instruments.append(
                    gr.Dropdown(
                        list(DRUM_KITS) if part == "drums" else programs,
                        value=instrument_name(part, DEFAULT_PROGRAMS[part]),
                        label=part.capitalize(),
                        elem_classes=["mg-instrument", f"mg-of-{part}"],
                        min_width=130,
                    )
                )
            fonts = soundfont_names()
            soundfont = gr.Dropdown(
                fonts,
                value=fonts[0] if fonts else None,
                label="Soundfont",
                filterable=False,
                min_width=130,
            )
        problem = audio.fluidsynth_problem()
        if problem:
            gr.Markdown(problem, elem_classes="mg-note")
    return _Sound(instruments, soundfont)


def _endpoints(call: Callbacks) -> None:
    """The named endpoints. Their components are for the documentation's types alone."""
    model = {"concurrency_id": "model", "concurrency_limit": 2}
    fonts = soundfont_names()
    with gr.Column(visible=False):

        def seed(label: str = "Seed") -> gr.Number:
            # Without limits and rounding: the callback says in our words what is wrong.
            return gr.Number(None, label=label)

        def number(label: str, value: float) -> gr.Number:
            return gr.Number(value, label=label)

        def midi(label: str = "MIDI file") -> gr.File:
            return gr.File(label=label)

        soundfont = gr.Dropdown(
            fonts,
            value=fonts[0] if fonts else None,
            label="Soundfont",
            allow_custom_value=True,  # so that our own words tell of a name that is not there
        )

        def outputs() -> list:
            return [gr.File(label="MIDI file"), gr.JSON(label="What was made")]

        gr.Button().click(
            call.api_random,
            [
                seed(),
                number("Bars", 16),
                gr.Textbox(DEFAULT_FORM, label="Form"),
                number("Temperature", DEFAULT_TEMPERATURE),
                number("Tempo", DEFAULT_TEMPO),
                gr.Textbox("C", label="Key"),
            ],
            outputs(),
            api_name="random",
            **model,
        )
        gr.Button().click(
            call.api_interpolate,
            [
                seed("Seed of A"),
                seed("Seed of B"),
                midi("MIDI file of A"),
                midi("MIDI file of B"),
                number("Steps", 9),
                number("Bars in each step", 4),
            ],
            outputs(),
            api_name="interpolate",
            **model,
        )
        gr.Button().click(
            call.api_remix,
            [midi(), number("Similarity", 0.8), seed()],
            outputs(),
            api_name="remix",
            **model,
        )
        gr.Button().click(
            call.api_render,
            [midi(), soundfont],
            gr.File(label="WAV file"),
            api_name="render",
            concurrency_id="sound",
            concurrency_limit=2,
        )
