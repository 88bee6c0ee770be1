"""Decide on the article of a page that was read: blocks, language, verdict. Observe what it tells of its site."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cleaning.corrections.mark_corrections import mark_corrections
from cleaning.decision.choose_texts import Models, choose_texts
from cleaning.duplicates.article_sketch import digest_text
from cleaning.left_out import list_left_out
from cleaning.live.place_entries import PlacedEntries, place_entries
from cleaning.memory.match import MemoryMatch
from cleaning.memory.observation import observe_page
from cleaning.metadata.language.choose_language import Language, detect_language
from cleaning.page_data.data_text import DataText, cut_tree_blocks, find_data_text, may_be_in_data
from cleaning.reading.page_reading import KnownText
from cleaning.rules import Context, apply_rules
from cleaning.rules.teasers import find_labels, find_teasers
from cleaning.site_rules.text_place import TextPlace
from cleaning.verdict import find_rejection_reason

if TYPE_CHECKING:
    from cleaning.classifier.classify import Classification
    from cleaning.extraction import Extraction
    from cleaning.memory.site_memory import SiteMemory
    from cleaning.reading.page_reading import PageReading
    from cleaning.records.article import Article
    from cleaning.records.block import Block


class Decision(NamedTuple):
    """The article of a page, and how it was decided on.

    `choice` has the texts that were chosen, `judged` are its blocks after the rules. `extraction` and `blocks` are
    those of the article, before what was left out is listed. `data` is a text that stands in the page's data.
    """

    article: Article
    choice: Classification
    judged: tuple[Block, ...]
    extraction: Extraction
    blocks: tuple[Block, ...]
    data: DataText | None


def decide(reading: PageReading, memory: SiteMemory | None = None, models: Models | None = None) -> Decision | None:
    """Decide on the article of a page; None where that needs its tree, which is not there.

    `memory` must be one that is known well enough.
    """
    facts, metadata = reading.facts, reading.metadata
    draft = metadata.draft
    choice = choose_texts(reading, MemoryMatch(memory, reading.runs, draft.title) if memory else None, models)
    if choice is None:
        return None
    extraction, low_scores, likely = choice
    placed = PlacedEntries(extraction, low_scores)
    if reading.live:
        placed = place_entries(extraction, reading.live, low_scores, likely)
    extraction = placed.extraction
    context = _build_context(reading, placed, reading.place, is_thread=reading.is_thread)
    # The rules know the parts of an article's page. A post has none of them.
    blocks = judged = extraction.blocks if reading.posts else apply_rules(extraction.blocks, context)
    data = None
    is_placed = bool(reading.place.runs or reading.posts or reading.live)
    if reading.is_markup and not is_placed and may_be_in_data(draft, facts.status, extraction, blocks):
        bodies = reading.list_bodies()
        if bodies is None:
            return None
        data = find_data_text(bodies, extraction, blocks)
    if data is not None:
        extraction, blocks = _take_data_text(extraction, blocks, data, reading)
    text = "\n".join(block.text for block in blocks if block.is_kept)
    language = _find_language(reading, text)
    reason = find_rejection_reason(
        facts.status, draft, extraction, blocks, context.teasers, is_thread=reading.is_thread
    )
    if facts.is_other_document:
        reason = "not-html"
    if facts.is_later_part and reason in (None, "too-short"):
        reason = "part"
    if reason != "error-page":  # its robots tags are those of the error, not of the page that stood there
        reason = facts.robots_rejection or reason
    cut = reading.removal
    if reason != "section" and not reading.place.runs and not reading.posts and data is None:
        cut = cut.merge(list_left_out(extraction, blocks, likely))
    article = replace(
        draft,
        blocks=cut.insert_into(blocks, extraction.spans) if cut.blocks else blocks,
        language=language.code,
        language_probability=language.probability,
        rejected=reason,
        robots=reading.robots_tags.words,
        sources=_complete_sources(reading, language.source, data),
        limits_hit=facts.limits_hit,
        pager=reading.pager,
        site_rules=reading.outcomes,
    )
    return Decision(article, choice, judged, extraction, blocks, data)


def _find_language(reading: PageReading, text: str) -> Language:
    """Return the language of a text, as it was found before if the page gave the text before."""
    digest = digest_text(text)
    if reading.known_text is None or reading.known_text.digest != digest:
        language = detect_language(text, reading.metadata.languages, reading.facts.language)
        reading.known_text = KnownText(digest, language)
    return reading.known_text.language


def observe_decision(reading: PageReading, decision: Decision) -> bytes:
    """Return the observation of a page on which was decided without a memory."""
    blocks, likely = decision.blocks, decision.choice.likelihoods
    spans = decision.extraction.spans
    kept = {number for block, span in zip(blocks, spans, strict=True) if block.is_kept for number in span}
    certain = dict.fromkeys(kept - likely.keys(), 1.0)
    # A page whose text is in its data says nothing of places.
    runs = reading.runs if decision.data is None else ()
    titles = reading.metadata.titles
    return observe_page(decision.article, titles, runs, kept if runs else (), certain | likely).to_bytes()


def _take_data_text(
    extraction: Extraction, blocks: tuple[Block, ...], data: DataText, reading: PageReading
) -> tuple[Extraction, tuple[Block, ...]]:
    """Return extraction and blocks of a page whose text is in its data, by the rules, after what its tree has."""
    found, _ = mark_corrections(data.extraction, {})
    context = _build_context(reading, PlacedEntries(found, {}), TextPlace(), is_thread=False)
    judged = apply_rules(found.blocks, context)
    extraction, blocks = cut_tree_blocks(extraction, blocks, data, reading.metadata.draft.description)
    return extraction.append(judged), (*blocks, *judged)


def _complete_sources(reading: PageReading, language: str, data: DataText | None) -> dict[str, str]:
    """Return the sources of all fields, and of a text that the tree does not have."""
    robots_tags = reading.robots_tags
    return {
        **reading.metadata.draft.sources,
        **({"robots": robots_tags.source} if robots_tags.words else {}),
        "language": language,
        **({"text": data.source} if data is not None else {}),
    }


def _build_context(reading: PageReading, placed: PlacedEntries, place: TextPlace, *, is_thread: bool) -> Context:
    extraction, url = placed.extraction, reading.facts.url
    draft = reading.metadata.draft
    return Context(
        url=url,
        title=draft.title,
        titles=reading.metadata.titles,
        site_name=draft.site_name,
        lead=extraction.count_blocks_before(draft.title),
        hidden=extraction.list_unseen_blocks(),
        teasers=find_teasers(extraction, url),
        labels=find_labels(extraction, url),
        low_scores=placed.low_scores,
        places=(*place.paths, *placed.places),
        is_thread=is_thread,
        entry_lines=placed.lines,
        entry_texts=placed.texts,
    )
