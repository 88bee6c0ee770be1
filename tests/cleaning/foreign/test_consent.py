"""Questions for consent are cut, whatever they are called and wherever they stand; an article about them is not."""

from __future__ import annotations

import pytest

from cleaning.clean import clean
from cleaning.phrases import load_written
from cleaning.records.article import Article
from cleaning.records.given import Page

URL = "https://www.quay-times.example/2024/03/weir"
HEADLINE = "Salmon pass at the weir of Elden opens a year late"
TEXT = (
    "The salmon pass at the weir of Elden was opened on Saturday, a year later than the river board had promised.",
    "Two hundred people stood on the bridge in the rain to see the first fish, which came at twenty past four.",
    "The pass has thirty-one pools and cost nearly two million crowns, most of it paid by the power company.",
    "“I had a bet on noon,” said Marit Lund of the anglers’ club, “but a fish does not read the newspaper.”",
)
TITLES = (
    "<button>{}</button>",
    "<a href='#' class='btn'>{}</a>",
    "<span role='button'>{}</span>",
    "<input value='{}'>",
)
NOTICE = "We and our partners use cookies to store and/or access information on a device."
MORE = "<p>You may change your choices at any time in the settings of your account, which lie behind the gear.</p>"


def build(*, before: str = "", middle: str = "", after: str = "", text: tuple[str, ...] = TEXT) -> Article:
    lines = [f"<p>{line}</p>" for line in text]
    return clean(
        Page(
            URL,
            f"<html lang='en'><head><title>{HEADLINE}</title></head><body>{before}<main><article><h1>{HEADLINE}</h1>"
            f"<div class='text'>{''.join(lines[:2])}{middle}{''.join(lines[2:])}</div></article></main>{after}</body>",
        )
    )


def question(opening: str, button: str = "Accept all", notice: str = NOTICE, form: str = TITLES[0]) -> str:
    tag = opening[1:].split(maxsplit=1)[0].rstrip(">")
    return (
        f"{opening}<h2>Your privacy</h2><p>{notice}</p>{MORE}<ul><li>Precise geolocation data</li></ul>"
        f"{form.format(button)}{form.format('Settings of the account')}</{tag}>"
    )


@pytest.mark.parametrize("place", ["before", "middle", "after"])
@pytest.mark.parametrize(
    "opening",
    [
        "<div id='onetrust-consent-sdk'>",
        "<div class='cookieBanner'>",
        "<div class='sp_message_container'>",
        "<section class='gdpr-notice'>",
        "<div role='dialog' aria-modal='true'>",
        "<dialog open>",
        "<div style='position: fixed; bottom: 0'>",
        "<div class='x7 _abc'>",
        "<aside>",
    ],
)
def test_a_question_is_cut_whatever_it_is_called_and_wherever_it_stands(opening: str, place: str) -> None:
    article = build(**{place: question(opening)})
    assert article.text.split("\n") == list(TEXT)
    assert {block.rule for block in article.removed if "geolocation" in block.text} == {"consent"}
    evidence = next(str(block.evidence) for block in article.removed if block.text == NOTICE)
    assert evidence.startswith("a question for consent: “we and our partners”")


@pytest.mark.parametrize("form", TITLES)
def test_a_button_is_found_in_any_element(form: str) -> None:
    article = build(middle=question("<div class='x7'>", form=form))
    assert article.text.split("\n") == list(TEXT)


