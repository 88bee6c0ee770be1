"""The names of all features of a text run, in the order of the model.

Shallow text features of a block and of its neighbours tell an article from what surrounds it in any language
(Kohlschütter, Fankhauser, Nejdl: Boilerplate Detection using Shallow Text Features, WSDM 2010). To theirs we add what
trafilatura took, where the paragraphs stand in the tree, and how the page's parts are named. `page_features.py`
computes the features, `explanation.py` puts them in words. A feature is a position in a vector: a name that is added,
moved or given another meaning needs a model that is trained again.
"""

from __future__ import annotations

from cleaning.memory.match import NEIGHBOUR_STEPS

# Names as quoted words would fill a page of their own.
TEXT_FEATURES = tuple(
    """
    length words link_share own_links other_links sentence_end full_stop colon starts_lower starts_upper opens_quote
    upper_share digit_share commas capitals address bar rights_sign time repeated like_title like_description
    see_also more act share rights form
    """.split()  # noqa: SIM905
)
CONTEXT_FEATURES = tuple(
    """
    taken inside beyond in_region same_path path_share path_runs path_paragraphs alike alike_share
    siblings sibling_body sibling_paragraphs sibling_taken sibling_links before after from_first from_last relative
    tag_p tag_heading tag_item tag_cell tag_quote tag_caption tag_div
    in_nav in_aside in_footer in_header in_form in_figure in_list in_table in_quote in_article in_section
    named_chrome named_comments named_dateline named_caption named_opening named_content named_uncertain
    """.split()  # noqa: SIM905
)
NEIGHBOUR_FEATURES = ("length", "link_share", "taken", "same_path", "inside", "words", "like_title", "sentence_end")
ALL_NEIGHBOUR_FEATURES = tuple(f"{name}@{step:+}" for step in NEIGHBOUR_STEPS for name in NEIGHBOUR_FEATURES)
PAGE_FEATURES = ("coverage", "paragraphs")
FEATURES = TEXT_FEATURES + CONTEXT_FEATURES + ALL_NEIGHBOUR_FEATURES + PAGE_FEATURES
# What a site's memory says of a text, for the model of sites with a memory (cleaning/memory/match.py).
MEMORY_FEATURES = (
    *(f"recurs@{step:+}" for step in NEIGHBOUR_STEPS),
    "site_articles", "path_articles", "path_kept", "path_likelihood",
    "pattern_articles", "pattern_kept", "pattern_likelihood", "site_kept", "by_site",
)  # fmt: skip
FEATURES_WITH_MEMORY = FEATURES + MEMORY_FEATURES
