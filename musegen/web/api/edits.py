"""The endpoints that change a MIDI file, or render it."""

from __future__ import annotations

from typing import Any

from musegen.audio import find_soundfont
from musegen.errors import MusicError
from musegen.limits import DEFAULT_SIMILARITY
from musegen.midi import load_playable
from musegen.music.bands import BANDS
from musegen.music.similarity import describe_likeness
from musegen.recipe.naming import key_label
from musegen.recipe.schema import (
    Accompany,
    Adjust,
    Clear,
    Copy,
    Cut,
    Extend,
    Fill,
    Reconstruct,
    Restyle,
    Vary,
)
from musegen.server.settings import get_settings
from musegen.server.validation import check_chords, check_number, check_styles, seed_or_new
from musegen.server.versions import SHEET_FILES, SOUND_FILES, MidiSound
from musegen.web.api.answers import Answer, Endpoints
from musegen.web.api.arguments import (
    read_cells,
    read_kept_model,
    read_numbers,
    read_parts,
    read_track_parts,
    read_whole,
)
from musegen.web.controls.shape_values import attribute_changes
from musegen.web.controls.sound_values import set_sound
from musegen.web.errors import notify, report_errors

__all__ = ["EditEndpoints"]


class EditEndpoints(Endpoints):
    """Change or render a MIDI file. Gradio shows the docstrings as the endpoints' documentation."""

    @report_errors()
    def remix(
        self,
        midi: str,
        similarity: float = DEFAULT_SIMILARITY,
        seed: float | None = None,
        parts: str = "",
        tempo_factor: float = 1,
        quantize: float = 1,
    ) -> Answer:
        """Make a variation of a MIDI file, or of a recording of a voice.

        Args:
            midi: A MIDI file with at least one note; the first 128 bars are used. Or a recording
                of one voice that sings, hums or whistles, as WAV, FLAC, OGG or MP3.
            similarity: 0 to 1: 1 reconstructs the file, 0 makes something new.
            seed: Which variation; a new one, which the answer contains, if not given.
            parts: Parts of tracks, if they should differ from those in the answer, such as
                0 lead, 3 none: numbers of tracks, counted from 0, with lead, counter, chords,
                bass, drums or none.
            tempo_factor: 0.5 or 2: half or double the tempo, if the report in the answer says
                that the beat was found from the notes.
            quantize: 0 to 1: how strictly the notes of a recording are put on the beat.

        Returns:
            A MIDI file and facts about the piece: seed, similarity, bars, seconds, number of
            notes; likeness, how many of the notes come back; and how the file was read: report, in
            sentences, and tracks, each with its index, name, part (null if it is left out) and the
            reason.
        """
        seed, similarity = seed_or_new(seed), check_number(similarity, "similarity")
        edit = Reconstruct() if similarity == 1 else Vary(similarity=similarity, seed=seed)
        upload = self._services.read_upload(
            midi, notify, read_track_parts(parts), tempo_factor, quantize
        )
        tracks = upload.report.tracks if upload.report else ()
        recipe = upload.recipe.then(edit)
        made, original = (self._services.make_version(one).piece for one in (recipe, upload.recipe))
        return self._make(
            recipe,
            seed=seed,
            similarity=similarity,
            likeness=describe_likeness(made.phrases, original.phrases),
            report=list(upload.lines),
            tracks=[
                {name: getattr(track, name) for name in ("index", "name", "part", "reason")}
                for track in tracks
            ],
        )

    @report_errors()
    def vary(
        self,
        midi: str,
        phrases: str = "",
        similarity: float = DEFAULT_SIMILARITY,
        seed: float | None = None,
        keep: str = "",
        cells: str = "",
    ) -> Answer:
        """Vary some phrases of a piece; the others stay note for note.

        Args:
            midi: A MIDI file.
            phrases: Numbers of two-bar phrases, counted from 0, such as 0, 3; all if empty.
            similarity: 0 to 1: how similar the variation is to the original.
            seed: Which variation; a new one, which the answer contains, if not given.
            keep: song or drums: which of the two stays as it is; neither if empty.
            cells: Phrases and parts, such as 0 lead, 3 bass, in place of phrases and keep.

        Returns:
            A MIDI file and facts about the piece.
        """
        seed = seed_or_new(seed)
        edit = Vary(
            similarity=check_number(similarity, "similarity"),
            seed=seed,
            phrases=read_numbers(phrases) or None,
            models=read_kept_model(keep),
            cells=read_cells(cells),
        )
        return self._edit(midi, edit, seed=seed)

    @report_errors()
    def redraw(
        self,
        midi: str,
        phrases: str = "",
        seed: float | None = None,
        keep: str = "",
        cells: str = "",
    ) -> Answer:
        """Draw some phrases of a piece again, to fit the others.

        Args:
            midi: A MIDI file.
            phrases: Numbers of two-bar phrases, counted from 0, such as 0, 3.
            seed: Which draw; a new one, which the answer contains, if not given.
            keep: song or drums: which of the two stays as it is; neither if empty.
            cells: Phrases and parts, such as 0 lead, 3 bass, in place of phrases and keep.

        Returns:
            A MIDI file and facts about the piece.
        """
        seed = seed_or_new(seed)
        named = read_cells(cells)
        numbers = read_numbers(phrases)
        edit = Fill(
            phrases=None if named and not numbers else numbers,
            seed=seed,
            models=read_kept_model(keep),
            cells=named,
        )
        return self._edit(midi, edit, seed=seed)

    @report_errors()
    def accompany(
        self,
        midi: str,
        keep: str = "lead",
        seed: float | None = None,
        chords: str = "",
        style: str = "",
        guidance: float | None = None,
    ) -> Answer:
        """Draw the parts that a piece lacks, or that are not kept, to fit those that are.

        Args:
            midi: A MIDI file.
            keep: Parts that stay note for note, such as lead or lead, bass.
            seed: Which draw; a new one, which the answer contains, if not given.
            chords: What the band plays, such as | C G | Am F | or I V vi IV, or the name of a
                progression; as it fits the parts that are kept if empty.
            style: One of the styles that the model knows, such as pop, or weights of some:
                pop=1, hymn=0.5.
            guidance: 1 to 5: how strictly chords and style are obeyed; as usual if not given.

        Returns:
            A MIDI file and facts about the piece.
        """
        seed = seed_or_new(seed)
        recipe = self._read(midi)
        piece = self._services.make_version(recipe).piece
        edit = Accompany(
            keep=read_parts(keep),
            seed=seed,
            chords=check_chords(chords, piece.key, piece.bars),
            styles=check_styles(style),
            guidance=_read_guidance(guidance),
        )
        return self._make(recipe.then(edit), seed=seed)

    @report_errors()
    def restyle(
        self, midi: str, like: str, strength: float = 1, guidance: float | None = None
    ) -> Answer:
        """Play the chords and the tune of a piece as another piece is played.

        Args:
            midi: A MIDI file, whose chords and lead stay.
            like: A MIDI file that gives figuration, rhythm, register and drums.
            strength: 0 to 1: how much of the second piece.
            guidance: 1 to 5: how strictly the chords are obeyed; as usual if not given.

        Returns:
            A MIDI file and facts about the piece.
        """
        edit = Restyle(
            like=self._read(like),
            strength=check_number(strength, "strength"),
            guidance=_read_guidance(guidance),
        )
        return self._edit(midi, edit)

    @report_errors()
    def chords(self, midi: str) -> dict[str, Any]:
        """Recognise the chords of a piece.

        Args:
            midi: A MIDI file with at least one note; the first 128 bars are used.

        Returns:
            chords, as bars such as | C G | Am F |; changes, the beat, four in each bar, counted
            from 0, and the name of each chord; and the key that they are spelled in.
        """
        piece = self._services.make_version(self._read(midi)).piece
        return {
            "chords": piece.chords.text(piece.keys),
            "changes": piece.chords.names(piece.keys),
            "key": key_label(piece.key),
        }

    @report_errors()
    def copy_phrase(self, midi: str, source: float, target: float) -> Answer:
        """Replace a phrase of a piece with a copy of another phrase.

        Args:
            midi: A MIDI file.
            source: Number of the two-bar phrase to copy, counted from 0.
            target: Number of the phrase that the copy replaces.

        Returns:
            A MIDI file and facts about the piece.
        """
        edit = Copy(source=read_whole(source, "source"), target=read_whole(target, "target"))
        return self._edit(midi, edit)

    @report_errors()
    def clear(self, midi: str, cells: str) -> Answer:
        """Take the notes out of some parts of some phrases.

        Args:
            midi: A MIDI file.
            cells: Two-bar phrases, counted from 0, and parts, such as 0 lead, 3 bass.

        Returns:
            A MIDI file and facts about the piece.
        """
        named = read_cells(cells)
        if named is None:
            raise MusicError("cells is empty: write phrases and parts like 0 lead, 3 bass")
        return self._edit(midi, Clear(cells=named))

    @report_errors()
    def cut(self, midi: str, first: float = 0, phrases: float = 4) -> Answer:
        """Make a piece of some phrases of another piece.

        Args:
            midi: A MIDI file.
            first: Number of the first two-bar phrase, counted from 0.
            phrases: Number of phrases.

        Returns:
            A MIDI file and facts about the piece.
        """
        edit = Cut(first=read_whole(first, "first"), phrases=read_whole(phrases, "phrases"))
        return self._edit(midi, edit)

    @report_errors()
    def extend(self, midi: str, bars: float = 8, seed: float | None = None) -> Answer:
        """Add bars to the end of a piece.

        Args:
            midi: A MIDI file.
            bars: How many bars to add, 2 to 32.
            seed: Which continuation; a new one, which the answer contains, if not given.

        Returns:
            A MIDI file and facts about the piece.
        """
        seed = seed_or_new(seed)
        edit = Extend(bars=int(check_number(bars, "bars more", whole=True)), seed=seed)
        return self._edit(midi, edit, seed=seed)

    @report_errors()
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
        cells: str = "",
    ) -> Answer:
        """Change attributes of a piece, in standard deviations of the training music.

        Args:
            midi: A MIDI file.
            phrases: Numbers of two-bar phrases, counted from 0, such as 0, 3; all if empty.
            density: -3 to 3: fewer or more notes.
            register: -3 to 3: lower or higher.
            range: -3 to 3: closer together or farther apart.
            syncopation: -3 to 3: on the beat or against it.
            harmony: -3 to 3: fewer or more different notes.
            contour: -3 to 3: falling or rising lines.
            loudness: -3 to 3: softer or louder.
            cells: Phrases and parts, such as 0 lead, 3 bass, in place of phrases.

        Returns:
            A MIDI file and facts about the piece.
        """
        values = (density, register, range, syncopation, harmony, contour, loudness)
        edit = Adjust(
            changes=attribute_changes(values),
            phrases=read_numbers(phrases) or None,
            cells=read_cells(cells),
        )
        return self._edit(midi, edit)

    @report_errors()
    def sound(
        self,
        midi: str,
        band: str = "",
        key: str = "",
        tempo: float | None = None,
        swing: float | None = None,
        human: bool | None = None,
    ) -> Answer:
        """Change band, key, tempo or feel of a piece; what is not given stays.

        Args:
            midi: A MIDI file.
            band: One of the page's bands, such as Pop.
            key: A major key such as C or Eb, or a minor one such as Am.
            tempo: Quarter notes a minute, 40 to 220.
            swing: 0 to 1: straight to triplets.
            human: Whether notes are a little off the grid, as people play them.

        Returns:
            A MIDI file and facts about the piece.
        """
        recipe = self._read(midi)
        if band and band not in BANDS:
            raise MusicError(f"there is no band {band!r}: choose from {', '.join(BANDS)}")
        wanted = {"band": band, "key": key, "tempo": tempo, "swing": swing, "human": human}
        for name, value in wanted.items():
            if value not in ("", None):
                recipe = set_sound(recipe, name, value)
        return self._make(recipe)

    @report_errors()
    def render(self, midi: str, soundfont: str | None = None, format: str = "wav") -> str:
        """Render a MIDI file as sound, with all tracks, controllers and bends, or as sheet music.

        Args:
            midi: A MIDI file with at least one note; the first 128 bars are used. Silence before
                its first note is left out if it lasts over five seconds.
            soundfont: Name of a soundfont from the list; the best one if it is not given.
            format: wav, flac, mp3 or ogg; stems, a ZIP with each of the five parts by itself;
                or sheet music: musicxml, pdf or svg, and lead.musicxml, lead.pdf or lead.svg.

        Returns:
            A sound file, stereo, 44100 samples a second; or the sheet music.
        """
        if format not in (*SOUND_FILES, *SHEET_FILES):
            choices = ", ".join((*SOUND_FILES, *SHEET_FILES))
            raise MusicError(f"there is no format {format!r}: choose from {choices}")
        upload = self._services.read_upload(midi, notify)
        music = self._services.make_version(upload.recipe)
        is_sound = format in SOUND_FILES and format != "stems"
        if upload.report and is_sound:  # a file that was made here is its recipe's piece
            music = MidiSound(load_playable(midi, get_settings().upload_bars), music)
        return str(self._services.make_file(music, format, find_soundfont(soundfont)))


def _read_guidance(value: float | None) -> float | None:
    return None if value is None else check_number(value, "guidance")
