"""The page's named endpoints, called as programs call them."""

from __future__ import annotations

import sys
from inspect import signature
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from support.midi_files import Voice, midi_file, scale, triads
from support.recordings import recording, steady, tune
from support.visits import await_server, free_port, run_async

from musegen.music import Chords
from musegen.reading import read_midi
from musegen.web.api.edits import EditEndpoints
from musegen.web.api.sources import SourceEndpoints


@pytest.fixture(scope="module")
def client(server, tmp_path_factory) -> Client:
    return Client(server.url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture(scope="module")
def midi(client) -> str:
    path, _ = client.predict(seed=5, bars=4, api_name="/random")
    return path


ENDPOINTS = (SourceEndpoints, EditEndpoints)
NAMES = {
    *("accompany", "again", "blend", "chords", "clear", "copy_phrase", "restyle"),
    *("cut", "extend", "interpolate", "line", "mix", "random"),
    *("redraw", "remix", "render", "shape", "sound", "vary"),
}


def test_endpoints_are_documented(client) -> None:
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert set(endpoints) == {f"/{name}" for name in NAMES}
    for name, endpoint in endpoints.items():
        assert endpoint["description"]
        assert all(p["type"] for p in endpoint["parameters"])
        function = next(getattr(k, name[1:]) for k in ENDPOINTS if hasattr(k, name[1:]))
        arguments = [p["parameter_name"] for p in endpoint["parameters"]]
        assert ["self", *arguments] == list(signature(function).parameters)


def test_random_repeats_with_its_seed(client) -> None:
    settings = {"bars": 4, "form": "ABAB", "tempo": 120, "key": "Eb", "api_name": "/random"}
    first, facts = client.predict(**settings)
    assert facts["bars"] == 4
    assert facts["seconds"] == pytest.approx(8)
    again, _ = client.predict(seed=facts["seed"], **settings)
    assert read_midi(first) == read_midi(again)
    assert f"seed{facts['seed']}-4bars" in first


def test_chords_and_style_are_asked_for(client) -> None:
    asked = {"seed": 1, "bars": 4, "chords": "i VI", "key": "Cm", "style": "pop", "guidance": 2}
    path, facts = client.predict(**asked, api_name="/random")
    assert "chords=Cm+Ab&style=pop&guidance=2" in facts["link"]
    found = client.predict(midi=handle_file(path), api_name="/chords")
    assert len(Chords.from_text(found["chords"])) == 4 * facts["bars"]
    assert found["key"].startswith("Eb")
    with pytest.raises(AppError, match="Bar 1, beat 3: 'Xm' is no chord"):
        client.predict(chords="| C Xm |", api_name="/random")
    with pytest.raises(AppError, match="There is no style 'polka': choose from"):
        client.predict(style="polka", api_name="/random")


def test_a_band_plays_to_what_is_kept(client, midi) -> None:
    path, facts = client.predict(
        midi=handle_file(midi), keep="lead", seed=3, chords="| C | F |", api_name="/accompany"
    )
    before, after = (read_midi(file) for file in (midi, path))
    assert after.only(["lead"]).notes["pitch"].tolist() == (
        before.only(["lead"]).notes["pitch"].tolist()
    )
    assert facts["seed"] == 3
    assert phrases(path) != phrases(midi)


def test_a_piece_is_played_like_another(client, midi) -> None:
    like, _ = client.predict(seed=8, bars=4, api_name="/random")
    path, facts = client.predict(
        midi=handle_file(midi), like=handle_file(like), strength=1, api_name="/restyle"
    )
    assert facts["bars"] == 4
    assert phrases(path) != phrases(midi)


def test_interpolate_takes_a_seed_and_a_file(client, midi) -> None:
    path, facts = client.predict(
        seed_a=1, midi_b=handle_file(midi), steps=3, bars=2, api_name="/interpolate"
    )
    assert (facts["seed_a"], facts["seed_b"], facts["bars"]) == (1, None, 6)
    assert read_midi(path).bars <= 6


def test_mix_has_the_harmony_of_one_and_the_texture_of_the_other(client, midi) -> None:
    path, facts = client.predict(midi_a=handle_file(midi), seed_b=1, api_name="/mix")
    assert (facts["seed_a"], facts["seed_b"], facts["bars"]) == (None, 1, 16)
    lead = [read_midi(file).only(["lead"]).first(4) for file in (midi, path)]
    assert lead[0].notes["pitch"].tolist() == lead[1].notes["pitch"].tolist()
    with pytest.raises(AppError, match="Texture of B is 3; it goes from 0 to 1"):
        client.predict(seed_a=1, seed_b=2, texture=3, api_name="/mix")


def phrases(path: str) -> list:
    return [phrase.notes["pitch"].tolist() for phrase in read_midi(path).phrases]


def test_phrases_are_drawn_again_varied_and_copied(client, midi) -> None:
    before = phrases(midi)
    for name, more in (("redraw", {}), ("vary", {"similarity": 0.2})):
        path, facts = client.predict(
            midi=handle_file(midi), phrases="1", seed=3, api_name=f"/{name}", **more
        )
        after = phrases(path)
        assert after[0] == before[0]
        assert after[1] != before[1]
        assert facts["seed"] == 3
    path, _ = client.predict(midi=handle_file(midi), source=0, target=1, api_name="/copy_phrase")
    assert phrases(path) == [before[0], before[0]]


def test_parts_of_phrases_are_drawn_again_and_cleared(client, midi) -> None:
    before = read_midi(midi)
    path, _ = client.predict(midi=handle_file(midi), cells="1 bass, 1 lead", api_name="/redraw")
    after = read_midi(path)
    for part, changes in (("bass", True), ("chords", False), ("drums", False)):
        old, new = (piece.only([part]).notes["pitch"].tolist() for piece in (before, after))
        assert (old != new) == changes, part
    path, _ = client.predict(midi=handle_file(midi), cells="0 drums, 1 drums", api_name="/clear")
    assert "drums" not in read_midi(path).parts


def test_drums_stay_while_the_song_changes(client, midi) -> None:
    path, _ = client.predict(
        midi=handle_file(midi), phrases="0, 1", keep="drums", api_name="/redraw"
    )
    before, after = (read_midi(file).only(["drums"]) for file in (midi, path))
    assert before.notes["pitch"].tolist() == after.notes["pitch"].tolist()
    assert phrases(path) != phrases(midi)


def test_a_piece_is_extended_and_cut(client, midi) -> None:
    longer, facts = client.predict(midi=handle_file(midi), bars=4, api_name="/extend")
    assert facts["bars"] == 8
    assert phrases(longer)[0] == phrases(midi)[0]
    path, facts = client.predict(midi=handle_file(longer), first=2, phrases=2, api_name="/cut")
    assert facts["bars"] == 4
    assert phrases(path) == phrases(longer)[2:]


def test_attributes_are_changed(client, midi) -> None:
    _, before = client.predict(midi=handle_file(midi), similarity=1, api_name="/remix")
    _, after = client.predict(midi=handle_file(midi), density=2, api_name="/shape")
    assert after["notes"] > 1.2 * before["notes"]


def test_the_corners_of_a_square_are_its_pieces(client, midi) -> None:
    corner, facts = client.predict(
        x=1, y=0, seeds="1, 2, 3, 4", midi_b=handle_file(midi), api_name="/blend"
    )
    assert facts["bars"] == 8
    assert phrases(corner)[0] == phrases(midi)[0]
    inside, _ = client.predict(x=0.5, y=0.4, api_name="/blend")
    assert phrases(inside) != phrases(corner)


def test_a_line_on_the_map_is_a_piece(client) -> None:
    _, facts = client.predict(points="0.2 0.3, 0.8 0.5", phrases=3, api_name="/line")
    assert facts["bars"] == 6
    assert len(set(facts["seeds"])) == 3


def test_another_band_plays(client, midi) -> None:
    path, facts = client.predict(
        midi=handle_file(midi), band="Jazz", key="Eb", tempo=140, swing=0.5, api_name="/sound"
    )
    assert facts["instruments"]["lead"] == "Tenor Sax"
    assert round(read_midi(path).tempo) == 140
    assert facts["key"].startswith("Eb")
    assert len(Chords.from_text(facts["chords"])) == 4 * facts["bars"]


def test_what_is_not_given_of_a_sound_stays(client, midi) -> None:
    path, _ = client.predict(midi=handle_file(midi), human=False, api_name="/sound")
    _, plain = client.predict(midi=handle_file(path), tempo=100, api_name="/sound")
    _, human = client.predict(midi=handle_file(path), tempo=100, human=True, api_name="/sound")
    assert plain["recipe"] != human["recipe"]
    _, again = client.predict(midi=handle_file(path), tempo=100, human=False, api_name="/sound")
    assert plain["recipe"] == again["recipe"]


def test_a_link_and_a_recipe_make_the_piece_again(client, midi) -> None:
    _, plain = client.predict(seed=9, bars=4, tempo=120, api_name="/random")
    changed, facts = client.predict(midi=handle_file(midi), phrases="0", api_name="/redraw")
    for link, notes in ((plain["link"], plain["notes"]), (facts["link"], facts["notes"])):
        _, again = client.predict(link="http://example.org/" + link, api_name="/again")
        assert again["notes"] == notes
    path, _ = client.predict(link=facts["recipe"], api_name="/again")
    assert phrases(path) == phrases(changed)


@pytest.mark.parametrize("format", ["flac", "mp3", "ogg", "stems"])
def test_every_format_is_made(client, midi, format) -> None:
    path = client.predict(midi=handle_file(midi), format=format, api_name="/render")
    assert path.endswith("-stems.zip" if format == "stems" else f".{format}")


def test_a_file_of_other_programs_is_rendered_as_it_is(client, tmp_path) -> None:
    bent = [(0, mido.Message("pitchwheel", pitch=8191))]  # by a whole tone
    path = midi_file(tmp_path / "bent.mid", Voice([(69, 0, 8)], "", 73, 1, bent))
    sound, rate = soundfile.read(
        client.predict(midi=handle_file(path), api_name="/render"), always_2d=True
    )
    spectrum = np.abs(np.fft.rfft(sound[: 4 * rate, 0]))
    assert np.argmax(spectrum) / 4 == pytest.approx(440 * 2 ** (2 / 12), rel=0.01)


def test_remix_keeps_the_tempo(client, midi) -> None:
    for similarity in (0.5, 1):
        path, facts = client.predict(
            midi=handle_file(midi), similarity=similarity, seed=3, api_name="/remix"
        )
        assert facts["bars"] == 4
        assert round(read_midi(path).tempo) == 96


@pytest.fixture
def own(tmp_path) -> str:
    """A tune, chords and a bass of somebody's own."""
    voices = (Voice(scale(72, 16), "<b>Tune"), Voice(triads(60, 4), "", 24, 2))
    return str(midi_file(tmp_path / "own.mid", *voices, Voice(scale(36, 16), "Bass", 33, 3)))


def test_remix_reports_how_the_file_was_read(client, own, midi) -> None:
    _, facts = client.predict(midi=handle_file(own), seed=3, api_name="/remix")
    assert "The beat is the file's own." in facts["report"]
    assert "% of the notes come back" in facts["likeness"]
    assert facts["tracks"] == [
        {"index": 0, "name": "<b>Tune", "part": "lead", "reason": "it is named <b>Tune"},
        {"index": 1, "name": "", "part": "chords", "reason": "it plays several notes at once"},
        {"index": 2, "name": "Bass", "part": "bass", "reason": "it is named Bass"},
    ]
    _, facts = client.predict(midi=handle_file(midi), seed=3, api_name="/remix")
    assert facts["tracks"] == []
    assert "the very same piece" in facts["report"][0]


def test_file_names_of_any_script_are_kept_in_downloads(client, own) -> None:
    named = handle_file(Path(own).rename(Path(own).with_name("Песня 夜曲.mid")))
    remix, _ = client.predict(midi=named, api_name="/remix")
    assert Path(remix).name.startswith("musegen-Песня-夜曲-4bars")
    sound = client.predict(midi=named, api_name="/render")
    assert Path(sound).name == "musegen-Песня-夜曲-4bars.wav"


def test_remix_reads_tracks_as_other_parts(client, own) -> None:
    _, facts = client.predict(
        midi=handle_file(own), similarity=1, parts="0 counter, 2 none", api_name="/remix"
    )
    assert [track["part"] for track in facts["tracks"]] == ["counter", "chords", None]
    assert facts["tracks"][2]["reason"] == "you chose this"
    assert "bass" not in facts["instruments"]


def test_remix_reads_a_found_beat_at_half_the_tempo(client, tmp_path) -> None:
    file = recording(tmp_path / "live.mid", tune(8), steady(97.7, 1.23))
    for factor, tempo in ((1, 97.7), (0.5, 48.85)):
        _, facts = client.predict(
            midi=handle_file(file), similarity=1, tempo_factor=factor, api_name="/remix"
        )
        assert facts["tempo"] == pytest.approx(tempo, rel=0.01)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"parts": "0 tuba"}, "'0 tuba' are not parts of tracks: write them like 0 lead, 3 none"),
        ({"parts": "lead"}, "'lead' are not parts of tracks"),
        ({"parts": "-1 lead"}, "'-1' are not whole numbers"),
        ({"parts": "7 lead"}, "There is no track 7: the file has 3, from 0"),
        ({"parts": "0 none, 1 none, 2 none"}, "Every track of own.mid is left out"),
        ({"tempo_factor": 2}, "The beat of own.mid is the file's own"),
        ({"tempo_factor": None}, "The beat of own.mid is the file's own"),
    ],
)
def test_wrong_parts_are_refused_in_one_line(client, own, wrong, message) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(midi=handle_file(own), **wrong, api_name="/remix")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_render_gives_a_wav(client, midi) -> None:
    path = client.predict(midi=handle_file(midi), api_name="/render")
    info = soundfile.info(path)
    assert (info.format, info.samplerate, info.channels) == ("WAV", 44100, 2)
    assert info.duration >= 4 * 4 * 60 / 96 - 0.1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seed": -1}, "Seed is -1; it goes from 0 to"),
        ({"bars": 400}, "Bars is 400; it goes from 2 to 128"),
        ({"key": "H"}, "There is no key 'H'"),
        ({"form": "a waltz"}, "There is no form 'a waltz'"),
        ({"temperature": 9}, "Temperature is 9; it goes from 0.1 to 1.6"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(client, wrong, message) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(**wrong, api_name="/random")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "wrong", "message"),
    [
        ("redraw", {"phrases": "7"}, "A phrase's number is 7"),
        ("redraw", {"cells": "0 tuba"}, "'0 tuba' are not cells: write phrases and parts"),
        ("clear", {"cells": ""}, "Cells is empty"),
        ("redraw", {"phrases": "one"}, "'one' are not whole numbers"),
        ("redraw", {"phrases": "0", "keep": "tuba"}, "Keep is 'tuba'"),
        ("cut", {"first": 9}, "There are no phrases 9"),
        ("extend", {"bars": 99}, "Bars more is 99"),
        ("shape", {"density": 9}, "Density is 9"),
        ("sound", {"band": "Polka"}, "There is no band 'Polka'"),
        ("sound", {"tempo": 1000}, "Tempo is 1000"),
        ("render", {"format": "exe"}, "There is no format 'exe'"),
        ("copy_phrase", {"source": 0.5, "target": 1}, "Source is 0.5; it is a whole number"),
    ],
)
def test_wrong_edits_are_refused_in_one_line(client, midi, endpoint, wrong, message) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(midi=handle_file(midi), **wrong, api_name=f"/{endpoint}")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "wrong", "message"),
    [
        ("blend", {"x": 2, "y": 0}, "X is 2; it goes from 0 to 1"),
        ("blend", {"x": 0, "y": 0, "seeds": "1, 2"}, "Seeds is '1, 2'; give four"),
        ("line", {"points": "here and there"}, "'here and there' are not places"),
        ("line", {"points": "0.5 0.5", "phrases": 10**9}, "Phrases is 1000000000"),
        ("again", {"link": "http://example.org/"}, "This is not a complete recipe"),
        (
            "again",
            {"link": "http://example.org/?seed=x"},
            "This link is not quite right: seed is x",
        ),
    ],
)
def test_wrong_places_and_links_are_refused_in_one_line(client, endpoint, wrong, message) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(**wrong, api_name=f"/{endpoint}")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_endpoints_are_tools_with_mcp(tmp_path) -> None:
    mcp = pytest.importorskip("mcp", reason="gradio[mcp] is not installed")
    from mcp.client.streamable_http import streamable_http_client

    async def tools(url: str) -> dict:
        async with (
            streamable_http_client(f"{url}gradio_api/mcp/") as (read, write, *_),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            return {tool.name: tool for tool in (await session.list_tools()).tools}

    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port), "--mcp"]
    with await_server(command, port, tmp_path) as url:
        found = run_async(tools(url))
    assert {name.removeprefix("musegen_") for name in found} == NAMES
    assert all(tool.description for tool in found.values())


def test_a_visitor_cannot_name_a_file_for_a_soundfont(client, midi) -> None:
    with pytest.raises(AppError, match="There is no soundfont"):
        client.predict(midi=handle_file(midi), soundfont="/etc/passwd", api_name="/render")


def test_a_file_that_is_not_music_is_refused_in_one_line(client, tmp_path) -> None:
    wrong = tmp_path / "letter.mid"
    wrong.write_text("Dear reader")
    for endpoint in ("/remix", "/render"):
        with pytest.raises(AppError, match="is not a MIDI file"):
            client.predict(midi=handle_file(wrong), api_name=endpoint)
