"""Explain a prediction: the strongest reasons for or against a text, in words for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.classifier.model import TreeModel

MAX_REASONS = 3

# The words for each feature, and those for the value 0; {} stands for the value.
DESCRIPTIONS: dict[str, tuple[str, str]] = {
    "length": ("{:.0f} letters", "nothing"),
    "words": ("{:.0f} words", "no word"),
    "link_share": ("{:.0%} links", "no link"),
    "own_links": ("{:.0f} links to its site", "no link to its site"),
    "other_links": ("{:.0f} links to other sites", "no link to other sites"),
    "sentence_end": ("ends like a sentence", "no sentence end"),
    "full_stop": ("ends with a full stop", "no full stop"),
    "colon": ("ends with a colon", "no colon"),
    "starts_lower": ("begins with a small letter", "does not begin with a small letter"),
    "starts_upper": ("begins with a capital", "no capital at its beginning"),
    "opens_quote": ("begins with a quotation mark", "no quotation"),
    "upper_share": ("{:.0%} capitals", "no capitals"),
    "digit_share": ("{:.0%} digits", "no digits"),
    "commas": ("{:.2f} commas a word", "no commas"),
    "capitals": ("{:.0%} of its words with capitals", "no word with a capital"),
    "address": ("an address", "no address"),
    "bar": ("a vertical bar", "no vertical bar"),
    "rights_sign": ("a copyright sign", "no copyright sign"),
    "time": ("a year or time of day", "no year or time"),
    "repeated": ("stands in the page more than once", "stands in the page once"),
    "like_title": ("{:.0%} like the headline", "unlike the headline"),
    "like_description": ("{:.0%} like the page's description", "unlike the page's description"),
    "see_also": ("“see also” or the like", "no “see also”"),
    "more": ("“more” or the like", "no “more”"),
    "act": ("asks to sign up or follow", "asks for nothing"),
    "share": ("the words of a button", "not the words of a button"),
    "rights": ("words of a copyright line", "no copyright line"),
    "form": ("words of a comment form", "no comment form"),
    "taken": ("taken at first", "left out at first"),
    "inside": ("in the paragraphs' element", "outside of the paragraphs' element"),
    "beyond": ("{:.0f} elements away from the paragraphs", "right in the paragraphs' element"),
    "in_region": ("where the page's long texts stand", "away from the page's long texts"),
    "same_path": ("{:.0f} paragraphs with its path", "no paragraph with its path"),
    "path_share": ("{:.0%} of the texts with its path are paragraphs", "no text with its path is a paragraph"),
    "path_runs": ("{:.0f} texts with its path", "no text with its path"),
    "path_paragraphs": ("{:.0f} long texts with its path", "no long text with its path"),
    "alike": ("{:.0f} paragraphs in elements like its own", "no paragraph in an element like its own"),
    "alike_share": ("{:.0%} of the texts in such elements are paragraphs", "no text in such elements is a paragraph"),
    "siblings": ("{:.0f} texts in the element around it", "no text in the element around it"),
    "sibling_body": ("{:.0f} paragraphs in the element around it", "no paragraph in the element around it"),
    "sibling_paragraphs": ("{:.0f} long texts in the element around it", "no long text in the element around it"),
    "sibling_taken": ("{:.0%} of the element around it taken at first", "nothing around it taken at first"),
    "sibling_links": ("{:.0%} of the element around it are links", "no link in the element around it"),
    "before": ("before the first paragraph", "not before the first paragraph"),
    "after": ("after the last paragraph", "not after the last paragraph"),
    "from_first": ("{:+.0f} from the first paragraph", "the first paragraph"),
    "from_last": ("{:+.0f} from the last paragraph", "the last paragraph"),
    "relative": ("{:.0%} of the way from the first paragraph to the last", "at the first paragraph"),
    "tag_p": ("a <p>", "no <p>"),
    "tag_heading": ("a heading", "no heading"),
    "tag_item": ("a list item", "no list item"),
    "tag_cell": ("a table cell", "no table cell"),
    "tag_quote": ("a quotation", "no quotation"),
    "tag_caption": ("a caption", "no caption"),
    "tag_div": ("a <div>", "no <div>"),
    "in_nav": ("in a <nav>", "in no <nav>"),
    "in_aside": ("in an <aside>", "in no <aside>"),
    "in_footer": ("in a <footer>", "in no <footer>"),
    "in_header": ("in a <header>", "in no <header>"),
    "in_form": ("in a form", "in no form"),
    "in_figure": ("in a figure", "in no figure"),
    "in_list": ("in a list", "in no list"),
    "in_table": ("in a table", "in no table"),
    "in_quote": ("in a quotation", "in no quotation"),
    "in_article": ("in an <article> of its own", "in no <article> of its own"),
    "in_section": ("in a <section> of its own", "in no <section> of its own"),
    "named_chrome": ("its part is named like a teaser, a bar or a form", "no such name on its part"),
    "named_comments": ("its part is named like comments", "its part is not named like comments"),
    "named_dateline": ("its part is named like a byline", "its part is not named like a byline"),
    "named_caption": ("its part is named like a picture", "its part is not named like a picture"),
    "named_opening": ("named like a standfirst", "not named like a standfirst"),
    "named_content": ("named like an article's text", "not named like an article's text"),
    "named_uncertain": ("named like a box or a list", "not named like a box or a list"),
    "coverage": ("{:.0%} of the page's long texts taken", "none of the page's long texts taken"),
    "paragraphs": ("{:.0f} paragraphs in the page", "no paragraph in the page"),
    "recurs": ("what the site repeats", "nothing that the site repeats"),
    "site_articles": ("the site is known from {:.0f} articles", "the site is not known"),
    "path_articles": ("{:.0f} articles of the site have texts with its path", "its path is new on the site"),
    "path_kept": (
        "{:.0%} of the texts with its path were kept on the site",
        "no text with its path was kept on the site",
    ),
    "path_likelihood": ("texts with its path were {:.0%} likely on the site", "texts with its path were unlikely"),
    "pattern_articles": ("{:.0f} articles of the site have such elements", "such elements are new on the site"),
    "pattern_kept": ("{:.0%} of the texts in such elements were kept on the site", "no text in such elements was kept"),
    "pattern_likelihood": (
        "texts in such elements were {:.0%} likely on the site",
        "such texts were unlikely on the site",
    ),
    "site_kept": (
        "{:.0%} of the texts at this place were kept on the site",
        "no text at this place was kept on the site",
    ),
    "by_site": ("the site is read by its memory", "trafilatura was asked"),
}
NEIGHBOURS = {"-2": "two before it", "-1": "before it", "+1": "after it", "+2": "two after it"}


def reasons_against(model: TreeModel, vector: Sequence[float]) -> str:
    """Return the strongest reasons why a text is not the article's."""
    return _list_reasons(model, vector, -1)


def reasons_for(model: TreeModel, vector: Sequence[float]) -> str:
    """Return the strongest reasons why a text is the article's."""
    return _list_reasons(model, vector, 1)


def _list_reasons(model: TreeModel, vector: Sequence[float], side: int) -> str:
    """Return the features that add most to one side (1 for, -1 against), the strongest first; ties in feature order."""
    contributions, names = model.compute_contributions(vector), model.features
    strongest = sorted(
        (-side * share, model.numbers[name]) for name, share in contributions.items() if side * share > 0
    )
    return ", ".join(_describe_feature(names[feature], vector[feature]) for _, feature in strongest[:MAX_REASONS])


def _describe_feature(name: str, value: float) -> str:
    base, _, step = name.partition("@")
    present, absent = DESCRIPTIONS[base]
    text = present.format(value) if value else absent
    return f"{NEIGHBOURS[step]}: {text}" if step else text
