"""Phrases ↔ arrays ↔ the network's numbers."""

import numpy as np
import pytest
from keras import ops
from support.examples import band_phrase, drum_phrase

from musegen.model.codecs.drums import DrumsCodec
from musegen.model.codecs.song import HIGHEST, LOWEST, SongCodec
from musegen.music import Phrase
from musegen.music.notes import make_notes
from musegen.music.phrase_set import PhraseSet

SURE = 20.0  # a logit that leaves no doubt


def song_outputs(arrays):
    """What a perfect network would say of some arrays."""
    layers = slice(1, 3)
    voice = SURE * np.eye(78, dtype=np.float32)[arrays["voice"]]
    onset = SURE * (2.0 * arrays["onset"][:, :, layers] - 1)
    sounding = SURE * (2.0 * arrays["sounding"][:, :, layers] - 1)
    velocity = np.clip(arrays["velocity"], 1e-6, 1 - 1e-6)
    flat = [x.reshape(len(voice), 32, -1) for x in (voice, onset, sounding)]
    return (
        np.concatenate([*flat, np.log(velocity / (1 - velocity))], -1)
        .reshape(len(voice), 8, -1)
        .astype(np.float32)
    )


def drums_outputs(arrays):
    velocity = np.clip(arrays["velocity"], 1e-6, 1 - 1e-6)
    columns = [
        SURE * (2.0 * arrays["hit"] - 1),
        np.log(velocity / (1 - velocity)),
        np.arctanh(np.clip(2 * arrays["offset"], -0.999, 0.999)),
    ]
    return np.concatenate(columns, -1).reshape(len(velocity), 8, -1).astype(np.float32)


def test_a_perfect_network_gives_the_phrase_back():
    phrases = [band_phrase(i) for i in range(4)]
    codec = SongCodec()
    again = codec.phrases(song_outputs(codec.arrays(PhraseSet.from_phrases(phrases))))
    for ours, theirs in zip(again, phrases, strict=True):
        for field in ("onset", "part", "pitch", "duration", "velocity"):
            assert np.array_equal(ours.notes[field], theirs.notes[field]), field


def test_a_perfect_drummer_gives_the_phrase_back():
    phrases = [drum_phrase(i) for i in range(4)]
    codec = DrumsCodec()
    again = codec.phrases(drums_outputs(codec.arrays(PhraseSet.from_phrases(phrases))))
    for ours, theirs in zip(again, phrases, strict=True):
        assert np.array_equal(ours.notes["onset"], theirs.notes["onset"])
        assert np.array_equal(ours.notes["velocity"], theirs.notes["velocity"])
        assert np.allclose(ours.notes["offset"], theirs.notes["offset"], atol=1e-3)


def test_phrases_are_moved_to_c_and_then_by_the_shift():
    codec = SongCodec()
    in_c = codec.arrays(PhraseSet.from_phrases([band_phrase(1)]))
    in_d = codec.arrays(PhraseSet.from_phrases([band_phrase(1, key=2)]))
    up = codec.arrays(PhraseSet.from_phrases([band_phrase(1)]), np.array([2]))
    assert np.array_equal(in_c["onset"], in_d["onset"])
    assert np.array_equal(in_c["onset"][..., :-2], up["onset"][..., 2:])


def test_pitches_out_of_range_move_by_octaves():
    notes = [(0, "lead", 12, 1, 90), (4, "lead", 127, 1, 90)]
    arrays = SongCodec().arrays(PhraseSet.from_phrases([Phrase(make_notes(notes))]))
    found = {int(p) + LOWEST for p in np.nonzero(arrays["onset"])[3]}
    assert {p % 12 for p in found} == {0, 7}
    assert all(LOWEST <= p <= HIGHEST for p in found)


def test_two_lead_notes_at_once_leave_the_higher():
    notes = [(0, "lead", 60, 4, 90), (0, "lead", 72, 4, 90)]
    arrays = SongCodec().arrays(PhraseSet.from_phrases([Phrase(make_notes(notes))]))
    assert arrays["voice"][0, 0, 0] == 2 + 72 - LOWEST


def test_a_held_note_bridges_a_step_in_doubt():
    notes = [(0, "chords", 60, 8, 90), (0, "lead", 72, 8, 90)]
    codec = SongCodec()
    outputs = song_outputs(codec.arrays(PhraseSet.from_phrases([Phrase(make_notes(notes))])))
    said = codec.split(outputs)
    sounding, voice = np.array(said["sounding"]), np.array(said["voice"])
    sounding[0, 4, 1, 60 - LOWEST] = -3  # the fifth step more likely silent than not
    voice[0, 4, 0, :2] = SURE, SURE - 3
    flat = [voice, np.array(said["onset"]), sounding, 20 * np.ones((1, 32, 4))]
    doubtful = np.concatenate([x.reshape(1, 32, -1) for x in flat], -1).reshape(1, 8, -1)
    (phrase,) = codec.phrases(np.float32(doubtful))
    assert phrase.notes["duration"].tolist() == [8, 8]


@pytest.mark.parametrize(
    ("codec", "phrase", "outputs"),
    [(SongCodec(), band_phrase(), song_outputs), (DrumsCodec(), drum_phrase(), drums_outputs)],
)
def test_the_loss_of_the_truth_is_nothing_and_of_silence_is_much(codec, phrase, outputs):
    arrays = codec.arrays(PhraseSet.from_phrases([phrase]))
    told = codec.losses(arrays, outputs(arrays))
    assert tuple(told) == codec.loss_names
    assert float(sum(ops.sum(value) for value in told.values())) < 0.1
    silence = codec.losses(arrays, np.zeros((1, codec.beats, codec.outputs), np.float32))
    assert float(sum(ops.sum(value) for value in silence.values())) > 50


@pytest.mark.parametrize(
    ("codec", "phrase"), [(SongCodec(), band_phrase()), (DrumsCodec(), drum_phrase())]
)
def test_what_is_read_is_a_vector_a_beat(codec, phrase):
    arrays = codec.arrays(PhraseSet.from_phrases([phrase, phrase]))
    assert codec.read(arrays).shape == (2, codec.beats, codec.features)
