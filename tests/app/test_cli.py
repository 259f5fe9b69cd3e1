"""The command line, on real files."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from support.examples import band, phrase_set
from support.midi_files import Voice, midi_file, scale

from musegen import batch, generator
from musegen.cli import main
from musegen.reading import read_midi


@pytest.fixture(autouse=True)
def tiny_model(monkeypatch, tiny_mg):
    """Commands in this process use the tiny model, already loaded."""
    monkeypatch.setattr(generator, "load", lambda: tiny_mg)
    monkeypatch.setattr(batch, "_load_once", lambda: tiny_mg)


@pytest.fixture
def midi(tmp_path):
    path = tmp_path / "in.mid"
    band(bars=4, tempo=100).write_midi(path)
    return path


def test_a_process_of_its_own_uses_the_checkpoints_that_are_named(tmp_path, tiny_checkpoints):
    outs = [tmp_path / name for name in ("a.mid", "a.wav", "a.npy")]
    words = ["random", "--seed", "42", "--bars", "16"]
    done = subprocess.run(
        [sys.executable, "-m", "musegen", *words, *(f"--out={out}" for out in outs)],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
        env={**os.environ, "MUSEGEN_CHECKPOINTS": str(tiny_checkpoints)},
    )
    assert (done.returncode, done.stdout) == (0, "")
    piece = read_midi(outs[0])
    assert piece.bars == 16
    audio, rate = soundfile.read(outs[1])
    assert piece.seconds <= len(audio) / rate < piece.seconds + 5
    assert -3 <= 20 * np.log10(np.abs(audio).max()) <= -0.5
    assert np.load(outs[2]).shape[0] == 8

    again = tmp_path / "again.mid"
    assert main([*words, "--out", str(again)]) == 0
    assert again.read_bytes() == outs[0].read_bytes()


@pytest.mark.parametrize(("words", "status"), [(["sing"], 2), (["reconstruct", "none.mid"], 1)])
def test_a_process_that_fails_says_so_by_its_exit_status(tmp_path, words, status):
    if status == 1:
        words = [*words, "--out", "a.mid"]
    done = subprocess.run(
        [sys.executable, "-m", "musegen", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == status
    assert done.stderr.count("\n") == 1
    assert ("python -m musegen --help" in done.stderr) == (status == 2)


INTERRUPTED = """
import os, runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # programs in the background ignore it
class Interrupt:
    def find_spec(self, name, *_):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
module, *sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("module", ["musegen.cli", "numpy", "gradio"])
def test_ctrl_c_while_libraries_are_loaded_is_one_line(module):
    script = "app.py" if module == "gradio" else "musegen/__main__.py"
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, script],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 130
    assert done.stderr in ("musegen: stopped\n", "app.py: stopped\n")


