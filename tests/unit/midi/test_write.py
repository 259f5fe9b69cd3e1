"""MIDI files: what is written is read back, and what others wrote becomes parts."""

import io
import os
import time
import warnings
from dataclasses import replace

import mido
import numpy as np
import pretty_midi
import pytest
from support.examples import wild

from musegen.errors import MusicError, MusicWarning
from musegen.midi import MAX_BYTES, Tag, find_tag, load_midi
from musegen.midi.tags import notes_checksum
from musegen.music import Phrase, Piece
from musegen.music.feel import Feel
from musegen.music.notes import make_notes, part_index
from musegen.reading import read_midi


def read_tag(path):
    try:
        return find_tag(load_midi(path))
    except MusicError:
        return None


PROGRAMS = {"lead": 73, "counter": 11, "chords": 24, "bass": 38, "drums": 16}
SECONDS = 10  # no file, however broken, takes longer to read


def band_phrase(key=0, tempo=120.0, velocity=90):
    rows = [
        *((i * 4, "lead", (72, 76, 79, 77, 74, 71, 72, 72)[i], 3, velocity + i) for i in range(8)),
        *((i * 8 + 2, "counter", (64, 65, 62, 64)[i], 6, 70) for i in range(4)),
        *((i * 16, "chords", pitch, 16, 60) for i in range(2) for pitch in (55, 60, 64)),
        *((i * 8, "bass", (36, 41, 43, 36)[i], 8, 100) for i in range(4)),
        *((i * 4, "drums", (36, 38)[i % 2], 1, 110, (0.125, -0.25, 0.0)[i % 3]) for i in range(8)),
        *((i * 2, "drums", 42, 1, 50 + i, 0.25) for i in range(16)),
    ]
    return Phrase(make_notes(rows), 0, tempo).to_key(key)


def band(*tempos, key=0):
    return Piece(tuple(band_phrase(key, tempo) for tempo in tempos or (120.0, 120.0)), PROGRAMS)


def written(piece, path):
    piece.write_midi(path)
    return path


def foreign(path, *instruments, tempo=120.0, meters=()):
    """A file as another program would write it: ``(program, name, is_drum, notes)`` a track.

    A note is ``(pitch, start, end)`` in beats, or the same with a velocity.
    """
    midi = pretty_midi.PrettyMIDI(initial_tempo=tempo)
    for numerator, denominator, beat in meters:
        midi.time_signature_changes.append(
            pretty_midi.TimeSignature(numerator, denominator, beat * 60 / tempo)
        )
    for program, name, is_drum, notes in instruments:
        track = pretty_midi.Instrument(program, is_drum, name)
        for pitch, start, end, *velocity in notes:
            times = (start * 60 / tempo, end * 60 / tempo)
            track.notes.append(pretty_midi.Note(*(velocity or [80]), pitch, *times))
        midi.instruments.append(track)
    midi.write(str(path))
    return path


def smf(*tracks, division=480, kind=1):
    """Bytes of a Standard MIDI File of raw tracks."""
    head = b"MThd" + b"\0\0\0\6" + kind.to_bytes(2) + len(tracks).to_bytes(2) + division.to_bytes(2)
    return head + b"".join(b"MTrk" + len(track).to_bytes(4) + track for track in tracks)


END = b"\x00\xff\x2f\x00"
QUARTER_C = b"\x00\x90\x3c\x50" + b"\x83\x60\x80\x3c\x00"  # a quarter is 480 ticks: 83 60


def fault(path, data=None):
    """The one line that `read_midi` refuses a file with."""
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(MusicError) as caught:
        read_midi(path)
    line = str(caught.value)
    assert line
    assert "\n" not in line
    return line


# What MuseGen writes, it reads


def test_a_piece_comes_back_note_for_note(tmp_path):
    piece = band(key=2)
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    assert again.notes.tolist() == piece.notes.tolist()  # velocities and drum offsets included
    assert again.programs == piece.programs
    assert again.bars == piece.bars
    assert [phrase.key for phrase in again.phrases] == [2, 2]


