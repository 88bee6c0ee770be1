"""Articles on several pages: which links of a page are its further parts, and how their texts become one.

page_numbers.py    read the number of a part out of its address: `?page=2`, `/2`, `/page/2`, `-2.html`
pager.py           find the pager of a page: the links to the other pages of its article
join.py            join the parts of an article in their order, without what each of them repeats
"""
