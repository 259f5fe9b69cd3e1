"""Tags: texts that say how MuseGen made a file."""

import contextlib

import mido
from support.examples import full_band, written
from support.midi_files import END, QUARTER_C, foreign_file, raw_midi

from musegen.errors import MusicError
from musegen.midi import Tag, find_tag, load_midi
from musegen.midi.tags import notes_checksum
from musegen.music import Phrase, Piece
from musegen.music.notes import make_notes
from musegen.reading import read_midi

TAG = "MuseGen:" + "eJzT0yMAAGTvBe8_-" * 3000  # 51,000 letters


def tag_of(path):
    return find_tag(load_midi(path))


def save_again(path, resolution=480, change=lambda message: None):
    """A file as another program saves it: texts kept."""
    file = mido.MidiFile(path)
    for track in file.tracks:
        for message in track:
            message.time = message.time * resolution // file.ticks_per_beat
            change(message)
    file.ticks_per_beat = resolution
    file.save(path)
    return path


def test_a_tag_is_read_back_and_changes_no_note(tmp_path):
    full_band().write_midi(tmp_path / "tagged.mid", tag=TAG)
    assert tag_of(tmp_path / "tagged.mid") == Tag(TAG)
    assert read_midi(tmp_path / "tagged.mid") == read_midi(
        written(full_band(), tmp_path / "plain.mid")
    )
    first = mido.MidiFile(tmp_path / "tagged.mid").tracks[0]
    texts = [(m.time, m.text) for m in first if m.type == "text"]
    assert texts == [(0, TAG), (0, notes_checksum(load_midi(tmp_path / "plain.mid")))]


def test_the_first_text_of_musegen_is_the_tag(tmp_path):
    texts = [b"made by hand", b"MuseGen:one", b"MuseGen:two"]
    events = b"".join(b"\x00\xff\x01" + bytes([len(text)]) + text for text in texts)
    path = tmp_path / "song.mid"
    path.write_bytes(raw_midi(events + END, QUARTER_C + END))
    assert tag_of(path) == Tag("MuseGen:one")


def test_a_tag_tells_whether_the_notes_were_changed(tmp_path):
    path = tmp_path / "tagged.mid"
    for piece in (full_band(87.3, 87.3, 101.7), Piece((Phrase(make_notes([])),))):
        piece.write_midi(path, tag=TAG)
        assert tag_of(path) == Tag(TAG)
        assert tag_of(save_again(path, resolution=960)) == Tag(TAG)

    def other_tempo(message):
        if message.type == "set_tempo":
            message.tempo += 9000

    def up(message):
        if message.type in ("note_on", "note_off"):
            message.note += 1

    for change in (other_tempo, up):
        full_band().write_midi(path, tag=TAG)
        assert tag_of(save_again(path, change=change)) == Tag(TAG, notes_unchanged=False)


def test_a_file_without_a_tag_has_none(tmp_path):
    assert tag_of(written(full_band(), tmp_path / "plain.mid")) is None
    path = foreign_file(tmp_path / "MuseGen:tune.mid", (0, "MuseGen:", False, [(60, 0, 1)]))
    assert tag_of(path) is None  # a track's name is no text


def test_a_tagged_file_that_is_cut_short_has_its_whole_tag_or_none(tmp_path):
    path = tmp_path / "cut.mid"
    full_band().write_midi(path, tag=TAG)
    data = path.read_bytes()
    for length in range(0, len(data), len(data) // 40):
        path.write_bytes(data[:length])
        with contextlib.suppress(MusicError):
            assert getattr(tag_of(path), "text", TAG) == TAG