@pytest.mark.parametrize("key", range(-5, 7))
def test_the_key_comes_back(tmp_path, key):
    assert read_midi(written(band(key=key), tmp_path / "piece.mid")).key == key


def test_a_change_of_key_comes_back(tmp_path):
    piece = Piece((band_phrase(0), band_phrase(2), band_phrase(2), band_phrase(-3)))
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    assert [phrase.key for phrase in again.phrases] == [0, 2, 2, -3]


def test_each_phrase_keeps_its_tempo(tmp_path):
    piece = band(120.0, 97.3, 97.3, 61.7, 180.0)
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    tempos = [phrase.tempo for phrase in again.phrases]
    assert tempos == pytest.approx([120.0, 97.3, 97.3, 61.7, 180.0], rel=1e-5)
    assert again.seconds == pytest.approx(piece.seconds, rel=1e-5)
    assert again.notes.tolist() == piece.notes.tolist()


def test_the_same_piece_is_the_same_bytes(tmp_path):
    first = written(band(), tmp_path / "first.mid").read_bytes()
    assert written(band(), tmp_path / "second.mid").read_bytes() == first


@pytest.mark.parametrize("tempo", [60.0, 97.3, 84.0, 105.0, 133.0, 168.0])
def test_a_file_read_and_written_again_is_the_same_bytes(tmp_path, tempo):
    first = written(band(tempo, tempo * 1.1), tmp_path / "first.mid")
    assert written(read_midi(first), tmp_path / "second.mid").read_bytes() == first.read_bytes()


def test_a_last_phrase_of_one_bar_comes_back(tmp_path):
    piece = Piece((band_phrase(), band_phrase()), bars=3)
    assert read_midi(written(piece, tmp_path / "piece.mid")).bars == 3


def test_tracks_are_named_for_their_parts(tmp_path):
    midi = pretty_midi.PrettyMIDI(str(written(band(), tmp_path / "piece.mid")))
    found = {track.name: (track.program, track.is_drum) for track in midi.instruments}
    assert found == {name: (program, name == "drums") for name, program in PROGRAMS.items()}


def test_a_part_that_changes_its_instrument_has_a_track_for_each(tmp_path):
    piece = replace(band(120.0, 120.0), changes={1: {"lead": 40}})
    midi = pretty_midi.PrettyMIDI(str(written(piece, tmp_path / "a.mid")))
    leads = [track for track in midi.instruments if track.name == "lead"]
    assert [track.program for track in leads] == [piece.programs["lead"], 40]
    assert min(note.start for note in leads[1].notes) > 3.95
    assert np.array_equal(read_midi(tmp_path / "a.mid").notes, piece.notes)


def test_a_drum_before_the_first_beat_is_moved_onto_it(tmp_path):
    piece = Piece((Phrase(make_notes([(0, "drums", 36, 1, 90, -0.5), (31, "drums", 38, 1, 90)])),))
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    assert again.notes["offset"].tolist() == [0.0, 0.0]


def test_a_folder_that_is_missing_is_made(tmp_path):
    path = tmp_path / "new" / "folder" / "piece.mid"
    assert read_midi(written(band(), path)) is not None


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = written(band(), tmp_path / "piece.mid")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="data byte"):
        band().with_programs({"lead": 200}).write_midi(path)  # there are 128 programs
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["piece.mid"]


# Feel


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("human", [True, False])
def test_any_piece_without_swing_comes_back(tmp_path, seed, human):
    piece = wild(seed, [Feel(human=human)] * 3)
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    fields = ["onset", "part", "pitch", "duration", "velocity"]
    assert again.notes[fields].tolist() == piece.notes[fields].tolist()
    offset = piece.notes["offset"] if human else np.zeros(len(piece.notes))
    offset = np.where(piece.notes["onset"] == 0, np.maximum(offset, 0), offset)
    assert again.notes["offset"] == pytest.approx(offset, abs=2 / 120)  # ticks


