"""Each feature, on music small enough to work it out by hand."""

import math
import time

import numpy as np
import pytest

from musegen.music.features import (
    FEATURE_NAMES,
    PIECE_FEATURE_NAMES,
    phrase_features,
    piece_features,
)
from musegen.music.notes import PARTS, make_notes
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece


def measure(*rows, key=0, tempo=120.0):
    return phrase_features(Phrase(make_notes(rows), key, tempo))


def melody(pitches, every=4, duration=4, part="lead"):
    return [(i * every, part, pitch, duration, 80) for i, pitch in enumerate(pitches)]


def random_phrase(seed, size=45):
    rng = np.random.default_rng(seed)
    columns = rng.integers([0, 0, 24, 1, 1], [32, 5, 100, 40, 128], (size, 5))
    rows = [
        (*row, offset) for row, offset in zip(columns, rng.uniform(-0.5, 0.5, size), strict=True)
    ]
    return Phrase(make_notes(rows), int(rng.integers(-5, 7)), float(rng.uniform(50, 200)))


def test_names_are_in_order():
    assert tuple(measure(*melody([60, 62]))) == FEATURE_NAMES
    assert tuple(piece_features(Piece((Phrase(),)))) == PIECE_FEATURE_NAMES
    assert len(set(PIECE_FEATURE_NAMES)) == len(PIECE_FEATURE_NAMES)


def test_silence_is_all_zero():
    assert set(phrase_features(Phrase()).values()) == {0.0}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "row", [(0, "lead", 60, 4, 90), (31, "drums", 42, 1, 90), (31, 3, 0, 99, 1)]
)
def test_one_note_is_well_defined(row):
    values = measure(row).values()
    assert all(isinstance(value, float) and math.isfinite(value) for value in values)


@pytest.mark.filterwarnings("error")
def test_any_music_stays_in_range():
    limits = {
        **dict.fromkeys(("pitch_mean", "brightness", "pitch_range", "interval"), (0, 127)),
        **dict.fromkeys(("in_scale", "offbeat", *(f"share_{part}" for part in PARTS)), (0, 1)),
        "pitch_entropy": (0, math.log2(12)),
        "ioi_entropy": (0, math.log2(7)),
        "velocity_mean": (1, 127),
        "velocity_std": (0, 63),
        "parts": (0, 5),
        "harmony": (0, 12),
        "ioi_mean": (0.25, 8),
        "duration_mean": (0.25, 8),
        "syncopation": (0, 13),
    }
    for seed in range(50):
        values = phrase_features(random_phrase(seed, size=5 + seed))
        assert all(math.isfinite(value) for value in values.values())
        for name, (low, high) in limits.items():
            assert low <= values[name] <= high + 1e-9, name


# Pitch


def test_mean_pitch_and_range():
    values = measure(*melody([60, 64, 71]))
    assert values["pitch_mean"] == 65
    assert values["pitch_range"] == 11


def test_drums_have_no_pitch():
    with_drums = measure(*melody([60, 64]), (0, "drums", 36, 1, 90))
    alone = measure((0, "drums", 36, 1, 90), (4, "drums", 38, 1, 90))
    assert with_drums["pitch_mean"] == 62
    assert with_drums["polyphony"] == measure(*melody([60, 64]))["polyphony"]
    assert (alone["pitch_mean"], alone["pitch_range"], alone["harmony"]) == (0, 0, 0)


def test_pitch_entropy_counts_classes_and_not_octaves():
    assert measure(*melody([60, 72, 48]))["pitch_entropy"] == 0
    assert measure(*melody([60, 62, 64, 65]))["pitch_entropy"] == 2
    assert measure(*melody([60, 62, 64, 77]))["pitch_entropy"] == 2


def test_in_scale_uses_the_key_of_the_phrase():
    rows = melody([62, 66, 69, 73])  # D, F sharp, A, C sharp
    assert measure(*rows, key=2)["in_scale"] == 1
    assert measure(*rows, key=0)["in_scale"] == 0.5


