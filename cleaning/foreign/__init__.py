"""Find what of a page is no part of its article at all, before the text is extracted.

consent.py        find the questions for consent
next_story.py     find where the next article of an endless page begins
story_signs.py    what marks a heading as the headline of another article
story_unit.py     the element that belongs to such a heading
weigh_signs.py    decide whether these marks are enough where the heading stands
article_place.py  free an article from an element for what stands beside one
hidden_text.py    tell hidden notices from hidden text that a script shows
page_order.py     the order of a page's elements and of its sentences
"""
