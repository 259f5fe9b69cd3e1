"""MusicXML and ABC come in as MIDI does."""

import zipfile

import numpy as np
import pytest
from support.examples import band, full_band

from musegen.errors import MusicError
from musegen.midi import load_midi, load_playable
from musegen.reading import read_midi, read_midi_with_report
from musegen.sheets import write_sheets

pytest.importorskip("music21")
pytest.importorskip("defusedxml")

HEAD = "X:1\nT:Tune\n"
NOTE = "<note><pitch><step>{}</step><octave>4</octave></pitch><duration>{}</duration></note>"
REST = "<note><rest/><duration>4</duration></note>"
SCORE = (
    '<?xml version="1.0"?>{}<score-partwise version="4.0"><part-list><score-part id="P1">'
    '<part-name>Flute</part-name></score-part></part-list><part id="P1">{}</part></score-partwise>'
)
BAR = (
    '<measure number="1"><attributes><divisions>1</divisions><key><fifths>1</fifths></key>'
    "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>{}</measure>"
)


@pytest.fixture
def read(tmp_path):
    def read(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_midi(path)

    return read


@pytest.mark.parametrize("piece", [band(8), full_band(96.0, 120.0, key=3)])
def test_a_score_that_was_written_here_comes_back_note_for_note(tmp_path, piece):
    write_sheets(piece, [tmp_path / "a.musicxml"])
    again, report = read_midi_with_report(tmp_path / "a.musicxml")
    for name in ("onset", "part", "pitch"):
        assert again.notes[name].tolist() == piece.notes[name].tolist()
    melodic = piece.notes["part"] < 4
    assert np.array_equal(again.notes["duration"][melodic], piece.notes["duration"][melodic])
    assert (again.key, again.tempo) == (piece.key, piece.tempo)
    assert any("from the file" in line for line in report.lines)


def test_compressed_musicxml(tmp_path, read):
    with zipfile.ZipFile(tmp_path / "a.mxl", "w") as archive:
        archive.writestr("META-INF/container.xml", '<rootfile full-path="music/x.xml"/>')
        archive.writestr("music/x.xml", SCORE.format("", BAR.format(NOTE.format("A", 4))))
    assert read_midi(tmp_path / "a.mxl").notes["pitch"].tolist() == [69]


def test_the_usual_doctype_is_fine(read):
    doctype = (
        '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.1 Partwise//EN" '
        '"http://www.musicxml.org/dtds/partwise.dtd">'
    )
    piece = read("a.xml", SCORE.format(doctype, BAR.format(NOTE.format("A", 4))))
    assert piece.notes["pitch"].tolist() == [69]


def test_abc_with_a_repeat_a_meter_and_a_tempo(read):
    piece = read(
        "a.abc", HEAD + 'M:3/4\nL:1/8\nQ:1/4=140\nK:D\n|: "D"d2 f2 a2 | g6 |1 a6 :|2 b6 |]\n'
    )
    assert piece.notes["pitch"].tolist() == [74, 78, 81, 79, 81, 74, 78, 81, 79, 83]
    assert piece.tempo == pytest.approx(140, abs=0.01)
    assert piece.meters[0].beats == 3
    assert piece.seconds == pytest.approx(6 * 3 * 60 / 140, abs=0.01)


def test_variant_endings_of_abc_may_have_a_bracket(read):
    tune = 'K:C\nL:1/4\n|: C D E F |{} G4 :|{} "a [text"A4 |] % a [comment\n'
    plain, bracket = (read("a.abc", HEAD + tune.format(*ends)) for ends in ("12", ("[1", "[2")))
    assert plain.notes["pitch"].tolist() == bracket.notes["pitch"].tolist()
    assert len(plain.notes) == 10


def test_staves_of_more_instruments_than_channels_play_with_the_first(tmp_path):
    parts = "".join(
        f'<score-part id="P{i}"><part-name>P{i}</part-name><score-instrument id="I{i}">'
        f"<instrument-name>I</instrument-name></score-instrument>"
        f'<midi-instrument id="I{i}"><midi-program>{i + 41}</midi-program></midi-instrument>'
        "</score-part>"
        for i in range(17)
    )
    bars = "".join(f'<part id="P{i}">{BAR.format(NOTE.format("A", 4))}</part>' for i in range(17))
    score = f"<score-partwise><part-list>{parts}</part-list>{bars}</score-partwise>"
    (tmp_path / "a.musicxml").write_text(score)
    programs = [track.program for track in load_midi(tmp_path / "a.musicxml").instruments]
    assert programs[:15] == list(range(40, 55))
    assert set(programs[15:]) <= set(range(40, 55))


@pytest.mark.parametrize(
    "header", ["K:C\n", "M:4/4\nL:1/8\nK:C\n", "M:4/4\nK:C\nV:1\n"], ids=["bare", "full", "voices"]
)
def test_headers_of_abc(read, header):
    assert read("a.abc", HEAD + header + "CDEF GABc|\n").notes["pitch"].tolist() == [
        *(60, 62, 64, 65, 67, 69, 71, 72)
    ]


def test_the_first_of_several_tunes(read):
    tunes = "X:1\nL:1/4\nK:C\nCCCC|\n\nX:2\nL:1/4\nK:C\nGGGG|\n"
    assert set(read("a.abc", tunes).notes["pitch"].tolist()) == {60}


def test_a_score_is_rendered_too(tmp_path):
    (tmp_path / "a.abc").write_text(HEAD + "L:1/4\nQ:1/4=60\nK:C\nCDEF|\n")
    assert load_playable(tmp_path / "a.abc").seconds == pytest.approx(4)


def test_a_midi_file_with_the_ending_of_a_score_is_midi(tmp_path):
    band(4).write_midi(tmp_path / "a.mid")
    (tmp_path / "a.mid").rename(tmp_path / "a.xml")
    assert len(read_midi(tmp_path / "a.xml").notes) == len(band(4).notes)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.musicxml", SCORE.format(BOMB, "&b;"), "declares XML entities"),
        (
            "a.musicxml",
            SCORE.format("", BAR.format("<note><rest/><duration>4</duration></note>")),
            "no notes",
        ),
        ("a.musicxml", "<score-partwise/>", "no notes"),
        ("a.musicxml", SCORE.format("", "")[:120], "damaged MusicXML"),
        ("a.xml", "<svg/>", "no score"),
        ("a.xml", b"\x89PNG\r\n\x1a\n", "damaged MusicXML"),
        ("a.xml", "", "is empty"),
        ("a.musicxml", b"<!--" + b" " * 3_100_000 + b"-->", "over 3 MB"),
        ("a.mxl", b"PK\x03\x04 nothing", "damaged archive"),
        ("a.abc", "hello", "not ABC"),
        ("a.abc", HEAD, "breaks off before the key"),
        ("a.abc", HEAD + "K:C\nCDE [CE", r"breaks off after '\['"),
        ("a.abc", HEAD + "K:C\n", "no notes"),
        ("a.abc", HEAD + "K:C\n" + "C" * 100_001, "over 100 kB"),
    ],
)
def test_what_is_wrong_is_one_line(read, name, text, message):
    with pytest.raises(MusicError, match=message) as caught:
        read(name, text)
    assert "\n" not in str(caught.value)


def test_without_the_packages_a_line_says_how_to_get_them(read, monkeypatch):
    monkeypatch.setattr("musegen.midi.scores.convert.find_spec", lambda name: None)
    with pytest.raises(MusicError, match=r"pip install '\.\[sheets\]'"):
        read("a.abc", HEAD)