def test_the_melody_is_the_lead_if_there_is_one():
    lead = melody([60, 62, 64])  # two semitones a beat
    above = melody([90, 80, 70], part="counter")
    values = measure(*lead, *above)
    assert values["interval"] == 2
    assert values["contour"] == pytest.approx(2)


def test_without_a_lead_the_melody_is_the_highest_note_of_each_onset():
    top, under = melody([72, 71, 69], part="chords"), melody([60, 48, 60], part="bass")
    values = measure(*top, *under)
    assert values["interval"] == 1.5
    assert values["contour"] == pytest.approx(-1.5)


# Loudness


def test_mean_velocity_and_range():
    values = measure((0, "lead", 60, 1, 60), (1, "drums", 36, 1, 100))
    assert values["velocity_mean"] == 80
    assert values["velocity_std"] == 20


def test_a_crescendo_is_the_rise_in_velocity_a_bar():
    louder = [(step, "lead", 60, 1, 40 + 2 * step) for step in range(32)]
    assert measure(*louder)["crescendo"] == pytest.approx(32)
    assert measure(*melody([60] * 8))["crescendo"] == 0


# Rhythm


def test_density_is_in_notes_a_beat():
    assert measure(*melody([60] * 8))["density"] == 1
    assert measure(*melody([60] * 8), *melody([48] * 8, part="bass"))["density"] == 2


@pytest.mark.parametrize(
    ("steps", "points"),
    [
        ([0, 4, 8, 12, 16], 0),  # on the beats
        ([0, 2, 4, 6, 8, 16], 0),  # eighths: after each weak note its strong one is played
        ([0, 3, 6, 8, 16], 2),  # the sixteenth at 3 (-4) is held over the second beat (-2)
        ([0, 6, 16], 2),  # the eighth at 6 (-3) is held over the third beat (-1)
        ([0, 14], 3),  # the eighth at 14 (-3) is held over the bar line (0)
        ([15], 4),  # the sixteenth at 15 (-4) is held over the bar line (0)
        ([16, 31], 0),  # what follows the phrase is not known
    ],
)
def test_syncopation_is_that_of_longuet_higgins_and_lee(steps, points):
    bars = 2
    found = measure(*((step, "lead", 60, 1, 80) for step in steps))["syncopation"]
    assert found == points / bars


def test_syncopation_is_the_mean_of_the_parts():
    syncopated, straight = (15, "lead", 60, 1, 80), (0, "bass", 36, 8, 80)
    assert measure(syncopated)["syncopation"] == 2
    assert measure(syncopated, straight)["syncopation"] == 1


def test_hi_hats_do_not_count_for_syncopation():
    late_hat, kick = (15, "drums", 42, 1, 80), (0, "drums", 36, 1, 80)
    assert measure(late_hat, kick)["syncopation"] == 0
    assert measure((15, "drums", 38, 1, 80), kick)["syncopation"] == 2


def test_times_between_onsets_are_of_any_part():
    lead, bass = melody([60] * 4, every=8), melody([36] * 4, every=8, part="bass")
    together = measure(*lead, *bass)
    assert (together["ioi_mean"], together["ioi_entropy"]) == (2, 0)
    between = measure(*lead, (4, "bass", 36, 4, 80))  # gaps of 1, 1, 2 and 2 beats
    assert (between["ioi_mean"], between["ioi_entropy"]) == (1.5, 1)


def test_duration_counts_only_within_the_phrase():
    assert measure(*melody([60, 62], duration=2))["duration_mean"] == 0.5
    assert measure((28, "lead", 60, 100, 80))["duration_mean"] == 1


def test_offbeat_is_the_share_of_notes_off_the_beats():
    assert measure(*melody([60] * 4, every=4))["offbeat"] == 0
    assert measure(*melody([60] * 4, every=2))["offbeat"] == 0.5
    assert measure((1, "drums", 36, 1, 80))["offbeat"] == 1


