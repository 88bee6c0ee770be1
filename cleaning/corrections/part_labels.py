"""Tell by ids and classes whether a part of a page holds a correction."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# The words are English on localised pages, too, or those of the page's language without accents.
STRONG = re.compile(
    r"(?:^|-)(?:"
    r"corrections?|clarifications?|errat(?:um|a)|corrigend(?:um|a)|retraction|rectifica(?:tion|tif|tifs|cion|cao|tie)"
    r"|(?:editor|editors|editorial|editor-s|ed|redaction|redaktion|redaktions|publisher|publishers|readers?)-?notes?"
    r"|notes?-(?:from-the-)?(?:editors?|redaction|redacao|redaccion|redazione)|note-to-readers"
    r"|korrekturen?|korrekturhinweis|berichtigung|richtigstellung|klarstellung|redaktionshinweis|correctie|naschrift"
    r"|correctif|correccion(?:es)?|correcao|correcoes|erramos|fe-de-(?:errores|erratas)|aclaracion|correzione|rettifica"
    r"|rettelse|rettelser|rattelse|korrigering|presisering|precisering|oikaisu|korjaus|sprostowanie|oprava|ispravak"
    r"|ispravka|helyreigazitas|duzeltme|ispravlenie|popravka|popravek|teisei"
    r")(?:-|$)"
)
# Words that name a correction only if its text says so, too: live blogs and bylines use them.
WEAK = re.compile(
    r"(?:^|-)(?:updates?|update-?(?:note|text|notice)|amendments?|addendum|foot-?notes?|notes?|notices?|hinweis"
    r"|disclaimer|article-?(?:history|update)|postscript)(?:-|$)"
)
# Buttons, forms and pages about corrections, and corrections of something else than texts.
OTHER = re.compile(
    r"(?:^|-)(?:report|request|suggest|submit|send|form|link|button|btn|policy|policies|list|archive|nav|menu|icon|modal"
    r"|has|with|tag|tags|category|topic|section|type|colou?r|gamma|perspective|auto|spelling|grammar|count|no)(?:-|$)"
)
# What every label has in small letters in which STRONG or WEAK find a word; nearly all labels have none of it.
STEMS = tuple(
    """
    corre clarif errat erramos errores corrigend retraction rectif note korrektur berichtigung richtigstellung
    klarstellung hinweis naschrift aclaracion rettifica rettelse rattelse korrigering presisering precisering oikaisu
    korjaus sprostowanie oprava isprav helyreigazitas duzeltme poprav teisei update amendment addendum notice disclaimer
    history postscript
    """.split()  # noqa: SIM905 -- forty quoted words read worse
)
LABEL = re.compile(r"[#.]")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
BETWEEN = re.compile(r"[-_:]+")
MAX_NAME_CHARACTERS = 60


def may_name_correction(labels: Iterable[str]) -> bool:
    """Return whether one of these labels may name a correction, of which `names_correction` knows more."""
    names = " ".join(labels).lower()
    return any(stem in names for stem in STEMS)


@lru_cache(maxsize=8192)
def names_correction(label: str) -> bool | None:
    """Return whether an element's id or classes name a correction; None where they may do so.

    `label` is the element's tag with id and classes: "div#story-correction.note".
    """
    if not may_name_correction((label,)):
        return False
    found = None
    for name in LABEL.split(label)[1:]:
        if len(name) > MAX_NAME_CHARACTERS:
            continue
        words = BETWEEN.sub("-", CAMEL.sub("-", name).lower()).strip("-")
        if OTHER.search(words):
            continue
        if STRONG.search(words):
            return True
        if WEAK.search(words):
            found = True
    return None if found else False
