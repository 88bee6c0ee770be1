"""Find the posts of a forum's thread: there the text is what readers wrote.

Nothing that holds for articles holds for a thread. A post is a small box among the name, rank, signature and buttons of
its author, every box has an id of its own, and what is called a comment is the text. But the programs that run forums
write the text of every post into an element that has always the same name.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from cleaning.page.paragraphs import is_paragraph
from cleaning.page.run_elements import list_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun


class PostMark(NamedTuple):
    """The label of the element that holds the text of a post. Where papers use that name, too: of one around it."""

    text: re.Pattern[str]
    around: re.Pattern[str] | None = None


# A name ends where the name in the label ends.
POST_MARKS = (
    PostMark(re.compile(r"div.*\.content(?![\w-])"), re.compile(r"\.postbody(?![\w-])")),  # phpBB 3
    PostMark(re.compile(r"#post_message_\d+(?![\w-])")),  # vBulletin 3 and 4
    PostMark(re.compile(r"\.js-post__content-text(?![\w-])")),  # vBulletin 5
    PostMark(re.compile(r"article.*\.message-body(?![\w-])"), re.compile(r"\.message--post(?![\w-])")),  # XenForo 2
    PostMark(
        re.compile(r"\.messageText(?![\w-])"), re.compile(r"#(?:js-)?post-?\d+.*\.message(?![\w-])")
    ),  # XenForo 1, WoltLab
    PostMark(
        re.compile(r"div.*\.(?:post|cooked)(?![\w-])"), re.compile(r"\.topic-body(?![\w-])")
    ),  # Discourse, for search engines and for readers
    PostMark(
        re.compile(r"div.*\.ipsType_richText(?![\w-])"), re.compile(r"#elComment_\d+.*\.cPost(?![\w-])")
    ),  # Invision 4
    PostMark(
        re.compile(r"div.*\.entry-content(?![\w-])"), re.compile(r"#post_id_\d+.*\.post_block(?![\w-])")
    ),  # Invision 3
    PostMark(re.compile(r"#post-\d+.*\.postcolor(?![\w-])")),  # Invision 2
    PostMark(re.compile(r"div#msg_\d+.*\.inner(?![\w-])")),  # SMF
    PostMark(re.compile(r"div#pid_\d+.*\.post_body(?![\w-])")),  # MyBB
    PostMark(re.compile(r"div.*\.bbp-(?:topic|reply)-content(?![\w-])")),  # bbPress
    PostMark(re.compile(r"\.wpforo-post-content(?![\w-])")),  # wpForo
    PostMark(re.compile(r"div.*\.Post-body(?![\w-])"), re.compile(r"\.CommentPost(?![\w-])")),  # Flarum
    PostMark(re.compile(r"div.*\.Message(?![\w-])"), re.compile(r"#(?:Comment|Discussion)_\d+(?![\w-])")),  # Vanilla
)


# What every label has in which the `text` of one of these is found. Pages of papers have few such labels.
POSSIBLE_TEXT = re.compile(
    r"\.(?:content|js-post__content-text|message-body|messageText|post|cooked|ipsType_richText|entry-content|postcolor"
    r"|inner|post_body|bbp-(?:topic|reply)-content|wpforo-post-content|Post-body|Message)(?![\w-])|#post_message_\d"
)

# What the address of a thread says: the name of the forum's host, or the program's own.
FORUM_HOSTS = frozenset(("forum", "forums", "foren", "foro", "foros", "fora", "board", "boards"))
THREAD_ADDRESS = re.compile(r"/(?:viewtopic|showthread|viewthread|read_?thread|thread-\d)|[?;]topic=\d", re.IGNORECASE)


def is_thread_address(url: str) -> bool:
    """Return whether the address is that of a page of a forum, whatever its program."""
    with suppress(ValueError):  # "http://["
        parts = urlsplit(url)
        labels = (parts.hostname or "").split(".")[:-2]
        return not FORUM_HOSTS.isdisjoint(labels) or THREAD_ADDRESS.search(f"{parts.path}?{parts.query}") is not None
    return False


def find_posts(runs: Sequence[TextRun]) -> frozenset[int]:
    """Return the indexes of the runs in the posts of a thread; none if the page is no thread.

    A page with more prose outside of posts is an article, and the posts are what its readers say.
    """
    if not any(map(POSSIBLE_TEXT.search, list_labels(runs))):
        return frozenset()
    known: dict[BlockElement, bool] = {}
    inside = frozenset(index for index, run in enumerate(runs) if _is_in_post(run.element, known) and run.has_words)
    if not inside:
        return inside
    posted = sum(runs[index].characters for index in inside)
    other = sum(run.characters for index, run in enumerate(runs) if index not in inside and is_paragraph(run))
    return inside if other < posted else frozenset()


def _is_in_post(element: BlockElement, known: dict[BlockElement, bool]) -> bool:
    waiting = []
    outer: BlockElement | None = element
    while outer is not None and outer not in known:
        waiting.append(outer)
        outer = outer.parent
    found = outer is not None and known[outer]
    for inner in reversed(waiting):
        found = known[inner] = found or _holds_post(inner)
    return found


def _holds_post(element: BlockElement) -> bool:
    return any(
        around is None or any(around.search(outer.label) for outer in element.walk_up())
        for around in _find_around(element.label)
    )


@lru_cache(maxsize=8192)
def _find_around(label: str) -> tuple[re.Pattern[str] | None, ...]:
    """Return what must stand around an element with this label if it is a post's text; nothing if it is none."""
    if not POSSIBLE_TEXT.search(label):
        return ()
    return tuple(mark.around for mark in POST_MARKS if mark.text.search(label))
