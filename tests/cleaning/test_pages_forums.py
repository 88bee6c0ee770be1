"""Clean threads of forums: the posts are the text, whatever program runs the forum."""

from __future__ import annotations

import json

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

TITLE = "Silnik zaburtowy nie odpala po zimie"
POSTS = [
    ("wedkarz77", ["Witam, mam kłopot z silnikiem. Po zimie nie chce odpalić, a paliwo jest świeże.", "Co najpierw?"]),
    ("Stary Szyper", ["Świece i gaźnik."]),
    (
        "marta_z_mazur",
        ["U mnie było to samo rok temu. Pomogło dopiero mycie gaźnika, za około 150 zł, i nowa uszczelka."],
    ),
    ("wedkarz77", ["Dzięki, odpala od pierwszego razu!", "Pozdrawiam"]),
    ("Jurek", ["A czym czyściłeś? Mam ten sam silnik i nie chcę go oddawać do warsztatu, bo tam czekają do lipca."]),
]
TEXT = "\n".join(line for _, lines in POSTS for line in lines)
SIGNATURE = "Kto pyta, nie błądzi"


def write_page(post: str, around: str = "{}", head: str = "", body: str = "") -> str:
    """Return a page of posts. `post` may hold {n}, {who}, {title}, {br} and {p}: the lines by <br> or in <p>."""
    posts = "".join(
        post.format(
            n=number,
            who=who,
            title=f"Re: {TITLE}" if number > 1 else TITLE,
            br="<br>\n<br>\n".join(lines),
            p="".join(f"<p>{line}</p>" for line in lines),
            signature=SIGNATURE,
        )
        for number, (who, lines) in enumerate(POSTS, 1)
    )
    return (
        f"<html lang='pl'><head><title>{TITLE} - Forum Żeglarskie</title>{head}</head><body {body}>"
        "<div id='top'><a href='/'>Forum Żeglarskie</a> <a href='/f2'>Silniki</a></div>"
        f"<h1>{TITLE}</h1>{around.replace('{}', posts)}<div id='bottom'>Powered by a program © 2021</div></body></html>"
    )


PHPBB = write_page(
    "<div id='p{n}' class='post has-profile bg1'><div class='inner'>"
    "<dl class='postprofile'><dt><a href='./u{n}'>{who}</a>"
    "<dd class='profile-rank'>Marynarz<dd class='profile-posts'><strong>Posty:</strong> <a href='./s{n}'>31</a></dl>"
    "<div class='postbody'><div id='post_content{n}'><h3><a href='./viewtopic.php?p={n}#p{n}'>{title}</a></h3>"
    "<p class='author'><span>autor: <strong><a href='./u{n}'>{who}</a></strong> » </span>12 mar 2021, 18:04</p>"
    "<div class='content'>{br}</div><div class='signature'>{signature}</div></div></div></div></div>",
    "<div id='page-body'>{}</div>",
    body="id='phpbb' class='section-viewtopic ltr'",
)
VBULLETIN = write_page(
    "<li class='postbitlegacy postcontainer' id='post_{n}'>"
    "<div class='posthead'>12-03-2021</div><div class='postdetails'>"
    "<div class='userinfo'><a class='username' href='member.php?{n}'><strong>{who}</strong></a><dl><dt>Posty<dd>17</dl>"
    "</div><div class='postbody'><h2 class='title icon'>{title}</h2><div class='content'><div id='post_message_{n}'>"
    "<blockquote class='postcontent restore'>{br}</blockquote></div></div></div></div><div class='postfoot'>"
    "<a href='newreply.php?p={n}' class='newreply'>Odpowiedz z cytatem</a></div></li>",
    "<div id='postlist'><ol id='posts'>{}</ol></div>",
)
XENFORO = write_page(
    "<article class='message message--post js-post' id='js-post-{n}'><div class='message-inner'><section class="
    "'message-user'><h4><a href='/members/{n}'>{who}</a></h4><h5>Nowy użytkownik</h5>"
    "</section><div class='message-main'>"
    "<header><a href='/p{n}'>12 marzec 2021</a></header><div class='message-userContent'><article class='message-body "
    "js-selectToQuote'><div class='bbWrapper'>{br}</div></article></div><aside class='message-signature'>"
    "<div class='bbWrapper'>{signature}</div></aside><footer><a href='#'>Odpowiedz</a></footer></div></div></article>",
    "<div class='block block--messages'><div class='block-body'>{}</div></div>",
    f"<script type='application/ld+json'>{json.dumps({'@type': 'DiscussionForumPosting', 'headline': TITLE})}</script>",
)
XENFORO_1 = write_page(
    "<li id='post-{n}' class='sectionMain message'><div class='messageUserInfo'><a href='members/{n}'>{who}</a></div>"
    "<div class='messageInfo'><div class='messageContent'><article><blockquote class='messageText ugc baseHtml'>{br}"
    "</blockquote></article></div><div class='baseHtml signature messageText ugc'>"
    "<aside>{signature}</aside></div></div>",
    "<ol class='messageList' id='messageList'>{}</ol>",
).replace("signature messageText", "signature")
DISCOURSE = write_page(
    "<div id='post_{n}' class='topic-body crawler-post'><div class='crawler-post-meta'><span class='creator'>"
    "<a href='/u/{n}'>{who}</a></span><time>12 mar 2021</time></div><div class='post' itemprop='text'>{p}</div>"
    "<div class='crawler-like'>3 polubienia</div></div>",
    "<div id='main-outlet'>{}<div id='related'><h3>Powiązane</h3><a href='/t/7'>Jaki olej na sezon</a></div></div>",
)
INVISION = write_page(
    "<article id='elComment_{n}' class='cPost ipsBox ipsComment'>"
    "<aside class='cAuthorPane'><h3><a href='/u{n}'>{who}</a>"
    "</h3><ul><li>Użytkownicy<li>13 odpowiedzi</ul></aside><div id='comment-{n}_wrap' class='ipsComment_content'>"
    "<div class='ipsComment_meta'><a href='/c{n}'>Napisano 12 marca 2021</a></div><div class='cPost_contentWrap'>"
    "<div class='ipsType_normal ipsType_richText ipsContained'>{p}</div><ul class='ipsComment_controls'><li>"
    "<a href='#'>Cytuj</a></ul></div></div></article>",
    "<main><div id='comments' class='cTopic'><h2>4 odpowiedzi w tym temacie</h2>{}</div></main>",
)
INVISION_3 = write_page(
    "<div class='post_block hentry' id='post_id_{n}'><div class='post_wrap'><h3><a href='/u{n}'>{who}</a></h3>"
    "<div class='author_info'>Postów: 12</div><div class='post_body'><p class='posted_info'>Napisano 12 marzec 2021</p>"
    "<div class='post entry-content '>{p}</div><div class='signature'>{signature}</div></div></div></div>",
    "<div class='topic_controls'></div><div class='topic hfeed'>{}</div>",
)
SMF = write_page(
    "<div class='windowbg'><div class='post_wrapper'><div class='poster'><h4>"
    "<a href='/u{n}'>{who}</a></h4><ul><li>Bywalec"
    "<li>Wiadomości: 7</ul></div><div class='postarea'><h5><a href='/index.php?topic=91.msg{n}'>{title}</a></h5><div>"
    "« dnia: 12 mar 2021 »</div><div class='post'><div class='inner' id='msg_{n}'>{br}</div></div></div>"
    "<div class='signature'>{signature}</div></div></div>",
    "<div id='forumposts'>{}</div>",
)
MYBB = write_page(
    "<div class='post' id='post_{n}'><div class='post_author'>"
    "<a href='user-{n}.html'>{who}</a><div>Liczba postów: 4</div>"
    "</div><div class='post_content'><div class='post_head'>12-03-2021</div><div class='post_body scaleimages' "
    "id='pid_{n}'>{br}</div><div class='signature'>{signature}</div></div></div>",
    "<div id='posts'>{}</div>",
)
BBPRESS = write_page(
    "<div class='post-{n} reply type-reply'><div class='bbp-reply-author'><a href='/u{n}'>{who}</a></div>"
    "<div class='bbp-reply-content'>{p}</div></div>",
    "<ul class='forums bbp-replies'><li class='bbp-body'>{}</ul>",
    body="class='topic bbpress single'",
)
MAKES = {
    "phpBB": PHPBB,
    "vBulletin": VBULLETIN,
    "XenForo": XENFORO,
    "XenForo 1": XENFORO_1,
    "Discourse": DISCOURSE,
    "Invision": INVISION,
    "Invision 3": INVISION_3,
    "SMF": SMF,
    "MyBB": MYBB,
    "bbPress": BBPRESS,
}


