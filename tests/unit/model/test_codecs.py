"""Phrases are converted to arrays, and a network's outputs to phrases."""

import numpy as np
import pytest
from keras import ops
from support.examples import band_phrase, drum_phrase

from musegen.model.codecs import DrumsCodec, SongCodec
from musegen.model.codecs.song import HIGHEST, LOWEST
from musegen.model.config import InferenceConfig
from musegen.music import Phrase
from musegen.music.notes import OFFSETS_PER_STEP, PARTS, make_notes
from musegen.music.phrase_set import PhraseSet

CERTAIN = 20.0  # a logit that leaves no doubt
SETTINGS = InferenceConfig()


def encode(codec, *phrases, shift=None):
    return codec.to_arrays(PhraseSet.from_phrases(phrases), shift)


def perfect_song_outputs(arrays):
    """What a perfect network would write."""
    layers = slice(1, 3)
    voice = CERTAIN * np.eye(78, dtype=np.float32)[arrays["voice"]]
    onset = CERTAIN * (2.0 * arrays["onset"][:, :, layers] - 1)
    sounding = CERTAIN * (2.0 * arrays["sounding"][:, :, layers] - 1)
    velocity = np.clip(arrays["velocity"], 1e-6, 1 - 1e-6)
    flat = [x.reshape(len(voice), 32, -1) for x in (voice, onset, sounding)]
    outputs = np.concatenate([*flat, np.log(velocity / (1 - velocity))], -1)
    return outputs.reshape(len(voice), 8, -1).astype(np.float32)


def perfect_drums_outputs(arrays):
    velocity = np.clip(arrays["velocity"], 1e-6, 1 - 1e-6)
    columns = [
        CERTAIN * (2.0 * arrays["hit"] - 1),
        np.log(velocity / (1 - velocity)),
        np.arctanh(np.clip(2 * arrays["offset"], -0.999, 0.999)),
    ]
    return np.concatenate(columns, -1).reshape(len(velocity), 8, -1).astype(np.float32)


CODECS = [
    (SongCodec(), band_phrase, perfect_song_outputs),
    (DrumsCodec(), drum_phrase, perfect_drums_outputs),
]


def test_a_perfect_network_reproduces_a_song_phrase():
    phrases = [band_phrase(i) for i in range(4)]
    codec = SongCodec()
    decoded = codec.to_phrases(perfect_song_outputs(encode(codec, *phrases)), SETTINGS)
    for ours, theirs in zip(decoded, phrases, strict=True):
        for field in ("onset", "part", "pitch", "duration", "velocity"):
            assert np.array_equal(ours.notes[field], theirs.notes[field]), field


def test_a_perfect_network_reproduces_a_drum_phrase_in_thousandths_of_a_step():
    phrases = [drum_phrase(i) for i in range(4)]
    codec = DrumsCodec()
    decoded = codec.to_phrases(perfect_drums_outputs(encode(codec, *phrases)), SETTINGS)
    for ours, theirs in zip(decoded, phrases, strict=True):
        assert np.array_equal(ours.notes["onset"], theirs.notes["onset"])
        assert np.array_equal(ours.notes["velocity"], theirs.notes["velocity"])
        assert np.allclose(ours.notes["offset"], theirs.notes["offset"], atol=1e-3)
        whole = ours.notes["offset"].astype(float) * OFFSETS_PER_STEP
        assert np.allclose(whole, np.rint(whole), atol=1e-4)


def test_phrases_are_moved_to_c_and_then_by_the_shift():
    codec = SongCodec()
    in_c = encode(codec, band_phrase(1))
    in_d = encode(codec, band_phrase(1, key=2))
    shifted = encode(codec, band_phrase(1), shift=np.array([2]))
    assert np.array_equal(in_c["onset"], in_d["onset"])
    assert np.array_equal(in_c["onset"][..., :-2], shifted["onset"][..., 2:])


def test_pitches_out_of_range_move_by_octaves():
    notes = [(0, "lead", 12, 1, 90), (4, "lead", 127, 1, 90)]
    arrays = encode(SongCodec(), Phrase(make_notes(notes)))
    found = {int(p) + LOWEST for p in np.nonzero(arrays["onset"])[3]}
    assert {p % 12 for p in found} == {0, 7}
    assert all(LOWEST <= p <= HIGHEST for p in found)


def test_of_two_lead_notes_at_once_the_higher_is_encoded():
    notes = [(0, "lead", 60, 4, 90), (0, "lead", 72, 4, 90)]
    arrays = encode(SongCodec(), Phrase(make_notes(notes)))
    assert arrays["voice"][0, 0, 0] == 2 + 72 - LOWEST


def with_an_unlikely_step(sounding_logit):
    """Outputs for two notes of eight steps, with one step in which they hardly sound."""
    codec = SongCodec()
    notes = [(0, "chords", 60, 8, 90), (0, "lead", 72, 8, 90)]
    outputs = perfect_song_outputs(encode(codec, Phrase(make_notes(notes))))
    split = codec.split_outputs(outputs)
    sounding, voice = np.array(split["sounding"]), np.array(split["voice"])
    sounding[0, 4, 1, 60 - LOWEST] = sounding_logit
    voice[0, 4, 0, :2] = CERTAIN, CERTAIN + sounding_logit
    flat = [voice, np.array(split["onset"]), sounding, 20 * np.ones((1, 32, 4))]
    joined = np.concatenate([x.reshape(1, 32, -1) for x in flat], -1)
    return codec, joined.reshape(1, 8, -1).astype(np.float32)


def test_a_held_note_bridges_an_unlikely_step():
    codec, outputs = with_an_unlikely_step(-3)
    (phrase,) = codec.to_phrases(outputs, SETTINGS)
    assert phrase.notes["duration"].tolist() == [8, 8]


def test_the_settings_decide_where_notes_begin_and_how_long_they_last():
    codec, outputs = with_an_unlikely_step(-100)  # the rest of the note does not make up for it
    (short,) = codec.to_phrases(outputs, SETTINGS)
    assert short.notes["duration"].tolist() == [4, 4]
    long_notes = InferenceConfig(sustain_gain=1e4, sustain_from=-1.0, sustain_limit=200.0)
    (long,) = codec.to_phrases(outputs, long_notes)
    assert (long.notes["duration"] > 8).all()
    (strict,) = codec.to_phrases(outputs, InferenceConfig(onset_threshold=CERTAIN + 1))
    assert set(strict.notes["part"]) == {PARTS.index("lead")}  # single voices have no threshold
    drums = DrumsCodec()
    hits = perfect_drums_outputs(encode(drums, drum_phrase()))
    assert not len(drums.to_phrases(hits, InferenceConfig(onset_threshold=CERTAIN + 1))[0])


@pytest.mark.parametrize(("codec", "make", "perfect"), CODECS)
def test_the_loss_of_perfect_outputs_is_small_and_of_zeros_large(codec, make, perfect):
    arrays = encode(codec, make())
    losses = codec.losses(arrays, perfect(arrays))
    assert tuple(losses) == codec.loss_names
    assert float(sum(ops.sum(value) for value in losses.values())) < 0.1
    zeros = codec.losses(arrays, np.zeros((1, codec.beats, codec.output_count), np.float32))
    assert float(sum(ops.sum(value) for value in zeros.values())) > 50


@pytest.mark.parametrize(("codec", "make", "perfect"), CODECS)
def test_the_encoder_gets_one_vector_for_each_beat(codec, make, perfect):
    arrays = encode(codec, make(), make())
    assert codec.beat_features(arrays).shape == (2, codec.beats, codec.feature_count)