@pytest.mark.parametrize(
    ("notice", "button"),
    [
        ("Wir verwenden Cookies, um Inhalte und Anzeigen auf dieser Website zu personalisieren.", "Alle akzeptieren"),
        ("Nous et nos partenaires utilisons des cookies pour mesurer l’audience de ce site.", "Tout refuser"),
        ("Utilizamos cookies propias y de terceros para mejorar nuestros servicios y su experiencia.", "Rechazar todo"),
        ("Questo sito utilizza cookie tecnici e, con il tuo consenso, anche di profilazione.", "Accetta tutti"),
        ("Na tej stronie używamy plików cookie, aby zapewnić najlepsze działanie serwisu.", "Akceptuję"),
        ("Мы используем файлы cookie, чтобы сайт работал быстрее и был удобнее для читателей.", "Принять все"),
        ("Χρησιμοποιούμε cookies για να βελτιώσουμε την εμπειρία σας στον ιστότοπό μας.", "Αποδοχή όλων"),
        ("Käytämme evästeitä, jotta sivusto toimisi paremmin ja mainokset kiinnostaisivat sinua.", "Hyväksy kaikki"),
        ("Sitemizde çerezler kullanılmaktadır; böylece size daha iyi bir hizmet sunabiliyoruz.", "Tümünü kabul et"),
        ("نحن نستخدم ملفات تعريف الارتباط لتحسين تجربتك على هذا الموقع وعرض إعلانات مناسبة.", "قبول الكل"),
        ("当サイトではCookieを使用して、利便性の向上と広告の配信を行っています。", "すべて許可する"),
        ("쿠키를 사용합니다. 더 나은 서비스를 제공하고 방문자를 분석하기 위해서입니다.", "모두 허용"),
        ("我们使用cookie来改善您的浏览体验并分析网站的流量，请选择是否接受。", "全部接受"),
        ("हम कुकीज़ का उपयोग करते हैं ताकि आपको वेबसाइट पर बेहतर अनुभव मिल सके।", "सभी स्वीकार करें"),
    ],
)
def test_a_question_in_another_language_needs_no_name(notice: str, button: str) -> None:
    article = build(middle=question("<div class='x7'>", button, notice))
    assert article.text.split("\n") == list(TEXT)


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_notice_without_any_form_is_cut_beside_the_text(place: str) -> None:
    notice = "<p>This website uses cookies to improve your experience. By continuing you agree to them.</p>"
    article = build(**{place: notice})
    assert article.text.split("\n") == list(TEXT)


ABOUT = (
    "The court in Elden ruled on Tuesday that a website must not use cookies before its readers have agreed to them.",
    "“We use cookies to count how many people read about the salmon,” said the publisher. “We value your privacy.”",
    "Consent to cookies must be given freely, the judges wrote; a button that says Accept all is not enough for it.",
    "The privacy office had complained of forty newspapers whose banners hid the button that refuses all cookies.",
)


@pytest.mark.parametrize(
    "opening",
    [
        "<article class='post-1 post category-privacy tag-cookies'>",
        "<div class='privacy-story'>",
        "<section class='notice-board'>",
        "<dialog open class='modal'>",
        "<div class='modal-body' role='dialog'>",
    ],
)
def test_an_article_about_consent_stays(opening: str) -> None:
    tag = opening[1:].split(maxsplit=1)[0]
    title = "Court in Elden forbids cookies without consent"
    lines = "".join(f"<p>{line}</p>" for line in ABOUT)
    page = (
        f"<html lang='en'><head><title>{title}</title></head><body>{question('<div class=cookie-banner>')}<main>"
        f"{opening}<h1>{title}</h1><div>{lines}</div></{tag}></main></body></html>"
    )
    article = clean(Page(URL, page))
    assert article.text.split("\n") == list(ABOUT)
    assert NOTICE in {block.text for block in article.removed}


def test_a_page_that_is_nothing_but_a_question_is_left_to_the_verdict() -> None:
    page = f"<html><head><title>Before you go on</title></head><body>{question('<div class=consent>')}</body></html>"
    assert [block for block in clean(Page(URL, page)).blocks if block.rule == "consent"] == []


def test_the_words_of_a_question_are_as_far_apart_as_the_page_shows_them() -> None:
    notice = "<span>We use cookies to count our readers.</span> <a href='/p'>Privacy notice</a><button>Accept</button>"
    article = build(before=f"<div class='cookie-notice' role='dialog'>{notice}</div>")
    assert "We use cookies to count our readers. Privacy notice" in {block.text for block in article.removed}


@pytest.mark.parametrize("word", load_written("cookie"))
def test_every_word_of_a_notice_is_found_within_other_letters(word: str) -> None:
    beginnings = "kola coo küps"  # of other such words, right before this one
    found = build(
        after=f"<div id='onetrust' role='dialog'><p>{beginnings}{word.capitalize()}xy are read here.</p></div>"
    )
    assert not any(word in block.text.lower() for block in found.blocks if block.is_kept)
    assert [block.rule for block in found.blocks if word in block.text.lower()] == ["consent"]
