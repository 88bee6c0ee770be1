"""The tables of the store. Each module lists its own.

base.py           what all tables share: the names of constraints, and the column types; what views share
frontier.py       runs, addresses and what is known of them, hosts on hold
articles.py       pages, blocks, entries, parts, earlier versions, the index of near-duplicates, what was taken down
packed_blocks.py  writes the blocks of an article as one value, and reads it
site_memory.py    what was learnt of sites
nights.py         the numbers of each site's nights, and what was odd about them
night_desk.py     the nights of `scrapy nightly`, step by step
"""

from storage.models.articles import (
    RemovedSite,
    Revision,
    SketchKey,
    StoredArticle,
    StoredBlock,
    StoredEntry,
    StoredMatch,
    StoredPart,
    Tombstone,
)
from storage.models.base import Base
from storage.models.frontier import Address, Host, RecheckCount, Run, RunPart, Twin, TwinEvidence, Validator
from storage.models.night_desk import DeskNight
from storage.models.nights import StoredFinding, StoredSiteNight
from storage.models.site_memory import (
    KeepRule,
    StoredMemoryDependency,
    StoredObservation,
    StoredSiteBlock,
    StoredSiteMemory,
)

__all__ = [
    "Address",
    "Base",
    "DeskNight",
    "Host",
    "KeepRule",
    "RecheckCount",
    "RemovedSite",
    "Revision",
    "Run",
    "RunPart",
    "SketchKey",
    "StoredArticle",
    "StoredBlock",
    "StoredEntry",
    "StoredFinding",
    "StoredMatch",
    "StoredMemoryDependency",
    "StoredObservation",
    "StoredPart",
    "StoredSiteBlock",
    "StoredSiteMemory",
    "StoredSiteNight",
    "Tombstone",
    "Twin",
    "TwinEvidence",
    "Validator",
]
