"""Clean whole pages of small newspapers in the layouts of content systems: the text is the article's, word for word."""

from __future__ import annotations

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

SITE = "https://www.lake-herald.example"
STORIES = {
    "/2024/05/dam": "Old dam at Hallin to be opened for fish again",
    "/2024/05/school": "School in Vessa gets its roof back after the storm",
    "/2024/05/choir": "Choir of the lake towns sings for the last time",
}
ENGLISH = (
    "Ice road over Lake Orm closes two weeks early",
    "The ice road over Lake Orm was closed on Tuesday, two weeks earlier than in any year since records began.",
    "“You can hear it at night,” said Per Lund, who has measured the ice since 1996. “It sings, and then it does not.”",
    "For the 300 people of Vessa the way to town is now 61 kilometres long instead of nine, until the ferry runs.",
    "The county wants to put the ferry into the water before the end of the month, if the wind allows it.",
)
GERMAN = (
    "Eisstraße über den Ormsee schließt zwei Wochen früher",
    "Die Eisstraße über den Ormsee ist am Dienstag gesperrt worden, zwei Wochen früher als in jedem Jahr zuvor.",
    "„Nachts hört man es“, sagt Per Lund, der das Eis seit 1996 für den Kreis misst. „Es singt, und dann nicht mehr.“",
    "Für die 300 Einwohner von Vessa ist der Weg in die Stadt nun 61 Kilometer lang statt neun, bis die Fähre fährt.",
    "Der Kreis will die Fähre noch vor dem Ende des Monats zu Wasser lassen, wenn der Wind es erlaubt.",
)
RUSSIAN = (
    "Ледовую дорогу через озеро Орм закрыли на две недели раньше",
    "Ледовую дорогу через озеро Орм закрыли во вторник, на две недели раньше, чем в любой из прежних годов.",
    "«Ночью лёд слышно», — говорит Пер Лунд, который измеряет его для округа с 1996 года. «Он поёт, а потом молчит.»",
    "Для трёхсот жителей Вессы путь в город стал длиной в 61 километр вместо девяти, пока не пойдёт паром.",
    "Округ хочет спустить паром на воду до конца месяца, если позволит ветер.",
)
CHINESE = (
    "奥姆湖冰路提前两周关闭",
    "奥姆湖上的冰路星期二关闭，比有记录以来的任何一年都早两个星期，县政府星期二下午宣布了这个决定。",
    "“夜里能听见冰的声音，”从一九九六年起为县里测量冰层的佩尔·伦德说，“它先是唱歌，然后就不唱了。”",
    "在渡轮开航以前，维萨的三百名居民进城要走六十一公里，而不是九公里，学生们要早起一个小时。",
    "县政府希望在月底以前让渡轮下水，条件是风力允许，船员们已经开始检查机器和救生艇。",
)
FRENCH = (
    "La route de glace du lac Orm ferme deux semaines plus tôt",
    "La route de glace du lac Orm a été fermée mardi, deux semaines plus tôt que toutes les années précédentes.",
    "« La nuit, on l’entend », dit Per Lund, qui mesure la glace depuis 1996. « Elle chante, puis se tait. »",
    "Pour les 300 habitants de Vessa, la ville est maintenant à 61 kilomètres au lieu de neuf, jusqu’au retour du bac.",
    "Le comté veut mettre le bac à l’eau avant la fin du mois, si le vent le permet.",
)


def items() -> str:
    return "".join(f"<li><a href='{path}'>{title}</a></li>" for path, title in STORIES.items())


def paragraphs(story: tuple[str, ...], *inserts: str) -> list[str]:
    """Return the story's paragraphs, the first of them followed by one insert each."""
    lines = [f"<p>{text}</p>" for text in story[1:]]
    return [line + insert for line, insert in zip(lines, [*inserts, *[""] * len(lines)], strict=False)]


def page(headline: str, body: str, site: str = "The Lake Herald") -> str:
    return f"<!DOCTYPE html><html><head><title>{headline} - {site}</title></head><body>{body}</body></html>"


