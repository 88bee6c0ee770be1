"""Tell from the words and names beside a time whether it is that of a change."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Beginnings of words for changes, not publication, in the larger languages of the press.
CHANGED = re.compile(
    r"\b(?:updat|modif|aktuali[sz]|chang|edit|revis|обновл|измен|оновл|ενημ|actuali|aggiorn|mis à jour|bijgewerkt"
    r"|güncel|oppdater|opdater|uppdater|päivit|frissít|zaktual|geänder|überarb|gewijzig"
    r"|ändrad|endret|ændret|muokat|změn|zmien|módos|alterad|исправ"
    r"|atualiz|cập nhật|diperbarui|بروزرسانی|به‌روز)"
    r"|تحديث|更新|업데이트|수정|最終|แก้ไข|อัปเดต|अपडेट|আপডেট",
    re.IGNORECASE,
)
PUBLISHED = re.compile(
    r"\b(?:publi|pubbl|posted|veröff|erstellt|erschienen|opublik|опубл|gepubl|created|yayın|objav|julkais|dimuat|terbit)"
    r"|نشر|发布|發布|發佈|公開|掲載|등록|입력|เผยแพร่|प्रकाशित|প্রকাশ",
    re.IGNORECASE,
)
# Of the writer of a post, whose entry stands beside its text in a forum.
JOINED = re.compile(
    r"\b(?:regist|joined|member since|mitglied seit|dabei seit|beigetreten|inscri|iscritt|зарегистр|miembro desde"
    r"|membre depuis|lid sinds|dołącz|üyelik)|注册|註冊|登録|가입",
    re.IGNORECASE,
)
CHANGE_WORDS = ("updat", "modif", "changed", "revis", "lastmod", "edited", "aktualis")
CHANGE_NAMES = re.compile("|".join(CHANGE_WORDS), re.IGNORECASE)
PUBLICATION_NAMES = re.compile(r"publi|created|posted|issued|entry-date|pubdate", re.IGNORECASE)


def is_change(label: str) -> bool:
    """Return whether the words beside a time say that it is a change's; the last of them decides."""
    changed = [match.start() for match in CHANGED.finditer(label)]
    return bool(changed) and not PUBLISHED.search(label, changed[-1])


def is_of_member(label: str) -> bool:
    """Return whether the words beside a time say that somebody joined a forum then."""
    return bool(JOINED.search(label))


def is_labelled(label: str) -> bool:
    """Return whether the words beside a time say which time it is."""
    return bool(CHANGED.search(label) or PUBLISHED.search(label))


@lru_cache(maxsize=4096)
def is_change_name(names: str) -> bool:
    """Return whether the classes or other names of an element say that it holds the time of a change alone."""
    lower = names.lower()  # the classes of a page are many and mostly none of these
    return any(word in lower for word in CHANGE_WORDS) and not PUBLICATION_NAMES.search(names)


def is_named_change(element: HtmlElement) -> bool:
    """Return whether the names of an element, or of its parent if it has none, say that it holds a change's time."""
    for one in (element, element.getparent()):
        if one is not None:
            names = " ".join(one.get(key) or "" for key in ("class", "id", "itemprop"))
            if CHANGE_NAMES.search(names) or PUBLICATION_NAMES.search(names):
                return is_change_name(names)
    return False
