from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cleaning.records.block import Block, BlockKind
from cleaning.rules import Context, apply_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

OTHER = "Harbour board weighs a third container berth at the northern mole"
LINK = f"<a href='/2024/05/10/berth'>{OTHER}</a>"

POINTERS = {
    "a plain paragraph": f"<p>See also {LINK}</p>",
    "bold": f"<p><strong>See also: {LINK}</strong></p>",
    "italic": f"<p><em>Read more: {LINK}</em></p>",
    "a quotation": f"<blockquote>Also read {LINK}</blockquote>",
    "a quotation's paragraph": f"<blockquote><p>Read also: {LINK}</p></blockquote>",
    "capitals": f"<p>READ MORE: {LINK}</p>",
    "the cue linked too": f"<p><a href='/2024/05/10/berth'>See also: {OTHER}</a></p>",
    "a weak cue and a link": f"<p>Related: {LINK}</p>",
    "two lines": f"<p>See also<br>{LINK}</p>",
    "a list item": f"<ul><li>See also: {LINK}</li></ul>",
    "a heading over a list": f"<h3>See also</h3><ul><li>{LINK}</li></ul>",
    "an arrow before it": f"<p>➡ Read also: {LINK}</p>",
    "no link at all": f"<p>See also {OTHER}</p>",
    "no link, a colon": f"<p>Read also: {OTHER}</p>",
    "no link, a question": "<p>Read also: Who pays for the pilots?</p>",
    "a full stop after the link": f"<p>Read also {LINK}.</p>",
    "a few words more": f"<p>Read also on this page: {LINK}</p>",
    "a link without any cue": f"<p>{LINK}</p>",
}
# Cue phrases of newspapers, each with a headline in its language.
LANGUAGES = {
    "Arabic": ("اقرأ أيضاً", "مجلس الميناء يدرس رصيفاً ثالثاً للحاويات"),
    "Bengali": ("আরও পড়ুন", "বন্দরে তৃতীয় জেটি নির্মাণের সিদ্ধান্ত"),
    "Bulgarian": ("Вижте още", "Пристанището обмисля трети кей за контейнери"),
    "Catalan": ("Llegiu també", "El port estudia un tercer moll de contenidors"),
    "Chinese, simplified": ("延伸阅读", "港务局考虑在北防波堤建设第三个集装箱泊位"),
    "Chinese, traditional": ("相關新聞", "港務局考慮在北防波堤興建第三個貨櫃泊位"),
    "Croatian": ("Pročitajte još", "Luka razmatra treći vez za kontejnere"),
    "Czech": ("Čtěte také", "Přístav zvažuje třetí kontejnerové molo"),
    "Danish": ("Læs også", "Havnen overvejer en tredje containerkaj"),
    "Dutch": ("Lees ook", "Haven overweegt derde kade voor containers"),
    "Estonian": ("Loe ka", "Sadam kaalub kolmandat konteinerikaid"),
    "Finnish": ("Lue myös", "Satama harkitsee kolmatta konttilaituria"),
    "French": ("À lire aussi", "Le port étudie un troisième quai à conteneurs"),
    "German": ("Lesen Sie auch", "Hafen erwägt dritten Liegeplatz für Container"),
    "Greek": ("Διαβάστε επίσης", "Το λιμάνι εξετάζει τρίτη προβλήτα εμπορευματοκιβωτίων"),
    "Hebrew": ("קראו גם", "הנמל שוקל רציף שלישי למכולות בצפון"),
    "Hindi": ("यह भी पढ़ें", "बंदरगाह पर तीसरा कंटेनर घाट बनाने का प्रस्ताव"),
    "Hungarian": ("Ezt is olvassa el", "Harmadik konténermólót tervez a kikötő"),
    "Indonesian": ("Baca juga", "Pelabuhan pertimbangkan dermaga peti kemas ketiga"),
    "Italian": ("Leggi anche", "Il porto valuta una terza banchina per i container"),
    "Japanese": ("あわせて読みたい", "港湾局、北防波堤に三つ目のコンテナ岸壁を検討"),
    "Korean": ("관련기사", "항만청, 북쪽 방파제에 세 번째 컨테이너 부두 검토"),
    "Latvian": ("Lasi arī", "Osta apsver trešo konteineru piestātni"),
    "Lithuanian": ("Taip pat skaitykite", "Uostas svarsto trečią konteinerių krantinę"),
    "Norwegian": ("Les også", "Havna vurderer en tredje containerkai"),
    "Persian": ("بیشتر بخوانید", "بندر اسکله سوم کانتینری را بررسی می‌کند"),
    "Polish": ("Czytaj także", "Port rozważa trzecie nabrzeże kontenerowe"),
    "Portuguese": ("Leia também", "Porto estuda um terceiro cais de contentores"),
    "Romanian": ("Citește și", "Portul ia în calcul o a treia dană pentru containere"),
    "Russian": ("Читайте также", "Порт рассматривает третий контейнерный причал"),
    "Serbian, Cyrillic": ("Прочитајте још", "Лука разматра трећи контејнерски вез"),
    "Serbian, Latin": ("Pročitajte i", "Luka razmatra treći kontejnerski vez"),
    "Slovak": ("Prečítajte si aj", "Prístav zvažuje tretie kontajnerové mólo"),
    "Slovene": ("Preberite tudi", "Pristanišče razmišlja o tretjem pomolu"),
    "Spanish": ("Lea también", "El puerto estudia un tercer muelle de contenedores"),
    "Swedish": ("Läs också", "Hamnen överväger en tredje containerkaj"),
    "Thai": ("อ่านเพิ่มเติม", "การท่าเรือพิจารณาสร้างท่าเทียบเรือตู้สินค้าแห่งที่สาม"),
    "Turkish": ("Bunu da okuyun", "Liman üçüncü konteyner iskelesini değerlendiriyor"),
    "Ukrainian": ("Читайте також", "Порт розглядає третій контейнерний причал"),
    "Vietnamese": ("Xem thêm", "Cảng cân nhắc xây bến container thứ ba"),
}
DRESSES = {
    "linked": "<p>{0}: <a href='/b'>{1}</a></p>",
    "linked, no colon": "<p>{0} <a href='/b'>{1}</a></p>",
    "a colon": "<p>{0}: {1}</p>",
    "a wide colon": "<p>{0}：{1}</p>",
    "no colon": "<p><strong>{0}</strong> {1}</p>",
    "no space": "<p>{0}：<a href='/b'>{1}</a></p>",
    "a label over a list": "<h3>{0}</h3><ul><li><a href='/b'>{1}</a></li></ul>",
}
SENTENCES = {
    "begins like a cue": "Related to this is the question of who pays for the pilots, which the board put off.",
    "a quotation": "“See also what they did in Pell,” one member told the hall, and nobody answered him for a while.",
    "see also in a sentence": "Readers who see also the older charts will notice that the mole was once shorter.",
    "an imperative": "See also page four of the report, where the surveyors list the plates one by one.",
    "more of something": "More of the plates would have failed within a year, the surveyors wrote to the board.",
    "a short sentence": "Read more slowly, the report is a warning.",
    "German": "Mehr dazu wollte der Hafenmeister am Abend nicht sagen, und auch die Reederei schwieg.",
    "French": "En savoir plus sur la coque, c’était le but de la visite, a expliqué la commission du port.",
    "Spanish": "Más información habrá, según la junta, cuando los peritos entreguen su informe de mayo.",
    "Russian": "Больше по теме комиссия не сказала ничего, и капитан порта тоже отказался отвечать.",
    "Chinese": "相关新闻在网上传开以后，港务局星期四晚上召开了四个小时的会议，讨论是否恢复夜间渡轮。",
    "Hindi": "और पढ़ें तो पता चलता है कि नाव की चालीस में से ग्यारह प्लेटें बहुत पतली थीं।",
}


