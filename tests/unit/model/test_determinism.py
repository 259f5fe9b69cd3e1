"""A seed gives the same notes alone and in a batch, and on processors of different kinds."""

import os
import subprocess
import sys

import numpy as np
import pytest
from support.draw_pieces import draw_alone_and_together
from support.visits import ROOT

from musegen.music.notes import OFFSETS_PER_STEP

SEEDS = range(1, 7)
# TensorFlow's own kernels with the instructions of an old processor, and oneDNN's with those of a
# newer one, which every processor has that TensorFlow runs on.
PROCESSORS = [
    {"TF_ENABLE_ONEDNN_OPTS": "0", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    {"TF_ENABLE_ONEDNN_OPTS": "1", "ONEDNN_MAX_CPU_ISA": "AVX2"},
]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, mg):
    """Pieces drawn by processes with each kind of processor, and last by this process."""
    folder = tmp_path_factory.mktemp("drawn")
    script = ROOT / "tests" / "support" / "draw_pieces.py"
    processes = [
        subprocess.Popen(
            [sys.executable, script, folder / f"{i}.npz", *map(str, SEEDS)],
            env={**os.environ, "PYTHONPATH": str(ROOT), **processor},
        )
        for i, processor in enumerate(PROCESSORS)
    ]
    here = draw_alone_and_together(mg, SEEDS)
    assert [process.wait() for process in processes] == [0] * len(processes)
    return [*(dict(np.load(folder / f"{i}.npz")) for i in range(len(processes))), here]


def assert_same_music(ours, theirs):
    """The same notes; a few offsets may be rounded up in one and down in the other."""
    assert len(ours) == len(theirs) > 1000
    for field in ("onset", "part", "pitch", "duration", "velocity"):
        assert np.array_equal(ours[field], theirs[field]), field
    apart = np.rint((ours["offset"].astype(float) - theirs["offset"]) * OFFSETS_PER_STEP)
    assert np.abs(apart).max() <= 1
    assert np.count_nonzero(apart) <= 2


@pytest.mark.timeout(600)
def test_a_seed_gives_the_same_notes_alone_and_in_a_batch(drawn):
    for processor in drawn:
        assert_same_music(processor["alone"], processor["together"])


@pytest.mark.timeout(600)
def test_a_seed_gives_the_same_notes_on_every_processor(drawn):
    for processor in drawn[:-1]:
        assert_same_music(processor["alone"], drawn[-1]["alone"])
