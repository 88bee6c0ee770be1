"""The tables of the store.

run              one crawl: when it ran, its counts by site, how it ended
address          the frontier: every address ever offered, with its state
host             hosts on hold: until when nothing is requested of them, and why
article          one judged page: an article, a duplicate of one, or rejected with the reason
revision         earlier versions of an article, before its site changed it
sketch           the index of near-duplicates: which articles have a shingle hash in their sketch
duplicate_match  two articles that are one story, and the rule that matched them
block            the blocks of an article in reading order, kept and cut, with the rule that cut them
part             further parts of an article on several pages, and where each lies in the archive
observation      what one page tells of its site, observed without any site memory
site_memory      what was learnt of a site from its observations
site_block       the blocks that are repeated on several articles of a site
keep_rule        blocks of a site that are never cut
trace            the memory dependency: the part of its site's memory that an article's text depends on
twin             which addresses may show the same page: their groups, and where they lead
twin_evidence    what was seen of the parameters and forms of a site's addresses: do they make another page?
validator        ETag, Last-Modified and hash of the last response of an address

base.py         what all tables share: the names of constraints, and the column types
frontier.py     runs, addresses and what is known of them, hosts on hold
articles.py     pages, blocks, parts, earlier versions, and the index of near-duplicates
site_memory.py  what was learnt of sites
"""

from storage.models.articles import Revision, SketchValue, StoredArticle, StoredBlock, StoredMatch, StoredPart
from storage.models.base import Base
from storage.models.frontier import Address, Host, Run, Twin, TwinEvidence, Validator
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
    "Host",
    "KeepRule",
    "Revision",
    "Run",
    "SketchValue",
    "StoredArticle",
    "StoredBlock",
    "StoredMatch",
    "StoredMemoryDependency",
    "StoredObservation",
    "StoredPart",
    "StoredSiteBlock",
    "StoredSiteMemory",
    "Twin",
    "TwinEvidence",
    "Validator",
]
