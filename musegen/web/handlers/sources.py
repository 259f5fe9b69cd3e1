"""What the page's controls do. Each is given all that it needs: the server keeps nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import gradio as gr

from musegen.audio import find_soundfont
from musegen.errors import Cancelled, MusicError
from musegen.music.attributes import ATTRIBUTES
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.naming import title
from musegen.recipe.schema import (
    Blend,
    Line,
    Notes,
    Random,
    Recipe,
    Reconstruct,
    Sound,
    Vary,
)
from musegen.server.background import stream_from_thread
from musegen.server.caches.sounds import SoundFile
from musegen.server.gradio_adapter import event_data
from musegen.server.services import Services
from musegen.server.validation import check_number, new_seed, seed_or_new
from musegen.server.versions import Version, read_state
from musegen.web.components.square.component import square_data
from musegen.web.components.tracks.component import read_parts, same_reading, tracks_data
from musegen.web.controls.shape_values import set_shape, shape_of, target_line
from musegen.web.controls.sound_values import (
    NAMES,
    band_values,
    played,
    set_sound,
    values_of,
)
from musegen.web.errors import line_of, one_line, tell
from musegen.web.links import read_link
from musegen.web.requests import SQUARE_BARS, morph_recipe, random_recipe, read_edit
from musegen.web.show import show

__all__ = ["END_FILE", "END_PLAYING", "END_SEED", "Callbacks", "first_corners"]

# Where an end of a morph comes from, besides the examples' names.
END_SEED, END_PLAYING, END_FILE = "A seed", "What plays now", "A file of mine"
_OWN_SECTION_BARS = 4  # of a morph from the Remix tab: as the other tab has at first

_MOST_POINTS = 1000  # of a line: a second of drawing
_SHOWN = 2 + len(NAMES) + len(ATTRIBUTES)  # values that `Callbacks._show` gives
_KINDS = {"midi": "MIDI file", "npy": "latents", "stems": "stems"}


class Callbacks:
    """The work behind the page.

    Parameters
    ----------
    services : Services
        What makes the pieces and their sounds.
    """

    def __init__(self, services: Services) -> None:
        self.services = services

    def _show(self, version: Version, phrase: float | None = None) -> tuple:
        """What every new version sets: its state, the player, and the controls that speak of it."""
        return (
            version.state,
            show(version),
            *values_of(version.piece),
            *shape_of(version.recipe, _index(phrase)),
        )

    # Sources --------------------------------------------------------------------------------------

    def draw(
        self,
        seed: float | None,
        locked: bool,
        bars: float,
        form: str,
        temperature: float,
        *controls: object,
    ) -> tuple:
        with one_line():
            seed = seed_or_new(seed if locked else None)
            recipe = random_recipe(seed, bars, form, temperature, played(controls))
            return seed, *self._show(self.services.make_version(recipe))

    def example(self, name: str) -> tuple:
        with one_line():
            return self._show(self.services.make_version(EXAMPLES[name]))

    def first(self) -> tuple:
        """What the first click of a first visit plays."""
        return self.example(next(iter(EXAMPLES)))

    def choose_end(self, origin: str, state: str) -> tuple:
        """What an end of a morph shows once it is chosen where it comes from.

        Returns
        -------
        tuple
            Updates of the seed's row and the file, the recipe that is kept, and its name.
        """
        with one_line():
            kept = _recipe_of(state) if origin == END_PLAYING else None
        return (
            gr.update(visible=origin == END_SEED),
            gr.update(visible=origin == END_FILE),
            write_recipe(kept) if kept else "",
            gr.update(value=f"{title(kept)}" if kept else "", visible=origin == END_PLAYING),
        )

    def morph(
        self,
        origin_a: str,
        seed_a: float | None,
        locked_a: bool,
        kept_a: str,
        file_a: str | None,
        origin_b: str,
        seed_b: float | None,
        locked_b: bool,
        kept_b: str,
        file_b: str | None,
        steps: float,
        bars: float,
        curve: str,
        *controls: object,
    ) -> tuple:
        with one_line():
            bars = check_number(bars, "bars in a section", whole=True)
            sound = played(controls)
            seeds, ends = [], []
            for origin, seed, locked, kept, file in (
                (origin_a, seed_a, locked_a, kept_a, file_a),
                (origin_b, seed_b, locked_b, kept_b, file_b),
            ):
                seeds.append(seed_or_new(seed if locked else None))
                if origin == END_FILE:
                    ends.append(self.services.read_upload(file, tell).recipe)
                elif origin == END_SEED:
                    ends.append(random_recipe(seeds[-1], bars, "free", sound=sound))
                elif origin in EXAMPLES:
                    ends.append(EXAMPLES[origin])
                elif kept:
                    ends.append(read_recipe(kept))
                else:
                    raise MusicError("nothing was playing for an end to be: choose it again")
            recipe = morph_recipe(*ends, steps, bars, curve)
            # Where no seed was used, none is told.
            shown = [
                seed if origin == END_SEED else gr.skip()
                for seed, origin in zip(seeds, (origin_a, origin_b), strict=True)
            ]
            return *shown, *self._show(self.services.make_version(recipe))

    def place(self, event: gr.EventData, *controls: object) -> tuple:
        """A phrase of the map."""
        with one_line():
            return self._line([_field(event, "seed", int)], controls)

    def line(self, event: gr.EventData, *controls: object) -> tuple:
        """Phrases along a line that was drawn on the map."""
        with one_line():
            points = _field(event, "points", list)[:_MOST_POINTS]
            phrases = check_number(_field(event, "phrases", int), "phrases", whole=True)
            return self._line(self.services.phrase_map.along(points, phrases), controls)

    def _line(self, seeds: list[int], controls: tuple) -> tuple:
        recipe = Recipe(source=Line(seeds=tuple(map(int, seeds))), sound=played(controls))
        return self._show(self.services.make_version(recipe))

    def blend(self, corners: str, event: gr.EventData) -> tuple:
        """The place of the square that was chosen, and the square with it."""
        with one_line():
            x, y = (check_number(_field(event, name, float), name) for name in "xy")
            recipes = _corners(corners)
            source = Blend(corners=recipes, x=x, y=y, bars=SQUARE_BARS)
            return square_data([title(recipe) for recipe in recipes], x, y), *self._show(
                self.services.make_version(Recipe(source=source))
            )

    def corner(self, corners: str, state: str, event: gr.EventData, *controls: object) -> tuple:
        """The square with another piece in one of its corners."""
        with one_line():
            recipes = list(_corners(corners))
            if _field(event, "from", str) == "playing":
                recipe = _recipe_of(state)
            else:
                recipe = random_recipe(new_seed(), SQUARE_BARS, sound=played(controls))
            recipes[_field(event, "index", int) % 4] = recipe
        texts = json.dumps([write_recipe(recipe) for recipe in recipes])
        return texts, square_data([title(recipe) for recipe in recipes])

    def preview(self, file: str | None) -> tuple:
        """A visitor's own music as it is, to hear what the others are variations of.

        Returns
        -------
        tuple
            The recipe, what was made of the file, and what every new version sets.
        """
        with one_line():
            upload = self.services.read_upload(file, tell)
            table = tracks_data(upload)
            return (
                write_recipe(upload.recipe),
                table,
                *self._show(self.services.make_version(upload.recipe)),
            )

    def assign(
        self, file: str | None, own: str, state: str, phrase: float | None, event: gr.EventData
    ) -> tuple:
        """A visitor's own music, read with other parts of its tracks, or at another tempo.

        Where it plays, its piece is worked on: undo goes back to how it was read before.

        Returns
        -------
        tuple
            As `preview` does.
        """
        with one_line():
            parts = read_parts(event_data(event, dict).get("parts"))
            # What nobody would expect was told when the file came.
            upload = self.services.read_upload(
                file, lambda line: None, parts, _field(event, "tempo", float)
            )
            id, sound = None, Sound()
            if _is_of(state, own):
                id, playing = read_state(state)
                sound = playing.sound
                if playing.source.tempos[:1] != upload.recipe.source.tempos[:1]:
                    sound = sound.model_copy(update={"tempo": None})
            recipe = upload.recipe.model_copy(update={"sound": sound})
            table = tracks_data(upload, _field(event, "turn", int))
            return (
                write_recipe(upload.recipe),
                table,
                *self._show(self.services.make_version(recipe, id), phrase),
            )

    def morph_own(
        self,
        own: str,
        origin: str,
        seed: float | None,
        locked: bool,
        kept: str,
        file: str | None,
        steps: float,
        *controls: object,
    ) -> tuple:
        """A visitor's own music, morphed into another end."""
        with one_line():
            _own(own)
        a, b = (END_PLAYING, None, False, own, None), (origin, seed, locked, kept, file)
        return self.morph(*a, *b, steps, _OWN_SECTION_BARS, "even", *controls)[1:]

    def vary(self, own: str, similarity: float, seed: float | None, locked: bool) -> tuple:
        with one_line():
            seed = seed_or_new(seed if locked else None)
            edit = Vary(similarity=check_number(similarity, "similarity"), seed=seed)
            return seed, *self._show(self.services.make_version(_own(own).then(edit)))

    def reconstruct(self, own: str) -> tuple:
        with one_line():
            return self._show(self.services.make_version(_own(own).then(Reconstruct())))

    # Changes --------------------------------------------------------------------------------------

    def edit(self, state: str, phrase: float | None, event: gr.EventData) -> tuple:
        """A change from the player's own tools."""
        with one_line():
            id, recipe = read_state(state)
            return self._show(
                self.services.make_version(recipe.then(read_edit(event_data(event, dict))), id),
                phrase,
            )

    def open(self, state: str, phrase: float | None, own: str, event: gr.EventData) -> tuple:
        """A recipe that the page remembers: undo, redo, history.

        Returns
        -------
        tuple
            A visitor's own recipe and what the table of its tracks shows, which go back where the
            file had been read otherwise; and what every new version sets.
        """
        with one_line():
            recipe = read_recipe(_field(event, "recipe", str))
            goes_on = state and event_data(event, dict).get("id")
            back = (gr.skip(), gr.skip())
            if goes_on and _is_of(state, own) and recipe.source != read_recipe(own).source:
                back = write_recipe(Recipe(source=recipe.source)), same_reading(recipe.source)
            version = self.services.make_version(recipe, read_state(state)[0] if goes_on else None)
            return *back, *self._show(version, phrase)

    def turn(self, name: str, state: str, phrase: float | None, value: object) -> tuple:
        """One of the sound's controls was turned: by `musegen.web.controls.sound_values.NAMES`."""
        if not state:  # it is for what is drawn next
            band = band_values(value if name == "band" else None)
            return (gr.skip(), gr.skip(), *band, *(gr.skip() for _ in ATTRIBUTES))
        with one_line():
            id, recipe = read_state(state)
            return self._show(
                self.services.make_version(set_sound(recipe, name, value), id), phrase
            )

    def shape(self, state: str, phrase: float | None, *values: float) -> tuple:
        """A slider of the attributes was moved."""
        with one_line():
            recipe = _recipe_of(state)
            id, _ = read_state(state)
            version = self.services.make_version(set_shape(recipe, _index(phrase), values), id)
            return version.state, show(version)

    def choose_phrase(self, state: str, event: gr.EventData) -> tuple:
        """A phrase was chosen: the sliders of the attributes are now its own."""
        with one_line():
            phrase = event_data(event, dict).get("index")
            return phrase, target_line(phrase), *shape_of(_recipe_of(state), phrase)

    # Sound ----------------------------------------------------------------------------------------

    async def sound(
        self, state: str, soundfont: str | None, request: gr.Request
    ) -> AsyncIterator[tuple]:
        """Yield the version with its sound as soon as there is some, and the progress until then.

        A visitor hears one piece at a time: the next one, or who stops listening, ends this one's
        renderers.
        """
        if not state:
            yield gr.skip(), gr.skip()
            return
        with one_line():
            id, recipe = read_state(state)
            font = find_soundfont(soundfont)
        cancel = self.services.sessions.start(request.session_hash, "sound")
        version: Version | None = None

        def sounds(progress: Callable[[float], None]) -> Iterator[SoundFile]:
            nonlocal version
            version = self.services.make_version(recipe, id)
            yield from self.services.make_sound(version, font, cancel, progress)

        if self.services.queues["mix"].waiting:
            yield gr.skip(), _progress(0, "Others come first …")
        with one_line():
            try:
                async for share, sound in stream_from_thread(sounds, cancel):
                    if sound is None:
                        yield gr.skip(), _progress(share, "Rendering the sound …")
                    else:
                        yield show(version, sound.path, sound.stream, sound.problem), gr.skip()
            except Cancelled:
                return
            except Exception as error:
                if version is None:
                    raise
                yield show(version, problem=f"No sound: {line_of(error)}"), gr.skip()

    async def file(
        self, state: str, soundfont: str | None, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[tuple]:
        """A file of the version, made when it is asked for; meanwhile, how far it has come."""
        with one_line():
            kind = _field(event, "kind", str)
            recipe, font = read_state(state)[1], find_soundfont(soundfont)
        cancel = self.services.sessions.start(request.session_hash, "file")

        def made(progress: Callable[[float], None]) -> Iterator[Path]:
            version = self.services.make_version(recipe)
            yield self.services.make_file(version, kind, font, cancel, progress)

        with one_line():
            try:
                async for share, path in stream_from_thread(made, cancel):
                    if path is None:
                        name = _KINDS.get(kind, kind.upper())
                        yield gr.skip(), _progress(share, f"Making the {name} …")
                    else:
                        yield str(path), gr.skip()
            except Cancelled:
                yield None, gr.skip()

    def cancel(self, request: gr.Request) -> None:
        """Stop what is being played or written for a visitor."""
        self.services.sessions.cancel(request.session_hash)

    # Page -----------------------------------------------------------------------------------------

    def from_link(self, request: gr.Request) -> tuple:
        """What the page's address asks for; what is wrong there is told.

        Returns
        -------
        tuple
            Updates of seed, lock, bars, form and temperature, and the text of a recipe or nothing.
        """
        recipe = read_link(request.query_params, lambda line: tell(line[:1].upper() + line[1:]))
        if recipe is None:
            return *(gr.skip(),) * 5, ""
        drawn = recipe.source
        if not isinstance(drawn, Random):
            return *(gr.skip(),) * 5, write_recipe(recipe)
        return drawn.seed, True, drawn.bars, drawn.form, drawn.temperature, write_recipe(recipe)

    def open_link(self, text: str) -> tuple:
        """The piece of the page's address; nothing where it has none."""
        if not text:
            return (gr.skip(),) * _SHOWN
        with one_line():
            return self._show(self.services.make_version(read_recipe(text)))

    async def model_state(self) -> str:
        """Empty once the model is ready; else one line on why there is none."""
        return await self.services.model.wait_until_loaded() or ""


def first_corners() -> tuple[str, str]:
    """The square as it is at first: the recipes of its corners, and what it shows."""
    recipes = list(EXAMPLES.values())[:4]
    texts = json.dumps([write_recipe(recipe) for recipe in recipes])
    return texts, square_data([title(recipe) for recipe in recipes])


def _corners(texts: str) -> tuple[Recipe, ...]:
    recipes = tuple(read_recipe(text) for text in json.loads(texts))
    if len(recipes) != 4:
        raise MusicError("a square has four corners: load the page anew")
    return recipes


def _recipe_of(state: str) -> Recipe:
    if not state:
        raise MusicError("nothing plays yet: draw a piece first")
    return read_state(state)[1]


def _own(text: str) -> Recipe:
    if not text:
        raise MusicError("choose a MIDI file first")
    return read_recipe(text)


def _is_of(state: str, own: str) -> bool:
    """Whether what plays was made of a visitor's own notes, as they were read last."""
    if not (state and own):
        return False
    source = read_state(state)[1].source
    return isinstance(source, Notes) and source == read_recipe(own).source


def _field(event: gr.EventData, name: str, kind: type) -> object:
    value = event_data(event, dict).get(name)
    if kind is float and type(value) is int and abs(value) < 2**53:
        value = float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise MusicError(f"the page did not say {name}: load it anew")
    return value


def _index(phrase: float | None) -> int | None:
    return None if phrase is None else int(phrase)


def _progress(share: float, text: str) -> str:
    return json.dumps({"share": round(share, 3), "text": text})
