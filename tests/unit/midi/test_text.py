"""Names in the encodings of their languages."""

import pytest

from musegen.midi.text import choose_encoding, decode_text

WORDS = {
    "cp1252": "Flöte,Gitarre für Anna,Guitarra eléctrica,Mélodie,Coração,Größe,Piano à queue",
    "cp1251": "Мелодия гитара,Гитара,БАС,Ударные,ФОРТЕПИАНО,Бас-гитара,Песня «Катюша»,ГИТАРА 1",
    "cp932": "ピアノ,ギター,ベース,メロディ,主旋律,左手,ピアノ右手,ﾋﾟｱﾉ,ﾄﾞﾗﾑ,さくら,作曲：山田太郎",
    "gb18030": "钢琴,吉他,贝司,鼓,主旋律,音轨 1,小提琴,左手,二胡,月亮代表我的心,打击乐",
    "utf-8": "Flöte,Гитара,ピアノ,钢琴,Lead",
}


@pytest.mark.parametrize(
    ("encoding", "word"), [(e, word) for e, words in WORDS.items() for word in words.split(",")]
)
def test_a_name_is_decoded_as_it_was_meant(encoding, word):
    data = word.encode(encoding)
    assert decode_text(data, choose_encoding([data])) == word


@pytest.mark.parametrize("encoding", WORDS)
def test_a_file_has_one_encoding(encoding):
    words = WORDS[encoding].split(",")
    assert choose_encoding([b"Piano", *(word.encode(encoding) for word in words)]) == encoding


def test_bytes_that_fit_nothing_are_decoded_all_the_same():
    assert decode_text(b"\x81\x81 a", "utf-8") == "\x81\x81 a"
    assert decode_text(b"\xef\xbb\xbfLead", "utf-8") == "Lead"
