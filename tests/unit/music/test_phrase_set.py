"""Many phrases in one file."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest
from support.examples import band_phrase, drum_phrase, phrase_set

from musegen.errors import MusicError
from musegen.music import Phrase
from musegen.music.phrase_set import PhraseSet


def test_a_set_contains_the_phrases_it_was_made_of():
    phrases = [band_phrase(1, key=3), Phrase(), drum_phrase(2)]
    gathered = PhraseSet.from_phrases(phrases)
    assert list(gathered) == phrases
    assert gathered.rows.tolist() == [0] * len(phrases[0]) + [2] * len(phrases[2])


def test_a_saved_set_is_loaded_unchanged(tmp_path):
    made = phrase_set("song")
    made.save(tmp_path / "phrases.npz")
    loaded = PhraseSet.load(tmp_path / "phrases.npz")
    assert list(loaded) == list(made)
    for name in ("source", "bar", "split"):
        assert np.array_equal(getattr(loaded, name), getattr(made, name))


@pytest.mark.parametrize("column", ["style", "section"])
def test_a_file_from_before_styles_and_sections_were_kept_has_empty_ones(tmp_path, column):
    path = tmp_path / "phrases.npz"
    made = replace(phrase_set("song"), style=np.full(24, "jazz"), section=np.full(24, "A2"))
    made.save(path)
    assert set(PhraseSet.load(path).style) == {"jazz"}
    assert set(PhraseSet.load(path).section) == {"A2"}
    with np.load(path) as file:
        columns = {name: file[name] for name in file if name != column}
    np.savez(path, **columns)
    loaded = PhraseSet.load(path)
    assert list(loaded) == list(made)
    assert getattr(loaded, column).tolist() == [""] * 24


def test_take_and_join_keep_the_source_and_bar_of_each_phrase():
    made = phrase_set("song")
    some = made.take(np.array([5, 2]))
    assert list(some) == [made[5], made[2]]
    assert some.source.tolist() == ["song-1", "song-0"]
    both = PhraseSet.join([some, made.take(slice(0, 1))])
    assert list(both) == [made[5], made[2], made[0]]


def test_only_leaves_out_phrases_without_the_parts():
    mixed = PhraseSet.from_phrases([band_phrase(), drum_phrase()])
    assert list(mixed.only(["drums"])) == [drum_phrase()]


def test_a_split_without_phrases_is_refused():
    assert len(phrase_set("song").where("validation")) == 8
    with pytest.raises(MusicError, match="no phrases for test"):
        phrase_set("song").where("test")


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_another_file_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "phrases.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MusicError, match=r"python -m musegen corpus") as caught:
        PhraseSet.load(path)
    assert "\n" not in str(caught.value)


def test_a_damaged_file_is_refused_in_one_line(tmp_path):
    path = tmp_path / "phrases.npz"
    phrase_set("song").save(path)
    content = bytearray(path.read_bytes())
    for start in range(40, len(content), len(content) // 20):
        damaged = content[:start] + b"\xff" * 4 + content[start + 4 :]
        path.write_bytes(damaged)
        with contextlib.suppress(MusicError):  # any other error fails the test
            PhraseSet.load(path)