@pytest.mark.parametrize("pointer", POINTERS.values(), ids=POINTERS)
def test_a_pointer_to_another_article_is_cut(
    pointer: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(middle=pointer).text == article_text


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES)
@pytest.mark.parametrize(("cue", "headline"), LANGUAGES.values(), ids=LANGUAGES)
def test_it_is_cut_in_any_language_and_dress(
    cue: str, headline: str, dress: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    article = clean_page(middle=dress.format(cue, headline))
    assert article.text == article_text
    assert article.removed[-1].rule == "see_also"


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_that_resembles_one_stays(sentence: str, clean_page: Callable[..., Article]) -> None:
    assert sentence in clean_page(middle=f"<p>{sentence}</p>").text.split("\n")


@pytest.mark.parametrize(
    ("html", "start"),
    [
        (
            "Read the report of the surveyors, <a href='/report'>all ninety pages</a>, and you will see why.",
            "Read the report of the surveyors",
        ),
        (
            "See also the <a href='/plates'>photographs of the plates</a> below. They tell their own story. Convinced?",
            "See also the photographs",
        ),
        (
            "More on the pilots was said in <a href='/pilots'>the March sitting of the board</a>, but it stayed there.",
            "More on the pilots",
        ),
        ("See also her drawings at <a href='https://www.pell-yard.example/'>pell-yard.example</a>.", "See also her"),
    ],
)
def test_a_sentence_that_opens_with_a_cue_and_holds_a_link_stays(
    html: str, start: str, clean_page: Callable[..., Article]
) -> None:
    assert any(line.startswith(start) for line in clean_page(middle=f"<p>{html}</p>").text.split("\n"))


@pytest.mark.parametrize(("site", "stay"), [("www.pell-yard.example", True), ("www.harbour-post.example", False)])
def test_links_under_a_weak_label_are_cut_when_they_lead_to_the_same_site(site: str, stay: bool) -> None:
    sources = tuple(f"Survey of the plates at the yard, {year}" for year in (2022, 2023, 2024))
    blocks = apply_rules(
        [
            Block(
                "The board had taken the boat out of service in January, when a survey found that the plates were thin."
            ),
            Block("Analysis:"),
            *(Block(text, BlockKind.ITEM, 1.0, (f"https://{site}/{text[-4:]}",)) for text in sources),
            Block(
                "The surveyors wrote that more of the plates would have failed within a year of another winter at sea."
            ),
        ],
        Context("https://www.harbour-post.example/2024/05/16/ferry"),
    )
    assert [block.is_kept for block in blocks] == [True, *[stay] * 4, True]


def test_a_cut_names_its_rule_and_evidence(clean_page: Callable[..., Article]) -> None:
    cut = clean_page(middle=f"<p>See also {LINK}</p>").removed[-1]
    assert (cut.rule, cut.text) == ("see_also", f"See also {OTHER}")
    assert cut.evidence is not None
    assert "see also" in cut.evidence
