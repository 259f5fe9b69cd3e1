"""Pieces as scores of the library music21, which writes them as MusicXML.

`import music21` takes a second, so functions do it when they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import numpy as np

from musegen.errors import MusicError
from musegen.music import Piece
from musegen.music.instruments import DRUM_CLASSES, DRUM_PITCHES, drum_classes, instrument_name
from musegen.music.notes import SONG_PARTS, STEPS_PER_BAR, STEPS_PER_BEAT
from musegen.sheets.layout import Bar, Chord, Symbol, bars_of, fill_bar, find_voices, part_chords

__all__ = ["write_musicxml"]

_LETTERS = "FCGDAEB"  # in fifths; C is at 0
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Where each class of drums is on the staff, and its notehead: Weinberg, N. (1998), Guide to
# Standardized Drumset Notation.
_DRUM_STAFF: Mapping[str, tuple[str, str]] = {
    "kick": ("F4", "normal"),
    "snare": ("C5", "normal"),
    "closed hi-hat": ("G5", "x"),
    "open hi-hat": ("G5", "circle-x"),
    "low tom": ("A4", "normal"),
    "mid tom": ("D5", "normal"),
    "high tom": ("E5", "normal"),
    "crash": ("A5", "x"),
    "ride": ("F5", "x"),
}
_ABBREVIATIONS = {"lead": "Ld.", "counter": "Ct.", "chords": "Ch.", "bass": "Bs.", "drums": "Dr."}
# The MusicXML kind of chords. Programs show the chord's own name, whatever its kind is.
_KINDS: Mapping[str, str] = {
    "": "major",
    "m": "minor",
    "7": "dominant-seventh",
    "m7": "minor-seventh",
    "maj7": "major-seventh",
    "sus4": "suspended-fourth",
    "7sus4": "suspended-fourth",
    "9sus4": "suspended-fourth",
    "sus2": "suspended-second",
    "dim": "diminished",
    "aug": "augmented",
    "6": "major-sixth",
    "m6": "minor-sixth",
    "m7b5": "half-diminished-seventh",
    "dim7": "diminished-seventh",
    "mmaj7": "minor-major-seventh",
    "9": "dominant-ninth",
    "m9": "minor-ninth",
    "maj9": "major-ninth",
    "11": "dominant-11th",
    "m11": "minor-11th",
    "13": "dominant-13th",
    "maj13": "major-13th",
    "5": "power",
}
# Chords that are one of these kinds, changed: the text of that kind, then degree and semitones.
_CHANGED_KINDS: Mapping[str, tuple[str, tuple[tuple[str, int, int], ...]]] = {
    "add9": ("", (("add", 9, 0),)),
    "madd9": ("m", (("add", 9, 0),)),
    "add4": ("", (("add", 4, 0),)),
    "madd4": ("m", (("add", 4, 0),)),
    "6/9": ("6", (("add", 9, 0),)),
    "m6/9": ("m6", (("add", 9, 0),)),
    "7b5": ("7", (("alter", 5, -1),)),
    "7#5": ("7", (("alter", 5, 1),)),
    "7b9": ("7", (("add", 9, -1),)),
    "7#9": ("7", (("add", 9, 1),)),
    "maj7#11": ("maj7", (("add", 11, 1),)),
}


def write_musicxml(
    piece: Piece,
    title: str = "",
    sections: Sequence[tuple[int, str]] = (),
    is_lead_sheet: bool = False,
    chords: Sequence[tuple[int, str]] | None = None,
) -> bytes:
    """Return a piece as MusicXML.

    Notes are on their steps, as written and not as played. Key signatures are those of the
    phrases, and the time signatures those of the bars.

    Parameters
    ----------
    piece : Piece
    title : str
    sections : sequence of (int, str)
        The bar, from 0 as in `Piece.meters`, that each section begins at, and its name.
    is_lead_sheet : bool
        Whether to write only the melody: the lead, or the first part there is in its place.
    chords : sequence of (int, str), optional
        The beat that each chord begins at, and its name, such as ``Am7``; those of the piece, as
        `musegen.music.harmony.Chords.names` has them, if not given.

    Raises
    ------
    MusicError
        If the piece has no notes, or for a lead sheet nothing but drums.
    """
    from music21 import metadata, stream
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    parts = [part for part in piece.parts if part in SONG_PARTS or not is_lead_sheet]
    if not parts:
        what = "melody for a lead sheet" if is_lead_sheet and piece.parts else "notes"
        raise MusicError(f"this piece has no {what}: choose another")
    score: Any = stream.Score()
    score.metadata = metadata.Metadata()
    score.metadata.title = title or "MuseGen"
    bars = bars_of(piece)
    for part in parts[: 1 if is_lead_sheet else None]:
        staff = _write_part(piece, part, bars)
        if part == parts[0]:
            _add_directions(staff, piece, bars, sections)
            if part != "drums":
                keys = [phrase.key for phrase in piece.phrases]
                names = piece.chords.names(keys) if chords is None else chords
                _add_chords(staff, piece, bars, names)
        score.insert(0, staff)
    exporter = GeneralObjectExporter(score)
    exporter.makeNotation = False  # the notation is made by now, and would be changed
    return _name_drums(exporter.parse()) if "drums" in parts else exporter.parse()


def _write_part(piece: Piece, part: str, bars: Sequence[Bar]) -> Any:
    from music21 import bar as barline
    from music21 import key, meter, note, stream

    chords = part_chords(piece, part, bars)
    voices = find_voices(chords)
    name = instrument_name(part, piece.programs[part])
    staff: Any = stream.Part(id=part)
    sharps, signature = None, None
    for i, bar in enumerate(bars):
        measure: Any = stream.Measure(number=i + 1)
        if not i:
            measure.insert(0, _instrument(piece, part))
            measure.insert(0, _clef(part, chords))
        phrase_key = piece.phrases[bar.phrase].key
        if part != "drums" and _sharps(phrase_key) != sharps:
            sharps = _sharps(phrase_key)
            measure.insert(0, key.KeySignature(sharps))
        if (bar.beats, bar.unit) != signature:
            signature = bar.beats, bar.unit
            measure.insert(0, meter.TimeSignature(f"{bar.beats}/{bar.unit}"))
        filled = {n: symbols for n, voice in enumerate(voices) if (symbols := fill_bar(voice, bar))}
        if not filled:
            rest: Any = note.Rest(quarterLength=_quarters(bar.steps))
            rest.fullMeasure = True
            measure.insert(0, rest)
        for number, symbols in filled.items():
            # Ties are found by the numbers of voices, which therefore are the same in all bars.
            into: Any = measure if list(filled) == [0] else stream.Voice(id=str(number + 1))
            for symbol in symbols:
                drawn = _draw(symbol, phrase_key, part == "drums")
                if number != min(filled) and not symbol.pitches:
                    drawn.style.hideObjectOnPrint = True
                into.insert(_quarters(symbol.at), drawn)
            if into is not measure:
                measure.insert(0, into)
        staff.append(measure)
    staff.partName = part.capitalize() if part == "drums" else f"{part.capitalize()} ({name})"
    staff.partAbbreviation = _ABBREVIATIONS[part]
    staff.makeAccidentals(inPlace=True)
    for measure in staff.getElementsByClass(stream.Measure):
        measure.makeBeams(inPlace=True)
    staff.getElementsByClass(stream.Measure).last().rightBarline = barline.Barline("final")
    return staff


def _instrument(piece: Piece, part: str) -> Any:
    from music21 import instrument

    if part == "drums":
        return instrument.UnpitchedPercussion()
    made: Any = instrument.Instrument(instrument_name(part, piece.programs[part]))
    made.midiProgram = piece.programs[part]
    return made


def _name_drums(musicxml: bytes) -> bytes:
    """Give each drum an instrument of its own, by which programs play it.

    music21 writes one instrument for all notes that are struck together.
    """
    root = ElementTree.fromstring(musicxml)
    part = next(one for one in root.iter("part") if one.find(".//unpitched") is not None)
    about = next(one for one in root.iter("score-part") if one.get("id") == part.get("id"))
    for old in [*about.findall("score-instrument"), *about.findall("midi-instrument")]:
        about.remove(old)
    ids = {name: f"{part.get('id')}-{i}" for i, name in enumerate(DRUM_CLASSES)}
    for name, id in ids.items():
        ElementTree.SubElement(
            ElementTree.SubElement(about, "score-instrument", id=id), "instrument-name"
        ).text = name.capitalize()
    for pitch, id in zip(DRUM_PITCHES, ids.values(), strict=True):
        midi = ElementTree.SubElement(about, "midi-instrument", id=id)
        ElementTree.SubElement(midi, "midi-channel").text = "10"
        ElementTree.SubElement(midi, "midi-unpitched").text = str(pitch + 1)
    drums = {(place, head): ids[name] for name, (place, head) in _DRUM_STAFF.items()}
    for note in part.iter("note"):
        place = note.findtext("unpitched/display-step", "")
        place += note.findtext("unpitched/display-octave", "")
        if place:
            id = drums[place, note.findtext("notehead", "normal")]
            place_of_type = [child.tag for child in note].index("type")
            note.insert(place_of_type, ElementTree.Element("instrument", id=id))
    return ElementTree.tostring(root, "UTF-8", xml_declaration=True)


def _drum_class(pitch: int) -> str:
    return DRUM_CLASSES[max(0, int(drum_classes(np.array([pitch]))[0]))]


def _clef(part: str, chords: Sequence[Chord]) -> Any:
    """Return the clef that needs the fewest ledger lines."""
    from music21 import clef

    if part == "drums":
        return clef.PercussionClef()
    middle = float(np.median([pitch for chord in chords for pitch in chord.pitches]))
    if middle < 41:
        return clef.Bass8vbClef()
    if middle < 57:
        return clef.BassClef()
    return clef.Treble8vaClef() if middle > 84 else clef.TrebleClef()


def _draw(symbol: Symbol, key: int, is_drums: bool) -> Any:
    from music21 import chord, note, percussion, tie

    length = _quarters(symbol.steps)
    if not symbol.pitches:
        return note.Rest(quarterLength=length)
    if is_drums:
        hits = [_draw_hit(pitch, length) for pitch in symbol.pitches]
        made: Any = hits[0] if len(hits) == 1 else percussion.PercussionChord(hits)
        made.stemDirection = "up"
    else:
        pitches = [_spell(pitch, key) for pitch in symbol.pitches]
        made = note.Note(pitches[0]) if len(pitches) == 1 else chord.Chord(pitches)
    made.quarterLength = length
    if symbol.is_tied_from or symbol.is_tied_to:
        ends = {(True, True): "continue", (True, False): "stop", (False, True): "start"}
        made.tie = tie.Tie(ends[symbol.is_tied_from, symbol.is_tied_to])
    return made


def _draw_hit(pitch: int, length: Fraction) -> Any:
    from music21 import note

    place, notehead = _DRUM_STAFF[_drum_class(pitch)]
    hit: Any = note.Unpitched(displayName=place)
    hit.quarterLength = length
    hit.notehead = notehead
    return hit


def _spell(pitch: int, key: int) -> Any:
    """Return a pitch as it is spelled in a key, such as B flat and not A sharp in F major.

    The notes that are not in the key are the flat third and seventh and the sharp first, fourth
    and fifth of the major scale: those that blues, dominants and the relative minor need.
    """
    from music21 import pitch as spelled

    place = (pitch * 7) % 12  # on the line of fifths, from C
    lowest = _sharps(key) - 3
    place = lowest + (place - lowest) % 12
    if place > 12:  # a double sharp
        place -= 12
    alter, letter = divmod(place + 1, 7)
    name = _LETTERS[letter]
    octave = (pitch - alter - _NATURALS[name]) // 12 - 1
    return spelled.Pitch(name + ("#" * alter if alter > 0 else "-" * -alter), octave=octave)


def _sharps(key: int) -> int:
    """Return the sharps of a key signature; flats are negative."""
    sharps = key * 7 % 12
    return sharps - 12 if sharps > 6 else sharps


def _quarters(steps: int) -> Fraction:
    return Fraction(steps, STEPS_PER_BEAT)


def _add_directions(
    staff: Any, piece: Piece, bars: Sequence[Bar], sections: Sequence[tuple[int, str]]
) -> None:
    """Add section names, tempos and the word Swing, above the top staff."""
    from music21 import expressions, tempo

    measures = list(staff.getElementsByClass("Measure"))
    for slot, name in sections:
        if slot < piece.bars:
            index, at = _place(piece, bars, slot * STEPS_PER_BAR)
            measures[index].insert(at, expressions.RehearsalMark(name))
    shown = None
    for i, bar in enumerate(bars):
        number = round(piece.phrases[bar.phrase].tempo)
        if number != shown:
            shown = number
            measures[i].insert(0, tempo.MetronomeMark(number=number))
    if piece.feel.swing > 0.25:
        text: Any = expressions.TextExpression("Swing")
        text.placement = "above"
        measures[0].insert(0, text)


def _add_chords(
    staff: Any, piece: Piece, bars: Sequence[Bar], chords: Sequence[tuple[int, str]]
) -> None:
    from music21 import harmony

    measures = list(staff.getElementsByClass("Measure"))
    for beat, name in chords:
        step = STEPS_PER_BEAT * beat
        if step >= piece.steps:
            continue
        if name == "N.C.":
            symbol: Any = harmony.NoChord()
        else:
            above, _, bass = name.rpartition("/")
            if not above or not bass[:1].isalpha():
                above, bass = name, ""
            root_length = 1 + len(above[1:]) - len(above[1:].lstrip("#b"))
            root, quality = above[:root_length], above[root_length:]
            text, changes = _CHANGED_KINDS.get(quality, (quality, ()))
            symbol = harmony.ChordSymbol(
                root=root.replace("b", "-"),
                bass=bass.replace("b", "-") or None,
                kind=_KINDS.get(text, "other"),
                kindStr=text,
            )
            for change in changes:
                symbol.addChordStepModification(harmony.ChordStepModification(*change))
        symbol.writeAsChord = False
        index, at = _place(piece, bars, step)
        measures[index].insert(at, symbol)


def _place(piece: Piece, bars: Sequence[Bar], step: int) -> tuple[int, Fraction]:
    """Return the bar on paper of a step of the piece, and where in it, in quarters."""
    played = int(piece.played_steps(step))
    index = next(i for i in reversed(range(len(bars))) if bars[i].start <= played)
    return index, _quarters(played - bars[index].start)
