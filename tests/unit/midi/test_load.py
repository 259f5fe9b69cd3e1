"""Loading files of every type and size, and refusing damaged ones."""

import io

import mido
import numpy as np
import pretty_midi
import pytest
from support.examples import full_band, written
from support.midi_files import (
    END,
    QUARTER_C,
    Voice,
    midi_file,
    raw_midi,
    scale,
    tempo,
    triads,
)

from musegen.errors import MusicError
from musegen.midi import MAX_BYTES, load_midi
from musegen.midi.load import display_text, load_file
from musegen.reading import read_midi, read_midi_with_report

# A damaged file that takes minutes to read fails by this timeout; most are refused at once.
MOST_SECONDS = 60


def places(piece, part):
    return piece.only([part]).notes[["onset", "pitch"]].tolist()


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


# Types of files


def test_a_file_is_loaded_as_pretty_midi_reads_it(tmp_path):
    path = written(full_band(), tmp_path / "piece.mid")
    plain = pretty_midi.PrettyMIDI(io.BytesIO(path.read_bytes()))
    assert [len(track.notes) for track in load_midi(path).instruments] == [
        len(track.notes) for track in plain.instruments
    ]


def test_the_patterns_of_a_type_2_file_follow_one_another(tmp_path):
    path = midi_file(
        tmp_path / "song.mid",
        Voice(scale(60, 6), meta=[(0, tempo(60))]),  # a bar and a half
        Voice(scale(72, 4)),
        kind=2,
    )
    piece, report = read_midi_with_report(path, {0: "lead", 1: "lead"})
    assert report.midi_type == 2
    assert [onset for onset, _ in places(piece, "lead")] == [
        *range(0, 24, 4),
        *range(32, 48, 4),
    ]
    assert [phrase.tempo for phrase in piece.phrases] == pytest.approx([60, 120])


def test_running_status_is_understood(tmp_path):
    # A status byte once, then data alone; ends are note-ons of no velocity.
    notes = b"".join(
        b"\x00" + b"\x90" * (i == 0) + bytes([60 + i, 80]) + b"\x83\x60" + bytes([60 + i, 0])
        for i in range(4)
    )
    track = notes + b"\x00\xff\x2f\x00"
    head = b"MThd\0\0\0\6\0\0\0\1\x01\xe0"
    path = tmp_path / "song.mid"
    path.write_bytes(head + b"MTrk" + len(track).to_bytes(4) + track)
    assert places(read_midi(path), "lead") == [(0, 60), (4, 61), (8, 62), (12, 63)]


def test_tempos_and_keys_are_found_on_any_track(tmp_path):
    late = [(8, tempo(60)), (0, tempo(100)), (0, mido.MetaMessage("key_signature", key="D"))]
    path = midi_file(tmp_path / "song.mid", Voice(scale(62, 16)), Voice(triads(62), meta=late))
    piece, report = read_midi_with_report(path)
    assert [phrase.tempo for phrase in piece.phrases] == pytest.approx([100, 60], rel=1e-5)
    assert (piece.key, report.key_source) == (2, "file")
    assert len(load_midi(path).key_signature_changes) == 1


def test_sixteen_channels(tmp_path):
    voices = [Voice(scale(30 + 4 * i), "", 8 * i % 120, i + 1) for i in range(16)]
    for kind in (0, 1):
        _, report = read_midi_with_report(midi_file(tmp_path / "song.mid", *voices, kind=kind))
        assert [track.channel for track in report.tracks] == list(range(1, 17))
        parts = [track.part for track in report.tracks]
        assert parts[9] == "drums"
        assert (parts.count("lead"), parts.count("counter"), parts[15]) == (1, 1, "lead")


def test_a_track_that_changes_its_instrument_becomes_two(tmp_path):
    change = mido.Message("program_change", program=40)
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, 16), "Lead", 73, meta=[(8, change)]))
    file = load_file(path)
    assert (file.channels, file.tracks) == ((1, 1), (0, 0))
    piece, report = read_midi_with_report(path)
    assert [track.part for track in report.tracks] == ["lead", "lead"]
    assert [piece.programs_at(i)["lead"] for i in range(2)] == [73, 40]


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
def test_one_track_with_all_channels_is_the_same_music_as_many_tracks(tmp_path, kind):
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


def test_thousands_of_tracks_with_one_instrument_are_one(tmp_path):
    (tmp_path / "song.mid").write_bytes(raw_midi(*[QUARTER_C + END] * 1001))
    file = load_file(tmp_path / "song.mid")
    (track,) = file.midi.instruments
    assert (len(track.notes), len(file.repairs)) == (1001, 1)


