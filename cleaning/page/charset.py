"""Decode the bytes of pages and XML documents, whatever their charset and however wrongly it is declared.

decode_html, recode_xml -> _choose_encoding: byte order mark, UTF-8 by its form, what is declared, what it looks like

A browser believes the header, then the page. Two things are surer than both: a byte order mark, and bytes that form
UTF-8, which no text in another charset does by chance.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

_HEAD_BYTES = 1 << 16  # within which a page declares its charset; browsers look as far as the head goes
_PRESCAN_BYTES = 1024  # within which browsers find it anywhere
_XML_HEAD_BYTES = 1024
_SAMPLE_BYTES = 1 << 14  # from which a charset is guessed: more takes longer and tells no more

_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_BODY = re.compile(rb"<body[\s>]", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml\b[^>]{0,200}>|<meta\b[^>]{0,500}charset[^>]{0,300}>", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml\b[^>]{0,100}?encoding\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_LANGUAGE = re.compile(rb"""<html\b[^>]{0,500}?\blang\s*=\s*["']?([a-z]{2,3}(?:-[a-z]{2,4})?)""", re.IGNORECASE)
_XML_LANGUAGE = re.compile(rb"""(?:<language>\s*|xml:lang=["'])([a-z]{2,3}(?:-[a-z]{2,4})?)""", re.IGNORECASE)
_MARKUP = re.compile(rb"<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>|\s+", re.DOTALL | re.IGNORECASE)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

