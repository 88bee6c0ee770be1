"""Charsets: declared, declared wrongly, declared late, and not declared at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.page.charset import decode_html, decode_page, recode_xml

TEXTS = {
    "de": "Die Fähre über den Großen Sund fährt wieder – täglich um fünf, „außer sonntags“. " * 4,
    "ru": "Паром через залив снова ходит, сообщил мэр города; рыбаки довольны новым причалом. " * 4,
    "pl": "Prom przez zatokę znów kursuje, poinformował burmistrz; rybacy są zadowoleni z łodzi. " * 4,
    "el": "Το πλοίο περνά ξανά τον κόλπο κάθε πρωί, είπε η δήμαρχος, και οι ψαράδες χαίρονται. " * 4,
    "ja": "市役所によると、新しい渡し船は来週から運航を開始する予定で、住民は歓迎している。" * 6,
    "ko": "시 당국에 따르면 새로운 여객선은 다음 주부터 운항을 시작할 예정이며 주민들은 환영했다. " * 4,
    "zh-CN": "记者从市政府获悉,新的渡轮将于下周开始运营,居民们对此表示欢迎。" * 6,
    "zh-TW": "記者從市政府獲悉,新的渡輪將於下週開始營運,居民們對此表示歡迎。" * 6,
}
CHARSETS = [
    ("de", "windows-1252"), ("ru", "windows-1251"), ("ru", "koi8-r"), ("pl", "iso-8859-2"), ("el", "windows-1253"),
    ("ja", "shift_jis"), ("ja", "euc-jp"), ("ja", "iso-2022-jp"), ("ko", "euc-kr"), ("zh-CN", "gb18030"),
    ("zh-TW", "big5"), ("ru", "utf-8"), ("de", "utf-8"),
]  # fmt: skip


def page(language: str, charset: str, *, head: str = "", tag: str = "") -> bytes:
    lang = f' lang="{tag}"' if tag else ""
    body = f"<!doctype html><html{lang}><head>{head}<title>x</title></head><body><p>{TEXTS[language]}</p></body></html>"
    return body.encode(charset)


@pytest.mark.parametrize(("language", "charset"), CHARSETS)
def test_a_declared_charset_is_believed_where_it_fits(language: str, charset: str) -> None:
    text = TEXTS[language]
    assert text in decode_html(page(language, charset), f"text/html; charset={charset}")
    assert text in decode_html(page(language, charset, head=f'<meta charset="{charset}">'))
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    assert text in decode_html(page(language, charset, head=meta), "text/html")


@pytest.mark.parametrize(("language", "charset"), CHARSETS)
@pytest.mark.parametrize("declared", ["", "utf-8", "us-ascii", "utf-16", "klingon"])
def test_a_charset_that_is_absent_or_does_not_fit_is_found(language: str, charset: str, declared: str) -> None:
    content_type = f"text/html; charset={declared}" if declared else ""
    assert TEXTS[language] in decode_html(page(language, charset, tag=language), content_type)


@pytest.mark.parametrize(("language", "charset"), [pair for pair in CHARSETS if pair[0] not in ("pl", "de")])
def test_without_a_language_another_script_is_recognised(language: str, charset: str) -> None:
    assert TEXTS[language] in decode_html(page(language, charset))


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "windows-1251", "euc-kr", "gb2312"])
@pytest.mark.parametrize("language", ["de", "ru", "ja"])
def test_bytes_that_form_utf8_are_utf8_whatever_is_declared(language: str, declared: str) -> None:
    assert TEXTS[language] in decode_html(page(language, "utf-8"), f"text/html; charset={declared}")
    assert TEXTS[language] in decode_html(page(language, "utf-8", head=f"<meta charset={declared}>"))


def test_a_few_letters_of_a_declared_wide_charset_are_not_taken_for_utf8() -> None:
    body = "<html><head><title>模专</title></head><body>模专</body></html>".encode("gbk")
    assert body.decode("utf-8", "replace").count("\ufffd") == 0  # both letters happen to form UTF-8
    assert "<title>模专</title>" in decode_html(body, "text/html; charset=gbk")


def test_a_charset_late_in_the_head_counts_and_one_in_a_comment_or_a_text_does_not() -> None:
    late = "<!-- <meta charset=koi8-r> " + "x" * 20_000 + " --><meta charset=windows-1251>"
    assert TEXTS["ru"] in decode_html(page("ru", "cp1251", head=late))
    in_text = page("ru", "cp1251", tag="ru").replace(b"<p>", b"<p>" + b"x" * 1024 + b"<meta charset=windows-1253>")
    assert TEXTS["ru"] in decode_html(in_text)


def test_the_first_charset_that_exists_counts_and_the_header_comes_before_the_page() -> None:
    head = '<meta charset="klingon"><meta charset="windows-1251">'
    assert TEXTS["ru"] in decode_html(page("ru", "cp1251", head=head))
    assert TEXTS["el"] in decode_html(
        page("el", "cp1253", head="<meta charset=windows-1251>"), "text/html; charset=windows-1253"
    )


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_marks_and_zeros_tell_unicode(charset: str) -> None:
    assert TEXTS["ru"] in decode_html(page("ru", charset), "text/html; charset=iso-8859-1")


def test_utf8_with_some_broken_letters_stays_utf8() -> None:
    body = page("ru", "utf-8").replace("мэр".encode(), b"\xec\xfd\xf0")
    assert "Паром через залив снова ходит" in decode_html(body, "text/html; charset=utf-8")
    assert "Паром через залив снова ходит" in decode_html(body)
    assert "fünf, „au" in decode_html(page("de", "utf-8").replace("Fähre".encode(), b"F\xe4hre"), "text/html")


def test_a_letter_that_is_cut_off_at_the_end_changes_nothing() -> None:
    assert decode_html("Die Fähre grüß".encode()[:-1]) == "Die Fähre grü"


DOCUMENT = '<?xml version="1.0"{}?><rss><channel><item><title>{}</title></item></channel></rss>'


@pytest.mark.parametrize(
    ("declared", "header", "charset"),
    [
        ("windows-1251", "", "cp1251"),
        ("", "windows-1251", "cp1251"),
        ("utf-8", "windows-1251", "cp1251"),
        ("windows-1251", "utf-8", "cp1251"),
        ("windows-1251", "iso-8859-1", "cp1251"),  # a server's default
        ("koi8-r", "windows-1251", "cp1251"),
        ("us-ascii", "", "cp1251"),
        ("utf-16", "", "cp1251"),
        ("", "", "cp1251"),
        ("utf-16", "", "utf-8"),
        ("windows-1251", "", "utf-8"),
        ("us-ascii", "us-ascii", "utf-8"),
        ("iso-8859-1", "iso-8859-1", "utf-8"),
        ("utf-8", "", "utf-8-sig"),
        ("utf-8", "utf-8", "utf-16"),
        ("utf-16", "", "utf-16-le"),
    ],
)
def test_xml_is_recoded_whatever_it_declares(declared: str, header: str, charset: str) -> None:
    document = DOCUMENT.format(f' encoding="{declared}"' if declared else "", TEXTS["ru"])
    content_type = f"text/xml; charset={header}" if header else "text/xml"
    assert recode_xml(document.encode(charset), content_type).decode() == document


def test_xml_in_utf8_is_not_copied() -> None:
    document = DOCUMENT.format("", TEXTS["de"]).encode()
    assert recode_xml(document) is document


@given(st.binary(), st.sampled_from(["", "text/html; charset=utf-8", "x; charset=gbk", "charset=utf-16", ";;;\x7f/"]))
def test_no_bytes_crash_it(body: bytes, content_type: str) -> None:
    decode_html(body, content_type)
    recode_xml(b"<?xml version='1.0' encoding='x'?>" + body, content_type).decode()


@pytest.mark.parametrize(
    ("text", "charset", "declared", "encoding"),
    [
        ("Паром", "cp1251", "windows-1251", "cp1251"),
        ("Паром", "utf-8", "windows-1251", "utf-8"),
        ("&#1055;", "ascii", "windows-1251", "cp1251"),  # the queries of its links are in windows-1251
        ("ferry", "ascii", "", "utf-8"),
    ],
)
def test_a_page_tells_the_charset_of_its_links(text: str, charset: str, declared: str, encoding: str) -> None:
    body = f"<p>{text * 20}</p>".encode(charset)
    assert decode_page(body, f"text/html; charset={declared}" if declared else "").encoding == encoding