def test_timing_is_in_milliseconds():
    hits = [(0, "drums", 36, 1, 80, 0.25), (4, "drums", 38, 1, 80, -0.25)]
    assert measure(*hits, tempo=120)["timing"] == pytest.approx(0.25 * 125)
    assert measure(*hits, tempo=60)["timing"] == pytest.approx(0.25 * 250)


# Timbre


def test_shares_are_of_the_summed_durations():
    values = measure((0, "lead", 60, 6, 80), (0, "bass", 36, 1, 80), (0, "drums", 36, 1, 80))
    shares = [values[f"share_{part}"] for part in PARTS]
    assert shares == [0.75, 0, 0, 0.125, 0.125]
    assert values["parts"] == 3


def test_polyphony_is_the_mean_over_the_phrase():
    chord = [(0, "chords", pitch, 16, 80) for pitch in (60, 64, 67)]
    assert measure(*chord)["polyphony"] == 1.5
    assert measure(*chord, *((o + 16, p, q, d, v) for o, p, q, d, v in chord))["polyphony"] == 3


def test_loud_and_long_notes_weigh_more_in_brightness():
    assert measure((0, "lead", 80, 1, 90), (0, "bass", 40, 1, 30))["brightness"] == 70
    assert measure((0, "lead", 80, 3, 60), (0, "bass", 40, 1, 60))["brightness"] == 70


def test_harmony_counts_the_pitch_classes_of_beats_with_notes():
    triad = [(0, "chords", pitch, 8, 80) for pitch in (60, 64, 67, 72)]
    assert measure(*triad)["harmony"] == 3
    # Beats 1 and 2 hold three classes; beat 3 holds one.
    assert measure(*triad, (8, "bass", 36, 4, 80))["harmony"] == pytest.approx(7 / 3)


# Pieces

PHRASE_A = Phrase(make_notes(melody([60, 64, 67, 72])), tempo=120.0)
PHRASE_B = Phrase(make_notes(melody([62, 65, 69, 74])), tempo=60.0)


def test_a_piece_has_the_mean_of_its_phrases():
    values = piece_features(Piece((PHRASE_A, PHRASE_B)))
    a, b = phrase_features(PHRASE_A), phrase_features(PHRASE_B)
    for name in FEATURE_NAMES:
        assert values[name] == pytest.approx((a[name] + b[name]) / 2)


def test_silent_phrases_do_not_lower_the_mean():
    values = piece_features(Piece((PHRASE_A, Phrase())))
    assert values["pitch_mean"] == phrase_features(PHRASE_A)["pitch_mean"]


def test_tempo_is_the_mean_over_time():
    values = piece_features(Piece((PHRASE_A, PHRASE_B)))
    assert values["seconds"] == pytest.approx(4 + 8)
    assert values["tempo"] == pytest.approx(16 / 12 * 60)


def test_self_similarity():
    def alike(*phrases):
        return piece_features(Piece(phrases))["self_similarity"]

    assert alike(PHRASE_A) == 1
    assert alike(PHRASE_A, PHRASE_A) == 1
    assert alike(PHRASE_A, PHRASE_B) == 0
    assert alike(PHRASE_A, PHRASE_A, PHRASE_B) == pytest.approx(1 / 3)
    assert alike(PHRASE_A, PHRASE_A.to_key(3)) == 1  # moved, but the same
    half = Phrase(PHRASE_A.notes[:2])
    assert alike(PHRASE_A, half) == pytest.approx(2 * 2 / (4 + 2))


def test_a_silent_piece_is_well_defined():
    values = piece_features(Piece((Phrase(), Phrase())))
    assert all(math.isfinite(value) for value in values.values())
    assert values["seconds"] == pytest.approx(10)  # two phrases at 96


def test_a_phrase_is_measured_in_milliseconds():
    phrases = [random_phrase(seed) for seed in range(200)]
    start = time.process_time()  # processor time does not depend on other programs
    for phrase in phrases:
        phrase_features(phrase)
    # Usually a tenth of a millisecond; a data set has 60,000 phrases.
    assert (time.process_time() - start) / len(phrases) < 0.003
