"""Find the text of an article that stands in a page's data alone: in JSON-LD, in the state of a JavaScript framework.

data_text.py        start here: the article's text in the data of a page whose tree has none of it, or a teaser
read_data.py        read the JSON of a page: scripts, assignments, attributes
data_forms.py       decode what frameworks write in place of plain JSON: Nuxt's list, Next's chunks, string literals
script_objects.py   read object literals of scripts that are no JSON
choose_story.py     choose the object of the page's own story by address and headline, and its body
write_body.py       write a body as HTML: strings, and the trees of editors and content systems
body_nodes.py       tell what a node in such a tree is: paragraph, heading, item, link, picture

All JSON is another's: sizes, depths and counts are bounded, and every value may have any type.
"""
