"""What a spider knows of a page it yields, as one line in the header of the page's record in the archive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from cleaning.records.given import NOTHING_KNOWN, Known

# More of it is not read back.
MAX_AUTHORS = 100
MAX_CHARACTERS = 2_000  # of a title, an author, a selector or an address


@dataclass(frozen=True, slots=True)
class SpiderNote:
    """What the spider knows, and the address of the article if it is not the one that was asked for."""

    known: Known = NOTHING_KNOWN
    url: str | None = None

    def to_json(self) -> str:
        """Return one line of ASCII; `SpiderNote.from_json` reads it back."""
        at = self.known.published_at
        value = {
            "title": self.known.title,
            "authors": list(self.known.authors),
            "published_at": at.isoformat() if at is not None else None,
            "text": self.known.text,
            "url": self.url,
        }
        return json.dumps({name: one for name, one in value.items() if one})

    @classmethod
    def from_json(cls, line: str) -> SpiderNote:
        """Read a line of `to_json`. Parts of another form count as unknown: an archive may come from any program."""
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(value, dict):
            return cls()
        authors = value.get("authors")
        known = Known(
            title=_read_text(value.get("title")),
            authors=tuple(filter(None, map(_read_text, authors[:MAX_AUTHORS]))) if isinstance(authors, list) else (),
            published_at=_read_moment(value.get("published_at")),
            text=_read_text(value.get("text")),
        )
        return cls(known, _read_text(value.get("url")))


NO_NOTE = SpiderNote()


def _read_text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_CHARACTERS else None


def _read_moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
