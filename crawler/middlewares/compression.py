"""Undoes content codings (gzip, deflate, br, zstd) within DOWNLOAD_MAXSIZE, and says what is wrong where it cannot."""

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

MOST_LAYERS = 3  # codings of one body: servers behind a proxy come to two
# A body of which each byte stands for more than this many is a bomb. Lists of the same line over again reach 50.
BOMB_RATIO = 100
PIECE = 65_536  # bytes that are unpacked at once
SAMPLE = 4_096  # bytes by which it is judged whether a body is text


class TooLarge(IgnoreRequest):
    """Unpacked, the body is larger than DOWNLOAD_MAXSIZE."""


class Bomb(IgnoreRequest):
    """The body was made to be larger than DOWNLOAD_MAXSIZE once it is unpacked."""


class Undecodable(IgnoreRequest):
    """The body is not what its Content-Encoding says, or that names what nobody asked for."""


class CompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's own, in a thread: ten megabytes take longer than the event loop may be held up.

    In one thread of its own: each thread keeps for itself what memory the largest body took.
    """

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decompression")

    async def process_response(self, request: Request, response: Response) -> Response:  # type: ignore[override]
        if "Content-Encoding" not in response.headers:
            return response
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.decoded, request, response)

    def decoded(self, request: Request, response: Response) -> Response:
        """The response without content coding; raises TooLarge, Bomb, Undecodable. Blocking."""
        decoded: Request | Response = response
        problem: IgnoreRequest | None = None
        try:
            decoded = super().process_response(request, response)
        except IgnoreRequest as error:
            most = request.meta.get("download_maxsize", self._max_size)
            problem = (Bomb if _is_bomb(response, most) else TooLarge)(str(error))
        except Exception as error:  # noqa: BLE001 (each decompressor has its own)
            problem = Undecodable(f"{response.url} cannot be decoded ({type(error).__name__}: {error})")
        if problem is not None:
            # Out here, so that it does not hold on to what was unpacked by the frames of its cause.
            raise problem
        assert isinstance(decoded, Response)  # noqa: S101 (never a new request)
        left = decoded.headers.getlist("Content-Encoding")
        if not left:
            return decoded
        if not binary_is_text(decoded.body[:SAMPLE]):
            named = b", ".join(left).decode("latin-1")
            raise Undecodable(f"{response.url} is in a content coding that was not asked for: {named[:100]}")
        # Text all the same: "Content-Encoding: utf-8" is a mistake that browsers forgive.
        headers = decoded.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=decoded.url, body=decoded.body)
        return decoded.replace(cls=kind, headers=headers)

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        codings = [coding for value in content_encoding for coding in value.split(b",")]
        if len(codings) > MOST_LAYERS:
            raise ValueError(f"{len(codings)} content codings")
        # "identity" is none, and servers name it all the same.
        named = [coding for coding in codings if coding.strip().lower() not in (b"", b"identity", b"none")]
        decoded: tuple[bytes, list[bytes]] = super()._handle_encoding(body, named, max_size)
        return decoded


def _is_bomb(response: Response, most: int) -> bool:
    """Whether a body of which more than `most` bytes were unpacked was made to be so large, as far as can be known.

    A zlib stream tells how much of it they came of; of the other codings it is all.
    """
    codings = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
    if len(codings) > 1:
        return True
    packed = len(response.body)
    if codings[0].strip().lower() in (b"gzip", b"x-gzip", b"deflate"):
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # of either kind
        rest, room = response.body, most
        try:
            while rest and room > 0:
                room -= len(stream.decompress(rest, PIECE))
                rest = stream.unconsumed_tail
        except zlib.error:  # without a head, as some servers send it
            rest = b""
        packed -= len(rest)
    return most > BOMB_RATIO * packed
