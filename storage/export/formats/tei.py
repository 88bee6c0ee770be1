"""TEI P5 (https://tei-c.org/guidelines/p5/): a <teiCorpus> with one <TEI> for each article.

Every block of a text is a <p>: the store does not keep in the text which blocks are headings and list items.
Characters that XML 1.0 cannot contain (U+0000 to U+001F except tab and line ends, surrogates, U+FFFE, U+FFFF) are left
out; no stored article has them. A carriage return is written as a reference, because XML would read it as a line feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax import saxutils

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.formats.jsonl import format_time
from storage.export.schema import ARTICLES, Table

NAMESPACE = "http://www.tei-c.org/ns/1.0"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # BCP 47, as far as a detector's codes go
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")

_HEAD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<teiCorpus xmlns="{NAMESPACE}">
<teiHeader><fileDesc>
<titleStmt><title>News articles</title></titleStmt>
<publicationStmt><p>Part of a release made by Broadsheet; README.md and manifest.json beside it describe it.</p>\
</publicationStmt>
<sourceDesc><p>Pages of news sites; each text names its own.</p></sourceDesc>
</fileDesc></teiHeader>
"""


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:
    names = table.names
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)

        def write(batch: Batch) -> None:
            for record in batch.records:
                file.write(_format_article(dict(zip(names, record, strict=True))))

        yield write
        file.write("</teiCorpus>\n")


def _format_article(record: Mapping[str, Any]) -> str:
    language = record["language"] if _LANGUAGE.fullmatch(record["language"]) else "und"
    title, authors = record["title"], [_format_element("author", name) for name in record["authors"]]
    source = _format_element("orgName", record["source"]) if record["source"] else ""
    origin = f"<respStmt><resp>source</resp>{source}</respStmt>" if source else ""
    lines = "\n".join(_format_element("p", line) for line in record["text"].split("\n"))
    parts = (
        f'<TEI xml:id="{_make_xml_id(record["id"])}" xml:lang="{language}">\n<teiHeader>\n<fileDesc>\n',
        f"<titleStmt>{_format_element('title', title)}{''.join(authors)}{origin}</titleStmt>\n",
        f'<extent><measure unit="words" quantity="{record["words"]}"/></extent>\n',
        f"<publicationStmt><authority>Broadsheet</authority>{_format_element('idno', record['id'], type='id')}",
        _format_idnos(record, "story", "duplicate_of"),
        f"<availability>{_format_availability(record)}</availability></publicationStmt>\n",
        f"<sourceDesc><bibl>{_format_element('title', title, level='a')}{''.join(authors)}",
        _format_element("title", record["site_name"] or record["site"], level="j"),
        _format_date("published", record["published_at"]),
        _format_date("modified", record["modified_at"]),
        _format_date("fetched", record["fetched_at"]),
        _format_idnos(record, "url", "canonical_url"),
        "</bibl></sourceDesc>\n</fileDesc>\n<encodingDesc>",
        _format_element(
            "p", f"Extracted and cleaned by Broadsheet, version {record['cleaner_version']} of its cleaner."
        ),
        f"</encodingDesc>\n<profileDesc>{_format_abstract(record['description'])}",
        f"<langUsage>{_format_element('language', language, ident=language)}</langUsage>{_format_keywords(record)}",
        "</profileDesc>\n</teiHeader>\n",
        f"<text><body>\n{_format_element('head', title)}\n{lines}\n</body></text>\n</TEI>\n",
    )
    return "".join(parts)


def _format_element(tag: str, text: str, **attributes: str) -> str:
    named = "".join(
        f" {name}={saxutils.quoteattr(_strip_illegal_characters(value))}" for name, value in attributes.items()
    )
    return f"<{tag}{named}>{saxutils.escape(_strip_illegal_characters(text), {chr(13): '&#13;'})}</{tag}>"


def _strip_illegal_characters(text: str) -> str:
    return text if text.isprintable() else _NO_XML.sub("", text)  # printable text is always legal in XML


def _make_xml_id(key: str) -> str:
    # An XML name must begin with a letter; an id may begin with a digit.
    return "article-" + _NO_NAME.sub(lambda found: f"_{ord(found[0]):x}", key)


def _format_idnos(record: Mapping[str, Any], *names: str) -> str:
    return "".join(_format_element("idno", record[name], type=name) for name in names if record[name] is not None)


def _format_date(kind: str, value: datetime | None) -> str:
    iso = format_time(value)
    return "" if iso is None else _format_element("date", iso, type=kind, when=iso)


def _format_availability(record: Mapping[str, Any]) -> str:
    licence = record["licence"]
    if licence is None:
        elements = "<p>The page declares no licence.</p>"
    elif _ADDRESS.fullmatch(licence):
        elements = _format_element("licence", licence, target=licence)
    else:
        elements = _format_element("licence", licence)
    if record["tdm_reserved"]:
        policy = record["tdm_policy"]
        conditions = f"; conditions: {policy}" if policy else ""
        elements += _format_element("p", f"The rights holder reserves text and data mining{conditions}.")
    return elements


def _format_abstract(description: str | None) -> str:
    return f"<abstract>{_format_element('p', description)}</abstract>" if description else ""


def _format_keywords(record: Mapping[str, Any]) -> str:
    terms = [_format_element("term", tag, type="tag") for tag in record["tags"]]
    terms += [_format_element("term", record[name], type=name) for name in ("section", "page_kind") if record[name]]
    return f"<textClass><keywords>{''.join(terms)}</keywords></textClass>" if terms else ""


FORMAT = Format(
    name="tei",
    suffix=".tei.xml",
    open_writer=open_writer,
    tables=frozenset({ARTICLES.name}),
    how_to_read="""\
from xml.etree import ElementTree

tei = {{"": "http://www.tei-c.org/ns/1.0"}}
articles = [
    {{
        "id": one.findtext("teiHeader/fileDesc/publicationStmt/idno", namespaces=tei),
        "title": one.findtext("text/body/head", namespaces=tei),
        "text": "\\n".join(block.text or "" for block in one.iterfind("text/body/p", tei)),
    }}
    for one in ElementTree.parse("{path}").iterfind("TEI", tei)
]""",
)
