"""Names in the encodings of their languages."""

import pytest

from musegen.midi.text import choose_encoding, decode_text

WORDS = {
    "cp1252": "Flöte,Gitarre für Anna,Guitarra eléctrica,Mélodie,Coração,Größe,À deux,Don’t,Ärger",
    "cp1251": "Мелодия гитара,Гитара,БАС,Ударные,ФОРТЕПИАНО,Бас-гитара,Песня «Катюша»,ГИТАРА 1",
    "koi8-r": "Мелодия гитара,Гитара,БАС,Ударные,ФОРТЕПИАНО,Бас-гитара,ГИТАРА 1,Очи чёрные",
    "cp932": "ピアノ,ギター,ベース,メロディ,主旋律,左手,ピアノ右手,ﾋﾟｱﾉ,ﾄﾞﾗﾑ,さくら,作曲：山田太郎",
    "gb18030": "钢琴,吉他,贝司,鼓,主旋律,音轨 1,小提琴,左手,二胡,月亮代表我的心,打击乐",
    "big5": "鋼琴,吉他,貝斯,鼓,主旋律,音軌 1,小提琴,左手,二胡,月亮代表我的心,打擊樂",
    "cp949": "피아노,기타,베이스,드럼,멜로디,주선율,왼손,바이올린,아리랑,섬집아기,트랙 1",
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


def test_long_texts_are_read_by_their_beginning():
    data = "月亮代表我的心。".encode("gb18030") * 100_000
    assert choose_encoding([data[: len(data) // 2 - 3], data]) == "gb18030"


def test_bytes_that_fit_nothing_are_decoded_all_the_same():
    assert decode_text(b"\x81\x81 a", "utf-8") == "\x81\x81 a"
    assert decode_text(b"\xef\xbb\xbfLead", "utf-8") == "Lead"