_WESTERN = "cp1252"
# Declared of bytes that are none of it, these tell nothing. (A browser takes ASCII for the Western charset.)
_UNICODE = re.compile(r"utf|ucs")
_ASCII = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*(?:us-)?ascii\b""", re.IGNORECASE)
# A charset whose bytes are all ASCII: a shift follows an escape.
_ESCAPED_JAPANESE, _SHIFT = "iso2022_jp", b"\x1b$"
# Two bytes a letter: a few letters of such a text can look like UTF-8.
_WIDE = frozenset(("gb18030", "gbk", "gb2312", "big5hkscs", "big5", "cp932", "shift_jis", "euc_jp", "cp949", "euc_kr"))
_FEW_BYTES = 12

# The charsets that browsers assume of a language's pages (HTML standard, "Determining the character encoding").
_OF_LANGUAGE = {
    "ar": "cp1256", "az": "cp1254", "ba": "cp1251", "be": "cp1251", "bg": "cp1251", "cs": "cp1250", "el": "iso8859_7",
    "et": "cp1257", "fa": "cp1256", "he": "cp1255", "hr": "cp1250", "hu": "iso8859_2", "ja": "cp932", "kk": "cp1251",
    "ko": "cp949", "ku": "cp1254", "ky": "cp1251", "lt": "cp1257", "lv": "cp1257", "mk": "cp1251", "pl": "iso8859_2",
    "ru": "cp1251", "sl": "iso8859_2", "sk": "cp1250", "sr": "cp1251", "tg": "cp1251", "th": "cp874", "tr": "cp1254",
    "tt": "cp1251", "uk": "cp1251", "vi": "cp1258", "zh": "gb18030", "zh-cn": "gb18030", "zh-hant": "big5hkscs",
    "zh-hk": "big5hkscs", "zh-tw": "big5hkscs",
}  # fmt: skip
# Charsets among which one is guessed: those of pages on the web that are not for Western languages.
_GUESSED = [
    "cp1251", "koi8_r", "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1253", "cp1255", "cp1256", "cp874",
]  # fmt: skip
_RIVALS = {"cp1251": ["cp1251", "koi8_r"], "cp932": ["cp932", "euc_jp"]}  # languages of which two were in use
_DENSE = 0.3  # share of bytes that are not ASCII in the text, from which it is written in no Latin script
_MOST_DAMAGE = 0.05  # share of the letters that are not ASCII that may be broken


class Decoded(NamedTuple):
    """A text, what it was decoded from, and whether its bytes are UTF-8 to the last one."""

    text: str
    encoding: str
    is_utf8: bool = False


def decode_html(body: bytes, content_type: str = "") -> str:
    """Return the text of a page. `content_type` is the value of its header."""
    return decode_page(body, content_type).text


def decode_page(body: bytes, content_type: str = "") -> Decoded:
    """Return the text of a page with its encoding, in which the queries of its links are written."""
    head = _COMMENT.sub(b"", body[:_HEAD_BYTES])
    if found := _BODY.search(head):
        head = head[: max(found.start(), _PRESCAN_BYTES)]
    declarations = (one for one in _DECLARATION.findall(head) if not _ASCII.search(one))
    declared = (html_body_declared_encoding(one) for one in islice(declarations, 20))
    stated = [_read_header(content_type), next(filter(None, declared), None)]
    return _decode(body, stated, _LANGUAGE.search(head))


def recode_xml(body: bytes, content_type: str = "") -> bytes:
    """Return an XML document, or another list, in UTF-8; what it declares stays as it was. Most are returned as is."""
    header = _read_header(content_type)
    found = _XML_ENCODING.search(body[:_XML_HEAD_BYTES])
    declared = resolve_encoding(found[1].decode("ascii")) if found and not _ASCII.search(found[0]) else None
    # A server's default says less than the document. Otherwise the header counts more (RFC 7303).
    stated = [declared, header] if header == _WESTERN else [header, declared]
    text, _, is_utf8 = _decode(body, stated, _XML_LANGUAGE.search(body[:_HEAD_BYTES]))
    return body.removeprefix(b"\xef\xbb\xbf") if is_utf8 else text.encode("utf-8", "replace")


def _read_header(content_type: str) -> str | None:
    return None if _ASCII.search(content_type.encode("utf-8", "replace")) else http_content_type_encoding(content_type)


def _decode(body: bytes, stated: list[str | None], language: re.Match[bytes] | None) -> Decoded:
    marked, mark = read_bom(body)
    marked = marked or _find_utf16(body)
    if marked and marked != "utf-8":
        return Decoded(body[len(mark or b"") :].decode(marked, "replace"), marked)
    encodings = [encoding for encoding in stated if encoding and not _UNICODE.match(encoding)]
    text, is_whole = _decode_utf8(body)
    if text is not None:
        other = next((one for one in [*encodings, _ESCAPED_JAPANESE] if _could_be(one, body)), None)
        if marked or other is None:
            # A page that is all ASCII tells by its declaration alone in which charset its links are meant.
            meant = encodings[0] if encodings and body.isascii() else "utf-8"
            return Decoded(text.removeprefix("\ufeff"), meant, is_whole)
        return Decoded(body.decode(other, "replace"), other)
    for encoding in encodings:
        if encoding == _WESTERN and _is_dense(body):
            continue  # no Latin script has so many letters that are not ASCII
        decoded, damage = _measure_damage(body, encoding)
        if damage <= _MOST_DAMAGE:
            as_utf8, other_damage = _measure_damage(body, "utf-8")
            is_rather_utf8 = 20 * other_damage < 1 and encoding not in _WIDE
            return Decoded(as_utf8, "utf-8") if is_rather_utf8 else Decoded(decoded, encoding)
    decoded, damage = _measure_damage(body, "utf-8")
    if damage < 0.5:
        return Decoded(decoded.removeprefix("\ufeff"), "utf-8")
    guessed = _guess_encoding(body, language)
    return Decoded(body.decode(guessed, "replace"), guessed)


def _find_utf16(body: bytes) -> str | None:
    """Return the encoding of UTF-16 without a byte order mark, by the zeros of its first letters."""
    start = body[:4]
    if start[:1] not in (b"", b"\x00") and start[1::2] == b"\x00\x00" and start[2:3] != b"\x00":
        return "utf-16-le"
    if start[::2] == b"\x00\x00" and start[1:2] not in (b"", b"\x00") and start[3:4] != b"\x00":
        return "utf-16-be"
    return None


def _decode_utf8(body: bytes) -> tuple[str | None, bool]:
    """Return the text of bytes that are UTF-8, None of others, and whether it is not cut off within the last letter."""
    try:
        return body.decode(), True
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data"
        return body[: error.start].decode() if is_cut else None, False


def _could_be(encoding: str, body: bytes) -> bool:
    """Return whether bytes that are valid UTF-8, as ASCII is, can be meant as this charset all the same."""
    if encoding == _ESCAPED_JAPANESE:
        return _SHIFT in body
    return encoding in _WIDE and 0 < len(list(islice(_NOT_ASCII.finditer(body), _FEW_BYTES + 1))) <= _FEW_BYTES


def _measure_damage(body: bytes, encoding: str) -> tuple[str, float]:
    """Return the text in this charset, and the share of broken letters among those that are not ASCII."""
    text = body.decode(encoding, "replace")
    broken = text.count("\ufffd")
    others = len(text) - len(text.encode("ascii", "ignore")) if broken else 0
    return text, broken / others if others else 0.0


def _guess_encoding(body: bytes, language: re.Match[bytes] | None) -> str:
    """Guess the charset of bytes that are not UTF-8 and declare none that fits."""
    tag = language[1].decode("ascii").lower() if language else ""
    usual = _OF_LANGUAGE.get(tag) or _OF_LANGUAGE.get(tag.partition("-")[0])
    if usual and usual not in _RIVALS and _measure_damage(body, usual)[1] <= _MOST_DAMAGE:
        return usual
    if not _is_dense(body):
        return usual or _WESTERN
    import charset_normalizer  # noqa: PLC0415 (few documents need it)

    best = charset_normalizer.from_bytes(_take_sample(body), cp_isolation=_RIVALS.get(usual or "", _GUESSED)).best()
    return best.encoding if best is not None else usual or _WESTERN


def _is_dense(body: bytes) -> bool:
    sample = _take_sample(body)
    return len(_NOT_ASCII.findall(sample)) >= _DENSE * len(sample) > 0


def _take_sample(body: bytes) -> bytes:
    """Return the beginning of the text without its markup."""
    return _MARKUP.sub(b" ", body[: 16 * _SAMPLE_BYTES])[:_SAMPLE_BYTES]