@pytest.mark.parametrize("make", MAKES)
def test_the_text_of_a_thread_is_its_posts(make: str) -> None:
    article = clean(Page("https://zagle.example/watek/91", MAKES[make]))
    assert (article.rejected, article.title, article.text) == (None, TITLE, TEXT)


def test_an_answer_may_quote_and_list() -> None:
    quoting = PHPBB.replace(
        POSTS[1][1][0],
        "<blockquote><div><cite>wedkarz77 pisze:</cite>Co najpierw?</div></blockquote>Po kolei:"
        "<ul><li>świece</li><li>gaźnik</li></ul>",
    )
    article = clean(Page("https://zagle.example/viewtopic.php?t=91", quoting))
    for line in ("Co najpierw?", "Po kolei:", "świece", "gaźnik"):
        assert line in article.text.split("\n")
    assert SIGNATURE not in article.text


def test_what_readers_write_below_an_article_is_not_its_text() -> None:
    """A paper may let a forum's program show what its readers say."""
    paragraph = "The ferry of Vessa was launched on Tuesday, and half of the town stood on the quay to see it slide. "
    story = "".join(f"<p>{number}. {paragraph * 4}</p>" for number in range(1, 6))
    page = VBULLETIN.replace("<div id='postlist'>", f"<article>{story}</article><div id='postlist'>")
    text = clean(Page("https://paper.example/ferry", page)).text
    assert text.count("The ferry of Vessa") == 20
    assert "gaźnik" not in text


def test_a_forum_of_an_unknown_program_is_known_by_its_address() -> None:
    """What is called a comment below an article is the text of a forum."""
    page = write_page(
        "<li class='comment'><div class='who'>{who}</div><div class='comment-text'><p>{br}</p></div></li>",
        "<div id='forum'><ul class='comments'>{}</ul></div>",
    )
    longest = POSTS[2][1][0]
    assert longest in clean(Page("https://forum.zagle.example/91", page)).text
    assert longest in clean(Page("https://zagle.example/f/viewtopic.php?t=91", page)).text
    assert longest not in clean(Page("https://zagle.example/forum-for-sailors", page)).text
    assert clean(Page("http://[", page)).rejected is not None
