"""The answers by which a server refuses a page to us, and what an operator can do about them."""

from __future__ import annotations

REFUSED_STATUSES = frozenset((401, 402, 403, 407, 451))
REFUSED_REASONS = frozenset(f"http-{status}" for status in REFUSED_STATUSES)  # as an outcome names them
REFUSAL_ADVICE = "it may block crawlers: set BROADSHEET_CONTACT, and write to the publisher"