def wordpress() -> tuple[str, tuple[str, ...]]:
    """Return a page of a WordPress theme: related lines in the text, share buttons, author's box, comment form."""
    link = "<a href='/2024/05/dam'>Old dam at Hallin to be opened for fish again</a>"
    text = paragraphs(ENGLISH, "", f"<p><strong>Read also:</strong> {link}</p>", "<p>Advertisement</p>")
    return page(
        ENGLISH[0],
        "<header class='site-header'><p class='site-title'>The Lake Herald</p><nav><ul class='menu'>"
        "<li><a href='/news'>News</a></li><li><a href='/lake'>The lake</a></li></ul></nav></header>"
        "<main id='main' class='site-main'><article class='post-81 post type-post hentry category-lake'>"
        f"<header class='entry-header'><h1 class='entry-title'>{ENGLISH[0]}</h1><div class='entry-meta'>"
        "<span class='posted-on'>March 12, 2024</span> <span class='byline'>by Marta Hale</span></div></header>"
        f"<div class='entry-content'>{''.join(text)}<div class='sharedaddy'><h3>Share this:</h3>"
        "<ul><li><a href='#'>Facebook</a></li><li><a href='#'>X</a></li></ul></div></div>"
        "<footer class='entry-footer'><span class='tags-links'>Tagged <a href='/tag/ice'>ice</a></span></footer>"
        "</article><div class='author-bio'><h4>Marta Hale</h4><p>Marta Hale writes about weather and roads.</p></div>"
        f"<nav class='post-navigation'><a href='/2024/03/x'>Previous post</a></nav><aside><ul>{items()}</ul></aside>"
        "<div id='respond' class='comment-respond'><h3>Leave a Reply</h3><p>Your email address will not be published."
        "</p><p><label>Comment</label></p></div></main><footer><p>© 2024 The Lake Herald</p></footer>",
    ), ENGLISH


def drupal() -> tuple[str, tuple[str, ...]]:
    """Return a page with Drupal's fields, a list of articles at the end, and links to log in."""
    return page(
        GERMAN[0],
        "<div class='region region-header'><a href='/'>Startseite</a></div><div class='region region-content'>"
        f"<h1 class='page-header'>{GERMAN[0]}</h1><div class='node node--type-article'>"
        "<div class='field field--name-field-date'>12. März 2024</div>"
        f"<div class='field field--name-body field--type-text-with-summary'>{''.join(paragraphs(GERMAN))}</div>"
        "<div class='field field--name-field-tags'><div class='field__label'>Schlagwörter</div>"
        "<a href='/tags/eis'>Eis</a></div><ul class='links inline'><li><a href='/user/login'>Anmelden</a> oder "
        "<a href='/user/register'>Registrieren</a>, um Kommentare zu schreiben</li></ul></div>"
        f"<div class='block block-views'><h2>Weitere Artikel</h2><ul>{items()}</ul></div></div>"
        "<div class='region region-footer'><p>Alle Rechte vorbehalten</p></div>",
    ), GERMAN


def joomla() -> tuple[str, tuple[str, ...]]:
    """Return Joomla's item page: details in a definition list, icons, page navigation."""
    return page(
        RUSSIAN[0],
        "<div class='body'><div class='item-page'>"
        f"<div class='page-header'><h2 itemprop='headline'>{RUSSIAN[0]}</h2></div>"
        "<dl class='article-info muted'><dt class='article-info-term'>Информация о материале</dt>"
        "<dd class='published'>Опубликовано: 12 марта 2024</dd></dl>"
        f"<div itemprop='articleBody'>{''.join(paragraphs(RUSSIAN))}</div>"
        "<ul class='pager'><li><a href='/2024/05/dam'>Назад</a></li><li><a href='/2024/05/choir'>Вперёд</a></li>"
        f"</ul></div><div class='moduletable'><h3>Читайте также</h3><ul class='mod-list'>{items()}</ul></div></div>"
        "<footer><p>Все права защищены. При перепечатке ссылка обязательна.</p></footer>",
    ), RUSSIAN


