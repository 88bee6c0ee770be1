"""Decompresses response bodies (gzip, deflate, br, zstd) within their limit, and says what is wrong otherwise."""

from __future__ import annotations

import asyncio
import zlib
from concurrent.futures import ThreadPoolExecutor

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.python import binary_is_text

from crawler.failures.errors import Bomb, TooLarge, Undecodable

MAX_CODINGS = 3  # of one body; servers behind a proxy use two
# A body that grows by more than this factor is a bomb. A list that repeats the same line reaches 50.
BOMB_RATIO = 100
CHUNK_SIZE = 65_536  # bytes that are decompressed at once
SAMPLE_SIZE = 4_096  # bytes that are looked at to see whether a body is text


class CompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's own middleware, run in a thread, because ten megabytes would block the event loop for too long.

    In a single thread, because every thread keeps the memory that its largest body took.
    """

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decompression")

    async def process_response(self, request: Request, response: Response) -> Response:  # type: ignore[override]
        if "Content-Encoding" not in response.headers:
            return response
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.decode_response, request, response)

    def decode_response(self, request: Request, response: Response) -> Response:
        """Return the response without content coding. Raise TooLarge, Bomb or Undecodable. Blocking."""
        decoded: Request | Response = response
        problem: IgnoreRequest | None = None
        try:
            decoded = super().process_response(request, response)
        except IgnoreRequest as error:
            max_size = request.meta.get("download_maxsize", self._max_size)
            problem = (Bomb if _is_bomb(response, max_size) else TooLarge)(str(error))
        except Exception as error:  # noqa: BLE001 (each decompressor has its own)
            if is_plain_text(response.body):
                return _drop_coding(response)
            problem = Undecodable(f"{response.url} cannot be decoded ({type(error).__name__}: {error})")
        if problem is not None:
            # Not in the except clause: its cause would keep the decompressed bytes in memory.
            raise problem
        assert isinstance(decoded, Response)  # noqa: S101 (never a new request)
        left = decoded.headers.getlist("Content-Encoding")
        if not left:
            return decoded
        if not binary_is_text(decoded.body[:SAMPLE_SIZE]):
            names = b", ".join(left).decode("latin-1")
            raise Undecodable(f"{response.url} is in a content coding that was not asked for: {names[:100]}")
        # The body is text: "Content-Encoding: utf-8" is a mistake that browsers forgive.
        return _drop_coding(decoded)

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        codings = [coding for value in content_encoding for coding in value.split(b",")]
        if len(codings) > MAX_CODINGS:
            raise ValueError(f"{len(codings)} content codings")
        # "identity" is no coding, but some servers send it.
        applied = [coding for coding in codings if coding.strip().lower() not in (b"", b"identity", b"none")]
        decoded: tuple[bytes, list[bytes]] = super()._handle_encoding(body, applied, max_size)
        return decoded


def is_plain_text(body: bytes) -> bool:
    """Return whether a body that names a content coding has none: a proxy unpacked it and left the header."""
    start = body[:SAMPLE_SIZE].lstrip()
    return start.startswith((b"<", b"{", b"http", b"\xef\xbb\xbf")) and binary_is_text(start)


def _drop_coding(response: Response) -> Response:
    """Return the response without the header that names a coding of its body."""
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    kind = responsetypes.from_args(headers=headers, url=response.url, body=response.body)
    return response.replace(cls=kind, headers=headers)


def _is_bomb(response: Response, max_size: int) -> bool:
    """Return whether a body that decompresses to more than `max_size` bytes was made to grow so much.

    For gzip and deflate the number of compressed bytes that gave them is known; for other codings the whole body
    counts. Several codings are always a bomb.
    """
    codings = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
    if len(codings) > 1:
        return True
    compressed = len(response.body)
    if codings[0].strip().lower() in (b"gzip", b"x-gzip", b"deflate"):
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # of either kind
        rest, left = response.body, max_size
        try:
            while rest and left > 0:
                left -= len(stream.decompress(rest, CHUNK_SIZE))
                rest = stream.unconsumed_tail
        except zlib.error:  # without a header, as some servers send it
            rest = b""
        compressed -= len(rest)
    return max_size > BOMB_RATIO * compressed
