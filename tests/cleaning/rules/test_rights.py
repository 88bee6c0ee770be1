from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

LINES = """
© 2024 Harbour Post
(c) 2024 Harbour Post
Copyright 2024 Harbour Post. All rights reserved.
Copyright by 2024 Harbour Post
This material may not be published, broadcast, rewritten or redistributed without permission of the Harbour Post.
Alle Rechte vorbehalten
Tous droits réservés
Todos los derechos reservados. Queda prohibida la reproducción total o parcial.
Tutti i diritti riservati
Todos os direitos reservados
Alle rechten voorbehouden
Wszelkie prawa zastrzeżone
Все права защищены. При использовании материалов ссылка обязательна.
Усі права захищені
Всички права запазени
Všechna práva vyhrazena
Všetky práva vyhradené
Minden jog fenntartva
Toate drepturile rezervate
Sva prava pridržana
Сва права задржана
Alla rättigheter förbehållna
Alle rettigheder forbeholdes
Alle rettigheter forbeholdt
Kaikki oikeudet pidätetään
Tüm hakları saklıdır
جميع الحقوق محفوظة
כל הזכויות שמורות
تمامی حقوق محفوظ است
सर्वाधिकार सुरक्षित
সর্বস্বত্ব সংরক্ষিত
Hak cipta dilindungi undang-undang
Mọi quyền được bảo lưu
สงวนลิขสิทธิ์
港口晚报版权所有，未经授权不得转载。
港口晚報版權所有，不得轉載
記事・写真の無断転載を禁じます
무단 전재 및 재배포 금지
Visos teisės saugomos
Visas tiesības aizsargātas
Kõik õigused kaitstud
Vse pravice pridržane
Με επιφύλαξη παντός δικαιώματος
""".strip().split("\n")


@pytest.mark.parametrize("line", LINES)
def test_a_copyright_line_at_the_end_is_cut(line: str, clean_page: Callable[..., Article], article_text: str) -> None:
    assert clean_page(end=f"<p>{line}</p>").text == article_text


@pytest.mark.parametrize(
    "text",
    [
        "The copyright in the drawings belongs to the yard, the board learnt, and the yard wanted money for copies.",
        "Copyright ends seventy years after the death of the author.",
        "“All rights reserved” stood on every sheet the yard had drawn since 1911, and meant less than they thought.",
        "Das Urheberrecht endet siebzig Jahre nach dem Tod des Zeichners.",
        "The privacy policy and the terms of use fill forty pages, and the judge had read every one of them.",
        "Ο δικαστής έκρινε ότι τα πνευματικά δικαιώματα ανήκουν στο ναυπηγείο.",
        "Regulamin portu zabrania nocnych rejsów bez dwóch pilotów.",
    ],
)
@pytest.mark.parametrize("place", ["top", "middle", "end"])
def test_an_article_about_copyright_law_stays(text: str, place: str, clean_page: Callable[..., Article]) -> None:
    assert text in clean_page(**{place: f"<p>{text}</p>"}).text.split("\n")


def test_a_letter_that_a_wrong_charset_made_a_copyright_sign_is_none(clean_page: Callable[..., Article]) -> None:
    text = "Captain CÃ´tÃ© had the boat turned round twice, and she came about as well as on her first day."
    assert text in clean_page(end=f"<p>{text}</p>").text.split("\n")


def test_a_line_that_opens_the_text_stays(clean_page: Callable[..., Article]) -> None:
    assert (
        "© is the sign that the yard put under every drawing"
        in clean_page(top="<p>© is the sign that the yard put under every drawing</p>").text
    )