def portal() -> tuple[str, tuple[str, ...]]:
    """Return a page of a portal: divisions without telling class names, with buttons for font sizes."""
    text = "".join(f"<p>　　{line}</p>" for line in CHINESE[1:])
    return page(
        CHINESE[0],
        "<div class='w1'><div class='l3'><a href='/'>首页</a> &gt; <a href='/hu'>湖区</a> &gt; 正文</div>"
        f"<div class='m7'><h1>{CHINESE[0]}</h1><div class='k2'>2024年03月12日 21:40　来源：湖区晚报</div>"
        f"<div class='k9'>{text}<p>（责任编辑：林安娜）</p></div>"
        f"<div class='k4'><span>分享到：</span></div><div class='r1'><h3>相关阅读</h3><ul>{items()}</ul></div>"
        "<div class='k8'>版权所有，未经授权不得转载。</div></div></div>",
    ), (*CHINESE, "（责任编辑：林安娜）")


def magazine() -> tuple[str, tuple[str, ...]]:
    """Return a page of sections and asides with hashed class names; its pull quote belongs to the article."""
    text = paragraphs(
        FRENCH, "<aside class='css-7x'><p>À lire aussi : <a href='/2024/05/dam'>Le barrage</a></p></aside>"
    )
    return page(
        FRENCH[0],
        "<div id='__next'><header class='css-1k'><a href='/'>Le Héraut du lac</a></header>"
        f"<main class='css-9z'><section class='css-2b'><h1 class='css-3c'>{FRENCH[0]}</h1>"
        "<div class='css-4d'>Par Marta Hale</div><div class='css-4e'><time>12 mars 2024 à 21h40</time></div>"
        f"</section><section class='css-5f'>{''.join(text)}</section><section class='css-6g'>"
        "<p>Abonnez-vous à notre <a href='/lettre'>lettre du matin</a></p>"
        f"<h2>Sur le même sujet</h2><ul>{items()}</ul></section></main>"
        "<footer class='css-8h'><a href='/mentions'>Mentions légales</a></footer></div>",
        "Le Héraut du lac",
    ), FRENCH


def table() -> tuple[str, tuple[str, ...]]:
    """Return a page of the year 2004: the page is a table, and breaks separate the paragraphs."""
    lines = "<br><br>".join(ENGLISH[1:])
    links = "<br>".join(f"<a href='{path}'>{title}</a>" for path, title in STORIES.items())
    return page(
        ENGLISH[0],
        "<table width='760'><tr><td colspan='2'><font size='5'>The Lake Herald</font></td></tr>"
        f"<tr><td width='150' valign='top'>{links}</td><td valign='top'><h1>{ENGLISH[0]}</h1>"
        f"<font size='2'>{lines}</font></td></tr>"
        "<tr><td colspan='2' align='center'><font size='1'>Copyright 2004 The Lake Herald</font></td></tr></table>",
    ), ENGLISH


def amp() -> tuple[str, tuple[str, ...]]:
    """Return an AMP page with its special elements, and an advertisement between the paragraphs."""
    ad = "<amp-ad width='300' height='250' type='x'></amp-ad><div class='ad-label'>Anzeige</div>"
    return page(
        GERMAN[0],
        "<amp-sidebar id='menu'><ul><li><a href='/see'>See</a></li></ul></amp-sidebar>"
        f"<article><h1>{GERMAN[0]}</h1><p class='byline'>Von Marta Hale</p>"
        f"<amp-img src='/eis.jpg' width='1' height='1'></amp-img>{''.join(paragraphs(GERMAN, ad))}</article>"
        f"<div class='related'><h3>Das könnte Sie auch interessieren</h3><ul>{items()}</ul></div>",
    ), GERMAN


BUILDERS = (wordpress, drupal, joomla, portal, magazine, table, amp)


@pytest.mark.parametrize("builder", BUILDERS, ids=lambda builder: builder.__name__)
def test_the_text_is_the_articles_and_nothing_else(builder: object) -> None:
    assert callable(builder)
    html, (headline, *lines) = builder()
    article = clean(Page(f"{SITE}/2024/03/ice", html))
    assert article.text.split("\n") == lines
    assert article.title == headline
    assert article.rejected is None
