"""Builds one WARC record (ISO 28500, WARC 1.1) as a gzip member of its own.

warcio would do it: at gzip's highest level, with two digests, and with the body read three times in small pieces.
Together that takes twice as long.
"""

from __future__ import annotations

import zlib
from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha1
from uuid import uuid4

# Of 1 (fastest) to 9: pages that come uncompressed take 5 % more space than at 9, and a third of the time.
LEVEL = 4
# Of what is compressed already, as most sites send their pages: to try again takes half of the time.
STORED = 0
_SAMPLE = 2_048  # bytes of a body that tell which it is
_SAVING = 0.9  # of the sample: what it must become smaller than


def make_record_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def build_record(kind: str, fields: Mapping[str, str], content_type: str, body: bytes, *, head: bytes = b"") -> bytes:
    """Return a record with these header fields; those of its kind, its digest and its length are added.

    `head` is the status line and the headers of an HTTP message, with the empty line after them.
    """
    lines = ["WARC/1.1", f"WARC-Type: {kind}", *map(": ".join, fields.items())]
    if kind != "warcinfo":  # which has no payload
        lines.append(f"WARC-Payload-Digest: {_hash(body)}")
    lines += [f"Content-Type: {content_type}", f"Content-Length: {len(head) + len(body)}", "", ""]
    packer = zlib.compressobj(STORED if _is_packed(body) else LEVEL, wbits=zlib.MAX_WBITS | 16)
    # Both calls let other threads run; the short pieces stand beside the body, not in it, so that it is not copied.
    parts = (packer.compress("\r\n".join(lines).encode() + head), packer.compress(body), packer.compress(b"\r\n\r\n"))
    return b"".join((*parts, packer.flush()))


def _is_packed(body: bytes) -> bool:
    sample = body[:_SAMPLE]
    return len(sample) == _SAMPLE and len(zlib.compress(sample, 1)) > _SAVING * _SAMPLE


def _hash(body: bytes) -> str:
    return f"sha1:{b32encode(sha1(body, usedforsecurity=False).digest()).decode()}"
