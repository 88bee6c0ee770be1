"""Name the kinds of HTML elements: part of a line, never read, headings, cells, lists; and the block each makes."""

from __future__ import annotations

from cleaning.records.block import BlockKind

# Elements that are part of a line of text.
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt ruby s samp small
    span strike strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905 -- forty quoted words read worse
)
# Elements without a text of their own that stand within a line, and leave it one line.
SILENT = frozenset(("img", "svg", "math", "meta", "link", "input", "wbr", "script", "style", "template", "noscript"))
# Elements whose text no reader sees as text.
UNREAD = frozenset(
    """
    script style noscript template head svg math select textarea iframe object button audio video canvas map rt rp
    """.split()  # noqa: SIM905
)
SCRIPTS = frozenset(("script", "style", "svg", "template"))  # those of UNREAD that are never text at all
EMPHASIS = frozenset(("em", "i", "small", "strong", "b"))  # set their text off from the texts around it
BREAKS = frozenset(("br", "hr"))  # hold no text, but separate texts
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
CELLS = ("td", "th")
# Elements that Markdown shows, beside headings (cleaning.markdown.layout).
LISTS = ("ul", "ol", "dl", "menu")
ITEMS = ("li", "dd", "dt")
PLACED = frozenset((*ITEMS, *CELLS, "tr"))  # told by their place in a list or table
SHOWN = PLACED | {*LISTS, "table", "blockquote", "pre"}
KINDS = {
    **dict.fromkeys(HEADINGS, BlockKind.HEADING),
    **dict.fromkeys(("li", "dd", "dt"), BlockKind.ITEM),
    **dict.fromkeys(("figcaption", "caption"), BlockKind.CAPTION),
    "summary": BlockKind.HEADING,
    "blockquote": BlockKind.QUOTE,
    "pre": BlockKind.CODE,
}
