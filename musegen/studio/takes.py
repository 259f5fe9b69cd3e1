"""A take: a piece with what the page says of it and what its files are called."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from gradio.utils import get_upload_folder

from musegen import audio
from musegen.latent import stack_path
from musegen.music import Piece
from musegen.music.keys import KEY_NAMES
from musegen.music.notes import BARS_PER_PHRASE
from musegen.studio.player import PlayerData, player_data

__all__ = ["Take", "facts", "form_marks", "key_label", "random_link", "safe_stem", "step_marks"]

_MINORS = ("Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm", "Cm", "C#m", "Dm", "D#m")


@dataclass(frozen=True)
class Take:
    """What a visitor has in the player. It is kept for each visitor, so it holds no sound.

    Attributes
    ----------
    piece : Piece
    title : str
    stem : str
        Of file names, such as ``musegen-seed42-16bars``.
    details : tuple of str
    marks : tuple of (int, str)
        Sections: the bar each starts at, and its name.
    link : str, optional
        Query of the address that makes the piece again.
    id : str
        Its own for each take, so that the player knows a new piece from the old one's new sound.
    """

    piece: Piece
    title: str
    stem: str
    details: tuple[str, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()
    link: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def picture(self) -> PlayerData:
        """The notes alone: what can be shown at once."""
        return self._data(None)

    def sound(self, soundfont: Path | None) -> PlayerData:
        """The notes with the sound and the other files.

        Without a sound, the player says why in one line; the other files are there all the same.
        """
        folder = _new_folder()
        files = {"midi": self.midi_file(folder)}
        if self.piece.path is not None:
            files["latents"] = folder / f"{self.stem}.npy"
            np.save(files["latents"], stack_path(self.piece.path))
        try:
            stems = audio.render_stems(self.piece, soundfont)
            if not stems.sounds:
                return self._data(files, problem="No sound: this piece has no notes")
            sound, mix = folder / f"{self.stem}.flacs", folder / f"{self.stem}.wav"
            stream = audio.write_stream(sound, stems)
            audio.write_audio(mix, stems.mix, stems.rate)
        except audio.AudioError as error:
            return self._data(files, problem=f"No sound: {error}")
        silent = [f"No sound of the {part}: {why}" for part, why in stems.missing.items()]
        files |= {"sound": sound, "audio": mix}
        return self._data(files, stream, silent[0] if silent else None)

    def midi_file(self, folder: Path | None = None) -> Path:
        """Write the whole piece as MIDI, into a folder of its own if none is given."""
        path = (folder or _new_folder()) / f"{self.stem}.mid"
        self.piece.write_midi(path)
        return path

    def wav_file(self, soundfont: Path | None) -> Path:
        """Write the sound of the piece, into a folder of its own.

        Raises
        ------
        AudioError
            If there is no sound to be had.
        """
        path = _new_folder() / f"{self.stem}.wav"
        audio.write_audio(path, *audio.render(self.piece, soundfont))
        return path

    def stems_file(self, soundfont: Path | None) -> Path:
        """Write the parts apart, a ZIP of FLAC files, into a folder of its own.

        Raises
        ------
        AudioError
            If there is no sound to be had, or it has no notes.
        """
        stems = audio.render_stems(self.piece, soundfont)
        if not stems.sounds:
            raise audio.AudioError("this piece has no notes to make stems of")
        path = _new_folder() / f"{self.stem}-stems.zip"
        audio.write_stems(path, stems)
        return path

    def _data(
        self,
        files: dict[str, Path] | None,
        stream: dict | None = None,
        problem: str | None = None,
    ) -> PlayerData:
        return player_data(
            self.piece,
            id=self.id,
            title=self.title,
            details=self.details,
            marks=self.marks,
            link=self.link,
            files=files,
            stream=stream,
            problem=problem,
        )


def _new_folder() -> Path:
    # In Gradio's own cache, which it serves from and clears; no two visitors share a folder.
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    return folder


def key_label(key: int) -> str:
    """Both names of a key, as in `Phrase.key`: ``C / Am``."""
    return f"{KEY_NAMES[key + 5]} / {_MINORS[key + 5]}"


def facts(piece: Piece, *more: str) -> tuple[str, ...]:
    """What the player says of a piece under its title: its length first, then `more`."""
    plural = "bar" if piece.bars == 1 else "bars"
    tempos = {round(phrase.tempo) for phrase in piece.phrases}
    slow, fast = min(tempos), max(tempos)
    tempo = f"{slow} bpm" if slow == fast else f"{slow}–{fast} bpm"
    return (f"{piece.bars} {plural}", *more, tempo, key_label(piece.key))


def random_link(seed: int, bars: int, form: str, temperature: float, tempo: float, key: int) -> str:
    """Query of the address that makes a random piece again."""
    return "?" + urlencode(
        {
            "seed": seed,
            "bars": bars,
            "form": form,
            "temperature": f"{temperature:g}",
            "tempo": f"{tempo:g}",
            "key": KEY_NAMES[key + 5],
        }
    )


def safe_stem(name: str) -> str:
    """A visitor's file name as a part of ours: letters, digits and dashes, 40 at most."""
    return re.sub(r"[^A-Za-z0-9]+", "-", Path(name).stem).strip("-")[:40].strip("-") or "midi"


def form_marks(form: str, piece: Piece) -> tuple[tuple[int, str], ...]:
    """Sections of a form written in letters; none for the others."""
    if not form.isupper():
        return ()
    edges = np.arange(len(form)) * len(piece) // len(form) * BARS_PER_PHRASE
    # Of sections too short to have a phrase only the last to start at a bar is there.
    return tuple(dict(zip(edges.tolist(), form, strict=True)).items())


def step_marks(steps: int, piece: Piece) -> tuple[tuple[int, str], ...]:
    """Sections of a morph: how far each is on the way from A to B."""
    per_step = piece.bars // steps
    names = ["A", *(f"{round(100 * i / (steps - 1))} %" for i in range(1, steps - 1)), "B"]
    return tuple((i * per_step, name) for i, name in enumerate(names))
