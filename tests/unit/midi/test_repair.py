"""Damage that players pass over, made byte by byte: what is right is what they play."""

import contextlib
import io
import struct

import mido
import pretty_midi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import DATA

from musegen.errors import MusicError
from musegen.midi.repair import repair

END = b"\x00\xff\x2f\x00"
SCALE = [(0.5 * i, 0.5 * i + 0.25, pitch) for i, pitch in enumerate((60, 62, 64, 65))]
MELODY = b"".join(
    b"\x00\x90%c\x50\x81\x70\x80%c\x00\x81\x70\xb0\x07\x64" % (p, p) for *_, p in SCALE
)


def track(events=MELODY + END, length=None, name=b"MTrk"):
    return name + struct.pack(">L", len(events) if length is None else length) + events


def midi(*tracks, midi_type=1, declared=None, division=480, header=b"\0\0\0\6", more=b""):
    count = len(tracks) if declared is None else declared
    numbers = struct.pack(">HHH", midi_type, count, division & 0xFFFF)
    return b"MThd" + header + numbers + more + b"".join(tracks)


def read(data):
    """Notes (start, end, pitch) in seconds, and the repairs, of a file as pretty_midi has it."""
    repaired = repair(data, "song.mid")
    loaded = pretty_midi.PrettyMIDI(io.BytesIO(repaired.data))
    notes = [(n.start, n.end, n.pitch) for i in loaded.instruments for n in i.notes]
    return [(round(a, 3), round(b, 3), pitch) for a, b, pitch in sorted(notes)], repaired.repairs


def meta(kind, payload, size=None):
    return b"\x00\xff%c%c" % (kind, len(payload) if size is None else size) + payload


def test_a_file_that_needs_no_repair_is_not_copied():
    data = midi(track(), track())
    assert repair(data, "song.mid").data is data
    assert read(data) == (sorted([*SCALE, *SCALE]), ())


WHOLE = midi(track(), track(END))
NAMED = midi(track(meta(3, b"Flute") + MELODY + END))
REPAIRED = {
    "a velocity over 127": midi(track(MELODY.replace(b"\x3c\x50", b"\x3c\xd0") + END)),
    "a controller over 127": midi(track(b"\x00\xb0\x07\xff" + MELODY + END)),
    "a tempo of zero": midi(track(meta(0x51, b"\0\0\0") + MELODY + END)),
    "a tempo of two bytes": midi(track(meta(0x51, b"\7\7") + MELODY + END)),
    "a meter of no beats": midi(track(meta(0x58, b"\0\2\x18\x08") + MELODY + END)),
    "a meter of two bytes": midi(track(meta(0x58, b"\4\2") + MELODY + END)),
    "a meter in tiny notes": midi(track(meta(0x58, b"\4\xff\x18\x08") + MELODY + END)),
    "a key of 18 flats": midi(track(meta(0x59, b"\xee\0") + MELODY + END)),
    "a key of an unknown mode": midi(track(meta(0x59, b"\1\7") + MELODY + END)),
    "a key of no bytes": midi(track(meta(0x59, b"") + MELODY + END)),
    "an SMPTE offset at an unknown rate": midi(track(meta(0x54, b"\xff\0\0\0\0") + MELODY + END)),
    "a short SMPTE offset": midi(track(meta(0x54, b"\0\0") + MELODY + END)),
    "a short sequence number": midi(track(meta(0, b"\1") + MELODY + END)),
    "a chunk before": midi(track(b"abc", name=b"XFIH"), track(), declared=1),
    "a chunk between": midi(track(), track(b"abcd", name=b"XFKM"), track(END), declared=2),
    "too few tracks declared": midi(track(END), track(), declared=1),
    "no tracks declared": midi(track(), declared=0),
    "too many tracks declared": midi(track(), declared=9),
    "a length too long": midi(track(length=5000), track(END)),
    "a length too short": midi(track(length=20), track(END)),
    "a length of zero": midi(track(length=0), track(END)),
    "a length that spans the next track": midi(track(length=len(MELODY) + 16), track(END)),
    "a damaged name of a track": midi(track(name=b"MTrK"), track(END)),
    "the last byte missing": WHOLE[:-1],
    "text before": b"Dear reader,\n" + WHOLE,
    "a byte order mark before": b"\xef\xbb\xbf" + WHOLE,
    "a MacBinary header before": b"\0\x04song" + bytes(122) + WHOLE,
    "a longer header": midi(track(), header=b"\0\0\0\x0a", more=b"\1\2\3\4"),
    "a header length of zero": midi(track(), header=b"\0\0\0\0"),
    "an unknown type": midi(track(), midi_type=7),
    "no name of the header": b"XXhd" + WHOLE[4:],
    "no division": midi(track(), division=0),
}
REWRITTEN = {
    "a RIFF file": b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + WHOLE,
    "a RIFF file with a title": b"RIFF\0\0\0\0RMIDLIST\4\0\0\0INFOdata\0\0\0\0" + WHOLE,
    "many system exclusive bytes": midi(track(b"\x00\xf0\xa7\x08" + b"\xff" * 5000 + MELODY + END)),
    "an escaped message": midi(track(b"\x00\xf7\x02\xf3\x01" + MELODY + END)),
    "an end with a length": midi(track(MELODY + b"\x00\xff\x2f\x01\x00"), track(END)),
    "an end whose bytes are missing": midi(track(END), track(MELODY + b"\x00\xff\x2f\x01")),
    "bytes after the end": midi(track(MELODY + END + b"\0\0\0"), track(END)),
    "a message for cables": midi(track(b"\x00\xfe" + MELODY + END)),
    "an event that mido does not know": midi(track(meta(0x4B, b"abc") + MELODY + END)),
    "a track of no bytes": midi(track(b""), track()),
    "running status after system exclusive": midi(
        track(MELODY[:4] + b"\x00\xf0\x01\xf7\x81\x70\x3c\x00" + MELODY[9:] + END)
    ),
    "no end of the track": midi(track(MELODY), track(MELODY[:0])),
}


