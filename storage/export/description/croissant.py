"""Writes croissant.json, the description for machine learning (Croissant 1.1, https://docs.mlcommons.org/croissant/).

Every file is listed with its path, size and SHA-256. A record set describes how to read each field of a table, for the
formats that Croissant readers support. The file includes its context, so that readers fetch nothing.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from storage.export.description.citation import make_title, make_version
from storage.export.description.common_licence import find_common_licence
from storage.export.description.facts import ReleaseFacts
from storage.export.description.loading import LoadableTable, list_loadable_tables
from storage.export.released_file import ReleasedFile
from storage.export.schema import ARTICLES, Field, FieldKind

CROISSANT_FILE = "croissant.json"

_FORMATS = {
    "parquet": "application/x-parquet",
    "jsonl": "application/jsonlines",
    "jsonl.zst": "application/zstd",
    "sqlite": "application/vnd.sqlite3",
    "csv": "text/csv",
    "tei": "application/tei+xml",
    "text": "application/zip",
    "markdown": "application/zip",
    "urls": "application/jsonlines",
}
_RECORDS = ("parquet", "jsonl", "urls")  # the formats whose cells are the values themselves

_TYPES = {
    FieldKind.TEXT: "sc:Text",
    FieldKind.TEXTS: "sc:Text",
    FieldKind.TIME: "sc:DateTime",
    FieldKind.COUNT: "cr:Int64",
    FieldKind.SHARE: "cr:Float64",
    FieldKind.BOOLEAN: "sc:Boolean",
}

# Word for word from the specification, because readers compare it.
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


def build_croissant(facts: ReleaseFacts) -> str:
    """Return the text of the file."""
    licence = find_common_licence(facts.counts.licences)
    tables = _select_tables(facts)
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": make_title(facts),
        "description": "News articles, collected and cleaned with Broadsheet. README.md describes them.",
        "version": make_version(facts),
        "license": licence.upper() if licence else "The texts belong to their authors and publishers, see README.md",
        "citeAs": f"{make_title(facts)}, release id {facts.release_id}",
        "isLiveDataset": False,
        "inLanguage": sorted(facts.counts.languages),
        "distribution": [_describe_file(file) for file in facts.files],
    }
    if facts.counts.fetched:
        content["datePublished"] = facts.counts.fetched.date().isoformat()
    content["distribution"] += [_describe_file_set(one) for one in tables if _has_several_files(one)]
    content["recordSet"] = [_describe_record_set(one) for one in tables]
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _select_tables(facts: ReleaseFacts) -> list[LoadableTable]:
    """Return every table once, in the best format that a record set can describe."""
    first: dict[str, LoadableTable] = {}
    for one in list_loadable_tables(facts):
        if one.format in _RECORDS:
            first.setdefault(one.table.folder, one)
    return list(first.values())


def _describe_file(file: ReleasedFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": PurePosixPath(file.path).name,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _FORMATS[file.format or ""],
        "sha256": file.sha256,
    }


def _has_several_files(one: LoadableTable) -> bool:
    return len(one.files) > 1 or any(len(files) > 1 for files in one.files.values())


def _describe_file_set(one: LoadableTable) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{one.table.name}-files",
        "name": f"{one.table.name} files",
        "encodingFormat": _FORMATS[one.format],
        "includes": list(one.patterns.values()),
    }


def _describe_record_set(one: LoadableTable) -> dict[str, Any]:
    (first, *_more), *_splits = one.files.values()
    source = (
        {"fileSet": {"@id": f"{one.table.name}-files"}}
        if _has_several_files(one)
        else {"fileObject": {"@id": first.path}}
    )
    described: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": one.table.name,
        "name": one.table.name,
        "field": [_describe_field(one, field, source) for field in one.table.fields],
    }
    if one.table.folder == ARTICLES.folder:
        described["key"] = {"@id": f"{one.table.name}/id"}
    return described


def _describe_field(one: LoadableTable, field: Field, source: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{one.table.name}/{field.name}",
        "name": field.name,
        "description": field.meaning,
        "dataType": _TYPES[field.kind],
        "source": {**source, "extract": {"column": field.name}},
    }
    if field.kind is FieldKind.TEXTS:
        described |= {"isArray": True, "arrayShape": "-1"}
    return described