def test_a_swung_file_has_its_offbeats_on_the_triplets(tmp_path):
    piece = band().with_feel(Feel(swing=1.0, human=False))
    file = mido.MidiFile(written(piece, tmp_path / "piece.mid"))
    (hats,) = [track for track in file.tracks if track.name == "drums"]
    now, at = 0, []
    for message in hats:
        now += message.time
        if message.type == "note_on" and message.note == 42 and message.velocity:
            at.append(now)
    assert at == [480 * beat + offbeat for beat in range(16) for offbeat in (0, 320)]


def test_the_file_is_at_the_times_at_which_the_piece_is_played(tmp_path):
    piece = band(120.0, 97.3, key=2).with_feel(Feel(swing=0.4))
    midi = pretty_midi.PrettyMIDI(str(written(piece, tmp_path / "piece.mid")))
    for name in piece.parts:
        own = piece.notes["part"] == part_index(name)
        (track,) = [track for track in midi.instruments if track.name == name]
        found = sorted((note.start, note.end) for note in track.notes)
        start, end = (piece.seconds_at(at[own]) for at in piece.play_times())
        told = sorted(zip(start, end, strict=True))
        assert np.array(found) == pytest.approx(np.array(told), abs=2e-3)  # a tick is 1 ms


# Tags

TAG = "MuseGen:" + "eJzT0yMAAGTvBe8_-" * 3000  # 51,000 letters


def test_a_tag_comes_back_and_changes_no_note(tmp_path):
    band().write_midi(tmp_path / "tagged.mid", tag=TAG)
    assert read_tag(tmp_path / "tagged.mid") == Tag(TAG)
    assert read_midi(tmp_path / "tagged.mid") == read_midi(written(band(), tmp_path / "plain.mid"))
    first = mido.MidiFile(tmp_path / "tagged.mid").tracks[0]
    texts = [(m.time, m.text) for m in first if m.type == "text"]
    assert texts == [(0, TAG), (0, notes_checksum(load_midi(tmp_path / "plain.mid")))]


def test_of_several_texts_the_first_of_ours_is_the_tag(tmp_path):
    texts = [b"made by hand", b"MuseGen:one", b"MuseGen:two"]
    events = b"".join(b"\x00\xff\x01" + bytes([len(text)]) + text for text in texts)
    path = tmp_path / "song.mid"
    path.write_bytes(smf(events + END, QUARTER_C + END))
    assert read_tag(path) == Tag("MuseGen:one")


def saved_again(path, resolution=480, change=lambda message: None):
    """A file as another program saves it: texts kept."""
    file = mido.MidiFile(path)
    for track in file.tracks:
        for message in track:
            message.time = message.time * resolution // file.ticks_per_beat
            change(message)
    file.ticks_per_beat = resolution
    file.save(path)
    return path


def test_a_tag_knows_whether_the_notes_were_changed(tmp_path):
    path = tmp_path / "tagged.mid"
    for piece in (band(87.3, 87.3, 101.7), Piece((Phrase(make_notes([])),))):
        piece.write_midi(path, tag=TAG)
        assert read_tag(path) == Tag(TAG)
        assert read_tag(saved_again(path, resolution=960)) == Tag(TAG)

    def other_tempo(message):
        if message.type == "set_tempo":
            message.tempo += 9000

    def up(message):
        if message.type in ("note_on", "note_off"):
            message.note += 1

    for change in (other_tempo, up):
        band().write_midi(path, tag=TAG)
        assert read_tag(saved_again(path, change=change)) == Tag(TAG, notes_unchanged=False)


def test_without_a_tag_there_is_none(tmp_path):
    assert read_tag(written(band(), tmp_path / "plain.mid")) is None
    path = foreign(tmp_path / "MuseGen:tune.mid", (0, "MuseGen:", False, [(60, 0, 1)]))
    assert read_tag(path) is None  # a track's name is no text