@pytest.mark.parametrize("data", REPAIRED.values(), ids=REPAIRED)
def test_damage_is_repaired_and_reported(data):
    notes, repairs = read(data)
    assert notes == SCALE
    assert len(repairs) == 1
    assert repairs[0].endswith(".")
    assert len(repairs[0].splitlines()) == 1


@pytest.mark.parametrize("data", REWRITTEN.values(), ids=REWRITTEN)
def test_what_mido_misreads_is_written_again(data):
    assert read(data) == (SCALE, ())


def test_half_a_file_has_the_notes_up_to_there():
    notes, repairs = read(midi(track(END), track(MELODY + END))[: -len(MELODY) // 2 - 4])
    assert notes[0] == SCALE[0]
    assert repairs == ("The file ends in the middle of track 2: the notes up to there are kept.",)


def test_notes_sound_up_to_the_cut():
    chord = b"\x00\x90\x3c\x50\x00\x90\x40\x50\x83\x60\x80\x40\x00\x83\x60\x90\x43\x50\x81\x70\x90"
    notes, _ = read(midi(track(chord, length=400)))
    assert notes == [(0, 0.5, 64), (0, 1.25, 60), (1, 1.25, 67)]


@pytest.mark.parametrize(("frames", "factor"), [(0xE728, 0.48), (0xE250, 0.2)])  # 25×40, 30×80
def test_time_in_video_frames_becomes_time_in_beats(frames, factor):
    notes, repairs = read(midi(track(meta(0x51, b"\x09\x27\xc0") + MELODY + END), division=frames))
    assert notes == [(round(2 * a * factor, 3), round(2 * b * factor, 3), p) for a, b, p in SCALE]
    assert repairs == (
        "The file counts time in video frames: its beats are those of 100 a minute.",
    )


def test_large_ticks_and_late_ends_are_brought_into_range():
    late = b"\x8f\xff\xff\x7f\xff\x2f\x00"
    assert read(midi(track(MELODY + late)))[0] == SCALE
    long = b"".join(b"\x00\x90%c\x50\x83\xff\x7f\x80%c\x00" % (p, p) for p in (60, 62) * 200)
    notes, repairs = read(midi(track(long + END), division=32_767))
    assert len(notes) == 400
    assert notes[-1][1] == pytest.approx(400 * 65535 / 32767 / 2, abs=0.2)
    assert repairs == ()


def test_patterns_stay_patterns():
    file = mido.MidiFile(
        file=io.BytesIO(repair(midi(track(), track(), midi_type=2, declared=1), "x").data)
    )
    assert (file.type, len(file.tracks)) == (2, 2)


def test_keys_and_meters_keep_what_can_be_read():
    data = midi(track(meta(0x59, b"\x02\x07") + meta(0x58, b"\3\2") + MELODY + END))
    loaded = pretty_midi.PrettyMIDI(io.BytesIO(repair(data, "x").data))
    assert [key.key_number for key in loaded.key_signature_changes] == [2]
    assert [meter.numerator for meter in loaded.time_signature_changes] == [3]


@pytest.mark.parametrize("data", [b"", b"MThd", b"\x89PNG" + bytes(99), b"MTrk"])
def test_what_is_no_music_is_refused(data):
    with pytest.raises(MusicError, match=r"song\.mid is not a MIDI file"):
        repair(data, "song.mid")


@given(st.binary(max_size=600))
def test_any_bytes_are_a_file_or_a_music_error(data):
    for given_ in (data, WHOLE + data, midi(track(data)), NAMED[: len(data) % 90] + data):
        with contextlib.suppress(MusicError):
            pretty_midi.PrettyMIDI(io.BytesIO(repair(given_, "song.mid").data))


@given(st.sampled_from(sorted(REPAIRED)), st.sampled_from(sorted(REWRITTEN)), st.data())
def test_repaired_files_need_no_repair(one, other, draw):
    data = draw.draw(st.sampled_from([REPAIRED[one], REWRITTEN[other]]))
    again = repair(data, "song.mid").data
    assert repair(again, "song.mid").data is again


@pytest.mark.skipif(not DATA.exists(), reason="the published music is not here")
def test_published_music_keeps_its_notes():
    files = sorted(DATA.glob("**/*.mid"))[::400]
    assert files
    for file in files:
        data = file.read_bytes()
        repaired = repair(data, file.name)
        before, after = (
            {(n.start, n.end, n.pitch, i.program) for i in loaded.instruments for n in i.notes}
            for loaded in (
                pretty_midi.PrettyMIDI(io.BytesIO(each)) for each in (data, repaired.data)
            )
        )
        assert before <= after
        assert (before == after) or any("without a length" in line for line in repaired.repairs)
