"""Find what an article says of its own mistakes: corrections, notes of the editors, clarifications, updates.

find_corrections.py    start here: find the corrections among the texts of a page, wherever they stand
note_forms.py          tell by its words whether a text is a correction: label, phrases, form
part_labels.py         tell by ids and classes whether a part of the page holds a correction
mark_corrections.py    mark the blocks of corrections, and add those that the extraction lacks

A correction is part of the article: no rule cuts it. What a paper says of corrections on every page is none.
"""
