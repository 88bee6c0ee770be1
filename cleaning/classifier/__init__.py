"""Estimate how likely each text is the article's, by many features at once, with a model trained on human gold.

classify.py            add texts that were left out, score texts that were taken
context_features.py    where the elements of a page stand, and what they are named
explanation.py         the strongest reasons for or against a text, in words
features.py            the names of all features, in the order of the model
listed_items.py        find lists between paragraphs that the extraction left out
main_paragraphs.py     find the paragraphs in the element that holds most prose, without trafilatura
model.py               gradient-boosted trees: load, predict, explain
openings.py            find first paragraphs that were left out because of the name of their box
page_features.py       the feature vectors of a page's text runs
read_by_place.py       choose the texts by their place, without trafilatura; tell where that is unsure
seldom_own.py          lower the likelihoods of texts of such a page whose kind is seldom the article's
sure_score.py          find the low scores of such a page that are sure
text_features.py       length, form and cue phrases of a text

place_model.json is the model for pages read without trafilatura, model.json the one for pages that trafilatura
extracts; site_place_model.json and site_model.json are those for sites with a memory.
"""
