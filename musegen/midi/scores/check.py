"""Reads the text of a score out of its file, and refuses what cannot be one."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree.ElementTree import Element

from musegen.errors import MusicError

__all__ = ["read_abc", "read_musicxml"]

_MAX_BYTES = 3_000_000  # of MusicXML: music21 reads it in twenty seconds
_MAX_ABC = 100_000
# What may have a bracket without its partner: comments, texts, variant endings and thick bar lines.
_NO_BRACKETS = re.compile(r'%.*|"[^"\n]*"|\[(?=[0-9|])|\|\]')
_CONTAINER = "META-INF/container.xml"


def read_abc(data: bytes, name: str) -> str:
    """Return the first tune of an ABC file (https://abcnotation.com/wiki/abc:standard:v2.1).

    Raises
    ------
    MusicError
        If it is too large, is not ABC, or breaks off.
    """
    if len(data) > _MAX_ABC:
        raise MusicError(f"{name} is over {_MAX_ABC // 1000} kB: give a shorter score")
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    start = re.search(r"^X:", text, re.MULTILINE)
    if not start:
        raise MusicError(f"{name} is not ABC: a tune begins with a line like X:1")
    tune = re.split(r"\n\s*\n", text[start.start() :])[0]  # an empty line ends it
    key = re.search(r"^K:.*$", tune, re.MULTILINE)
    if not key:
        raise MusicError(f"{name} breaks off before the key, a line like K:C: export it again")
    header, body = tune[: key.start()], tune[key.end() :]
    body = _NO_BRACKETS.sub("", body)
    for opening, closing in ("[]", "{}"):
        if body.count(opening) > body.count(closing):
            raise MusicError(f"{name} breaks off after {opening!r}: export it again")
    if not re.search(r"^[LM]:", header, re.MULTILINE):
        header += "L:1/8\n"  # the standard's default, which music21 does not have
    return header + tune[key.start() :] + "\n"


def read_musicxml(data: bytes, name: str) -> Element:
    """Return the root of MusicXML, also of a compressed file.

    Raises
    ------
    MusicError
        If it is too large, damaged or not MusicXML, or declares entities.
    """
    from defusedxml import DefusedXmlException, ElementTree

    data = _unzip(data, name) if data.startswith(b"PK") else data
    if len(data) > _MAX_BYTES:
        raise MusicError(_too_large(name))
    try:
        root: Element = ElementTree.fromstring(data)
    except DefusedXmlException:
        what = "declares XML entities, which no score needs"
        raise MusicError(f"{name} {what}: export it again") from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        reason = " ".join(str(error).split())[:80]
        raise MusicError(f"{name} is damaged MusicXML ({reason}): export it again") from None
    if root.tag not in ("score-partwise", "score-timewise"):
        raise MusicError(f"{name} is XML, but no score: export it as MusicXML")
    return root


def _unzip(data: bytes, name: str) -> bytes:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        with archive.open(_score_in(archive)) as file:
            return file.read(_MAX_BYTES + 1)  # the sizes in the archive may be wrong
    except Exception:  # zlib and zipfile raise many errors for damaged data
        raise MusicError(f"{name} is a damaged archive: export it again") from None


def _score_in(archive: zipfile.ZipFile) -> str:
    """Return the name of the score: the container file has it, or it is the first that can be."""
    names = archive.namelist()
    if _CONTAINER in names:
        with archive.open(_CONTAINER) as file:
            found = re.search(rb'full-path\s*=\s*"([^"]+)"', file.read(10_000))
        if found and found[1].decode(errors="replace") in names:
            return found[1].decode()
    return next(
        one
        for one in names
        if one.lower().endswith((".xml", ".musicxml")) and not one.startswith("META-INF")
    )


def _too_large(name: str) -> str:
    return f"{name} is over {_MAX_BYTES // 1_000_000} MB of MusicXML: give a shorter score"
