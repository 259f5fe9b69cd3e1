"""Files of strangers are read or refused in one line; `benchmarks.strangers` sends more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.examples import band
from support.midi_files import Voice, meter, midi_file, scale, tempo, triads

from benchmarks.strangers import Answer, merge, mutate, send

MUTATED = 20


def real_files(folder: Path) -> Iterator[Path]:
    """Files of each type, one that the page wrote, and one whose second half is missing."""
    tune, chords = Voice(scale(72, 16), "Melody"), Voice(triads(48, 4), "Piano", channel=2)
    drums = Voice([(36, i, i + 0.25) for i in range(16)], "Drums", channel=10)
    about = [(0, tempo(96)), (0, meter(4, 4)), (8, tempo(120))]
    for kind in (0, 1, 2):
        yield midi_file(folder / f"type-{kind}.mid", tune, chords, drums, kind=kind, meta=about)
    band(bars=4).write_midi(folder / "ours.mid")
    yield folder / "ours.mid"
    whole = (folder / "type-1.mid").read_bytes()
    (folder / "first-half.mid").write_bytes(whole[: len(whole) // 2])
    yield folder / "first-half.mid"


@pytest.fixture(scope="module")
def answers(server, tmp_path_factory) -> list[Answer]:
    """The answers to these files, to one that was merged from them, and to damaged ones."""
    folder = tmp_path_factory.mktemp("strangers")
    real, rng = list(real_files(folder)), np.random.default_rng(0)
    many = folder / "sixteen-channels.mid"
    merge(real[:4] * 2).save(many)
    files = [*real, many]
    for i in range(MUTATED):
        path = folder / f"mutated-{i}.mid"
        path.write_bytes(mutate(real[i % len(real)].read_bytes(), rng))
        files.append(path)
    return send(server.url, files, folder / "got")


def test_files_of_each_type_are_read(answers) -> None:
    refused = {a.file: a.refused for a in answers if not a.file.startswith("mutated")}
    assert len(refused) == 6
    assert set(refused.values()) == {None}


def test_damaged_files_are_read_or_refused_in_one_line(answers) -> None:
    broken = [answer for answer in answers if answer.file.startswith("mutated")]
    assert len(broken) == MUTATED
    refused = [answer for answer in broken if answer.refused is not None]
    assert refused
    for answer in refused:
        # The line names the file; a number of the request would mean a fault of the server.
        assert "\n" not in answer.refused
        assert answer.refused.startswith(f"{answer.file} ")
        assert "(request " not in answer.refused


def test_no_file_leaves_a_traceback_in_the_log(answers, server) -> None:
    assert len(answers) == 6 + MUTATED
    assert "Traceback" not in (server.folder / "log.txt").read_text()


def test_other_files_are_refused_in_one_line(server, tmp_path) -> None:
    ours = tmp_path / "ours.mid"
    band(bars=2).write_midi(ours)
    data = ours.read_bytes()
    sent = {
        "picture.mid": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "nothing.mid": b"",
        "head.mid": data[:14],
        "other.wav": b"RIFF\x04\x00\x00\x00WAVE",
        "nothing.flac": b"",
        "renamed.ogg": data,
    }
    files = []
    for name, content in sent.items():
        files.append(tmp_path / name)
        files[-1].write_bytes(content)
    lines = Counter(answer.refused for answer in send(server.url, files, tmp_path / "got"))
    assert None not in lines
    for name in sent:
        assert sum(line.startswith(f"{name} ") and "\n" not in line for line in lines) == 1
    assert "Traceback" not in (server.folder / "log.txt").read_text()
