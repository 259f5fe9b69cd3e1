"""Files that visitors upload become recipes."""

import mido
import numpy as np
import pretty_midi
import pytest
from support.examples import band

from musegen import audio
from musegen.errors import MusicError
from musegen.midi.tags import TAG
from musegen.recipe.codec import write_recipe
from musegen.recipe.schema import Notes, Random, Recipe
from musegen.server.uploads import ENDINGS, read_upload

RECIPE = Recipe(source=Random(seed=42, bars=4))


def read(path) -> tuple[Recipe, list[str]]:
    notices: list[str] = []
    return read_upload(str(path), notices.append).recipe, notices


def test_a_midi_file_of_somebody_is_read_note_for_note(tmp_path):
    piece = band(bars=4)
    piece.write_midi(tmp_path / "my song.mid")
    recipe, notices = read(tmp_path / "my song.mid")
    assert isinstance(recipe.source, Notes)
    assert recipe.source.name == "my song"
    assert len(recipe.source.pitch) == len(piece.notes)
    assert not notices


@pytest.mark.parametrize("ending", [".mid", *audio.FORMATS])
def test_a_file_that_the_page_wrote_is_its_recipe(tmp_path, ending):
    path = tmp_path / f"made{ending}"
    if ending == ".mid":
        band(bars=2).write_midi(path, tag=TAG + write_recipe(RECIPE))
    else:
        silence = np.zeros((4410, 2), np.float32)
        audio.write_audio(path, silence, 44100, comment=TAG + write_recipe(RECIPE))
    assert read(path) == (RECIPE, [])


@pytest.mark.parametrize("ending", [".mid", ".flac"])
def test_a_file_that_another_model_made_is_its_recipe_or_its_notes(tmp_path, ending):
    path = tmp_path / f"made{ending}"
    tag = TAG + write_recipe(RECIPE, checkpoints="0123456789ab")
    if ending == ".mid":
        band(bars=2).write_midi(path, tag=tag)
    else:
        audio.write_audio(path, np.zeros((4410, 2), np.float32), 44100, comment=tag)
    notices: list[str] = []
    upload = read_upload(str(path), notices.append)
    assert upload.recipe == RECIPE
    assert notices == ["the model has changed since this piece was made, so the music will differ"]
    assert upload.lines[0].startswith("The model has changed")
    assert "very same" not in upload.lines[1]
    if ending == ".mid":
        assert isinstance(upload.own_notes.source, Notes)
        assert len(upload.own_notes.source.pitch) == len(band(bars=2).notes)
    else:
        assert upload.own_notes is None


@pytest.mark.parametrize("ending", [".midi", ".kar", ".rmi"])
def test_other_endings_of_midi_are_read(tmp_path, ending):
    band(bars=4).write_midi(tmp_path / "mine.mid")
    data = (tmp_path / "mine.mid").read_bytes()
    size = len(data).to_bytes(4, "little")
    path = tmp_path / f"mine{ending}"
    path.write_bytes(b"RIFF" + size + b"RMIDdata" + size + data if ending == ".rmi" else data)
    assert ending in ENDINGS
    assert isinstance(read(path)[0].source, Notes)


def test_a_file_that_was_changed_since_is_read_note_for_note(tmp_path):
    path = tmp_path / "made.mid"
    band(bars=4).write_midi(path, tag=TAG + write_recipe(RECIPE))
    file = mido.MidiFile(path)
    for message in file.tracks[1]:
        if message.type == "note_on":
            message.note += 1
    file.save(path)
    upload = read_upload(str(path), print, {0: None})
    assert isinstance(upload.recipe.source, Notes)
    line = "made.mid was made on this page and changed since: its notes are used as they are"
    assert read(path)[1] == [line]
    assert upload.lines[:2] == (f"{line}.", upload.report.lines[0])


def test_a_damaged_recipe_is_reported(tmp_path):
    band(bars=2).write_midi(tmp_path / "made.mid", tag=TAG + write_recipe(RECIPE)[:-9])
    recipe, notices = read(tmp_path / "made.mid")
    assert isinstance(recipe.source, Notes)
    assert notices == [
        "made.mid was made on this page, but its recipe is damaged: its notes are used as they are"
    ]
    silence = np.zeros((4410, 2), np.float32)
    audio.write_audio(
        tmp_path / "made.wav", silence, 44100, comment=TAG + write_recipe(RECIPE)[:-9]
    )
    with pytest.raises(MusicError, match="its recipe is damaged; give a MIDI file"):
        read(tmp_path / "made.wav")


def test_sentences_say_how_a_file_was_read(tmp_path):
    band(bars=4, tempo=100).write_midi(tmp_path / "mine.mid")
    upload = read_upload(str(tmp_path / "mine.mid"), print)
    assert upload.lines == upload.report.lines
    text = "\n".join(upload.lines)
    assert "Tempo: 100 beats a minute. Length: 4 bars, 0:10." in text
    assert "plays the lead" in text
    band(bars=2).write_midi(tmp_path / "ours.mid", tag=TAG + write_recipe(RECIPE))
    upload = read_upload(str(tmp_path / "ours.mid"), print)
    assert upload.report is None
    assert "the very same piece" in upload.lines[0]


def test_tracks_can_get_other_parts(tmp_path):
    band(bars=4).write_midi(tmp_path / "mine.mid")
    upload = read_upload(str(tmp_path / "mine.mid"), print, {0: None})
    assert upload.report.tracks[0].chosen
    assert 0 not in upload.recipe.source.part
    band(bars=2).write_midi(tmp_path / "ours.mid", tag=TAG + write_recipe(RECIPE))
    for choice in ({"assign": {0: None}}, {"tempo_factor": 2.0}):
        with pytest.raises(
            MusicError,
            match=r"ours\.mid was made on this page: its tracks and tempo cannot be changed",
        ):
            read_upload(str(tmp_path / "ours.mid"), print, **choice)


def test_a_meter_that_is_not_kept_is_reported(tmp_path):
    midi = band(bars=4).to_pretty_midi()
    midi.time_signature_changes[0] = pretty_midi.TimeSignature(5, 32, 0.0)
    midi.write(str(tmp_path / "odd.mid"))
    _, notices = read(tmp_path / "odd.mid")
    assert notices == ["odd.mid has bars of 5/32: its beats are kept, in bars of four"]


def test_long_music_is_cut_and_that_is_reported(tmp_path):
    band(bars=140).write_midi(tmp_path / "long.mid")
    recipe, notices = read(tmp_path / "long.mid")
    assert recipe.source.bars == 128
    assert notices == ["long.mid has 140 bars; the page uses the first 128"]
    assert read_upload(str(tmp_path / "long.mid"), print).lines[0] == f"{notices[0]}."


def test_what_cannot_be_read_is_refused_in_one_line(tmp_path):
    sound = tmp_path / "other.wav"
    audio.write_audio(sound, np.zeros((4410, 2), np.float32), 44100)
    with pytest.raises(MusicError, match=r"no voice is heard in other\.wav"):
        read(sound)
    (tmp_path / "letter.mid").write_text("Dear reader")
    with pytest.raises(MusicError, match="not a MIDI file"):
        read(tmp_path / "letter.mid")
    with pytest.raises(MusicError, match="choose a MIDI file first"):
        read_upload(None, print)
    with pytest.raises(MusicError, match=r"^gone\.mid is no longer on the server: choose the file"):
        read(tmp_path / "gone.mid")
