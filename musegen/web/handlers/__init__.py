"""What the page's controls do. The server keeps no state: each handler is given what it needs."""

from musegen.web.handlers.audio import AudioHandlers
from musegen.web.handlers.edits import EditHandlers
from musegen.web.handlers.endless import EndlessHandlers
from musegen.web.handlers.morphs import MorphHandlers
from musegen.web.handlers.own_music import OwnMusicHandlers
from musegen.web.handlers.page import PageHandlers
from musegen.web.handlers.sources import SourceHandlers
from musegen.web.handlers.square import SquareHandlers

__all__ = [
    "AudioHandlers",
    "EditHandlers",
    "EndlessHandlers",
    "MorphHandlers",
    "OwnMusicHandlers",
    "PageHandlers",
    "SourceHandlers",
    "SquareHandlers",
]
