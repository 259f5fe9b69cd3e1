"""Phrases are converted to arrays, and a network's outputs to phrases."""

import numpy as np
import pytest
from keras import ops
from support.examples import band_phrase, drum_phrase

from musegen.model.codecs import DrumsCodec, SongCodec
from musegen.model.codecs.song import HIGHEST, LOWEST, OVERHANGS
from musegen.model.codecs.tables import no_tables
from musegen.model.config import InferenceConfig
from musegen.music import Phrase, Piece
from musegen.music.feel import Feel
from musegen.music.notes import OFFSETS_PER_STEP, make_notes
from musegen.music.phrase_set import PhraseSet

CERTAIN = 20.0  # a logit that leaves no doubt
SETTINGS = InferenceConfig()


def encode(codec, *phrases):
    return codec.to_arrays(PhraseSet.from_phrases(phrases))


def song_outputs(onset, sounding, velocity, offset, overhang):
    """The network's outputs from what they mean; velocities in MIDI's units, offsets in steps."""
    steps = np.stack(
        [
            onset,
            sounding,
            (velocity - 76) / 32,
            np.arctanh(np.clip(2 * offset, -0.9999, 0.9999)),
        ],
        axis=3,
    )
    n, parts = steps.shape[:2]
    flat = [steps.reshape(n, parts, -1), overhang.reshape(n, parts, -1)]
    return np.concatenate(flat, -1).astype(np.float32)


def perfect_song_outputs(arrays):
    """What a perfect network would write."""
    velocity = arrays["velocity"].astype(float)
    lasts = arrays["overhang"][..., None] >= OVERHANGS
    return song_outputs(
        CERTAIN * (2.0 * (velocity > 0) - 1),
        CERTAIN * (2.0 * arrays["sounding"] - 1),
        velocity,
        arrays["offset"] / 200,
        CERTAIN * (2.0 * lasts - 1),
    )


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
        for field in ("onset", "part", "pitch", "duration", "velocity", "offset"):
            assert np.array_equal(ours.notes[field], theirs.notes[field]), field


def test_notes_keep_velocities_of_their_own_timing_and_lengths_past_the_phrase():
    notes = [
        (0, "chords", 60, 4, 50, 0.2),
        (0, "chords", 64, 4, 90, -0.31),
        (0, "lead", 60, 4, 70, 0.0),  # the same pitch in another part
        (28, "bass", 40, 12, 100, 0.1),  # eight steps past the end
        (31, "lead", 72, 1, 80, 0.333),
    ]
    phrase = Phrase(make_notes(notes))
    codec = SongCodec()
    (ours,) = codec.to_phrases(perfect_song_outputs(encode(codec, phrase)), SETTINGS)
    assert ours.notes["velocity"].tolist() == phrase.notes["velocity"].tolist()
    assert ours.notes["duration"].tolist() == phrase.notes["duration"].tolist()
    assert np.allclose(ours.notes["offset"], phrase.notes["offset"], atol=0.003)


def test_a_part_played_on_its_steps_stays_on_them():
    arrays = encode(SongCodec(), band_phrase())
    arrays["offset"][:] = 2  # a hundredth of a step: what a network is unsure of
    (phrase,) = SongCodec().to_phrases(perfect_song_outputs(arrays), SETTINGS)
    assert len(phrase)
    assert not phrase.notes["offset"].any()


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


def test_a_drum_of_another_pitch_counts_as_the_one_that_sounds_most_like_it():
    usual = [(0, "drums", 36, 1, 90), (8, "drums", 38, 1, 80), (9, "drums", 42, 1, 70)]
    others = [(0, "drums", 35, 1, 90), (8, "drums", 40, 1, 80), (9, "drums", 3, 1, 70)]
    expected, found = (encode(DrumsCodec(), Phrase(make_notes(rows))) for rows in (usual, others))
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


