"""What the page's buttons and its named endpoints do."""

from __future__ import annotations

import secrets
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import gradio as gr

from musegen import audio
from musegen.latent import DEFAULT_FORM, DEFAULT_TEMPERATURE, lay_out
from musegen.music import MusicError, MusicWarning, Piece, read_midi
from musegen.music.instruments import program_named
from musegen.music.keys import KEY_NAMES, key_named
from musegen.music.notes import PARTS
from musegen.music.phrase import DEFAULT_TEMPO
from musegen.studio.loading import BackgroundModel, ModelError
from musegen.studio.player import DRUM_KITS, PlayerData, instrument_name
from musegen.studio.takes import (
    Take,
    facts,
    form_marks,
    key_label,
    random_link,
    safe_stem,
    step_marks,
)

__all__ = ["LIMITS", "Callbacks", "soundfont_names"]

# Smallest and largest value of what a visitor can set. A computer that many share must not be
# kept busy by one: 64 bars take it a few seconds, sound included.
LIMITS: dict[str, tuple[float, float]] = {
    "seed": (0, 2**53),
    "bars": (2, 64),
    "temperature": (0.1, 1.6),
    "tempo": (40, 220),
    "steps": (2, 16),
    "bars in a section": (2, 8),
    "similarity": (0, 1),
}
_UPLOAD_BARS = 128  # of a visitor's own music; five minutes at the usual tempos
_NEW_SEEDS = 1_000_000  # a seed of six digits can be read out over the telephone

_reading = threading.Lock()  # catching warnings is not safe in two threads at once


def soundfont_names() -> list[str]:
    """Names of the soundfonts that can be chosen, best first; none where there is a problem."""
    try:
        return [font.name for font in audio.find_soundfonts()]
    except audio.AudioError:
        return []


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn what a visitor can cause into one friendly line on the page."""
    try:
        yield
    except (MusicError, ValueError, audio.AudioError) as error:
        raise _friendly(str(error)) from None
    except ModelError as error:
        raise _friendly(f"the model is not there: {error}") from None


def _friendly(line: str) -> gr.Error:
    if line.split(" ")[0].isalpha():  # and not a file's name, which stays as it is
        line = line[:1].upper() + line[1:]
    return gr.Error(line, title="That did not work", print_exception=False)


def _within(value: float | None, name: str, whole: bool = False) -> float:
    low, high = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        shown = "empty" if value is None else value
        raise ValueError(f"{name} is {shown}; it goes from {low:g} to {high:g}")
    if whole and value != int(value):
        raise ValueError(f"{name} is {value}; it is a whole number")
    return int(value) if whole else float(value)


def _seed(value: float | None, locked: bool = True) -> int:
    if value is None or not locked:
        return secrets.randbelow(_NEW_SEEDS)
    return _within(value, "seed", whole=True)


def _form(form: str | None) -> str:
    lay_out(form or "", 8)  # says what is wrong with it
    return form


def _programs(names: tuple[str, ...]) -> dict[str, int]:
    """Programs of the instruments chosen for the parts, in the order of `PARTS`."""
    programs = {}
    for part, name in zip(PARTS, names, strict=True):
        programs[part] = DRUM_KITS.get(name, 0) if part == "drums" else program_named(name)
    return programs


def _soundfont(name: str | None) -> Path | None:
    """File of a soundfont's name. A visitor never names a file."""
    if not name:
        return None
    for font in audio.find_soundfonts():
        if font.name == name:
            return font.path
    raise audio.AudioError(f"there is no soundfont {name!r} here: choose one of the list")


def _read(path: str | None) -> Piece:
    if not path:
        raise MusicError("choose a MIDI file first")
    with _reading, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", MusicWarning)
        piece = read_midi(path)
    for warning in caught:
        gr.Info(str(warning.message))
    if piece.bars > _UPLOAD_BARS:
        gr.Info(f"{Path(path).name} has {piece.bars} bars; the page takes the first {_UPLOAD_BARS}")
    return piece.first(_UPLOAD_BARS)


