"""POP909 with POP909-CL."""

import pytest
from support.examples import DATA
from support.midi_files import Voice, meter, midi_file

from musegen.datasets import build_dataset
from musegen.music.notes import SONG_PARTS
from musegen.parallel import WorkerPool

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the published data sets are not here")


def write_song(folder, beside=0.0):
    """Write a song in both data sets; on POP909-CL's grid it is so many steps late."""
    lead = [(72 + i % 5, i / 2, i / 2 + 0.5, 60 + i) for i in range(32)]
    piano = [(48 + 12 * k, i, i + 1, 50 + i + k) for i in range(16) for k in (0, 1)]
    inside = [folder / "POP909" / "001", folder / "POP909_processed"]
    for one in inside:
        one.mkdir(parents=True, exist_ok=True)
    voices = [Voice(lead, "MELODY"), Voice(piano, "PIANO", channel=2)]
    midi_file(inside[0] / "001.mid", *voices, meta=[(0, meter(4, 4))])
    late = [(p, start + beside / 4, end + beside / 4, v) for p, start, end, v in lead + piano]
    midi_file(inside[1] / "001.mid", Voice(late), meta=[(0, meter(4, 4))])
    return folder


@pytest.mark.parametrize("beside", [0, 1 / 3, 2 / 3])
def test_a_song_beside_its_grid_is_moved_onto_it(tmp_path, beside):
    folder = write_song(tmp_path, beside)
    phrases, _ = build_dataset("pop909", [folder], WorkerPool(workers=1))
    assert set(phrases.style) == {"pop"}
    assert abs(phrases.notes["offset"]).max() < 0.01
    first = phrases[0].only(["lead"]).notes
    assert first["onset"].tolist() == list(range(0, 32, 2))
    assert first["velocity"].tolist() == list(range(60, 76))
    assert phrases[0].only(["bass"]).notes["pitch"].tolist() == [48] * 8


def test_a_triplet_keeps_its_timing(tmp_path):
    folder = write_song(tmp_path)
    for path in folder.rglob("001.mid"):
        notes = [(60 + i, 20 + i / 3, 20 + (i + 1) / 3, 100 + i) for i in range(12)]
        name = "MELODY" if path.parent.name == "001" else ""
        midi_file(path, Voice(notes, name), meta=[(0, meter(4, 4))])
    phrases, _ = build_dataset("pop909", [folder], WorkerPool(workers=1))
    assert {round(offset, 2) for offset in phrases.notes["offset"].tolist()} == {0.0, 0.33, -0.33}


@needs_data
def test_the_notes_of_a_song_get_their_parts():
    phrases, _ = build_dataset("pop909", [DATA / "pop909/POP909/003", DATA / "pop909_cl"])
    assert set(phrases.source) == {"pop909/003"}
    counts = [len(phrases.only([part]).notes) for part in SONG_PARTS]
    assert min(counts) > 200
    lead, bass = phrases.only(["lead"]).notes, phrases.only(["bass"]).notes
    assert lead["pitch"].mean() > bass["pitch"].mean() + 18
