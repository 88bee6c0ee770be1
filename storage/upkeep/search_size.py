"""How many bytes the index of the full-text search takes, without reading it."""

from __future__ import annotations

from sqlalchemy import Connection, text

_STRUCTURE = text("SELECT block FROM search_index_data WHERE id = 10")
_SERVER = text("SELECT pg_total_relation_size('search_entry') + pg_total_relation_size('search_backlog')")
_COOKIE = 4  # bytes
_SECOND_FORMAT = b"\xff\x00\x00\x01"  # each segment has five more numbers then
_MORE_NUMBERS = 5


def measure_search(connection: Connection) -> int:
    """Return the bytes of the search index: on PostgreSQL those of its tables, on SQLite those of its pages.

    On SQLite the record with the number 10 of an FTS5 table lists its segments, each with its first and last page.
    """
    if connection.dialect.name == "postgresql":
        return int(connection.execute(_SERVER).scalar_one())
    record = connection.execute(_STRUCTURE).scalar()
    if record is None:
        return 0
    page_size: int = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    return _count_pages(bytes(record)) * page_size


def _count_pages(record: bytes) -> int:
    """Return the number of pages of all segments: levels, segments and a counter, then each level with its segments."""
    is_second = record[_COOKIE : _COOKIE + len(_SECOND_FORMAT)] == _SECOND_FORMAT
    numbers = _read_numbers(record[_COOKIE + (len(_SECOND_FORMAT) if is_second else 0) :])
    pages, place = 0, 3
    for _ in range(numbers[0]):
        segments = numbers[place + 1]
        place += 2
        for _ in range(segments):
            pages += numbers[place + 2] - numbers[place + 1] + 1
            place += 3 + (_MORE_NUMBERS if is_second else 0)
    return pages


def _read_numbers(data: bytes) -> list[int]:
    """Return SQLite's varints: seven bits a byte, the highest first; the ninth byte has eight."""
    numbers, value, length = [], 0, 0
    for byte in data:
        length += 1
        if length == 9:
            value = value << 8 | byte
        else:
            value = value << 7 | byte & 0x7F
            if byte & 0x80:
                continue
        numbers.append(value)
        value = length = 0
    return numbers