class Callbacks:
    """The work behind the page.

    Parameters
    ----------
    model : BackgroundModel
        Waited for by whoever needs it before it has loaded.
    """

    def __init__(self, model: BackgroundModel) -> None:
        self.model = model

    # Takes ----------------------------------------------------------------------------------------

    def _random(
        self,
        seed: int,
        bars: float | None,
        form: str | None,
        temperature: float | None,
        tempo: float | None,
        key: str | None,
        programs: dict[str, int] | None = None,
    ) -> Take:
        bars = _within(bars, "bars", whole=True)
        form = _form(form)
        temperature = _within(temperature, "temperature")
        tempo = _within(tempo, "tempo")
        key = key_named(key or "")
        piece = self.model.get().random(
            seed=seed,
            bars=bars,
            form=form,
            temperature=temperature,
            key=key,
            tempo=tempo,
            programs=programs,
        )
        return Take(
            piece,
            title=f"Seed {seed}",
            stem=f"musegen-seed{seed}-{bars}bars",
            details=facts(piece, form),
            marks=form_marks(form, piece),
            link=random_link(seed, bars, form, temperature, tempo, key),
        )

    def _end(self, seed: int, midi: str | None, bars: int) -> tuple[Piece, str]:
        """One end of a morph, and its name: a visitor's file goes before a seed."""
        if midi:
            return _read(midi).first(bars), Path(midi).stem[:40]
        piece = self.model.get().random(seed=seed, bars=bars, form="free", tempo=DEFAULT_TEMPO)
        return piece, f"seed {seed}"

    def _interpolate(
        self,
        seeds: tuple[int, int],
        midis: tuple[str | None, str | None],
        steps: float | None,
        bars: float | None,
        programs: dict[str, int] | None = None,
    ) -> Take:
        steps = _within(steps, "steps", whole=True)
        bars = _within(bars, "bars in a section", whole=True)
        (a, a_name), (b, b_name) = (
            self._end(seed, midi, bars) for seed, midi in zip(seeds, midis, strict=True)
        )
        piece = self.model.get().interpolate(a, b, steps=steps)
        if programs:
            piece = piece.with_programs(programs)
        stems = [safe_stem(name.replace("seed ", "seed") + ".mid") for name in (a_name, b_name)]
        return Take(
            piece,
            title=f"{a_name[:1].upper()}{a_name[1:]} → {b_name}",
            stem=f"musegen-{stems[0]}-to-{stems[1]}-{steps}steps",
            details=facts(piece, f"{steps} steps"),
            marks=step_marks(steps, piece),
        )

    def _remix(self, midi: str | None, similarity: float | None, seed: int) -> Take:
        similarity = _within(similarity, "similarity")
        own = _read(midi)
        name = Path(midi).stem[:60]
        if similarity == 1:
            piece, what, stem = self.model.get().reconstruct(own), "reconstructed", "reconstructed"
        else:
            piece = self.model.get().vary(own, similarity=similarity, seed=seed)
            what = f"{similarity:.0%} similar, seed {seed}"
            stem = f"similar{similarity * 100:.0f}-seed{seed}"
        return Take(
            piece,
            title=name,
            stem=f"musegen-{safe_stem(midi)}-{stem}",
            details=(what, *facts(piece)),
        )

    # Buttons --------------------------------------------------------------------------------------

    def draw(
        self,
        seed: float | None,
        locked: bool,
        bars: float,
        form: str,
        temperature: float,
        tempo: float,
        key: str,
        *instruments: str,
    ) -> tuple[int, Take, PlayerData]:
        with _one_line():
            seed = _seed(seed, locked)
            programs = _programs(instruments)
            take = self._random(seed, bars, form, temperature, tempo, key, programs)
        return seed, take, take.picture()

    def morph(
        self,
        seed_a: float | None,
        locked_a: bool,
        midi_a: str | None,
        seed_b: float | None,
        locked_b: bool,
        midi_b: str | None,
        steps: float,
        bars: float,
        *instruments: str,
    ) -> tuple[int, int, Take, PlayerData]:
        with _one_line():
            seeds = _seed(seed_a, locked_a), _seed(seed_b, locked_b)
            programs = _programs(instruments)
            take = self._interpolate(seeds, (midi_a, midi_b), steps, bars, programs)
        return *seeds, take, take.picture()

    def preview(self, midi: str | None) -> tuple[Take, PlayerData]:
        """A visitor's own music as it is, to hear what the others are variations of."""
        with _one_line():
            piece = _read(midi)
        name = Path(midi).stem[:60]
        stem = f"musegen-{safe_stem(midi)}-original"
        take = Take(piece, title=name, stem=stem, details=("original", *facts(piece)))
        return take, take.picture()

    def vary(
        self, midi: str | None, similarity: float, seed: float | None, locked: bool
    ) -> tuple[int, Take, PlayerData]:
        with _one_line():
            seed = _seed(seed, locked)
            take = self._remix(midi, similarity, seed)
        return seed, take, take.picture()

    def reconstruct(self, midi: str | None) -> tuple[Take, PlayerData]:
        with _one_line():
            take = self._remix(midi, 1.0, 0)
        return take, take.picture()

    # Sound ----------------------------------------------------------------------------------------

    def sound(self, take: Take | None, soundfont: str | None) -> PlayerData | None:
        """The take with its sound; the page stays empty where there is none yet."""
        if take is None:
            return None
        with _one_line():
            return take.sound(_soundfont(soundfont))

    def instruments(self, take: Take | None, *names: str) -> tuple[Take | None, PlayerData | None]:
        """The same notes with other instruments."""
        if take is None:
            return None, None
        with _one_line():
            take = replace(take, piece=take.piece.with_programs(_programs(names)))
        return take, take.picture()

    def stems(self, take: Take | None, soundfont: str | None) -> str | None:
        """A file of the take's parts apart."""
        if take is None:
            return None
        with _one_line():
            return str(take.stems_file(_soundfont(soundfont)))

    # Page -----------------------------------------------------------------------------------------

    def from_link(self, request: gr.Request) -> tuple:
        """Settings that the page's address holds; what is missing or wrong stays as it is.

        Returns
        -------
        tuple
            Updates of seed, lock, bars, form, temperature, tempo and key, and whether to draw.
        """
        query = request.query_params
        checks: dict[str, Callable[[str], object]] = {
            "seed": lambda text: _within(int(text), "seed", whole=True),
            "bars": lambda text: _within(int(text), "bars", whole=True),
            "form": _form,
            "temperature": lambda text: _within(float(text), "temperature"),
            "tempo": lambda text: _within(float(text), "tempo"),
            "key": lambda text: KEY_NAMES[key_named(text) + 5],
        }
        found: dict[str, object] = {}
        for name, check in checks.items():
            if name in query:
                try:
                    found[name] = check(query[name])
                except ValueError as error:
                    gr.Info(f"This link is not quite right: {error}")
        updates = [found.get(name, gr.skip()) for name in checks]
        has_seed = "seed" in found
        lock = True if has_seed else gr.skip()
        return updates[0], lock, *updates[1:], has_seed

    def draw_from_link(self, has_seed: bool, *inputs) -> tuple:
        """Draw what the page's address asks for; without a seed in it, nothing."""
        return self.draw(*inputs) if has_seed else (gr.skip(), gr.skip(), gr.skip())

    async def model_state(self) -> str:
        """Empty once the model is ready; else one line on why there is none."""
        return await self.model.settled() or ""

    # Named endpoints ------------------------------------------------------------------------------

    def api_random(
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
        with _one_line():
            take = self._random(_seed(seed), bars, form, temperature, tempo, key)
        seed = int(take.title.removeprefix("Seed "))
        settings = {
            "seed": seed,
            "bars": take.piece.bars,
            "form": form,
            "temperature": temperature,
            "tempo": take.piece.tempo,
            "key": key_label(take.piece.key),
        }
        return str(take.midi_file()), {**settings, **_measures(take)}

    def api_interpolate(
        self,
        seed_a: float | None = None,
        seed_b: float | None = None,
        midi_a: str | None = None,
        midi_b: str | None = None,
        steps: float = 9,
        bars: float = 4,
    ) -> tuple[str, dict]:
        """Morph one piece into another. The first and the last section are the two ends.

        Args:
            seed_a: Seed of the first end; one is drawn if there is no file either.
            seed_b: Seed of the last end; one is drawn if there is no file either.
            midi_a: MIDI file that is the first end, in place of a seed.
            midi_b: MIDI file that is the last end, in place of a seed.
            steps: Number of sections, 2 to 16.
            bars: Length of each section in bars, 2 to 8.

        Returns:
            A MIDI file, and what it is made of: ends, steps, bars, seconds, number of notes.
        """
        with _one_line():
            seeds = _seed(seed_a), _seed(seed_b)
            take = self._interpolate(seeds, (midi_a, midi_b), steps, bars)
        ends = {
            f"seed_{end}": None if midi else seed
            for end, seed, midi in zip("ab", seeds, (midi_a, midi_b), strict=True)
        }
        made = {**ends, "steps": int(steps), "bars": take.piece.bars, **_measures(take)}
        return str(take.midi_file()), made

    def api_remix(
        self, midi: str, similarity: float = 0.8, seed: float | None = None
    ) -> tuple[str, dict]:
        """Give a MIDI file back as a variation of itself.

        Args:
            midi: A MIDI file with at least one note; the first 128 bars are used.
            similarity: 0 to 1: 1 reconstructs the file, 0 is something new.
            seed: Which variation; one is drawn, and told in the answer, if it is not given.

        Returns:
            A MIDI file, and what was made: seed, similarity, bars, seconds, number of notes.
        """
        with _one_line():
            seed = _seed(seed)
            take = self._remix(midi, similarity, seed)
        made = {"seed": seed, "similarity": similarity, "bars": take.piece.bars, **_measures(take)}
        return str(take.midi_file()), made

    def api_render(self, midi: str, soundfont: str | None = None) -> str:
        """Play a MIDI file into a WAV file.

        Args:
            midi: A MIDI file with at least one note; the first 128 bars are used.
            soundfont: Name of a soundfont from the list; the best one if it is not given.

        Returns:
            A WAV file, 16 bits, stereo, 44100 samples a second.
        """
        with _one_line():
            piece = _read(midi)
            take = Take(piece, "", f"musegen-{safe_stem(midi)}")
            return str(take.wav_file(_soundfont(soundfont)))


def _measures(take: Take) -> dict:
    made = {"seconds": round(take.piece.seconds, 3), "notes": len(take.piece.notes)}
    programs = take.piece.programs
    made["instruments"] = {part: instrument_name(part, programs[part]) for part in take.piece.parts}
    return {**made, "link": take.link} if take.link else made
