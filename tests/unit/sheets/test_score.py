"""Scores of pieces say what the pieces have: Verovio, which did not write them, reads them."""

import base64
import io
import re
from collections import Counter
from xml.etree import ElementTree

import mido
import pytest
from support.examples import band, full_band, wild

from musegen.errors import MusicError
from musegen.music import Piece
from musegen.music.feel import Feel
from musegen.music.meters import Meter
from musegen.music.notes import PARTS, make_notes
from musegen.sheets.score import write_musicxml

verovio = pytest.importorskip("verovio")
pytest.importorskip("music21")


def read_back(musicxml):
    """Return the notes of each staff, as (start, length, pitch) in steps, and names of chords."""
    toolkit = verovio.toolkit()
    assert toolkit.loadData(musicxml.decode())
    file = mido.MidiFile(file=io.BytesIO(base64.b64decode(toolkit.renderToMIDI())))
    staves = [
        notes for track in file.tracks if (notes := notes_of(track, file.ticks_per_beat // 4))
    ]
    names = re.findall(r"<harm\b[^>]*>([^<]*)</harm>", toolkit.getMEI())
    return staves, [name.replace("♭", "b").replace("♯", "#") for name in names]


def notes_of(track, step):
    tick, begun, notes = 0, {}, Counter()
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            begun.setdefault(message.note, []).append(tick)
        elif message.type in ("note_on", "note_off") and begun.get(message.note):
            start = begun[message.note].pop(0)
            # Verovio ends each note a tick early.
            notes[start // step, (tick + 1 - start) // step, message.note] += 1
    return notes


def notes_in(piece, part):
    """What Verovio should play of a part: of drums only when they are struck, at no pitch."""
    notes = piece.notes[piece.notes["part"] == PARTS.index(part)]
    start = piece.played_steps(notes["onset"]).astype(int)
    end = piece.played_steps(notes["onset"] + notes["duration"]).astype(int)
    return Counter(
        zip(start.tolist(), (end - start).tolist(), notes["pitch"].tolist(), strict=True)
    )


def make_pieces():
    yield from (band(8, 80.0 + i) for i in range(2))
    yield full_band(96.0, 120.0, key=3)
    meters = [Meter(3, 4)] * 2, [Meter(6, 8)] * 2, [Meter(2, 4, bars=2)] * 2
    for meter in meters:
        notes = full_band(96.0, 96.0).notes
        yield Piece.from_notes(notes, [-2, 6], [96.0, 60.0], meters=meter)
    # Many voices: notes of all lengths at once.
    yield from (wild(seed, [Feel()] * 4).only(PARTS[:4]) for seed in range(14))


@pytest.mark.parametrize("piece", list(make_pieces()))
def test_every_note_is_read_back(piece):
    staves, _ = read_back(write_musicxml(piece))
    assert len(staves) == len(piece.parts)
    for part, staff in zip(piece.parts, staves, strict=True):
        if part == "drums":
            struck = Counter(start for start, _, _ in notes_in(piece, part).elements())
            assert Counter(start for start, _, _ in staff.elements()) == struck
        else:
            assert staff == notes_in(piece, part)


def test_drums_have_their_places_and_their_sounds():
    notes = make_notes([(4 * i, "drums", pitch, 1, 90) for i, pitch in enumerate((36, 38, 42, 46))])
    root = ElementTree.fromstring(write_musicxml(Piece.from_notes(notes, [0], [96.0])))
    assert root.findtext(".//clef/sign") == "percussion"
    shown = []
    for note in root.iter("note"):
        if note.find("unpitched") is None:
            continue
        id = note.find("instrument").get("id")
        sound = root.findtext(f".//midi-instrument[@id='{id}']/midi-unpitched")
        place = note.findtext(".//display-step") + note.findtext(".//display-octave")
        shown.append((place, note.findtext("notehead", "normal"), int(sound) - 1))
    assert shown == [
        ("F4", "normal", 36),
        ("C5", "normal", 38),
        ("G5", "x", 42),
        ("G5", "circle-x", 46),
    ]


CHORDS = (
    *("C", "Am7", "F#m7b5", "Bbmaj7", "G/B", "Ebsus4", "D7sus4", "C6/9", "G7b9", "Fadd9", "N.C."),
    *("C#dim7", "Abmmaj7", "A7#9/C#", "E5", "G7(add13)"),
)


def test_chord_names_are_read_back_where_they_stand():
    named = [(2 * i, name) for i, name in enumerate(CHORDS)]
    written = write_musicxml(band(16), chords=named, is_lead_sheet=True)
    _, names = read_back(written)
    # Verovio puts what is added or altered into brackets.
    plain = [re.sub(r"\((?!add13)(.*)\)", r"\1", name) for name in names]
    assert plain == [name.replace("6/9", "69") for name in CHORDS]
    bars = [len(bar.findall("harmony")) for bar in ElementTree.fromstring(written).iter("measure")]
    assert bars == [2] * 8 + [0] * 8


def test_chords_are_those_of_the_piece_unless_others_are_given():
    piece = band(8)
    _, names = read_back(write_musicxml(piece, is_lead_sheet=True))
    assert [name.split("(")[0] for name in names] == [
        name.split("(")[0] for _, name in piece.chords.names([0] * 4)
    ]
    assert len(names) > 2


def test_a_lead_sheet_is_the_melody_with_sections():
    piece = band(8)
    written = write_musicxml(piece, "My song", [(0, "A"), (4, "B")], is_lead_sheet=True)
    staves, _ = read_back(written)
    assert staves == [notes_in(piece, "lead")]
    root = ElementTree.fromstring(written)
    assert [mark.text for mark in root.iter("rehearsal")] == ["A", "B"]
    bars = [
        bar.get("number") for bar in root.iter("measure") if bar.find(".//rehearsal") is not None
    ]
    assert bars == ["1", "5"]
    assert "My song" in written.decode()


def test_signatures_and_tempos_follow_the_piece():
    notes = full_band(96.0, 96.0).notes
    meters = [Meter(4, 4)] * 2 + [Meter(3, 4)] * 2
    piece = Piece.from_notes(notes, [-2, 6], [96.0, 60.0], meters=meters).only(("lead",))
    root = ElementTree.fromstring(write_musicxml(piece))
    assert [one.text for one in root.iter("fifths")] == ["-2", "6"]
    assert [one.text for one in root.iter("beats")] == ["4", "3"]
    assert [one.text for one in root.iter("per-minute")] == ["96", "60"]


@pytest.mark.parametrize(
    ("key", "pitch", "spelled"),
    [(0, 70, "B-"), (0, 66, "F#"), (0, 68, "G#"), (-1, 70, "A#"), (5, 70, "B-"), (6, 65, "E#")],
)
def test_notes_are_spelled_as_their_key_suggests(key, pitch, spelled):
    notes = make_notes([(0, "lead", pitch, 4, 80)])
    root = ElementTree.fromstring(write_musicxml(Piece.from_notes(notes, [key], [96.0])))
    sign = {None: "", "1": "#", "-1": "-"}[root.findtext(".//pitch/alter")]
    assert root.findtext(".//pitch/step") + sign == spelled


def test_silence_and_drums_alone_are_no_lead_sheet():
    drums = band(4).only(("drums",))
    with pytest.raises(MusicError, match="no melody"):
        write_musicxml(drums, is_lead_sheet=True)
    with pytest.raises(MusicError, match="no notes"):
        write_musicxml(band(4).only(()))
