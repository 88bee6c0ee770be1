"""Clean the founding example in many layouts and languages: the text must be the expected one, line by line.

The pages are stored beside the repository, not in it; without them these tests are skipped.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from cleaning.article import Page
from cleaning.clean import clean

ACCEPTANCE = Path(__file__).parents[3] / "shared" / "acceptance"
URL = "http://harbour-courier.example/2023/05/16/drones/"
PAGES = ("drones-wordpress-theme.html", "drones-related-box.html")
POINTER = re.compile(
    r'(?:<p>See also|<div class="wp-related"><span class="label">See also</span>)&nbsp; '
    r'<a href="([^"]+)">([^<]+)</a></(?:p|div)>'
)
FORM = re.compile(r'<div id="respond".*?</form></div>', re.DOTALL)

LAYOUTS = {
    "a paragraph": "<p>{cue} {link}</p>",
    "a paragraph, colon": "<p>{cue}: {link}</p>",
    "bold": "<p><strong>{cue}: {link}</strong></p>",
    "bold cue": "<p><strong>{cue}</strong> {link}</p>",
    "italic": "<p><em>{cue} {link}</em></p>",
    "a quotation": "<blockquote>{cue} {link}</blockquote>",
    "a quotation's paragraph": "<blockquote><p>{cue}: {link}</p></blockquote>",
    "all of it linked": '<p><a href="{url}">{cue}: {title}</a></p>',
    "unlinked": "<p>{cue} {title}</p>",
    "unlinked, colon": "<p>{cue}: {title}</p>",
    "unlinked, bold": "<p><strong>{cue}:</strong> {title}</p>",
    "unlinked quotation": "<blockquote>{cue}: {title}</blockquote>",
    "two lines": "<p>{cue}<br>{link}</p>",
    "two paragraphs": "<p>{cue}:</p><p>{link}</p>",
    "a heading over a list": "<h3>{cue}</h3><ul><li>{link}</li></ul>",
    "a division": "<div>{cue}: {link}</div>",
}
CUES = {
    "ar": "اقرأ أيضا",
    "bg": "Вижте още",
    "cs": "Čtěte také",
    "da": "Læs også",
    "de": "Lesen Sie auch",
    "el": "Διαβάστε επίσης",
    "en": "See also",
    "es": "Lea también",
    "fa": "بیشتر بخوانید",
    "fi": "Lue myös",
    "fr": "À lire aussi",
    "he": "קראו גם",
    "hi": "यह भी पढ़ें",
    "hr": "Pročitajte još",
    "hu": "Ezt is olvassa el",
    "id": "Baca juga",
    "it": "Leggi anche",
    "ja": "関連記事",
    "ko": "관련기사",
    "nl": "Lees ook",
    "no": "Les også",
    "pl": "Czytaj także",
    "pt": "Leia também",
    "ro": "Citește și",
    "ru": "Читайте также",
    "sr": "Прочитајте још",
    "sv": "Läs också",
    "th": "อ่านเพิ่มเติม",
    "tr": "Bunu da okuyun",
    "uk": "Читайте також",
    "vi": "Xem thêm",
    "zh": "延伸阅读",
}
# Heading, notice, labels and button as a theme prints them, without a class name.
FORMS = {
    "de": "Schreibe einen Kommentar|Deine E-Mail-Adresse wird nicht veröffentlicht.|Kommentar|Kommentar abschicken",
    "el": "Αφήστε μια απάντηση|Η ηλ. διεύθυνση σας δεν δημοσιεύεται.|Σχόλιο *|Όνομα *|Δημοσίευση σχολίου",
    "en": "Leave a Reply|Your email address will not be published. Required fields are marked *|Comment|Email *",
    "es": "Deja un comentario|Tu dirección de correo electrónico no será publicada.|Comentario *|Nombre *|Web",
    "fr": "Laisser un commentaire|Votre adresse e-mail ne sera pas publiée.|Commentaire *|Nom *|Site web",
    "ja": "コメントを残す|メールアドレスが公開されることはありません。|コメント ※|名前 ※|コメントを送信",
    "pl": "Dodaj komentarz|Twój adres e-mail nie zostanie opublikowany.|Komentarz *|Nazwa *|Opublikuj komentarz",
    "ru": "Добавить комментарий|Ваш адрес email не будет опубликован.|Комментарий *|Имя *|Отправить комментарий",
    "tr": "Bir yanıt yazın|E-posta adresiniz yayınlanmayacak.|Yorum *|E-posta *|Yorum gönder",
    "zh": "发表回复|您的邮箱地址不会被公开。|评论 *|显示名称 *|发表评论",
}


@cache
def read_stored_page(name: str) -> str:
    path = ACCEPTANCE / name
    if not path.exists():
        pytest.skip("the acceptance pages are not beside this repository")
    return path.read_text("utf-8")


def change_pointers(name: str, layout: str, cue: str) -> str:
    """Return the page with its two pointers to other articles in another layout."""

    def pointer(found: re.Match[str]) -> str:
        url, title = found.groups()
        return layout.format(cue=cue, url=url, title=title, link=f'<a href="{url}">{title}</a>')

    html, count = POINTER.subn(pointer, read_stored_page(name))
    assert count == 2
    return html


def read_expected_text() -> str:
    return read_stored_page("drones-expected.txt").strip()


@pytest.mark.parametrize("language", CUES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_pointer_is_cut_in_every_layout_and_language(layout: str, language: str) -> None:
    for name in PAGES:
        assert clean(Page(URL, change_pointers(name, LAYOUTS[layout], CUES[language]))).text == read_expected_text()


@pytest.mark.parametrize("line", ["<p>{}</p>", "<div>{}</div>", "<span>{}</span><br>", "<ul><li>{}</li></ul>"])
@pytest.mark.parametrize("language", FORMS)
def test_a_comment_form_without_class_names_is_cut(language: str, line: str) -> None:
    heading, *rest = FORMS[language].split("|")
    form = f"<div><h3>{heading}</h3><form>{''.join(map(line.format, rest))}</form></div>"
    for name in PAGES:
        html, count = FORM.subn(form, read_stored_page(name))
        assert count == 1
        assert clean(Page(URL, html)).text == read_expected_text()


@pytest.mark.parametrize("language", FORMS)
def test_a_comment_form_inside_the_articles_own_element_is_cut(language: str) -> None:
    heading, *rest = FORMS[language].split("|")
    form = f"<h3>{heading}</h3>{''.join(f'<p>{text}</p>' for text in rest)}"
    for name in PAGES:
        html, count = re.subn("</div></article>", f"{form}</div></article>", read_stored_page(name))
        assert count == 1
        assert clean(Page(URL, html)).text == read_expected_text()


@pytest.mark.parametrize("layout", ["<p>{}</p>", "<p><strong>{}</strong></p>", "<h2>{}</h2>", "<h3><em>{}</em></h3>"])
def test_the_headline_is_cut_in_every_layout(layout: str) -> None:
    for name in PAGES:
        page = read_stored_page(name)
        headline = re.search(r"<h1[^>]*>([^<]+)", page)
        assert headline is not None
        again = re.compile(rf'(?<=<div class="entry-content">)<(h2|p)>{re.escape(headline[1])}</\1>')
        html, count = again.subn(layout.format(headline[1]).replace("\\", r"\\"), page)
        assert count == 1
        assert clean(Page(URL, html)).text == read_expected_text()