def test_the_console_script_is_called_musegen(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/musegen", "sing"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err.endswith("(see musegen --help)\n")


def test_a_hundred_paths_are_stacked_in_one_file(tmp_path):
    out = tmp_path / "generated_music.npy"
    assert main(["random", "--seed", "0", "--count", "100", "--bars", "4", "--out", str(out)]) == 0
    paths = np.load(out)
    assert paths.shape[:2] == (100, 2)
    assert len(np.unique(paths[:, 0, 0])) == 100


def test_several_files_are_numbered(tmp_path, midi):
    words = ["vary", str(midi), "--count", "2", "--out", str(tmp_path / "v.mid")]
    assert main([*words, "--out", str(tmp_path / "v.npy")]) == 0
    assert sorted(path.name for path in tmp_path.glob("v*")) == ["v-001.mid", "v-002.mid", "v.npy"]
    assert np.load(tmp_path / "v.npy").shape[:2] == (2, 2)


@pytest.mark.parametrize(("command", "engine"), [("random", "processes"), ("vary", "dask")])
def test_workers_make_the_same_pieces_as_one_process(
    tmp_path, monkeypatch, tiny_checkpoints, command, engine
):
    monkeypatch.setenv("MUSEGEN_CHECKPOINTS", str(tiny_checkpoints))
    own = tmp_path / "own.mid"
    band(bars=16).write_midi(own)
    words = [command, str(own)] if command == "vary" else [command, "--seed", "3"]
    made = []
    for i, how in enumerate(([], ["--workers", "2", "--engine", engine])):
        outs = [str(tmp_path / str(i) / name) for name in ("a.mid", "a.npy")]
        outs = [word for out in outs for word in ("--out", out)]
        assert main([*words, "--count", "17", *outs, *how]) == 0
        made.append({p.name: p.read_bytes() for p in (tmp_path / str(i)).glob("*.mid")})
    assert sorted(made[0]) == [f"a-{number:03}.mid" for number in range(1, 18)]
    assert len(set(made[0].values())) == 17
    assert made[0] == made[1]
    ours, theirs = (np.load(tmp_path / name / "a.npy") for name in "01")
    assert ours.shape[:2] == (17, 8)
    # Dask's workers sum in one thread, so in another order.
    assert np.allclose(ours, theirs, atol=1e-4)


def test_reconstruct_keeps_length_and_tempo(tmp_path, midi, mg, monkeypatch, capsys):
    monkeypatch.setattr(generator, "load", lambda: mg)  # the tiny model decodes silence
    out = tmp_path / "out.mid"
    path = tmp_path / "out.npy"
    assert main(["reconstruct", str(midi), "--out", str(out), "--out", str(path)]) == 0
    assert read_midi(out).tempo == pytest.approx(100, abs=0.01)
    assert read_midi(out).bars == 4
    assert np.load(path).shape[0] == 2
    assert "% of the notes come back" in capsys.readouterr().out


def test_interpolate_takes_seeds_and_files(tmp_path, midi):
    out = tmp_path / "out.mid"
    assert (
        main(["interpolate", "7", str(midi), "--steps", "3", "--bars", "4", "--out", str(out)]) == 0
    )
    assert read_midi(out).bars == 12


def test_attributes_are_set(tmp_path, midi, monkeypatch, mg):
    for module, name in ((generator, "load"), (batch, "_load_once")):
        monkeypatch.setattr(module, name, lambda: mg)
    quiet, loud = tmp_path / "quiet.mid", tmp_path / "loud.mid"
    words = ["random", "--seed", "1", "--bars", "4", "--set", "density=1"]
    for out, figure in ((quiet, -1.5), (loud, 1.5)):
        assert main([*words, "--set", f"loudness={figure}", "--out", str(out)]) == 0
    velocities = [read_midi(out).notes["velocity"].mean() for out in (quiet, loud)]
    assert velocities[1] > velocities[0] + 20

    for command in ("reconstruct", "vary"):
        before, after = tmp_path / "before.mid", tmp_path / f"{command}.mid"
        words = [command, str(midi)]
        assert main([*words, "--out", str(before)]) == 0
        assert main([*words, "--set", "density=-1", "--out", str(after)]) == 0
        # A variation may have more notes than its original.
        assert len(read_midi(after).notes) < 0.8 * len(read_midi(before).notes)
        assert read_midi(after).bars == 4


@pytest.mark.parametrize("words", [["restyle"], ["mix", "--bars", "4"]])
def test_a_file_is_played_like_another(tmp_path, midi, words):
    out, like = tmp_path / "out.mid", tmp_path / "like.mid"
    assert main(["random", "--seed", "3", "--bars", "4", "--out", str(like)]) == 0
    assert main([*words, str(midi), str(like), "--out", str(out)]) == 0
    before, after = (read_midi(path) for path in (midi, out))
    assert after.bars == 4
    assert after.only(["lead"]).notes["pitch"].tolist() == (
        before.only(["lead"]).notes["pitch"].tolist()
    )
    assert after != before


@pytest.mark.parametrize("command", ["reconstruct", "vary", "interpolate", "render"])
def test_what_a_file_lost_is_said_in_a_line_each(tmp_path, command, capsys):
    flute, drum = Voice(scale(72), "Flute", 73), Voice([(36, 0, 0)], "", 0, 10)
    path = midi_file(tmp_path / "song.mid", flute, drum)
    path.write_bytes(path.read_bytes()[:-1])
    words = [command, str(path)] + (["1", "--steps", "2"] if command == "interpolate" else [])
    ending = "wav" if command == "render" else "mid"
    assert main([*words, "--out", str(tmp_path / f"out.{ending}")]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == [
        "musegen: song.mid: The file ends in the middle of track 2: "
        "the notes up to there are kept.",
        "musegen: song.mid: 1 note without a length: it lasts a sixteenth, "
        "or up to the next note of its pitch.",
    ]
    assert all(line.startswith("musegen: song.mid: ") for line in lines)


def test_nothing_is_said_of_a_file_that_lost_nothing(tmp_path, midi, capsys):
    assert main(["reconstruct", str(midi), "--out", str(tmp_path / "out.mid")]) == 0
    assert capsys.readouterr().err == ""


def test_endings_are_understood_in_any_case(tmp_path, midi):
    names = ["a.WAV", "a.Mid", "a.midi", "a.KAR", "a.NPY"]
    outs = [word for name in names for word in ("--out", str(tmp_path / name))]
    assert main(["reconstruct", str(midi), *outs]) == 0
    assert main(["vary", str(midi), "--count", "2", *outs]) == 0
    assert (tmp_path / "a.Mid").read_bytes() == (tmp_path / "a.KAR").read_bytes()
    assert (tmp_path / "a-002.Mid").read_bytes() == (tmp_path / "a-002.midi").read_bytes()
    assert np.load(tmp_path / "a.NPY").shape[:2] == (2, 2)
    assert soundfile.info(tmp_path / "a.WAV").format == "WAV"


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_render_writes_every_format(tmp_path, midi, ending):
    out = tmp_path / f"out.{ending}"
    assert main(["render", str(midi), "--out", str(out)]) == 0
    assert soundfile.info(out).duration == pytest.approx(read_midi(midi).seconds, abs=5)


def test_corpus_writes_phrases(tmp_path, midi, capsys):
    phrases = tmp_path / "phrases.npz"
    assert main(["corpus", "midi", str(midi.parent), "--out", str(phrases)]) == 0
    assert "1 sources, 3 phrases" in capsys.readouterr().out
    assert phrases.exists()


def test_evaluate_prints_and_writes_a_report(tmp_path, tiny_checkpoints, capsys):
    phrases, report = tmp_path / "phrases.npz", tmp_path / "report.json"
    phrase_set("drums").save(phrases)
    words = ["evaluate", str(tiny_checkpoints / "drums"), "--phrases", str(phrases)]
    assert main([*words, "--json", str(report)]) == 0
    assert "note F1" in capsys.readouterr().out
    assert "note F1" in json.loads(report.read_text())["measures"]


def test_train_needs_phrases(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")  # training sets it; then this is undone
    words = ["train", "song", "--phrases", "none.npz", "--checkpoint", str(tmp_path)]
    assert main(words) == 1
    assert "none.npz" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "required"),
        (["sing"], "invalid choice"),
        (["random"], "--out"),
        (["random", "--bars", "0", "--out", "a.mid"], "from 1 to 256"),
        (["random", "--seed", "x", "--out", "a.mid"], "whole number"),
        (["random", "--form", "abc", "--out", "a.mid"], "like AABA"),
        (["random", "--temperature", "nan", "--out", "a.mid"], "from 0 to 2"),
        (["random", "--set", "mood=1", "--out", "a.mid"], "'mood=1' is not an attribute"),
        (["random", "--set", "density", "--out", "a.mid"], "from -3"),
        (["vary", "a.mid", "--set", "density=4", "--out", "a.mid"], "from -3"),
        (["random", "--bars", "2.5", "--out", "a.mid"], "'2.5' is not a whole number from 1"),
        (["random", "--out", "a.txt"], "does not end in"),
        (["interpolate", "-1", "2", "--out", "a.mid"], "'-1' is not a whole number from 0"),
        (["interpolate", "1", "2.5", "--out", "a.mid"], "'2.5' is not a whole number from 0"),
        (["interpolate", "1", "9" * 5000, "--out", "a.mid"], "9' is not a whole number from 0"),
        (["vary", "a.mid", "--similarity", "2", "--out", "a.mid"], "from 0 to 1"),
        (["random", "--count", "100001", "--out", "a.mid"], "from 1 to 100000"),
        (["random", "--workers", "0", "--out", "a.mid"], "from 1 to 1000"),
        (["random", "--engine", "ray", "--out", "a.mid"], "processes, dask or an address"),
        (["corpus", "jazz", "x", "--out", "a.npz"], "invalid choice"),
    ],
)
def test_a_wrong_call_is_one_line_and_exits_2(capsys, words, message):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    captured = capsys.readouterr().err
    assert captured.count("\n") == 1
    assert message in captured