def test_tracks_without_any_event_are_ignored(tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(raw_midi(b"", QUARTER_C + END, b""))
    assert len(read_midi(path).notes) == 1


def test_a_midi_file_inside_a_riff_file_is_read(tmp_path):
    inner = raw_midi(QUARTER_C + END)
    size = len(inner).to_bytes(4, "little")
    path = tmp_path / "song.rmi"
    path.write_bytes(b"RIFF" + (len(inner) + 12).to_bytes(4, "little") + b"RMIDdata" + size + inner)
    assert len(read_midi(path).notes) == 1


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.timeout(MOST_SECONDS)
def test_an_hour_of_music_is_read_within_a_minute(tmp_path, free):
    rng = np.random.default_rng(0)
    beats = 0.5 * np.arange(0, 14400)
    if free:
        beats = np.maximum(0, 0.93 * beats + rng.normal(0, 0.02, len(beats)))
    notes = [
        (int(p), b, b + 0.4) for p, b in zip(rng.integers(60, 72, len(beats)), beats, strict=True)
    ]
    path = midi_file(tmp_path / "song.mid", Voice(notes))
    piece, report = read_midi_with_report(path)
    assert report.grid == ("found" if free else "map")
    assert piece.seconds == pytest.approx(3600 * (0.93 if free else 1), rel=0.002)


# Names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Lead", "Lead"),
        (" a\r\n\x00 b\u2028 ", "a b"),
        ("Gesang für Erna", "Gesang für Erna"),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_a_text_is_shown_as_one_short_line(name, text):
    assert display_text(name) == text


def test_an_error_shows_the_name_of_the_file_on_one_line(tmp_path):
    path = tmp_path / "my\nsong.mid"
    path.write_bytes(b"")
    with pytest.raises(MusicError, match=r"^my song\.mid is empty: give a MIDI file"):
        read_midi(path)
    with pytest.raises(MusicError) as caught:
        read_midi(tmp_path / "no\nsong.mid")
    assert "\n" not in str(caught.value)


# Files that are not music


def test_a_missing_file_is_refused(tmp_path):
    assert "cannot read" in fault(tmp_path / "none.mid")


def test_a_folder_is_refused(tmp_path):
    assert "cannot read" in fault(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    assert "song.mid is empty" in fault(tmp_path / "song.mid", b"")


@pytest.mark.parametrize(
    "data",
    [b"Dear diary,\n", b"RIFF\0\0\0\0WAVEfmt ", bytes(9_000_000)],
    ids=["text", "wav", "zeros"],
)
def test_a_file_of_another_kind_is_refused(tmp_path, data):
    assert "is not a MIDI file" in fault(tmp_path / "song.mid", data)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    padding = b"\x00\xff\x01\x00" * (MAX_BYTES // 4)
    assert "over 2 MB" in fault(tmp_path / "song.mid", raw_midi(padding))


def test_a_header_followed_by_garbage_is_refused(tmp_path):
    rng = np.random.default_rng(0)
    for _ in range(25):
        garbage = rng.bytes(int(rng.integers(1, 2000)))
        assert "no notes" in fault(tmp_path / "song.mid", raw_midi() + garbage)
    assert "damaged" in fault(tmp_path / "song.mid", raw_midi(b"") + rng.bytes(2000))


def test_a_file_that_is_cut_short_has_the_music_up_to_there(tmp_path):
    path = written(full_band(), tmp_path / "piece.mid")
    data, columns = path.read_bytes(), ["onset", "part", "pitch"]
    whole = set(read_midi(path).notes[columns].tolist())
    shares = []
    for length in range(4, len(data), len(data) // 20):
        path.write_bytes(data[:length])
        try:
            piece, report = read_midi_with_report(path)
        except MusicError:
            assert not shares, "once there are notes, all longer files have some"
            continue
        assert any("file ends in the middle of track" in line for line in report.lines)
        notes = set(piece.notes[columns].tolist())
        shares.append(len(notes & whole) / len(whole))
    assert shares[-1] > 0.9


def test_a_file_without_notes_is_refused(tmp_path):
    assert "no notes" in fault(tmp_path / "song.mid", raw_midi(END))


@pytest.mark.parametrize(
    "event",
    [b"\x00\xff\x51\x03\0\0\0", b"\x00\xff\x59\x02\x63\x05", b"\x00\xff\x58\x04\0\2\x18\x08"],
    ids=["tempo zero", "key of 99 sharps", "meter of no beats"],
)
def test_an_impossible_event_is_left_out(tmp_path, event):
    path = tmp_path / "song.mid"
    path.write_bytes(raw_midi(event + QUARTER_C + END))
    assert read_midi(path).notes[["onset", "pitch"]].tolist() == [(0, 60)]


@pytest.mark.parametrize("division", [0xE728, 0], ids=["25 frames", "zero"])
def test_time_that_is_not_in_beats_is_read(tmp_path, division):
    path = tmp_path / "song.mid"
    path.write_bytes(raw_midi(QUARTER_C + END, division=division))
    assert len(read_midi(path).notes) == 1


def test_a_file_without_tracks_is_refused(tmp_path):
    assert "no notes" in fault(tmp_path / "song.mid", raw_midi())


def test_a_note_that_starts_too_late_is_refused(tmp_path):
    late = b"\xff\xff\xff\x7f" + QUARTER_C[1:] + END
    assert "over a day" in fault(tmp_path / "song.mid", raw_midi(late))


@pytest.mark.timeout(MOST_SECONDS)
def test_a_note_that_lasts_for_hours_is_refused(tmp_path):
    held = b"\x00\x90\x3c\x50" + b"\x84\xaf\x8f\x00\x80\x3c\x00" + END  # nine million quarters
    assert "over an hour" in fault(tmp_path / "song.mid", raw_midi(held, division=1))


@pytest.mark.timeout(MOST_SECONDS)
def test_a_number_of_many_bytes_is_refused(tmp_path):
    assert "no notes" in fault(tmp_path / "song.mid", raw_midi(b"\xff" * 600_000))
