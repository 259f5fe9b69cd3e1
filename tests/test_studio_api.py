"""The page's named endpoints, called as programs call them."""

from __future__ import annotations

import pytest
import soundfile
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from musegen.music import read_midi


@pytest.fixture(scope="module")
def client(server, tmp_path_factory) -> Client:
    return Client(server.url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture(scope="module")
def midi(client) -> str:
    path, _ = client.predict(seed=5, bars=4, api_name="/random")
    return path


def test_four_endpoints_are_documented(client) -> None:
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert set(endpoints) == {"/random", "/interpolate", "/remix", "/render"}
    for endpoint in endpoints.values():
        assert endpoint["description"]
        assert all(p["type"] for p in endpoint["parameters"])


def test_random_repeats_with_its_seed(client) -> None:
    settings = {"bars": 4, "form": "ABAB", "tempo": 120, "key": "Eb", "api_name": "/random"}
    first, told = client.predict(**settings)
    assert told["bars"] == 4
    assert told["seconds"] == pytest.approx(8)
    again, _ = client.predict(seed=told["seed"], **settings)
    assert read_midi(first) == read_midi(again)
    assert f"seed{told['seed']}-4bars" in first


def test_interpolate_takes_a_seed_and_a_file(client, midi) -> None:
    path, told = client.predict(
        seed_a=1, midi_b=handle_file(midi), steps=3, bars=2, api_name="/interpolate"
    )
    assert (told["seed_a"], told["seed_b"], told["bars"]) == (1, None, 6)
    assert read_midi(path).bars <= 6


def test_remix_keeps_the_tempo(client, midi) -> None:
    for similarity in (0.5, 1):
        path, told = client.predict(
            midi=handle_file(midi), similarity=similarity, seed=3, api_name="/remix"
        )
        assert told["bars"] == 4
        assert round(read_midi(path).tempo) == 96


def test_render_gives_a_wav(client, midi) -> None:
    path = client.predict(midi=handle_file(midi), api_name="/render")
    info = soundfile.info(path)
    assert (info.format, info.samplerate, info.channels) == ("WAV", 44100, 2)
    assert info.duration >= 4 * 4 * 60 / 96 - 0.1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seed": -1}, "Seed is -1; it goes from 0 to"),
        ({"bars": 400}, "Bars is 400; it goes from 2 to 64"),
        ({"key": "H"}, "There is no key 'H'"),
        ({"form": "a waltz"}, "There is no form 'a waltz'"),
        ({"temperature": 9}, "Temperature is 9; it goes from 0.1 to 1.6"),
    ],
)
def test_wrong_settings_are_told_in_one_line(client, wrong, said) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(**wrong, api_name="/random")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_visitor_cannot_name_a_file_for_a_soundfont(client, midi) -> None:
    with pytest.raises(AppError, match="There is no soundfont"):
        client.predict(midi=handle_file(midi), soundfont="/etc/passwd", api_name="/render")


def test_what_is_not_music_is_told_in_one_line(client, tmp_path) -> None:
    wrong = tmp_path / "letter.mid"
    wrong.write_text("Dear reader")
    for endpoint in ("/remix", "/render"):
        with pytest.raises(AppError, match="is not a MIDI file"):
            client.predict(midi=handle_file(wrong), api_name=endpoint)
