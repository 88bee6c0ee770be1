"""The words that `scrapy export --help` lists. This module imports nothing, so that help loads no database library."""

from __future__ import annotations

SHARD_SIZE = 100_000  # rows of a file, where --shard-size gives no other number
# --include: storage/export/tables has one file for each
EXTRA_TABLE_NAMES = ("entries", "rejected", "removed", "revisions")

# --rights: each word and what it demands of an article.
RIGHTS_WORDS: dict[str, str] = {
    "no-tdm-reservation": "text and data mining is not reserved by page, headers, tdmrep.json or robots.txt, "
    "and the site was asked",
    "no-ai-refusal": "robots.txt keeps no AI agent away, no preference is against AI, no tag says noai or noimageai, "
    "and the site was asked",
    "no-noarchive": "no robots tag says noarchive",
    "licensed": "the page declares a licence, whichever",
    "creative-commons": "the page declares a licence of Creative Commons, or the public domain by it",
    "free": "the page itself says that it may be read without paying",
}
