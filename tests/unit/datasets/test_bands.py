"""Music for games and films."""

from support.examples import band

from musegen.datasets import build_dataset
from musegen.parallel import WorkerPool


def test_the_collection_gives_the_style(tmp_path):
    for folder in ("freedoom/musics", "simutrans", "other"):
        band(bars=4).write_midi(tmp_path / folder / "song.mid")
    phrases, _ = build_dataset("bands", [tmp_path], WorkerPool(workers=1))
    styles = dict(zip(phrases.source.tolist(), phrases.style.tolist(), strict=True))
    assert styles == {
        "bands/freedoom/musics/song.mid": "metal",
        "bands/simutrans/song.mid": "easy listening",
        "bands/other/song.mid": "",
    }