def test_a_drum_that_is_hit_twice_on_a_step_is_so_again():
    flam = [(4, "drums", 38, 1, 40), (4, "drums", 38, 1, 100), (4, "drums", 42, 1, 70)]
    notes = make_notes([*flam, (12, "drums", 38, 1, 60), (12, "drums", 38, 1, 60)])
    notes["offset"] = [-0.4, 0.1, 0.0, 0.2, -0.2]
    roll = make_notes([(0, "drums", 38, 1, velocity) for velocity in (50, 90, 70)])
    codec = DrumsCodec()
    again, two = codec.to_phrases(
        perfect_drums_outputs(encode(codec, Phrase(notes), Phrase(roll))), SETTINGS
    )
    for field in ("onset", "pitch", "velocity"):
        assert sorted(again.notes[field]) == sorted(notes[field]), field
    assert sorted(again.notes["offset"]) == pytest.approx(sorted(notes["offset"]), abs=1e-3)
    assert sorted(two.notes["velocity"]) == [70, 90]  # of a third hit there is no place


@pytest.mark.parametrize("first", [-0.49, -0.1, 0.0, 0.49])
def test_two_hits_of_a_drum_are_apart_far_enough_to_be_two_in_a_file(first):
    outputs = encode(DrumsCodec(), Phrase(make_notes([(4, "drums", 38, 1, 90, first)] * 2)))
    (phrase,) = DrumsCodec().to_phrases(perfect_drums_outputs(outputs), SETTINGS)
    assert np.ptp(phrase.notes["offset"]) == pytest.approx(0.04, abs=2e-3)
    swung = Piece((phrase,)).with_feel(Feel(swing=1.0))
    assert len(swung.notes) == 2


def test_phrases_are_moved_to_c():
    codec = SongCodec()
    in_c, in_d = encode(codec, band_phrase(1)), encode(codec, band_phrase(1, key=2))
    assert np.array_equal(in_c["velocity"], in_d["velocity"])


def test_pitches_out_of_range_move_by_octaves():
    notes = [(0, "lead", 12, 1, 90), (4, "lead", 127, 1, 90), (8, "lead", 21, 1, 90)]
    arrays = encode(SongCodec(), Phrase(make_notes(notes)))
    found = {int(p) + LOWEST for p in np.nonzero(arrays["velocity"])[3]}
    assert {p % 12 for p in found} == {0, 7, 9}
    assert all(LOWEST <= p <= HIGHEST for p in found)


def with_an_unlikely_step(sounding_logit):
    """Outputs for two notes of eight steps, with one step in which they hardly sound."""
    codec = SongCodec()
    notes = [(0, "bass", 48, 8, 90), (0, "chords", 60, 8, 90), (0, "lead", 72, 8, 90)]
    outputs = perfect_song_outputs(encode(codec, Phrase(make_notes(notes))))
    steps = outputs[..., : 8 * codec.output_count].reshape(1, 4, 32, 4, 88)
    for part, pitch in ((3, 48), (2, 60), (0, 72)):
        steps[0, part, 4, 1, pitch - LOWEST] = sounding_logit
    outputs[..., : 8 * codec.output_count] = steps.reshape(1, 4, -1)
    return codec, outputs


def doubtful(codec, outputs):
    """The same outputs, of notes that may or may not begin."""
    steps = outputs[..., : 8 * codec.output_count].reshape(len(outputs), 4, 32, 4, 88).copy()
    steps[:, :, :, 0] = np.where(steps[:, :, :, 0] > 0, 0.5, -CERTAIN)
    beats = steps.reshape(len(outputs), 4, -1)
    return np.concatenate([beats, outputs[..., 8 * codec.output_count :]], axis=-1)


def test_a_held_note_bridges_an_unlikely_step():
    codec, outputs = with_an_unlikely_step(-3)
    (phrase,) = codec.to_phrases(outputs, SETTINGS)
    assert phrase.notes["duration"].tolist() == [8, 8, 8]


def test_the_settings_decide_where_notes_begin_and_how_long_they_last():
    codec, outputs = with_an_unlikely_step(-100)  # the rest of the note does not make up for it
    (short,) = codec.to_phrases(outputs, SETTINGS)
    assert short.notes["duration"].tolist() == [4, 4, 4]
    long_notes = InferenceConfig(sustain_gain=1e4, sustain_limit=200.0)
    (certain,) = codec.to_phrases(outputs, long_notes)
    assert certain.notes["duration"].tolist() == [4, 4, 4]
    (long,) = codec.to_phrases(doubtful(codec, outputs), long_notes)
    assert (long.notes["duration"] > 8).all()
    strict = InferenceConfig(onset_threshold=CERTAIN + 1)
    assert not len(codec.to_phrases(outputs, strict)[0])
    drums = DrumsCodec()
    hits = perfect_drums_outputs(encode(drums, drum_phrase()))
    assert not len(drums.to_phrases(hits, strict)[0])


