"""An article of our own of the make of the founding example, in two layouts of the same blog software.

Its headline stands twice, two pointers to other articles stand between its paragraphs, and the reply form below it. Its
sentences are as uneven as those that a small paper takes from an agency and has translated: one without a verb, one
that begins with its own cross-heading, one that ends with two full stops.
"""

from __future__ import annotations

from pathlib import Path

URL = "http://gannet-tribune.example/2024/02/12/tugs/"
SITE = "The Gannet Tribune"
HEADLINE = "Port of Lindmouth says Orrow is looking for stronger tugs after a winter that wore out forty of them"
PARAGRAPHS = tuple((Path(__file__).parent / "tugs.txt").read_text("utf-8").splitlines())
TEXT = "\n".join(PARAGRAPHS)
# Before the paragraphs with these numbers stands a pointer: address and headline of another article.
POINTERS = {
    7: ("http://gannet-tribune.example/2024/02/11/7/", "Harwick and Sorrel agree to talks about the herring quota"),
    13: (
        "http://gannet-tribune.example/2024/02/11/14/",
        "Brackwell: At least 14 sheep were swept away after a bridge gave in, a farmer said",
    ),
}
BOX = '<div class="wp-related"><span class="label">{cue}</span>&nbsp; {link}</div>'
PARAGRAPH = "<p>{cue}&nbsp; {link}</p>"
SECTIONS = ("World", "Harbour", "Science", "Sport", "Entertainment")
NOTICE = "Your email address will not be published."
FORM = f"""
<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">Leave a Reply</h3>
<form action="/wp-comments-post.php" method="post" id="commentform"><p class="comment-notes"><span id="email-notes">
{NOTICE}</span> <span class="required-field-message">Required fields are marked <span class="required">*</span></span>
</p><p class="comment-form-comment"><label for="comment">Comment <span class="required">*</span></label> <textarea
id="comment" name="comment" cols="45" rows="8"></textarea></p><p class="comment-form-author"><label for="author">Name
<span class="required">*</span></label> <input id="author" name="author" type="text"></p><p class="comment-form-email">
<label for="email">Email <span class="required">*</span></label> <input id="email" name="email" type="email"></p><p
class="comment-form-url"><label for="url">Website</label> <input id="url" name="url" type="url"></p><p
class="comment-form-cookies-consent"><input id="consent" type="checkbox"> <label for="consent">Save my name, email, and
website in this browser for the next time I comment.</label></p><p class="form-submit"><input name="submit"
type="submit" id="submit" value="Post Comment"></p></form></div>
"""
PAGE = f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="UTF-8"><title>{HEADLINE} - {SITE}</title>
<meta property="og:title" content="{HEADLINE}"><meta property="og:type" content="article">
<meta property="og:site_name" content="{SITE}">
<meta property="article:published_time" content="2024-02-12T07:12:00+00:00"><link rel="canonical" href="{URL}"></head>
<body><header><nav><ul>{{menu}}</ul></nav></header><main><article class="post type-post"><header class="entry-header">
<h1 class="entry-title">{HEADLINE}</h1><div class="entry-meta">February 12, 2024 by <span class="author">Editor</span>
</div></header><div class="entry-content">{{headline}}
{{text}}
{{inside}}</div></article><div id="comments">{{form}}</div></main>
<footer><p>Copyright © 2024 {SITE}. All rights reserved.</p><p><a href="/privacy">Privacy Policy</a> |
<a href="/contact">Contact</a></p></footer></body></html>
"""


def make_page(
    pointer: str = PARAGRAPH,
    cue: str = "See also",
    *,
    headline: str = f"<p>{HEADLINE}</p>",
    form: str = FORM,
    inside: str = "",
) -> str:
    """Return the page with pointers, the repeated headline and the form as given; `inside` ends the article's element.

    A pointer is HTML with the fields `cue`, `link`, `url` and `title`.
    """
    lines = []
    for number, text in enumerate(PARAGRAPHS):
        if number in POINTERS:
            url, title = POINTERS[number]
            lines.append(pointer.format(cue=cue, url=url, title=title, link=f'<a href="{url}">{title}</a>'))
        lines.append(f"<p>{text}</p>")
    menu = "".join(f'<li><a href="/{name.lower()}/">{name}</a></li>' for name in SECTIONS)
    return PAGE.format(menu=menu, headline=headline, text="\n".join(lines), inside=inside, form=form)
