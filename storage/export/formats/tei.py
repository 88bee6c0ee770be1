"""TEI P5 (https://tei-c.org/guidelines/p5/): a <teiCorpus> with one <TEI> an article.

Every block of a text is a <p>: the store keeps which of them are headings and list items beside the text, not in it.
Characters that XML 1.0 cannot hold (U+0000 to U+001F but for tab and line ends, surrogates, U+FFFE, U+FFFF) are left
out; they are in no article that the store let in. A carriage return is written as a reference, or XML would read it as
a line feed.
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
from storage.export.formats import Format, Write
from storage.export.formats.jsonl import moment
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
def writing(path: Path, table: Table) -> Iterator[Write]:
    names = table.names
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)

        def write(batch: Batch) -> None:
            for record in batch.records:
                file.write(_article(dict(zip(names, record, strict=True))))

        yield write
        file.write("</teiCorpus>\n")


def _article(record: Mapping[str, Any]) -> str:
    language = record["language"] if _LANGUAGE.fullmatch(record["language"]) else "und"
    title, authors = record["title"], [_element("author", name) for name in record["authors"]]
    lines = "\n".join(_element("p", line) for line in record["text"].split("\n"))
    parts = (
        f'<TEI xml:id="{_name(record["id"])}" xml:lang="{language}">\n<teiHeader>\n<fileDesc>\n',
        f"<titleStmt>{_element('title', title)}{''.join(authors)}</titleStmt>\n",
        f'<extent><measure unit="words" quantity="{record["words"]}"/></extent>\n',
        f"<publicationStmt><authority>Broadsheet</authority>{_element('idno', record['id'], type='id')}",
        _named(record, "story", "duplicate_of"),
        f"<availability>{_availability(record)}</availability></publicationStmt>\n",
        f"<sourceDesc><bibl>{_element('title', title, level='a')}{''.join(authors)}",
        _element("title", record["site_name"] or record["site"], level="j"),
        _date("published", record["published_at"]),
        _date("modified", record["modified_at"]),
        _date("fetched", record["fetched_at"]),
        _named(record, "url", "canonical_url"),
        "</bibl></sourceDesc>\n</fileDesc>\n<encodingDesc>",
        _element("p", f"Extracted and cleaned by Broadsheet, version {record['cleaner_version']} of its cleaner."),
        f"</encodingDesc>\n<profileDesc>{_abstract(record['description'])}",
        f"<langUsage>{_element('language', language, ident=language)}</langUsage>{_keywords(record)}",
        "</profileDesc>\n</teiHeader>\n",
        f"<text><body>\n{_element('head', title)}\n{lines}\n</body></text>\n</TEI>\n",
    )
    return "".join(parts)


def _element(tag: str, text: str, **attributes: str) -> str:
    named = "".join(f" {name}={saxutils.quoteattr(_legal(value))}" for name, value in attributes.items())
    return f"<{tag}{named}>{saxutils.escape(_legal(text), {chr(13): '&#13;'})}</{tag}>"


def _legal(text: str) -> str:
    return text if text.isprintable() else _NO_XML.sub("", text)  # which takes in nothing that XML cannot hold


def _name(key: str) -> str:
    # An XML name begins with a letter, which an id need not.
    return "article-" + _NO_NAME.sub(lambda found: f"_{ord(found[0]):x}", key)


def _named(record: Mapping[str, Any], *names: str) -> str:
    return "".join(_element("idno", record[name], type=name) for name in names if record[name] is not None)


def _date(kind: str, value: datetime | None) -> str:
    stated = moment(value)
    return "" if stated is None else _element("date", stated, type=kind, when=stated)


def _availability(record: Mapping[str, Any]) -> str:
    licence = record["licence"]
    if licence is None:
        said = "<p>The page declares no licence.</p>"
    elif _ADDRESS.fullmatch(licence):
        said = _element("licence", licence, target=licence)
    else:
        said = _element("licence", licence)
    if record["tdm_reserved"]:
        policy = record["tdm_policy"]
        conditions = f"; conditions: {policy}" if policy else ""
        said += _element("p", f"The rights holder reserves text and data mining{conditions}.")
    return said


def _abstract(description: str | None) -> str:
    return f"<abstract>{_element('p', description)}</abstract>" if description else ""


def _keywords(record: Mapping[str, Any]) -> str:
    terms = [_element("term", tag, type="tag") for tag in record["tags"]]
    terms += [_element("term", record[name], type=name) for name in ("section", "page_kind") if record[name]]
    return f"<textClass><keywords>{''.join(terms)}</keywords></textClass>" if terms else ""


FORMAT = Format(
    name="tei",
    suffix=".tei.xml",
    writing=writing,
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