def bad_files(folder):
    """Files that are not music, each with a word of what is said."""
    files = {
        "missing": None,
        "empty": b"",
        "text": b"la la la",
        "cut": b"MThd\x00\x00\x00\x06\x00\x01\x00\x02\x01\xe0MTrk\x00\x00\xff\xff\x00",
        "zeros": bytes(3_000_000),
    }
    for name, content in files.items():
        if content is not None:
            (folder / f"{name}.mid").write_bytes(content)
    return [folder / f"{name}.mid" for name in files]


def test_what_is_not_music_is_one_line_exits_1_and_leaves_nothing(tmp_path, capsys):
    for path in bad_files(tmp_path):
        out = tmp_path / "out" / "out.mid"
        assert main(["reconstruct", str(path), "--out", str(out)]) == 1
        captured = capsys.readouterr().err
        assert captured.startswith("musegen: ")
        assert captured.count("\n") == 1
        assert not out.exists()


def test_a_running_cluster_takes_no_number_of_workers(tmp_path, capsys):
    words = ["random", "--engine", "tcp://127.0.0.1:9", "--workers", "2"]
    assert main([*words, "--out", str(tmp_path / "a.mid")]) == 1
    assert capsys.readouterr().err.endswith("leave --workers out\n")


def test_a_missing_soundfont_and_a_full_place_are_one_line(tmp_path, midi, capsys):
    out = str(tmp_path / "out.wav")
    assert main(["render", str(midi), "--out", out, "--soundfont", "none.sf2"]) == 1
    assert "none.sf2" in capsys.readouterr().err
    # A file where a folder should be: nothing can be written under it.
    assert main(["render", str(midi), "--out", str(midi / "out.wav")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mid"]


def test_chords_prints_bars_of_names(midi, capsys):
    assert main(["chords", str(midi)]) == 0
    piece = read_midi(midi)
    assert capsys.readouterr().out == piece.chords.text(piece.keys) + "\n"
