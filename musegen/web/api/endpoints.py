"""The page's named endpoints: all that it does, for programs. Listed as tools under MCP, too.

A MIDI file that was made here says how: where one is given, the endpoint goes on with that very
piece, its latents and all.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import gradio as gr

from musegen.audio import find_soundfont, soundfont_names
from musegen.errors import MusicError
from musegen.latent.forms import DEFAULT_FORM
from musegen.latent.interpolation import CURVES
from musegen.latent.paths import MODELS
from musegen.limits import DEFAULT_TEMPERATURE, DEFAULT_TEMPO
from musegen.music.attributes import ATTRIBUTES
from musegen.music.bands import BANDS
from musegen.music.keys import key_named
from musegen.music.notes import PARTS
from musegen.recipe import naming
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import (
    Adjust,
    Blend,
    Copy,
    Cut,
    Edit,
    Extend,
    Fill,
    Line,
    Recipe,
    Reconstruct,
    Sound,
    Vary,
)
from musegen.server.services import Services
from musegen.server.validation import check_number, seed_or_new
from musegen.server.versions import SOUND_FILES
from musegen.web.components.player.component import instrument_name
from musegen.web.controls.sound_values import set_sound
from musegen.web.errors import one_line, tell
from musegen.web.links import read_link, write_link
from musegen.web.requests import SQUARE_BARS, morph_recipe, random_recipe

__all__ = ["Endpoints", "add_endpoints"]


class Endpoints:
    """What the named endpoints do. Their docstrings are their documentation.

    Parameters
    ----------
    services : Services
        What makes the pieces and their sounds.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def random(
        self,
        seed: float | None = None,
        bars: float = 16,
        form: str = DEFAULT_FORM,
        temperature: float = DEFAULT_TEMPERATURE,
        tempo: float = DEFAULT_TEMPO,
        key: str = "C",
    ) -> tuple[str, dict]:
        """Draw a piece from the prior. The same arguments give the same piece.

        Args:
            seed: Whole number from 0; one is drawn, and told in the answer, if it is not given.
            bars: Length in bars of 4/4, 2 to 64.
            form: Sections as letters, such as AABA, or recall, free, drift or morph.
            temperature: 0.1 to 1.6; higher strays further from the most typical music.
            tempo: Quarter notes a minute, 40 to 220.
            key: A major key such as C or Eb, or a minor one such as Am.

        Returns:
            A MIDI file, and what was drawn: seed, settings, seconds, number of notes, link.
        """
        with one_line():
            seed = seed_or_new(seed)
            sound = Sound(tempo=check_number(tempo, "tempo"), key=key_named(key or ""))
            recipe = random_recipe(seed, bars, form, temperature, sound)
        return self._made(recipe, seed=seed, form=form, temperature=temperature)

    def interpolate(
        self,
        seed_a: float | None = None,
        seed_b: float | None = None,
        midi_a: str | None = None,
        midi_b: str | None = None,
        steps: float = 9,
        bars: float = 4,
        curve: str = "even",
    ) -> tuple[str, dict]:
        """Morph one piece into another. The first and the last section are the two ends.

        Args:
            seed_a: Seed of the first end; one is drawn if there is no file either.
            seed_b: Seed of the last end; one is drawn if there is no file either.
            midi_a: MIDI file that is the first end, in place of a seed.
            midi_b: MIDI file that is the last end, in place of a seed.
            steps: Number of sections, 2 to 16.
            bars: Length of each section in bars, 2 to 16.
            curve: Where on the way the sections lie: even, gentle, early or late.

        Returns:
            A MIDI file, and what it is made of: ends, steps, bars, seconds, number of notes.
        """
        with one_line():
            told: dict[str, int | None] = {}
            ends = []
            for name, seed, midi in (("seed_a", seed_a, midi_a), ("seed_b", seed_b, midi_b)):
                told[name] = None if midi else seed_or_new(seed)
                ends.append(
                    self._services.read_upload(midi, tell).recipe
                    if midi
                    else random_recipe(told[name], bars, "free")
                )
            recipe = morph_recipe(*ends, steps, bars, curve)
        return self._made(recipe, **told, steps=int(steps))

    def remix(
        self,
        midi: str,
        similarity: float = 0.8,
        seed: float | None = None,
        parts: str = "",
        tempo_factor: float = 1,
    ) -> tuple[str, dict]:
        """Give a MIDI file back as a variation of itself.

        Args:
            midi: A MIDI file with at least one note; the first 128 bars are used.
            similarity: 0 to 1: 1 reconstructs the file, 0 is something new.
            seed: Which variation; one is drawn, and told in the answer, if it is not given.
            parts: Other parts of tracks than the answer tells, such as 0 lead, 3 none: numbers
                of tracks, counted from 0, and lead, counter, chords, bass, drums or none.
            tempo_factor: 0.5 or 2: half or double the tempo, where the answer's report says that
                the beat was found from the notes.

        Returns:
            A MIDI file, and what was made: seed, similarity, bars, seconds, number of notes; and
            what was made of the file: report, in sentences, and tracks, each with its index,
            name, part (null if it is left out) and the reason.
        """
        with one_line():
            seed, similarity = seed_or_new(seed), check_number(similarity, "similarity")
            edit = Reconstruct() if similarity == 1 else Vary(similarity=similarity, seed=seed)
            upload = self._services.read_upload(midi, tell, _parts(parts), tempo_factor)
            tracks = upload.report.tracks if upload.report else ()
        told = {
            "report": list(upload.lines),
            "tracks": [
                {name: getattr(track, name) for name in ("index", "name", "part", "reason")}
                for track in tracks
            ],
        }
        return self._made(upload.recipe.then(edit), seed=seed, similarity=similarity, **told)

    def vary(
        self,
        midi: str,
        phrases: str = "",
        similarity: float = 0.8,
        seed: float | None = None,
        keep: str = "",
    ) -> tuple[str, dict]:
        """Vary some phrases of a piece; the others stay note for note.

        Args:
            midi: A MIDI file.
            phrases: Numbers of two-bar phrases, counted from 0, such as 0, 3; all if empty.
            similarity: 0 to 1: how much the variation is like what was there.
            seed: Which variation; one is drawn, and told in the answer, if it is not given.
            keep: song or drums: what stays as it is all the same; neither if empty.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            seed = seed_or_new(seed)
            edit = Vary(
                similarity=check_number(similarity, "similarity"),
                seed=seed,
                phrases=_phrases(phrases) or None,
                models=_models(keep),
            )
        return self._edited(midi, edit, seed=seed)

    def redraw(
        self, midi: str, phrases: str, seed: float | None = None, keep: str = ""
    ) -> tuple[str, dict]:
        """Draw some phrases of a piece anew, so that they go with the others.

        Args:
            midi: A MIDI file.
            phrases: Numbers of two-bar phrases, counted from 0, such as 0, 3.
            seed: Which draw; one is drawn, and told in the answer, if it is not given.
            keep: song or drums: what stays as it is all the same; neither if empty.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            seed = seed_or_new(seed)
            edit = Fill(phrases=_phrases(phrases), seed=seed, models=_models(keep))
        return self._edited(midi, edit, seed=seed)

    def copy_phrase(self, midi: str, source: float, target: float) -> tuple[str, dict]:
        """Put a phrase of a piece in the place of another as well.

        Args:
            midi: A MIDI file.
            source: Number of the two-bar phrase to copy, counted from 0.
            target: Number of the phrase that it takes the place of.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            edit = Copy(source=_whole(source, "source"), target=_whole(target, "target"))
        return self._edited(midi, edit)

    def cut(self, midi: str, first: float = 0, phrases: float = 4) -> tuple[str, dict]:
        """Take some phrases of a piece as a piece of its own.

        Args:
            midi: A MIDI file.
            first: Number of the two-bar phrase it begins with, counted from 0.
            phrases: How many.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            edit = Cut(first=_whole(first, "first"), phrases=_whole(phrases, "phrases"))
        return self._edited(midi, edit)

    def extend(self, midi: str, bars: float = 8, seed: float | None = None) -> tuple[str, dict]:
        """Go on with a piece.

        Args:
            midi: A MIDI file.
            bars: How many bars to add, 2 to 32.
            seed: Which way it goes on; one is drawn, and told in the answer, if it is not given.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            seed = seed_or_new(seed)
            edit = Extend(bars=check_number(bars, "bars more", whole=True), seed=seed)
        return self._edited(midi, edit, seed=seed)

    def shape(
        self,
        midi: str,
        phrases: str = "",
        density: float = 0,
        register: float = 0,
        range: float = 0,
        syncopation: float = 0,
        harmony: float = 0,
        contour: float = 0,
        loudness: float = 0,
    ) -> tuple[str, dict]:
        """Turn attributes of a piece by so many standard deviations of the training music.

        Args:
            midi: A MIDI file.
            phrases: Numbers of two-bar phrases, counted from 0, such as 0, 3; all if empty.
            density: -3 to 3: fewer or more notes.
            register: -3 to 3: lower or higher.
            range: -3 to 3: closer together or farther apart.
            syncopation: -3 to 3: on the beat or against it.
            harmony: -3 to 3: fewer or more different notes.
            contour: -3 to 3: falling or rising lines.
            loudness: -3 to 3: softer or harder.

        Returns:
            A MIDI file, and what was made.
        """
        values = (density, register, range, syncopation, harmony, contour, loudness)
        with one_line():
            changes = {
                name: float(value) for name, value in zip(ATTRIBUTES, values, strict=True) if value
            }
            edit = Adjust(changes=changes, phrases=_phrases(phrases) or None)
        return self._edited(midi, edit)

    def blend(
        self,
        x: float,
        y: float,
        seeds: str = "1, 2, 3, 4",
        midi_a: str | None = None,
        midi_b: str | None = None,
        midi_c: str | None = None,
        midi_d: str | None = None,
    ) -> tuple[str, dict]:
        """A place in a square between four pieces, eight bars of it.

        Args:
            x: 0 to 1, from A and C to B and D.
            y: 0 to 1, from A and B to C and D.
            seeds: Four seeds, of A, B, C and D.
            midi_a: MIDI file that is A, in place of a seed.
            midi_b: MIDI file that is B.
            midi_c: MIDI file that is C.
            midi_d: MIDI file that is D.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            numbers = _phrases(seeds)
            if len(numbers) != 4:
                raise MusicError(f"seeds is {seeds!r}; give four, such as 1, 2, 3, 4")
            corners = tuple(
                self._services.read_upload(midi, tell).recipe
                if midi
                else random_recipe(seed, SQUARE_BARS)
                for seed, midi in zip(numbers, (midi_a, midi_b, midi_c, midi_d), strict=True)
            )
            source = Blend(
                corners=corners, x=check_number(x, "x"), y=check_number(y, "y"), bars=SQUARE_BARS
            )
        return self._made(Recipe(source=source))

    def line(self, points: str, phrases: float = 8) -> tuple[str, dict]:
        """Phrases along a line on the map, as a piece.

        Args:
            points: Places on the map, 0 to 1 each way, such as 0.2 0.3, 0.8 0.5.
            phrases: How many two-bar phrases, 1 to 32.

        Returns:
            A MIDI file, and what was made: the seeds of the phrases among it.
        """
        with one_line():
            if self._services.phrase_map is None:
                raise MusicError("these checkpoints have no map")
            count = check_number(phrases, "phrases", whole=True)
            seeds = self._services.phrase_map.along(_places(points), count)
            seeds = tuple(map(int, seeds))
        return self._made(Recipe(source=Line(seeds=seeds)), seeds=list(seeds))

    def sound(
        self,
        midi: str,
        band: str = "",
        key: str = "",
        tempo: float | None = None,
        swing: float | None = None,
        human: bool = True,
    ) -> tuple[str, dict]:
        """Play a piece otherwise; what is not given stays.

        Args:
            midi: A MIDI file.
            band: One of the page's bands, such as Pop.
            key: A major key such as C or Eb, or a minor one such as Am.
            tempo: Quarter notes a minute, 40 to 220.
            swing: 0 to 1: straight to triplets.
            human: Whether notes lie a little off the grid, as people play them.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            recipe = self._services.read_upload(midi, tell).recipe
            if band and band not in BANDS:
                raise MusicError(f"there is no band {band!r}: choose from {', '.join(BANDS)}")
            wanted = {"band": band, "key": key, "tempo": tempo, "swing": swing, "human": human}
            for name, value in wanted.items():
                if value not in ("", None):
                    recipe = set_sound(recipe, name, value)
        return self._made(recipe)

    def again(self, link: str) -> tuple[str, dict]:
        """Make the piece of a link, or of a recipe, once more.

        Args:
            link: A link of this page, or the recipe that an answer told.

        Returns:
            A MIDI file, and what was made.
        """
        with one_line():
            query = dict(parse_qsl(urlsplit(link or "").query, keep_blank_values=True))
            recipe = read_link(query, _refuse) or read_recipe((link or "").strip())
        return self._made(recipe)

    def render(self, midi: str, soundfont: str | None = None, format: str = "wav") -> str:
        """Play a MIDI file into a sound file.

        Args:
            midi: A MIDI file with at least one note; the first 128 bars are used.
            soundfont: Name of a soundfont from the list; the best one if it is not given.
            format: wav, flac, mp3 or ogg; or stems, a ZIP of each part by itself.

        Returns:
            A sound file, stereo, 44100 samples a second.
        """
        with one_line():
            if format not in SOUND_FILES:
                choices = ", ".join(SOUND_FILES)
                raise MusicError(f"there is no format {format!r}: choose from {choices}")
            version = self._services.make_version(self._services.read_upload(midi, tell).recipe)
            return str(self._services.make_file(version, format, find_soundfont(soundfont)))

    def _edited(self, midi: str, edit: Edit, **told: object) -> tuple[str, dict]:
        with one_line():
            own = self._services.read_upload(midi, tell).recipe
        return self._made(own.then(edit), **told)

    def _made(self, recipe: Recipe, **told: object) -> tuple[str, dict]:
        with one_line():
            version = self._services.make_version(recipe)
            path = self._services.make_file(version, "midi")
        piece = version.piece
        info = {
            **told,
            "title": naming.title(recipe),
            "bars": piece.bars,
            "phrases": len(piece),
            "tempo": piece.tempo,
            "key": naming.key_label(piece.key),
            "seconds": round(piece.seconds, 3),
            "notes": len(piece.notes),
            "instruments": {
                part: instrument_name(part, piece.programs[part]) for part in piece.parts
            },
            "recipe": write_recipe(recipe),
        }
        link = write_link(recipe)
        return str(path), {**info, "link": link} if link else info


def _refuse(line: str) -> None:
    raise MusicError(line)


def _whole(value: float | None, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise MusicError(f"{name} is {value}; it is a whole number")
    return int(value)


def _phrases(text: str | None) -> tuple[int, ...]:
    words = (text or "").replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) < 16 for word in words):
        raise MusicError(f"{text!r} are not whole numbers: write them like 0, 3")
    return tuple(map(int, words))


def _parts(text: str | None) -> dict[int, str | None]:
    parts: dict[int, str | None] = {}
    for pair in filter(str.strip, (text or "").split(",")):
        words = pair.split()
        if len(words) != 2 or words[1] not in (*PARTS, "none"):
            raise MusicError(
                f"{text!r} are not parts of tracks: write them like 0 lead, 3 none; "
                f"there are {', '.join(PARTS)}"
            )
        (index,) = _phrases(words[0])
        parts[index] = None if words[1] == "none" else words[1]
    return parts


def _places(text: str | None) -> list[list[float]]:
    try:
        points = [[float(word) for word in pair.split()] for pair in (text or "").split(",")]
    except ValueError:
        points = [[]]
    if not all(len(point) == 2 and all(0 <= at <= 1 for at in point) for point in points):
        raise MusicError(f"{text!r} are not places: write two like 0.2 0.3, 0.8 0.5")
    return points


def _models(keep: str | None) -> tuple[str, ...]:
    if keep and keep not in MODELS:
        raise MusicError(f"keep is {keep!r}; it is song or drums, or empty")
    return tuple(name for name in MODELS if name != keep)


def add_endpoints(services: Services) -> None:
    """Add the endpoints to the page. Their components are for the documentation's types alone."""
    do = Endpoints(services)
    fonts = soundfont_names()

    # Without limits and rounding: in our own words it is said what is wrong.
    def number(label: str, value: float | None = None) -> gr.Number:
        return gr.Number(value, label=label)

    def text(label: str, value: str = "") -> gr.Textbox:
        return gr.Textbox(value, label=label)

    def choice(label: str, choices: list[str], value: str | None) -> gr.Dropdown:
        return gr.Dropdown(choices, value=value, label=label, allow_custom_value=True)

    def midi(label: str = "MIDI file") -> gr.File:
        return gr.File(label=label)

    phrases, keep = "Phrases, counted from 0", ["", *MODELS]
    with gr.Column(visible=False):
        inputs = {
            do.random: [
                number("Seed"),
                number("Bars", 16),
                text("Form", DEFAULT_FORM),
                number("Temperature", DEFAULT_TEMPERATURE),
                number("Tempo", DEFAULT_TEMPO),
                text("Key", "C"),
            ],
            do.interpolate: [
                number("Seed of A"),
                number("Seed of B"),
                midi("MIDI file of A"),
                midi("MIDI file of B"),
                number("Steps", 9),
                number("Bars in each step", 4),
                choice("Curve", list(CURVES), "even"),
            ],
            do.remix: [
                midi(),
                number("Similarity", 0.8),
                number("Seed"),
                text("Parts of tracks"),
                number("Times the tempo", 1),
            ],
            do.vary: [
                midi(),
                text(phrases),
                number("Similarity", 0.8),
                number("Seed"),
                choice("Keep", keep, ""),
            ],
            do.redraw: [midi(), text(phrases), number("Seed"), choice("Keep", keep, "")],
            do.copy_phrase: [midi(), number("Phrase to copy"), number("Where to")],
            do.cut: [midi(), number("First phrase", 0), number("How many", 4)],
            do.extend: [midi(), number("Bars more", 8), number("Seed")],
            do.shape: [
                midi(),
                text(phrases),
                *(number(name.capitalize(), 0) for name in ATTRIBUTES),
            ],
            do.blend: [
                number("x", 0.5),
                number("y", 0.5),
                text("Seeds", "1, 2, 3, 4"),
                *(midi(f"MIDI file of {corner}") for corner in "ABCD"),
            ],
            do.line: [text("Places", "0.2 0.3, 0.8 0.5"), number("Phrases", 8)],
            do.sound: [
                midi(),
                choice("Band", ["", *BANDS], ""),
                text("Key"),
                number("Tempo"),
                number("Swing"),
                gr.Checkbox(True, label="Human timing"),
            ],
            do.again: [text("Link or recipe")],
        }
        for function, components in inputs.items():
            gr.Button().click(
                function,
                components,
                [gr.File(label="MIDI file"), gr.JSON(label="What was made")],
                api_name=function.__name__,
                concurrency_limit=None,
            )
        gr.Button().click(
            do.render,
            [
                midi(),
                choice("Soundfont", fonts, fonts[0] if fonts else None),
                choice("Format", list(SOUND_FILES), "wav"),
            ],
            gr.File(label="Sound file"),
            api_name="render",
            concurrency_limit=None,
        )
