"""Conversion between phrases and the arrays that the networks read and write."""

from musegen.model.codecs.drums import DrumsCodec
from musegen.model.codecs.song import SongCodec

__all__ = ["CODECS", "Codec", "DrumsCodec", "SongCodec"]

Codec = SongCodec | DrumsCodec
CODECS: dict[str, type[SongCodec] | type[DrumsCodec]] = {"drums": DrumsCodec, "song": SongCodec}
