"""POP909 with POP909-CL."""

import pytest
from support.examples import DATA

from musegen.datasets import build_dataset
from musegen.music.notes import SONG_PARTS

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the published data sets are not here")


@needs_data
def test_the_notes_of_a_song_get_their_parts():
    phrases, _ = build_dataset("pop909", [DATA / "pop909/POP909/003", DATA / "pop909_cl"])
    assert set(phrases.source) == {"pop909/003"}
    counts = [len(phrases.only([part]).notes) for part in SONG_PARTS]
    assert min(counts) > 200
    lead, bass = phrases.only(["lead"]).notes, phrases.only(["bass"]).notes
    assert lead["pitch"].mean() > bass["pitch"].mean() + 18