def test_velocities_of_uncertain_chords_are_spread_and_those_of_certain_ones_are_not():
    chords = [(step, "chords", pitch, 4, 80) for step in range(0, 32, 4) for pitch in (60, 64, 67)]
    others = [(0, "bass", 48, 8, 90), (0, "lead", 72, 8, 90)]
    phrase = Phrase(make_notes([*chords, *others]))
    codec = SongCodec()
    outputs = perfect_song_outputs(encode(codec, phrase, phrase))
    settings = InferenceConfig(chord_spread=6.0)
    (certain, _) = codec.to_phrases(outputs, settings)
    uncertain, again = codec.to_phrases(doubtful(codec, outputs), settings)
    assert np.array_equal(certain.notes, phrase.notes)
    assert np.array_equal(uncertain.notes, again.notes)
    velocity = uncertain.only(["chords"]).notes["velocity"].reshape(8, 3).astype(float)
    assert np.abs(velocity.mean(1) - 80).max() < 1  # chords are as loud as before
    assert 2 < velocity.std(1).mean() < 8
    assert len(np.unique(velocity, axis=0)) > 4  # not the same notes are always louder
    assert uncertain.only(["lead"]).notes["velocity"].tolist() == [90]


def test_traits_count_in_draws_and_not_in_encoded_phrases():
    rows = [(0, "bass", 48, 8, 90), (0, "chords", 60, 8, 80), (0, "lead", 72, 8, 100)]
    codec = SongCodec()
    outputs = perfect_song_outputs(encode(codec, Phrase(make_notes(rows))))
    tables = no_tables(codec.table_shapes)
    tables["sustain"][0] = 40.0
    tables["dynamics"][:] = 4.0
    traits = np.zeros((1, codec.traits))
    traits[0, 4] = -1.0  # the lead's notes are short
    (encoded,) = codec.to_phrases(outputs, SETTINGS, tables, traits)
    assert np.array_equal(encoded.notes, make_notes(rows))
    (drawn,) = codec.to_phrases(doubtful(codec, outputs), SETTINGS, tables, traits)
    assert drawn.notes["duration"].tolist() == [1, 8, 8]
    assert drawn.notes["velocity"].tolist() == [95, 85, 90]  # a deviation of 4 instead of 8


