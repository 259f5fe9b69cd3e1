"""What draws can be asked for is known before the models are loaded."""

from musegen.model.choices import known_styles, usual_guidance
from musegen.model.config import InferenceConfig


def test_styles_and_guidance_are_those_of_the_models(tiny_checkpoints, tiny_mg):
    assert known_styles(tiny_checkpoints) == tiny_mg.styles == ("hymn", "pop", "rock")
    assert usual_guidance(tiny_checkpoints) == InferenceConfig().guidance


def test_without_checkpoints_there_are_none(tmp_path):
    assert known_styles(tmp_path) == ()
    assert usual_guidance(tmp_path) == 1


def test_damaged_checkpoints_offer_none(tmp_path):
    for model in ("song", "drums"):
        (tmp_path / model).mkdir()
        for name in ("prior.json", "inference.json"):
            (tmp_path / model / name).write_text("[]")
    assert known_styles(tmp_path) == ()
    assert usual_guidance(tmp_path) == 1
