"""croissant.json: a release described for machine learning (Croissant 1.1, https://docs.mlcommons.org/croissant/).

Every file has its address in the release, its size and its SHA-256. A record set says for each field of a table how it
is read, for the formats that readers of Croissant know; the context stands in the file, so that nothing is fetched to
understand it.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from storage.export.citation import title, version
from storage.export.facts import Facts, ReleasedFile
from storage.export.loading import Loaded, loaded
from storage.export.one_licence import one_licence
from storage.export.schema import ARTICLES, Field, Kind

FILE = "croissant.json"

_FORMATS = {
    "parquet": "application/x-parquet",
    "jsonl": "application/jsonlines",
    "jsonl.zst": "application/zstd",
    "csv": "text/csv",
    "tei": "application/tei+xml",
    "text": "application/zip",
    "urls": "application/jsonlines",
}
_RECORDS = ("parquet", "jsonl", "urls")  # of the formats those whose cells are the values themselves

_TYPES = {
    Kind.TEXT: "sc:Text",
    Kind.TEXTS: "sc:Text",
    Kind.MOMENT: "sc:DateTime",
    Kind.COUNT: "cr:Int64",
    Kind.SHARE: "cr:Float64",
    Kind.TRUTH: "sc:Boolean",
}

# As the specification gives it, word for word: readers compare.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(facts: Facts) -> str:
    """The file's text, made of nothing but the facts."""
    licence = one_licence(facts.tally.licences)
    tables = _described(facts)
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": title(facts),
        "description": "News articles, collected and cleaned with Broadsheet. README.md describes them.",
        "version": version(facts),
        "license": licence.upper() if licence else "The texts belong to their authors and publishers, see README.md",
        "citeAs": f"{title(facts)}, release id {facts.release_id}",
        "isLiveDataset": False,
        "inLanguage": sorted(facts.tally.languages),
        "distribution": [_file(file) for file in facts.files],
    }
    if facts.tally.fetched:
        content["datePublished"] = facts.tally.fetched.date().isoformat()
    content["distribution"] += [_set(one) for one in tables if _several(one)]
    content["recordSet"] = [_record_set(one) for one in tables]
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _described(facts: Facts) -> list[Loaded]:
    """Every table once, in the best of the formats that a record set can describe."""
    first: dict[str, Loaded] = {}
    for one in loaded(facts):
        if one.format in _RECORDS:
            first.setdefault(one.table.folder, one)
    return list(first.values())


def _file(file: ReleasedFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": PurePosixPath(file.path).name,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _FORMATS[file.format or ""],
        "sha256": file.sha256,
    }


def _several(one: Loaded) -> bool:
    return len(one.files) > 1 or any(len(files) > 1 for files in one.files.values())


def _set(one: Loaded) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{one.table.name}-files",
        "name": f"{one.table.name} files",
        "encodingFormat": _FORMATS[one.format],
        "includes": list(one.patterns.values()),
    }


def _record_set(one: Loaded) -> dict[str, Any]:
    (first, *_more), *_splits = one.files.values()
    source = {"fileSet": {"@id": f"{one.table.name}-files"}} if _several(one) else {"fileObject": {"@id": first.path}}
    described: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": one.table.name,
        "name": one.table.name,
        "field": [_field(one, field, source) for field in one.table.fields],
    }
    if one.table.folder == ARTICLES.folder:
        described["key"] = {"@id": f"{one.table.name}/id"}
    return described


def _field(one: Loaded, field: Field, source: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{one.table.name}/{field.name}",
        "name": field.name,
        "description": field.meaning,
        "dataType": _TYPES[field.kind],
        "source": {**source, "extract": {"column": field.name}},
    }
    if field.kind is Kind.TEXTS:
        described |= {"isArray": True, "arrayShape": "-1"}
    return described
