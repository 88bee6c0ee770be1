"""Articles in the store: their text, blocks, versions and duplicates.

saving.py         saves an article with its blocks; decides which fetch of an address is the stored one
sanitise.py       limits an article to what every database accepts
revisions.py      keeps the earlier versions of an article, one row a fetch
live_entries.py   stores the entries of live blogs, and completes a fetch by those that earlier ones had
entry_union.py    unites the entries of a live blog from several fetches
diff.py           compares two versions of an article, block by block
story_index.py    the index of near-duplicates; stores matches and duplicate verdicts
story_lock.py     lets one transaction at a time change stories, where several programs write
clusters.py       reads stories with all their articles, for `scrapy stories`
erasing.py        erases stored pages with all that hangs on them, for `scrapy remove`
tombstones.py     remembers what was taken down, so that it is never stored again
shown_instead.py  rejects stored pages that a site showed instead of its articles
texts.py          reads stored texts, to compare them with what cleaning gives now
"""
