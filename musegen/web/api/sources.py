"""The endpoints that make new pieces."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from musegen.errors import MusicError
from musegen.latent.forms import DEFAULT_FORM
from musegen.limits import DEFAULT_BARS, DEFAULT_STEPS, DEFAULT_TEMPERATURE, DEFAULT_TEMPO
from musegen.music.harmony import Chords
from musegen.music.keys import key_named
from musegen.recipe.codec import read_recipe
from musegen.recipe.schema import Blend, Line, Recipe, Sound
from musegen.server.validation import check_number, seed_or_new
from musegen.web.api.answers import Answer, Endpoints
from musegen.web.api.arguments import read_numbers, read_places
from musegen.web.errors import notify_of_other_checkpoints, report_errors
from musegen.web.handlers.sources import NO_MAP
from musegen.web.links import read_link
from musegen.web.requests import SQUARE_BARS, mix_recipe, morph_recipe, random_recipe

__all__ = ["SourceEndpoints"]


class SourceEndpoints(Endpoints):
    """Make new pieces. Gradio shows the docstrings as the documentation of the endpoints."""

    @report_errors()
    def random(
        self,
        seed: float | None = None,
        bars: float = DEFAULT_BARS,
        form: str = DEFAULT_FORM,
        temperature: float = DEFAULT_TEMPERATURE,
        tempo: float = DEFAULT_TEMPO,
        key: str = "",
        chords: str = "",
        style: str = "",
        guidance: float | None = None,
    ) -> Answer:
        """Draw a piece from the prior. The same arguments give the same piece.

        Args:
            seed: Whole number from 0; a new one, which the answer contains, if not given.
            bars: Length in bars of 4/4, 2 to 128; a plan has its own.
            form: Sections as letters, such as AABA, or recall, free, drift or morph, or a plan of
                sections of so many bars, such as i4 A8 A8 B8 o4.
            temperature: 0.1 to 1.6; higher values give less typical music.
            tempo: Quarter notes a minute, 40 to 220.
            key: A major key such as C or Eb, or a minor one such as Am; if not given, the one that
                the chords are in, or C.
            chords: What the band plays, such as | C G | Am F | or I V vi IV, or the name of a
                progression such as pop or twelve-bar blues; repeated to the end of the piece.
            style: One of the styles that the model knows, such as pop, or weights of some:
                pop=1, hymn=0.5.
            guidance: 1 to 5: how strictly chords and style are obeyed; as usual if not given.

        Returns:
            A MIDI file and facts about the piece: seed, settings, seconds, number of notes, link.
        """
        seed = seed_or_new(seed)
        found = key_named(key) if key else Chords.key_of_text(chords or "")
        sound = Sound(tempo=check_number(tempo, "tempo"), key=found)
        recipe = random_recipe(
            seed, bars, form, temperature, sound, chords, style, guidance, key or found
        )
        return self._make(recipe, seed=seed, form=form, temperature=temperature)

    @report_errors()
    def interpolate(
        self,
        seed_a: float | None = None,
        seed_b: float | None = None,
        midi_a: str | None = None,
        midi_b: str | None = None,
        steps: float = DEFAULT_STEPS,
        bars: float = 4,
        curve: str = "even",
    ) -> Answer:
        """Morph one piece into another. The first and the last section are the two ends.

        Args:
            seed_a: Seed of the first end; a new one if neither seed nor file is given.
            seed_b: Seed of the last end; a new one if neither seed nor file is given.
            midi_a: MIDI file that is the first end, in place of a seed.
            midi_b: MIDI file that is the last end, in place of a seed.
            steps: Number of sections, 2 to 16.
            bars: Length of each section in bars, 2 to 16.
            curve: How the sections lie between A and B: even, gentle, early or late.

        Returns:
            A MIDI file and facts about the piece: seeds, steps, bars, seconds, number of notes.
        """
        a, seed_a = self._end(seed_a, midi_a, bars)
        b, seed_b = self._end(seed_b, midi_b, bars)
        recipe = morph_recipe(a, b, steps, bars, curve)
        return self._make(recipe, seed_a=seed_a, seed_b=seed_b, steps=int(steps))

    @report_errors()
    def mix(
        self,
        seed_a: float | None = None,
        seed_b: float | None = None,
        midi_a: str | None = None,
        midi_b: str | None = None,
        harmony: float = 0,
        texture: float = 1,
    ) -> Answer:
        """Mix two pieces, such as the harmony of A with the texture of B; the first 16 bars.

        Args:
            seed_a: Seed of A; a new one if neither seed nor file is given.
            seed_b: Seed of B; a new one if neither seed nor file is given.
            midi_a: MIDI file that is A, in place of a seed.
            midi_b: MIDI file that is B, in place of a seed.
            harmony: 0 to 1: how much of B's chords and tune.
            texture: 0 to 1: how much of B's figuration, rhythm, register and drums.

        Returns:
            A MIDI file and facts about the piece, with both seeds.
        """
        a, seed_a = self._end(seed_a, midi_a, DEFAULT_BARS, DEFAULT_FORM)
        b, seed_b = self._end(seed_b, midi_b, DEFAULT_BARS, DEFAULT_FORM)
        recipe = mix_recipe(a, b, harmony, texture)
        return self._make(recipe, seed_a=seed_a, seed_b=seed_b)

    @report_errors()
    def blend(
        self,
        x: float,
        y: float,
        seeds: str = "1, 2, 3, 4",
        midi_a: str | None = None,
        midi_b: str | None = None,
        midi_c: str | None = None,
        midi_d: str | None = None,
    ) -> Answer:
        """Blend four pieces at a point of the square between them; the result has eight bars.

        Args:
            x: 0 to 1, from A and C to B and D.
            y: 0 to 1, from A and B to C and D.
            seeds: Four seeds, of A, B, C and D.
            midi_a: MIDI file that is A, in place of a seed.
            midi_b: MIDI file that is B.
            midi_c: MIDI file that is C.
            midi_d: MIDI file that is D.

        Returns:
            A MIDI file and facts about the piece.
        """
        numbers = read_numbers(seeds)
        if len(numbers) != 4:
            raise MusicError(f"seeds is {seeds!r}; give four, such as 1, 2, 3, 4")
        a, b, c, d = (
            self._read(midi) if midi else random_recipe(seed, SQUARE_BARS)
            for seed, midi in zip(numbers, (midi_a, midi_b, midi_c, midi_d), strict=True)
        )
        x, y = check_number(x, "x"), check_number(y, "y")
        source = Blend(corners=(a, b, c, d), x=x, y=y, bars=SQUARE_BARS)
        return self._make(Recipe(source=source))

    @report_errors()
    def line(self, points: str, phrases: float = 8) -> Answer:
        """Make a piece of the phrases along a line on the map.

        Args:
            points: Points on the map, x and y from 0 to 1, such as 0.2 0.3, 0.8 0.5.
            phrases: Number of two-bar phrases, 1 to 32.

        Returns:
            A MIDI file and facts about the piece, with the seeds of its phrases.
        """
        if self._services.phrase_map is None:
            raise MusicError(NO_MAP)
        count = int(check_number(phrases, "phrases", whole=True))
        seeds = [int(seed) for seed in self._services.phrase_map.along(read_places(points), count)]
        return self._make(Recipe(source=Line(seeds=tuple(seeds))), seeds=seeds)

    @report_errors()
    def again(self, link: str) -> Answer:
        """Make the piece of a link or of a recipe.

        Args:
            link: A link of this page, or the recipe in an answer.

        Returns:
            A MIDI file and facts about the piece.
        """
        text = (link or "").strip()
        query = dict(parse_qsl(urlsplit(text).query, keep_blank_values=True))
        recipe = read_link(query, _refuse) or read_recipe(text)
        notify_of_other_checkpoints(query.get("piece", text))
        return self._make(recipe)

    def _end(
        self, seed: float | None, midi: str | None, bars: float, form: str = "free"
    ) -> tuple[Recipe, int | None]:
        """Return the piece of one end of a morph or a mix, and its seed unless it is a file."""
        if midi:
            return self._read(midi), None
        number = seed_or_new(seed)
        return random_recipe(number, bars, form), number


def _refuse(message: str) -> None:
    raise MusicError(message)