def test_what_cannot_be_read_has_no_tag(tmp_path):
    assert read_tag(tmp_path / "none.mid") is None
    assert read_tag(tmp_path) is None
    path = tmp_path / "cut.mid"
    band().write_midi(path, tag=TAG)
    data = path.read_bytes()
    for length in range(0, len(data), len(data) // 40):
        path.write_bytes(data[:length])
        assert read_tag(path) is None


# What others wrote

MELODY = [(pitch, i, i + 1) for i, pitch in enumerate((72, 74, 76, 77, 79, 77, 74, 72))]


def test_a_bare_melody_leads(tmp_path):
    piece = read_midi(foreign(tmp_path / "tune.mid", (73, "", False, MELODY), tempo=90))
    assert piece.parts == ("lead",)
    assert piece.notes["pitch"].tolist() == [note[0] for note in MELODY]
    assert piece.notes["onset"].tolist() == list(range(0, 32, 4))
    assert piece.programs["lead"] == 73
    assert piece.tempo == pytest.approx(90, rel=1e-5)  # pretty_midi cuts off a microsecond
    assert piece.bars == 2


def test_a_piano_gives_its_low_notes_to_the_bass(tmp_path):
    chords = [(pitch, beat, beat + 4) for beat in (0, 4) for pitch in (36, 60, 64, 67)]
    piece = read_midi(foreign(tmp_path / "piano.mid", (0, "Piano", False, chords)))
    assert piece.parts == ("chords", "bass")
    assert set(piece.only(["bass"]).notes["pitch"]) == {36}
    assert set(piece.only(["chords"]).notes["pitch"]) == {60, 64, 67}


def test_a_piano_beside_a_bass_keeps_its_low_notes(tmp_path):
    chords = [(pitch, beat, beat + 4) for beat in (0, 4) for pitch in (43, 60, 64)]
    tracks = [(0, "Piano", False, chords), (33, "", False, [(36, 0, 8)])]
    piece = read_midi(foreign(tmp_path / "two.mid", *tracks))
    assert set(piece.only(["bass"]).notes["pitch"]) == {36}


def test_a_drum_track_alone(tmp_path):
    hits = [(36, 0, 0.1, 100), (40, 1.05, 1.1, 90), (35, 2, 2.1, 80), (22, 3, 3.1, 70)]
    piece = read_midi(foreign(tmp_path / "beat.mid", (0, "", True, hits)))
    assert piece.parts == ("drums",)
    assert piece.notes["pitch"].tolist() == [36, 38, 36, 42]  # each class by one pitch
    assert piece.notes["velocity"].tolist() == [100, 90, 80, 70]
    assert piece.notes["offset"] == pytest.approx([0, 0.2, 0, 0], abs=0.01)  # .05 beats late


def test_of_two_hits_of_a_class_the_louder_stays(tmp_path):
    hits = [(38, 0, 0.1, 60), (40, 0, 0.1, 90)]
    piece = read_midi(foreign(tmp_path / "beat.mid", (0, "", True, hits)))
    assert piece.notes["velocity"].tolist() == [90]


def test_drums_of_no_class_alone_are_refused(tmp_path):
    path = foreign(tmp_path / "beat.mid", (0, "", True, [(73, 0, 0.5)]))  # a guiro
    assert "no drums of the nine usual kinds" in fault(path)


@pytest.mark.parametrize("meters", [[(3, 4, 0)], [(4, 4, 0), (3, 4, 4)]])
def test_other_meters_are_read_with_a_warning(tmp_path, meters):
    path = foreign(tmp_path / "waltz.mid", (73, "", False, MELODY), meters=meters)
    with pytest.warns(MusicWarning, match="bars of 3/4"):
        piece = read_midi(path)
    assert len(piece.notes) == len(MELODY)
    assert piece.bars == 2  # of four quarters


def test_four_four_is_read_without_a_warning(tmp_path):
    path = foreign(tmp_path / "tune.mid", (73, "", False, MELODY), meters=[(4, 4, 0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_midi(path)


def test_a_key_signature_that_does_not_fit_is_not_believed(tmp_path):
    midi = band(key=-3).to_pretty_midi()
    midi.key_signature_changes = [pretty_midi.KeySignature(0, 0.0)]  # the default of many programs
    midi.write(str(tmp_path / "tune.mid"))
    assert read_midi(tmp_path / "tune.mid").key == -3


@pytest.mark.parametrize(("signature", "key"), [("Cm", 3), ("Am", 0), ("G#m", -1), ("Eb", 3)])
def test_a_minor_key_is_that_of_its_relative_major(tmp_path, signature, key):
    # All twelve notes fit every key, which leaves it to the signature.
    chromatic = [(60 + i, i / 2, i / 2 + 0.5) for i in range(12)]
    midi = pretty_midi.PrettyMIDI(str(foreign(tmp_path / "tune.mid", (73, "", False, chromatic))))
    number = pretty_midi.key_name_to_key_number(signature)
    midi.key_signature_changes = [pretty_midi.KeySignature(number, 0.0)]
    midi.write(str(tmp_path / "tune.mid"))
    assert read_midi(tmp_path / "tune.mid").key == key


def channel_events():
    """The same music for both file types: ``(tick, message)``."""
    events = []
    for channel, program, pitches in ((0, 73, (72, 74)), (1, 33, (36, 43)), (9, 0, (36, 38))):
        events.append((0, mido.Message("program_change", channel=channel, program=program)))
        for i, pitch in enumerate(pitches):
            message = {"channel": channel, "note": pitch}
            events.append((960 * i, mido.Message("note_on", velocity=90, **message)))
            events.append((960 * i + 480, mido.Message("note_off", **message)))
    return events


def delta_track(events):
    track, now = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    return track


@pytest.mark.parametrize("kind", [0, 1])
def test_one_track_or_many_is_the_same_music(tmp_path, kind):
    events = channel_events()
    by_channel = [[e for e in events if e[1].channel == channel] for channel in (0, 1, 9)]
    groups = [events] if kind == 0 else by_channel
    file = mido.MidiFile(type=kind, tracks=[delta_track(group) for group in groups])
    file.save(tmp_path / "song.mid")
    piece = read_midi(tmp_path / "song.mid")
    assert piece.notes[["onset", "part", "pitch"]].tolist() == [
        *((0, 0, 72), (0, 3, 36), (0, 4, 36)),
        *((8, 0, 74), (8, 3, 43), (8, 4, 38)),
    ]
    assert (piece.programs["lead"], piece.programs["bass"]) == (73, 33)


def test_tracks_without_any_event_do_no_harm(tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(smf(b"", QUARTER_C + END, b""))
    assert len(read_midi(path).notes) == 1


def test_a_midi_file_in_a_riff_wrapping_is_read(tmp_path):
    inner = smf(QUARTER_C + END)
    size = len(inner).to_bytes(4, "little")
    path = tmp_path / "song.rmi"
    path.write_bytes(b"RIFF" + (len(inner) + 12).to_bytes(4, "little") + b"RMIDdata" + size + inner)
    assert len(read_midi(path).notes) == 1


# What is no music


def test_a_missing_file(tmp_path):
    assert "cannot read" in fault(tmp_path / "none.mid")


def test_a_folder(tmp_path):
    assert "cannot read" in fault(tmp_path)


def test_an_empty_file(tmp_path):
    assert "song.mid is empty" in fault(tmp_path / "song.mid", b"")


@pytest.mark.parametrize(
    "data",
    [b"Dear diary,\n", b"RIFF\0\0\0\0WAVEfmt ", bytes(9_000_000)],
    ids=["text", "wav", "zeros"],
)
def test_a_file_of_another_kind(tmp_path, data):
    assert "is not a MIDI file" in fault(tmp_path / "song.mid", data)


def test_a_file_that_is_too_large(tmp_path):
    padding = b"\x00\xff\x01\x00" * (MAX_BYTES // 4)
    assert "over 2 MB" in fault(tmp_path / "song.mid", smf(padding))


def test_a_header_followed_by_garbage(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(50):
        garbage = rng.bytes(int(rng.integers(1, 2000)))
        head = smf() if i % 2 else smf(b"")
        assert "damaged" in fault(tmp_path / "song.mid", head + garbage)


def test_a_file_cut_short(tmp_path):
    data = written(band(), tmp_path / "piece.mid").read_bytes()
    for length in range(4, len(data), len(data) // 40):
        assert "damaged" in fault(tmp_path / "cut.mid", data[:length])


def test_a_file_without_notes(tmp_path):
    assert "no notes" in fault(tmp_path / "song.mid", smf(END))


@pytest.mark.parametrize(
    "event",
    [b"\x00\xff\x51\x03\0\0\0", b"\x00\xff\x59\x02\x63\x05", b"\x00\xff\x58\x04\0\2\x18\x08"],
    ids=["tempo zero", "key of 99 sharps", "meter of no beats"],
)
def test_an_event_that_cannot_be(tmp_path, event):
    assert "damaged" in fault(tmp_path / "song.mid", smf(event + QUARTER_C + END))


@pytest.mark.parametrize("division", [0xE728, 0], ids=["25 frames", "zero"])
def test_time_that_is_not_in_beats(tmp_path, division):
    line = fault(tmp_path / "song.mid", smf(QUARTER_C + END, division=division))
    assert "not in beats" in line


def test_no_tracks(tmp_path):
    assert "no tracks" in fault(tmp_path / "song.mid", smf())


def test_a_time_that_is_too_far(tmp_path):
    late = b"\xff\xff\xff\x7f" + QUARTER_C[1:] + END
    assert "damaged" in fault(tmp_path / "song.mid", smf(late))


def test_a_note_held_for_hours_is_refused_quickly(tmp_path):
    start = time.perf_counter()
    held = b"\x00\x90\x3c\x50" + b"\x84\xaf\x8f\x00\x80\x3c\x00" + END  # nine million quarters
    assert "over an hour" in fault(tmp_path / "song.mid", smf(held, division=1))
    assert time.perf_counter() - start < SECONDS


def test_a_number_of_many_bytes_is_refused_quickly(tmp_path):
    start = time.perf_counter()
    assert "damaged" in fault(tmp_path / "song.mid", smf(b"\xff" * 600_000))
    assert time.perf_counter() - start < SECONDS


@pytest.mark.filterwarnings("ignore::musegen.errors.MusicWarning")
def test_a_damaged_file_is_a_piece_or_one_line(tmp_path):
    data = np.frombuffer(written(band(), tmp_path / "piece.mid").read_bytes(), np.uint8)
    path = tmp_path / "mutated.mid"
    rng = np.random.default_rng(1)
    pieces, refusals = 0, []
    for _ in range(300):
        mutated = data.copy()
        places = rng.integers(len(data), size=rng.integers(1, 6))
        mutated[places] = rng.integers(256, size=len(places))
        path.write_bytes(mutated.tobytes())
        start = time.perf_counter()
        try:
            piece = read_midi(path)
        except MusicError as error:
            refusals.append(str(error))
        else:
            assert len(piece.notes)
            piece.write_midi(tmp_path / "again.mid")
            pieces += 1
        assert time.perf_counter() - start < SECONDS
    assert all(line and "\n" not in line for line in refusals)
    assert min(pieces, len(refusals)) > 30  # both happen, or the test shows nothing


def test_load_midi_gives_what_pretty_midi_reads(tmp_path):
    path = written(band(), tmp_path / "piece.mid")
    plain = pretty_midi.PrettyMIDI(io.BytesIO(path.read_bytes()))
    assert [len(track.notes) for track in load_midi(path).instruments] == [
        len(track.notes) for track in plain.instruments
    ]
