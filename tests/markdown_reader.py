"""Read Markdown back with markdown-it-py, a reader of CommonMark that we did not write."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# Elements that hold no text of their own, as they are called in what is returned.
_NAMES = {
    "bullet_list": "ul", "ordered_list": "ol", "list_item": "li", "blockquote": "quote", "table": "table", "tr": "tr",
    "thead": "", "tbody": "", "root": "",
}  # fmt: skip


def read_markdown(text: str) -> list[object]:
    """Return the document as nested lists: ["ul", ["li", "text", ...], ...], "text" of a paragraph, ("h2", "text")."""
    return _read_children(SyntaxTreeNode(READER.parse(text)))


def _read_children(node: SyntaxTreeNode) -> list[object]:
    found: list[object] = []
    for child in node.children:
        name = _NAMES.get(child.type)
        if name:
            number = [int(child.attrs["start"])] if "start" in child.attrs else []
            found.append([name, *number, *_read_children(child)])
        elif name == "":
            found += _read_children(child)
        elif child.type == "heading":
            found.append((child.tag, _read_text(child)))
        elif child.type == "fence":
            found.append(("code", child.content))
        else:
            found.append(_read_text(child))
    return found


def _read_text(node: SyntaxTreeNode) -> str:
    """Return the text of an element; other markup than emphasis is a name in braces, which no test expects."""
    if node.type == "text":
        return node.content
    inner = "".join(map(_read_text, node.children))
    if node.type in ("paragraph", "heading", "inline", "th", "td"):
        return inner
    return f"*{inner}*" if node.type == "em" else f"{{{node.type}}}{inner}"
