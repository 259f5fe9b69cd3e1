"""TensorFlow's settings: one thread for what users wait for, all of them for training."""

import os
import subprocess
import sys

import pytest

THREADS = "TF_NUM_INTRAOP_THREADS"
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"


def settings_of(code, **chosen):
    """Run code with some variables set; return the number of threads, and whether oneDNN is on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    code += f"; import os; print(*map(os.environ.get, {[THREADS, ONEDNN]}))"
    run = subprocess.run(
        [sys.executable, "-c", code], env=kept | chosen, capture_output=True, text=True, check=True
    )
    return run.stdout.split()


DRAW = "import musegen.model"
TRAIN = "import musegen.model; from musegen.model.environment import prefer_speed; prefer_speed()"


@pytest.mark.parametrize(("code", "found"), [(DRAW, ["1", "0"]), (TRAIN, ["None", "1"])])
def test_pieces_are_made_by_one_thread_and_models_trained_by_all(code, found):
    assert settings_of(code) == found


@pytest.mark.parametrize("code", [DRAW, TRAIN])
def test_what_the_user_has_set_stays(code):
    assert settings_of(code, **{THREADS: "3", ONEDNN: "1"}) == ["3", "1"]
    assert settings_of(code, **{ONEDNN: "0"})[1] == "0"
