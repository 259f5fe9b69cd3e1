"""Instruments are cut out of soundfonts with all that they use, and sound as before."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.sounds import BAND, TIM, damaged_soundfont, needs_fluidsynth, piece_of

from musegen.audio.loudness import loudness
from musegen.audio.render_jobs import RenderJob, play_piece
from musegen.audio.sf2 import GUARD, VORBIS, open_soundfont, write_soundfont
from musegen.audio.subset import cut_soundfont, soundfont_digest
from musegen.errors import AudioError

DRUMS = (36, 38)
PRESETS = {(0, 0): None, (0, 4): None, (0, 33): None, (128, 0): DRUMS}


def cut(folder: Path, *args, **options) -> Path:
    path = folder / "cut.sf3"
    path.write_bytes(cut_soundfont(*args, **options))
    return path


def names(font) -> list[bytes]:
    return list(font.presets.items["name"][:-1])


@needs_fluidsynth
def test_with_samples_as_they_are_every_sample_of_the_sound_stays(tmp_path) -> None:
    piece = piece_of(BAND)
    part = cut(tmp_path, TIM, PRESETS, quality=None)
    assert part.stat().st_size < TIM.stat().st_size / 3
    before, after = (
        RenderJob(piece.seconds, path, None, None, None).render_whole(play_piece(piece))
        for path in (TIM, part)
    )
    np.testing.assert_array_equal(before, after)


@needs_fluidsynth
def test_with_samples_as_vorbis_each_part_sounds_alike(tmp_path) -> None:
    piece = piece_of(BAND)
    part = cut(tmp_path, TIM, PRESETS)
    assert part.stat().st_size < len(cut_soundfont(TIM, PRESETS, quality=None)) / 2
    parts = {name: play_piece(piece.only((name,))) for name in piece.parts}
    (before, _), (after, _) = (
        RenderJob(piece.seconds, path, None, None, None).render_parts(parts) for path in (TIM, part)
    )
    for name, sound in before.items():
        other = np.zeros_like(sound)
        other[: len(after[name])] = after[name][: len(sound)]
        assert np.corrcoef(sound.ravel(), other.ravel())[0, 1] > 0.97, name
        assert loudness(other) == pytest.approx(loudness(sound), abs=0.5), name


def test_only_the_drums_that_are_played_are_kept() -> None:
    kit, two = (len(cut_soundfont(TIM, {(128, 0): keys})) for keys in (None, DRUMS))
    assert two < kit / 3


def test_zones_keep_their_generators_modulators_and_order(tmp_path) -> None:
    path = cut(tmp_path, TIM, {(0, 0): None})
    new, old = open_soundfont(path), open_soundfont(TIM)
    (piano,) = np.flatnonzero(
        (old.presets.items["bank"] == 0) & (old.presets.items["program"] == 0)
    )[:1]
    zones = [*old.presets.zones(piano)]
    for before, after in zip(zones, new.presets.zones(0), strict=True):
        np.testing.assert_array_equal(before.generators["kind"], after.generators["kind"])
        np.testing.assert_array_equal(before.modulators, after.modulators)
        if before.target is None or after.target is None:
            continue
        pairs = zip(
            old.instruments.zones(before.target), new.instruments.zones(after.target), strict=True
        )
        for inner_before, inner_after in pairs:
            fixed = inner_before.generators["kind"] != 53  # all but the number of the sample
            np.testing.assert_array_equal(
                inner_before.generators[fixed], inner_after.generators[fixed]
            )
            np.testing.assert_array_equal(inner_before.modulators, inner_after.modulators)


def test_loops_and_lengths_are_those_of_the_original(tmp_path) -> None:
    path = cut(tmp_path, TIM, {(0, 0): None})
    old, new = open_soundfont(TIM), open_soundfont(path)
    originals = {header["name"]: header for header in old.headers}
    for header in new.headers[:-1]:
        before = originals[header["name"]]
        assert header["type"] & VORBIS
        data = new.samples[header["start"] : header["end"]].tobytes()
        assert len(soundfile.read(io.BytesIO(data))[0]) == before["end"] - before["start"] + GUARD
        for name in ("loop_start", "loop_end"):
            assert header[name] == before[name] - before["start"]
        assert header["rate"] == before["rate"]


def with_24_bits(folder: Path) -> Path:
    """TimGM6mb's piano with lower bytes, which its own samples do not have."""
    font = open_soundfont(cut(folder, TIM, {(0, 0): None}, quality=None))
    low = np.random.default_rng(0).integers(0, 256, len(font.samples) // 2, np.uint8)
    path = folder / "deep.sf2"
    samples = [(b"smpl", font.samples.tobytes()), (b"sm24", low.tobytes())]
    tables = Path(folder / "cut.sf3").read_bytes()
    place = tables.rfind(b"LIST", 0, tables.rfind(b"pdta"))
    records, position = [], place + 12
    while position < len(tables):
        name, size = struct.unpack("<4sI", tables[position : position + 8])
        records.append((name, tables[position + 8 : position + 8 + size]))
        position += 8 + size + size % 2
    path.write_bytes(write_soundfont(font.info, samples, records))
    return path


def test_samples_of_24_bits_stay_so_or_are_encoded_with_them(tmp_path) -> None:
    deep = with_24_bits(tmp_path)
    old, new = (
        open_soundfont(deep),
        open_soundfont(cut(tmp_path, deep, {(0, 0): None}, quality=None)),
    )
    np.testing.assert_array_equal(old.samples, new.samples)
    np.testing.assert_array_equal(old.low_bytes, new.low_bytes)
    assert len(open_soundfont(cut(tmp_path, deep, {(0, 0): None})).low_bytes) == 0


def test_a_cut_of_a_compressed_soundfont_keeps_its_samples(tmp_path) -> None:
    first = cut(tmp_path, TIM, {(0, 0): None, (0, 4): None})
    one = open_soundfont(first)
    two = open_soundfont(cut(tmp_path / "..", first, {(0, 4): None}))
    blobs = {one.samples[h["start"] : h["end"]].tobytes() for h in one.headers[:-1]}
    assert {two.samples[h["start"] : h["end"]].tobytes() for h in two.headers[:-1]} < blobs


@pytest.mark.parametrize(
    ("asked", "played"), [((128, 99), (128, 0)), ((0, 0), (0, 0)), ((5, 4), (0, 4))]
)
def test_a_missing_preset_is_the_one_that_fluidsynth_would_play(tmp_path, asked, played) -> None:
    new, old = (open_soundfont(cut(tmp_path, TIM, {place: DRUMS})) for place in (asked, played))
    assert names(new) == names(old)
    assert (new.presets.items["bank"][0], new.presets.items["program"][0]) == asked


def test_a_sample_whose_other_channel_is_not_played_is_mono(tmp_path) -> None:
    font = open_soundfont(cut(tmp_path, TIM, PRESETS))
    for header in font.headers[:-1]:
        if header["type"] & 0b1110:
            assert font.headers["link"][header["link"]] < len(font.headers) - 1


def test_texts_about_the_soundfont_stay(tmp_path) -> None:
    texts = dict(open_soundfont(cut(tmp_path, TIM, PRESETS)).info)
    assert texts[b"INAM"] == dict(open_soundfont(TIM).info)[b"INAM"]
    assert texts[b"ifil"] == struct.pack("<2H", 3, 1)  # readers refuse Vorbis in version 2


def test_loud_samples_do_not_wrap_around(tmp_path) -> None:
    font = open_soundfont(cut(tmp_path, TIM, PRESETS))
    for header in font.headers[:-1]:
        if header["type"] & VORBIS:
            data = io.BytesIO(font.samples[header["start"] : header["end"]].tobytes())
            assert np.abs(soundfile.read(data)[0]).max() < 1


def test_digests_tell_soundfonts_apart(tmp_path) -> None:
    copy = tmp_path / "copy.sf2"
    copy.write_bytes(TIM.read_bytes())
    assert soundfont_digest(copy) == soundfont_digest(TIM)
    assert soundfont_digest(cut(tmp_path, TIM, PRESETS)) != soundfont_digest(TIM)


def test_damaged_soundfonts_are_refused_in_one_line(tmp_path) -> None:
    (tmp_path / "text.sf2").write_text("no soundfont")
    (tmp_path / "half.sf2").write_bytes(TIM.read_bytes()[:100_000])
    for path in (damaged_soundfont(tmp_path), tmp_path / "text.sf2", tmp_path / "half.sf2"):
        with pytest.raises(AudioError, match=rf"^{path.name} .*choose a[^\n]*$"):
            cut_soundfont(path, PRESETS)
    with pytest.raises(AudioError, match="cannot read"):
        cut_soundfont(tmp_path / "none.sf2", PRESETS)


def test_damage_anywhere_in_the_tables_is_refused_or_harmless(tmp_path) -> None:
    data = bytearray(cut_soundfont(TIM, {(0, 4): None}, quality=None))
    tables = data.rfind(b"pdta")
    path, random = tmp_path / "bad.sf2", np.random.default_rng(1)
    for _ in range(200):
        bad = data.copy()
        for place in random.integers(tables, len(data), 8):
            bad[place] = random.integers(256)
        path.write_bytes(bad)
        with contextlib.suppress(AudioError):
            cut_soundfont(path, {(0, 4): None}, quality=None)


def test_an_instrument_that_plays_nothing_is_refused(tmp_path) -> None:
    with pytest.raises(AudioError, match="has no sound for drums: choose another soundfont"):
        cut_soundfont(TIM, {(128, 0): (0,)})
