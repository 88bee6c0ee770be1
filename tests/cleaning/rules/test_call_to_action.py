from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

LINKED = {
    "Arabic": "<a href='/n'>اشترك في</a> النشرة البريدية كل صباح",
    "Chinese": "<a href='/n'>立即订阅</a>，每天早上收到港口消息",
    "Czech": "Přihlaste se k odběru <a href='/n'>ranních novinek</a>",
    "English": "Sign up for our <a href='/newsletter'>morning newsletter</a>",
    "English, question first": "Want the tides by mail? Subscribe to our <a href='/newsletter'>morning newsletter</a>.",
    "Finnish": "<a href='/n'>Tilaa uutiskirje</a> ja lue sataman uutiset aamuisin",
    "French": "<a href='/n'>Abonnez-vous</a> à notre lettre du matin",
    "German": "Jetzt den Newsletter <a href='/newsletter'>abonnieren</a>",
    "Greek": "Εγγραφείτε στο <a href='/newsletter'>newsletter</a> μας",
    "Italian": "<a href='/n'>Iscriviti alla newsletter</a> del porto",
    "Japanese": "<a href='/n'>メルマガ登録はこちら</a>から",
    "Korean": "매일 아침 항구 소식, <a href='/n'>뉴스레터 구독하기</a>",
    "Persian": "<a href='/n'>در کانال تلگرام</a> ما عضو شوید",
    "Polish": "<a href='/n'>Zapisz się</a> do porannego newslettera",
    "Russian": "<a href='/n'>Подписывайтесь</a> на наш канал в Telegram",
    "Spanish": "<a href='/n'>Suscríbete</a> al boletín de la mañana",
    "Turkish": "<a href='/n'>Bültenimize abone olun</a>, limandan haberler gelsin",
    "Vietnamese": "<a href='/n'>Đăng ký nhận tin</a> mỗi sáng",
}
UNLINKED = {
    "English": "Follow us on the quay and online for the tides of the day",
    "English, two sentences": "Like what you read? Support our journalism.",
    "German": "Unterstützen Sie uns mit einem Abo",
    "Portuguese": "Siga-nos nas redes sociais",
    "Swedish": "Följ oss på sociala medier",
    "Hindi": "हमें फॉलो करें, हर सुबह बंदरगाह की खबर पाएं",
    "Chinese": "扫描二维码，关注我们",
}
SENTENCES = [
    "The board's newsletter, which 4,000 people subscribe to, had announced the end of the boat in a single line.",
    "Members can sign up for a seat on the first crossing, but only if they come to the hall in person on Monday.",
    "“Follow us,” the pilot signalled, and the smaller boats turned towards the harbour mouth one after the other.",
    "Donations may be made to the Orrow lifeboat fund, the family said, in place of flowers.",
    "Instead of flowers, the family asks friends to donate to the lifeboat fund.",
    "The newsletter had 4,000 readers.",
    "He never had to log in again.",
]

NOTICES = {
    "English": "Thank you for your patience while we verify access.",
    "English, reader mode": "If you are in Reader mode please exit and <a href='/login'>log into</a> your account.",
    "English, checking": "One moment. We’re checking your subscription…",
    "French": "Veuillez patienter pendant que nous vérifions votre abonnement.",
    "German": "Wir prüfen Ihren Zugang. Wenn Sie den Lesemodus nutzen, verlassen Sie ihn bitte.",
    "Italian": "Stiamo verificando il tuo abbonamento, attendi qualche secondo.",
    "Japanese": "購読状況を確認しています。しばらくお待ちください。",
    "Polish": "Weryfikujemy twój dostęp do artykułu.",
    "Russian": "Подождите, пока мы проверяем вашу подписку.",
    "Spanish": "Gracias por su paciencia mientras verificamos su acceso.",
    "Turkish": "Aboneliğiniz kontrol ediliyor, lütfen bekleyin.",
}
REPORTED = [
    "The ushers thanked the crowd for its patience while they verified access to the stand, one ticket at a time.",
    "“We are verifying your access,” the machine at the gate told her for twenty minutes, and then it went dark.",
    "Passengers in reader mode, as the crew calls those with a book, were the last to notice that the boat had left.",
]


@pytest.mark.parametrize("line", NOTICES.values(), ids=NOTICES)
def test_a_notice_that_access_is_being_verified_is_cut_in_the_midst_of_the_text(
    line: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    article = clean_page(middle=f"<div class='css-gate'><p>{line}</p></div>")
    assert article.text == article_text


@pytest.mark.parametrize("sentence", REPORTED)
def test_a_sentence_of_the_article_on_checks_and_readers_stays(
    sentence: str, clean_page: Callable[..., Article]
) -> None:
    assert sentence in clean_page(middle=f"<p>{sentence}</p>").text.split("\n")


@pytest.mark.parametrize("line", LINKED.values(), ids=LINKED)
def test_a_call_to_sign_up_with_a_link_is_cut(line: str, clean_page: Callable[..., Article], article_text: str) -> None:
    assert clean_page(middle=f"<p>{line}</p>").text == article_text


@pytest.mark.parametrize("line", UNLINKED.values(), ids=UNLINKED)
def test_a_call_after_the_last_paragraph_is_cut_without_a_link(
    line: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(end=f"<p>{line}</p>").text == article_text


@pytest.mark.parametrize("place", ["middle", "end"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_an_article_about_newsletters_followers_and_gifts_stays(
    sentence: str, place: str, clean_page: Callable[..., Article]
) -> None:
    assert sentence in clean_page(**{place: f"<p>{sentence}</p>"}).text.split("\n")


def test_a_paragraph_about_newsletters_that_links_to_an_older_story_stays(clean_page: Callable[..., Article]) -> None:
    text = (
        "The harbour newsletter, which <a href='/1998/letter'>was founded by two apprentices in 1998</a>, will carry"
        " the new timetable on its first page."
    )
    assert "The harbour newsletter, which was founded" in clean_page(middle=f"<p>{text}</p>").text


def test_an_item_of_the_articles_own_list_stays(clean_page: Callable[..., Article]) -> None:
    items = (
        "<li>A page of tides in <a href='/tides'>the weekly newsletter</a> of the board</li>"
        "<li>A column of arrivals, kept by the pilots since 1911, and never once late</li>"
        "<li>A list of lost property, with what was found on the night boat</li>"
    )
    assert "the weekly newsletter" in clean_page(middle=f"<p>Readers will miss:</p><ul>{items}</ul>").text