def test_drums_of_draws_get_the_deviations_that_the_tables_have():
    codec = DrumsCodec()
    rows = [(step, "drums", 42, 1, 80 + 10 * (step % 8 // 4)) for step in range(0, 32, 4)]
    notes = make_notes(rows)
    notes["offset"] = np.tile([-0.1, 0.1], 4)
    outputs = perfect_drums_outputs(encode(codec, Phrase(notes)))
    tables = no_tables(codec.table_shapes)
    tables["dynamics"] += 10
    tables["looseness"] += 0.05
    traits = np.zeros((1, codec.traits))
    (encoded,) = codec.to_phrases(outputs, SETTINGS, tables, traits)
    assert encoded.notes["velocity"].tolist() == [80, 90] * 4
    unsure = outputs.reshape(-1, 32, 3, 18).copy()
    unsure[:, :, 0] = np.where(unsure[:, :, 0] > 0, 0.5, -CERTAIN)
    (drawn,) = codec.to_phrases(unsure.reshape(outputs.shape), SETTINGS, tables, traits)
    assert drawn.notes["velocity"].tolist() == [75, 95] * 4
    assert drawn.notes["offset"] == pytest.approx(np.tile([-0.05, 0.05], 4), abs=2e-3)
    measured = codec.measure_traits([drawn, Phrase()])
    assert measured[0] == pytest.approx([10, 0.05], abs=0.01)
    assert np.isnan(measured[1]).all()


def test_odds_of_hits_count_in_draws_and_second_hits_have_a_first():
    codec = DrumsCodec()
    outputs = perfect_drums_outputs(encode(codec, drum_phrase()))
    once = codec.to_arrays(PhraseSet.from_phrases([drum_phrase()]))["hit"].sum(0, dtype=int)
    tables = no_tables(codec.table_shapes)
    tables["odds"][:, 9:] = 4.0
    (encoded,) = codec.to_phrases(outputs, SETTINGS, tables)
    assert len(encoded) == once.sum()
    unsure = outputs.reshape(-1, 32, 3, 18).copy()
    unsure[:, :, 0] = np.where(unsure[:, :, 0] > 0, 0.5, -3.0)
    unsure = unsure.reshape(outputs.shape)
    assert len(codec.to_phrases(unsure, SETTINGS)[0]) == once.sum()
    (twice,) = codec.to_phrases(unsure, SETTINGS, tables)
    assert np.array_equal(codec.count([twice])["odds"][:, 9:], codec.count([twice])["odds"][:, :9])
    assert len(twice) == 2 * once[:, :9].sum()
    pairs = twice.notes[np.lexsort((twice.notes["pitch"], twice.notes["onset"]))]
    assert np.abs(np.diff(pairs["offset"].reshape(-1, 2))).min() > 0.099  # not one louder hit


def test_tables_count_in_draws_and_not_in_encoded_phrases():
    rows = [(0, "bass", 48, 8, 90), (0, "chords", 60, 8, 90), (0, "lead", 72, 8, 90)]
    notes = make_notes([*rows, (0, "lead", 76, 8, 90)])
    codec = SongCodec()
    outputs = perfect_song_outputs(encode(codec, Phrase(notes)))
    alone = no_tables(codec.table_shapes)
    alone["count"][0, 1] = -4.0  # no second note of the lead on a step
    (encoded,) = codec.to_phrases(outputs, SETTINGS, alone)
    assert len(encoded) == 4
    unsure = doubtful(codec, outputs)
    (drawn,) = codec.to_phrases(unsure, SETTINGS, alone)
    assert len(drawn.only(["lead"])) == 1
    assert len(codec.to_phrases(unsure, SETTINGS)[0]) == 4
    lead_alone = outputs.copy()
    lead_alone[:, 0] = unsure[:, 0]  # one part of an encoded phrase can be unsure
    assert len(codec.to_phrases(lead_alone, SETTINGS, alone)[0]) == 4


def test_a_part_of_few_notes_is_silent_in_draws():
    rows = [(step, "chords", 60, 2, 90) for step in range(0, 32, 4)]
    rows += [(0, "lead", 72, 8, 90), (8, "lead", 74, 8, 90), (0, "bass", 36, 8, 90)]
    notes = make_notes(rows)
    codec = SongCodec()
    outputs = perfect_song_outputs(encode(codec, Phrase(notes)))
    unsure = doubtful(codec, outputs)
    tables = no_tables(codec.table_shapes)
    for fewest, heard in ((1, 2), (20, 0)):
        tables["fewest"][0] = fewest
        (drawn,) = codec.to_phrases(unsure, SETTINGS, tables)
        assert len(drawn.only(["lead"])) == heard
        assert len(drawn.only(["chords"])) == 8  # of which nothing is asked
    (encoded,) = codec.to_phrases(outputs, SETTINGS, tables)
    assert len(encoded) == 11
    assert codec.onset_steps([encoded, drawn]).tolist() == [[2, 0, 8, 1], [0, 0, 8, 1]]


@pytest.mark.parametrize(("codec", "make", "perfect"), CODECS)
def test_the_loss_of_perfect_outputs_is_small_and_of_zeros_large(codec, make, perfect):
    arrays = encode(codec, make())
    losses = codec.losses(arrays, perfect(arrays))
    assert tuple(losses) == codec.loss_names
    assert float(sum(ops.sum(value) for value in losses.values())) < 0.1
    zeros = codec.losses(arrays, np.zeros_like(perfect(arrays)))
    assert float(sum(ops.sum(value) for value in zeros.values())) > 50


@pytest.mark.parametrize(("codec", "make", "perfect"), CODECS)
def test_the_encoder_gets_one_vector_for_each_beat_of_each_cell(codec, make, perfect):
    arrays = encode(codec, make(), make())
    features = codec.beat_features(arrays)
    assert features.shape == (2 * codec.cells, codec.beats, codec.feature_count)
