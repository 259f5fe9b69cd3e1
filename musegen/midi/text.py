"""Decodes texts of MIDI files, which do not name their encoding."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

__all__ = ["choose_encoding", "decode_text"]

# In the order of preference among equals. UTF-8 comes first: other texts are hardly ever valid.
_ENCODINGS = ("cp1252", "cp1251", "cp932", "gb18030")
_VOWELS = "АЕИОУЫЭЮЯЁаеиоуыэюяё"


def choose_encoding(texts: Iterable[bytes]) -> str:
    """Choose the encoding in which all texts of one file are most likely written.

    Returns
    -------
    str
        ``"utf-8"``, or one of Windows' encodings for western European languages, Russian and
        Japanese, or the one for Chinese.
    """
    foreign = [text for text in texts if not text.isascii()]
    if all(_is_valid(text, "utf-8") for text in foreign):
        return "utf-8"
    return max(_ENCODINGS, key=lambda encoding: sum(_score(text, encoding) for text in foreign))


def decode_text(text: bytes, encoding: str) -> str:
    """Decode a text, as Latin-1 if it is not valid in the encoding of its file."""
    for choice in (encoding, "utf-8", "cp1252"):
        if _is_valid(text, choice):
            return text.decode(choice).removeprefix("\ufeff")
    return text.decode("latin-1")


def _is_valid(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _score(data: bytes, encoding: str) -> float:
    """Rate a text in an encoding: the more, the more of its bytes look like language.

    Each letter outside ASCII is rated by itself and by the letter before it, times its bytes.
    """
    if not _is_valid(data, encoding):
        return -2.0 * len(data)
    total, before = 0.0, " "
    text = data.decode(encoding)
    for letter, after in zip(text, text[1:] + " ", strict=True):
        if not letter.isascii():
            rate = _RATES[encoding](letter, before, after)
            total += rate * len(letter.encode(encoding))
        before = letter
    return total


def _rate_western(letter: str, before: str, after: str) -> float:
    """Accents are rare among plain letters, and hardly ever next to one another."""
    if not letter.isalpha() or letter in "ªºµƒÐÞþð":
        return -0.5
    if letter.isupper() and before.isalpha() and before.islower():
        return -1.0
    if before.isascii() and after.isascii():
        return 0.6 if before.isalpha() or after.isalpha() else 0.1
    return 0.2 if any(other.isascii() and other.isalpha() for other in (before, after)) else -0.7


def _rate_cyrillic(letter: str, before: str, after: str) -> float:
    """Russian words are of Cyrillic letters alone, and have capitals first or throughout."""
    if not "А" <= letter <= "я" and letter not in "Ёё":
        return 0.1 if letter in "«»—–№" else -1.0 if letter.isalpha() else -0.7
    if any(other.isascii() and other.isalpha() for other in (before, after)):
        return -1.0
    if letter.isupper() and before.isalpha() and before.islower():
        return -1.0
    if letter.islower() and before.isupper() and after.isupper():
        return -1.0
    neighbours = [other in _VOWELS for other in (before, after) if other.isalpha()]
    if not neighbours:
        return 0.0
    return 0.8 if (letter not in _VOWELS) in neighbours else 0.4  # vowels and consonants alternate


def _rate_japanese(letter: str, before: str, after: str) -> float:
    name = unicodedata.name(letter, "")
    if name.startswith(("HIRAGANA", "KATAKANA")) or letter == "ー":
        return 1.0
    if name.startswith("HALFWIDTH"):
        if letter in "ﾞﾟ":  # they follow certain letters only
            return 2.5 if "ｶ" <= before <= "ﾄ" or "ﾊ" <= before <= "ﾎ" else -0.5
        return 0.3 if "｡" <= before <= "ﾟ" or "｡" <= after <= "ﾟ" else 0.0
    if name.startswith("CJK"):
        return 0.8 if letter.encode("cp932")[0] < 0x98 else -0.3  # the first level: 2,965 letters
    return 0.3 if name.startswith(("FULLWIDTH", "IDEOGRAPHIC")) or letter in "・、。「」♪" else -0.5


def _rate_chinese(letter: str, before: str, after: str) -> float:
    code = letter.encode("gb18030")
    if len(code) == 2 and code[0] >= 0xA1 <= code[1]:
        if 0xB0 <= code[0] <= 0xD7:  # the first level: the 3,755 most frequent letters
            return 0.75
        return 0.3 if code[0] in (0xA1, 0xA3) else -0.3
    return -1.0


_RATES = {
    "cp1252": _rate_western,
    "cp1251": _rate_cyrillic,
    "cp932": _rate_japanese,
    "gb18030": _rate_chinese,
}
