from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

WORDS = (
    """
Print | Share | Advertisement | Back to top | Story continues below advertisement | Click to share | Teilen | Drucken
Κοινοποίηση | Imprimir | Compartir | Publicidade | Partager | La suite après la publicité | Condividi | Pubblicità
Delen | Tekst gaat verder onder de advertentie | Udostępnij | Dalsza część artykułu pod reklamą | Поделиться | Реклама
Поділитися | Споделете | Sdílet | Inzerce | Zdieľať | Megosztás | Distribuie | Podijeli | Подели | Podeli | Dela
Artikeln fortsätter efter annonsen | Del artiklen | Saken fortsetter under annonsen | Juttu jatkuu mainoksen jälkeen
Paylaş | مشاركة | إعلان | שתפו | פרסומת | اشتراک‌گذاری | शेयर करें | विज्ञापन | শেয়ার করুন | Bagikan | Iklan
Chia sẻ | Quảng cáo | แชร์ | โฆษณา | 分享到： | 广告 | 列印 | シェアする | スポンサーリンク | 공유하기 | 글자크기
Dalintis | Dalīties | Jaga | Deli | Comparteix
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize("word", [word.strip() for word in WORDS])
def test_the_words_of_a_button_are_cut(word: str, clean_page: Callable[..., Article], article_text: str) -> None:
    assert clean_page(middle=f"<p>{word}</p>").text == article_text


@pytest.mark.parametrize("place", ["end", "below"])
def test_a_bar_of_them_is_cut(place: str, clean_page: Callable[..., Article], article_text: str) -> None:
    bar = "<ul><li>Share</li><li>Facebook</li><li>WhatsApp</li><li>Copy link</li><li>Print</li></ul>"
    assert clean_page(**{place: bar}).text == article_text


@pytest.mark.parametrize(
    "sentence",
    [
        "Share and share alike was the rule on the night boat, where the mate's bread went round.",
        "Print is what the board trusts, and so the timetable hangs on paper at every quay.",
        "Facebook and WhatsApp were silent that night, because nobody on board had a signal.",
        "Teilen wollte den Liegeplatz niemand, und so blieb die Fähre den ganzen Winter draußen.",
    ],
)
def test_a_sentence_that_begins_with_one_stays(sentence: str, clean_page: Callable[..., Article]) -> None:
    assert sentence in clean_page(middle=f"<p>{sentence}</p>").text.split("\n")


@pytest.mark.parametrize("name", ["Facebook", "Telegram", "Print", "Tags", "Advertising"])
def test_a_heading_over_a_chapter_stays(name: str, clean_page: Callable[..., Article]) -> None:
    assert name in clean_page(middle=f"<h2>{name}</h2>").text.split("\n")


def test_a_list_of_networks_in_the_text_stays(clean_page: Callable[..., Article]) -> None:
    names = "".join(f"<li>{name}</li>" for name in ("Facebook", "Instagram", "Telegram", "TikTok"))
    text = clean_page(middle=f"<p>Four networks were asked to take the film down:</p><ul>{names}</ul>").text
    assert "\nFacebook\nInstagram\nTelegram\nTikTok\n" in text


def test_a_line_of_a_program_stays(clean_page: Callable[..., Article]) -> None:
    assert "print" in clean_page(middle="<pre>plates = survey()\nprint\nplates.save()</pre>").text.split("\n")
