"""Dates as newspapers of many languages, and their programs, write them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from page_heads import make_json_ld, read_draft

from cleaning.metadata.dates.calendars import make_day
from cleaning.metadata.dates.day_month_order import DateOrder
from cleaning.metadata.dates.machine_times import parse_page_time
from cleaning.records.times import format_iso, get_stated_offset

TITLE = "<title>Night ferry to Orrow runs again</title>"
HEADLINE = "<h1>Night ferry to Orrow runs again</h1>"
TEXT = f"<p>{'The board decided on Monday that the boat will run again. ' * 5}</p>"


def read(line: str, language: str = "", *, country: str = "") -> str | None:
    moment = parse_page_time(line, DateOrder(language, month_first=language == "en", country=country))
    if moment is None:
        return None
    written = moment.isoformat(timespec="minutes")
    return written if get_stated_offset(moment) is not None else written[:-6]


def publication(line: str, head: str = "", lang: str = "en") -> str | None:
    moment = read_draft(TITLE + head, HEADLINE + line + TEXT, lang=lang).published_at
    return format_iso(moment) if moment else None


@pytest.mark.parametrize(
    ("language", "line", "found"),
    [
        ("en", "8:45 PM EST, Thu March 7, 2024", "2024-03-07T20:45-05:00"),
        ("en", "March 7, 2024, 8:45 p.m.", "2024-03-07T20:45"),
        ("en", "8:45 a.m. Mar. 7, 2024", "2024-03-07T08:45"),
        ("en", "7 March 2024 at 12.05am", "2024-03-07T00:05"),
        ("en", "7 March 2024 | 12:45 min", "2024-03-07T00:00"),
        ("en", "12:45 min, 7 March 2024", "2024-03-07T00:00"),
        ("ko", "입력 2024.03.07. 오후 8:45", "2024-03-07T20:45"),
        ("ko", "2024년 3월 7일 오전 12시 5분", "2024-03-07T00:05"),
        ("zh", "2024年3月7日下午8:45", "2024-03-07T20:45"),
        ("zh", "2024年3月7日 晚上8点45分", "2024-03-07T20:45"),
        ("zh", "民國113年3月7日 20:45", "2024-03-07T20:45"),
        ("zh", "二〇二四年三月七日", "2024-03-07T00:00"),
        ("zh", "二○二四年十二月二十七日", "2024-12-27T00:00"),
        ("zh", "二零二四年十月十日 20:45", "2024-10-10T20:45"),
        ("ur", "7 مارچ 2024، 08:45 شام", "2024-03-07T20:45"),
        ("ms", "7 Mac 2024 8.45 malam", "2024-03-07T20:45"),
        ("id", "7 Maret 2024 pukul 08.45 pagi", "2024-03-07T08:45"),
        ("kk", "2024 жылғы 7 наурыз", "2024-03-07T00:00"),
        ("my", "၂၀၂၄ ခုနှစ်၊ မတ်လ ၇ ရက်", "2024-03-07T00:00"),
        ("km", "ថ្ងៃទី7 ខែមីនា ឆ្នាំ2024", "2024-03-07T00:00"),
        ("eu", "2024ko martxoaren 7a", "2024-03-07T00:00"),
        ("lv", "2024. gada 7. martā 20:45", "2024-03-07T20:45"),
        ("hu", "2024. márc. 7. 20:45", "2024-03-07T20:45"),
        ("fil", "ika-7 ng Marso 2024", "2024-03-07T00:00"),
        ("ko", "2024/03/07 PM 08:45", "2024-03-07T20:45"),
        ("fr", "jeudi 7 mars 2024 à 20h", "2024-03-07T20:00"),
        ("ar", "7 آذار (مارس) 2024", "2024-03-07T00:00"),
        ("th", "7/3/67 20:45", "2024-03-07T20:45"),
        ("bn", "৭ মার্চ ২০২৪, ০৮:৪৫ পিএম", "2024-03-07T20:45"),
        ("uz", "2024-yil 7-mart", "2024-03-07T00:00"),
        ("mt", "7 ta' Marzu 2024", "2024-03-07T00:00"),
        ("ja", "2024年3月7日 20時45分", "2024-03-07T20:45"),
        ("ja", "2024年3月7日 午後8時45分", "2024-03-07T20:45"),
        ("ja", "令和6年3月7日", "2024-03-07T00:00"),
        ("ar", "٧ مارس ٢٠٢٤ ٠٨:٤٥ م", "2024-03-07T20:45"),
        ("ar", "الخميس 7 آذار 2024 - 08:45 ص", "2024-03-07T08:45"),
        ("ar", "7 كانون الثاني 2024", "2024-01-07T00:00"),
        ("ar", "7 مارس، 2024", "2024-03-07T00:00"),
        ("ar", "7 آذار/مارس 2024", "2024-03-07T00:00"),
        ("fa", "پنجشنبه ۱۷ اسفند ۱۴۰۲ - ۲۰:۴۵", "2024-03-07T20:45"),
        ("fa", "۱۴۰۲/۱۲/۱۷ ۲۰:۴۵", "2024-03-07T20:45"),
        ("fa", "17 اسفند 1402 ساعت 08:45 ب.ظ", "2024-03-07T20:45"),
        ("fa", "۷ مارس ۲۰۲۴", "2024-03-07T00:00"),
        ("th", "7 มี.ค. 2567 20:45 น.", "2024-03-07T20:45"),
        ("th", "7 มี.ค. 67 20.45 น.", "2024-03-07T20:45"),
        ("th", "วันที่ ๗ มีนาคม พ.ศ. ๒๕๖๗", "2024-03-07T00:00"),
        ("hi", "७ मार्च २०२४, ०८:४५ अपराह्न", "2024-03-07T20:45"),
        ("bn", "৭ মার্চ ২০২৪, রাত ৮:৪৫", "2024-03-07T20:45"),
        ("my", "၇ မတ် ၂၀၂၄", "2024-03-07T00:00"),
        ("km", "7 មីនា 2024", "2024-03-07T00:00"),
        ("lo", "7 ມີນາ 2024", "2024-03-07T00:00"),
        ("ta", "7 மார்ச் 2024 பிற்பகல் 8:45", "2024-03-07T20:45"),
        ("ka", "7 მარტი, 2024", "2024-03-07T00:00"),
        ("mn", "2024 оны 3 сарын 7", "2024-03-07T00:00"),
        ("vi", "Thứ năm, 7/3/2024, 20:45 (GMT+7)", "2024-03-07T20:45+07:00"),
        ("vi", "7 Tháng 3, 2024 20:45", "2024-03-07T20:45"),
        ("vi", "Ngày 7 tháng 03 năm 2024", "2024-03-07T00:00"),
        ("vi", "07/03/2024 08:45 CH", "2024-03-07T20:45"),
        ("fr", "Publié le 7 mars 2024 à 20 h 45", "2024-03-07T20:45"),
        ("es", "7 de marzo de 2024, 8:45 p. m.", "2024-03-07T20:45"),
        ("el", "7 Μαρτίου 2024, 08:45 μ.μ.", "2024-03-07T20:45"),
        ("de", "7. Mrz. 2024, 20 Uhr", "2024-03-07T20:00"),
        ("he", "7 במרץ 2024, 20:45", "2024-03-07T20:45"),
        ("id", "Kamis, 7 Maret 2024 20:45 WIB", "2024-03-07T20:45+07:00"),
        ("ru", "7 марта 2024 в 20:45 МСК", "2024-03-07T20:45+03:00"),
    ],
)
def test_a_date_is_read_as_its_language_writes_it(language: str, line: str, found: str) -> None:
    assert read(line, language) == found


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("1709844300", "2024-03-07T20:45+00:00"),
        ("1709844300123", "2024-03-07T20:45+00:00"),
        ("/Date(1709844300000)/", "2024-03-07T20:45+00:00"),
        ("20240307", "2024-03-07T00:00"),
        ("20240307T2045", "2024-03-07T20:45"),
        ("202403072045", "2024-03-07T20:45"),
        ("20240307204500", "2024-03-07T20:45"),
        ("20240307T204500Z", "2024-03-07T20:45+00:00"),
        ("2024-03-07 8:45 PM", "2024-03-07T20:45"),
        ("2024-03-07T20:45:00 EST", "2024-03-07T20:45-05:00"),
        ("2024-03-07 20:45:00 +0200", "2024-03-07T20:45+02:00"),
        ("2024-03-07T20:45:00+01:00[Europe/Berlin]", "2024-03-07T20:45+01:00"),
        ("3/7/2024 8:45:00 PM", "2024-03-07T20:45"),
        ("Thu Mar 07 20:45:00 MSK 2024", "2024-03-07T20:45+03:00"),
        ("Thu Mar  7 20:45:00 2024", "2024-03-07T20:45"),
        ("Thu Mar 07 2024 20:45:00 GMT+0200 (Eastern European Standard Time)", "2024-03-07T20:45+02:00"),
        ("Thu, 07 Mar 2024 20:45:00 EST", "2024-03-07T20:45-05:00"),
        ("Thursday, 07-Mar-24 20:45:00 GMT", "2024-03-07T20:45+00:00"),
        ("20240307 20:45:00", "2024-03-07T20:45"),
        ("2024030720", "2024-03-07T20:00"),
        ("Thu, 7 Mar 2024 20:45:00 +0530", "2024-03-07T20:45+05:30"),
        ("2567-03-07T20:45:00+07:00", "2024-03-07T20:45+07:00"),
        ("123456789012345", None),
        ("12345", None),
        ("99999999", None),
    ],
)
def test_a_program_s_time_is_read(raw: str, found: str | None) -> None:
    assert read(raw, "en") == found


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ar", "٢٦ شعبان ١٤٤٥"),  # the Islamic calendar: its months begin when the moon is seen
        ("ar", "1445/08/26"),
        ("en", "5 two 2024"),
        ("en", "1402/12/17"),
        ("en", "rated 9.8/10"),
        ("fa", "31 اسفند 1402"),
        ("vi", "14 Tháng 13, 2024"),
        ("ne", "२०८०/११/२४"),  # the calendar of Nepal
    ],
)
def test_what_is_no_certain_day_is_none(language: str, line: str) -> None:
    assert read(line, language) is None


@pytest.mark.parametrize(
    ("zone", "language", "country", "found"),
    [
        ("IST", "en", "in", "+05:30"),
        ("IST", "en", "ie", "+01:00"),
        ("IST", "he", "", "+02:00"),
        ("IST", "en", "", ""),
        ("BST", "en", "uk", "+01:00"),
        ("BST", "bn", "bd", "+06:00"),
        ("BST", "en", "", ""),
        ("CST", "en", "us", "-06:00"),
        ("CST", "zh", "", "+08:00"),
        ("CST", "en", "", ""),
        ("EDT", "en", "", "-04:00"),
        ("EST", "en", "au", "+10:00"),
        ("UTC+3", "en", "", "+03:00"),
        ("GMT-03:30", "en", "", "-03:30"),
        ("(WIB)", "id", "id", "+07:00"),
        ("FOO", "en", "", ""),
    ],
)
def test_a_zone_s_name_is_that_of_the_page_s_country(zone: str, language: str, country: str, found: str) -> None:
    assert read(f"7 March 2024, 20:45 {zone}", language, country=country) == f"2024-03-07T20:45{found}"


def test_a_persian_year_has_366_days_eight_times_in_33_years() -> None:
    days = {(1402, 12, 29): "2024-03-19", (1403, 1, 1): "2024-03-20", (1403, 12, 30): "2025-03-20"}
    for (year, month, day), gregorian in days.items():
        moment = make_day(year, month, day, "fa")
        assert moment is not None
        assert moment.date().isoformat() == gregorian
    assert make_day(1402, 12, 30, "fa") is None
    assert make_day(1402, 13, 1, "fa") is None


@pytest.mark.parametrize(
    "line",
    [
        "<div><span>Updated 9 March 2024 08:10</span> <span>Published 7 March 2024 20:45</span></div>",
        "<div>Published 7 March 2024 20:45 <i>·</i> Updated 9 March 2024 08:10</div>",
        "<div>08:10 9 March 2024 (updated) 20:45 7 March 2024 (published)</div>",
        "<p>Last updated</p><p>9 March 2024 08:10</p><p>First published</p><p>7 March 2024 20:45</p>",
        "<time class='updated' datetime='2024-03-09T08:10'></time><time datetime='2024-03-07T20:45'></time>",
        "<i class='modified'><time datetime='2024-03-09T08:10'></time></i> <time datetime='2024-03-07T20:45'></time>",
        "<time itemprop='dateModified' datetime='2024-03-09T08:10'></time><p>7 March 2024 20:45</p>",
        "<p>Aktualisiert: 9.3.2024 08:10 | 7.3.2024 20:45</p>",
        "<p class='post-updated'>9 March 2024 08:10</p><p class='post-published'>7 March 2024 20:45</p>",
        "<div><span class='lastmod'>9 March 2024 08:10</span> <span>7 March 2024 20:45</span></div>",
        "<div class='is-updated'><span>7 March 2024 20:45</span> <span>Updated 9 March 2024 08:10</span></div>",
        "<p>Zuletzt geändert am 09.03.2024, 08.10 Uhr</p><p>Veröffentlicht: 07.03.2024, 20.45 Uhr</p>",
        "<p>Mis à jour le 9 mars 2024 à 08h10</p><p>Publié le 7 mars 2024 à 20h45</p>",
        "<p>수정 2024.03.09 08:10 <span>입력 2024.03.07 오후 8:45</span></p>",
        "<p>更新时间：2024-03-09 08:10 发布时间：2024-03-07 20:45</p>",
        "<p>Обновлено: 9 марта 2024, 08:10. Опубликовано: 7 марта 2024, 20:45</p>",
        "<p>Actualizado: 9/3/2024 08:10 - Publicado: 7/3/2024 20:45</p>",
        "<p>Diperbarui 9 Maret 2024 08:10 / Terbit 7 Maret 2024 20:45</p>",
        "<p>آخر تحديث ٩ مارس ٢٠٢٤ ٠٨:١٠ | نشر ٧ مارس ٢٠٢٤ ٠٨:٤٥ م</p>",
    ],
)
def test_a_change_that_stands_before_the_publication_is_told_from_it(line: str) -> None:
    assert publication(line, lang="en-GB") == "2024-03-07T20:45:00Z"


@pytest.mark.parametrize(
    "element",
    [
        "<span data-timestamp='1709844300'>3 hours ago</span>",
        "<span data-published='2024-03-07T20:45:00Z'>3 hours ago</span>",
        "<abbr title='2024-03-07T20:45:00Z'>3 hours ago</abbr>",
        "<span class='time-ago' title='7 March 2024 20:45'>3 hours ago</span>",
        "<time datetime='1709844300000'>3 hours ago</time>",
        "<time data-utc='1709844300' datetime='2024-03-07T20:45:00Z'>3 hours ago</time>",
        "<relative-time datetime='2024-03-07T20:45:00Z'>3 hours ago</relative-time>",
        "<i data-livestamp='1709844300'></i>",
        "<a href='/x' title='7 March 2024 20:45'>3h</a>",
        "<span data-publish-date='Thu Mar 07 2024 20:45:00 GMT+0000'>today</span>",
    ],
)
def test_hours_ago_has_its_moment_in_an_attribute(element: str) -> None:
    assert publication(f"<p>{element}</p>") == "2024-03-07T20:45:00Z"


def test_a_moment_in_an_attribute_does_not_replace_what_readers_see() -> None:
    line = "<p><span class='date' title='2024-03-08T01:45:00Z'>7 March 2024, 8:45 pm</span></p>"
    assert publication(line) == "2024-03-07T20:45:00Z"
    assert publication("<p data-time='1200'>7 March 2024</p>") == "2024-03-07T00:00:00Z"
    assert publication("<time datetime='2024-03-07'>7 March 2024 at 8:45 pm</time>") == "2024-03-07T20:45:00Z"


@pytest.mark.parametrize(
    "element",
    [
        "<span data-updated='2024-03-09T08:10:00Z'>now</span>",
        "<span data-event-date='2024-03-09T08:10:00Z'>Tickets</span>",
        "<span data-server-time='1709844300'></span>",
        "<a href='/anna' title='9 March 2024, 08:10'>Anna's diary</a>",
        "<p>Joined: 9 March 2014</p>",
        "<dl><dt>Registriert:</dt><dd>09.03.2014, 05:56</dd></dl>",
    ],
)
def test_other_times_are_not_those_of_the_article(element: str) -> None:
    assert publication(element) is None
    assert publication(f"{element}<p>7 March 2024</p>") == "2024-03-07T00:00:00Z"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("<meta name='published_on' content='2024-03-07T20:45:00Z'>", "2024-03-07T20:45:00Z"),
        (make_json_ld(datePublished=1709844300000), "2024-03-07T20:45:00Z"),
        (make_json_ld(datePublished={"@type": "DateTime", "@value": "2024-03-07T20:45:00Z"}), "2024-03-07T20:45:00Z"),
        ('<script>window.x = {"publishedAt": "2024-03-07T20:45:00Z"}</script>', "2024-03-07T20:45:00Z"),
        (r"<script>x('{\"published_at\":\"2024-03-07T20:45:00+01:00\"}')</script>", "2024-03-07T20:45:00+01:00"),
        ('<script>x = {"publishDate":1709844300}</script>', "2024-03-07T20:45:00Z"),
        ('<script>x = [{"publishDate":"2024-03-07"},{"publishDate":"2024-03-08"}]</script>', None),
        ('<script>x = {"publishDate":"soon"}</script>', None),
    ],
)
def test_what_a_page_states_for_programs_is_read_where_it_stands(head: str, found: str | None) -> None:
    assert publication("", head) == found


def test_the_days_of_a_list_of_stories_are_not_the_article_s() -> None:
    stories = "".join(f"<li><span class='date'>{day} March 2024</span></li>" for day in range(1, 13))
    assert publication(f"{TEXT * 3}<ul>{stories}</ul>") is None


def test_a_unix_time_in_a_meta_element_is_a_moment_in_utc() -> None:
    found = read_draft("<meta property='article:published_time' content='1709844300'>").published_at
    assert found is not None
    assert (format_iso(found), get_stated_offset(found)) == ("2024-03-07T20:45:00Z", 0)


def test_a_moment_in_utc_gets_the_zone_that_stands_beside_the_hour() -> None:
    head = make_json_ld(datePublished="2024-03-08T01:45:31Z")
    assert publication("<p>March 7, 2024 8:45 pm EST</p>", head) == "2024-03-07T20:45:31-05:00"


LINES = {
    "ar": "٧ مارس ٢٠٢٤ ٠٨:٤٥ م",
    "zh": "2024年3月7日 下午8:45",
    "hi": "७ मार्च २०२४, ०८:४५ अपराह्न",
    "th": "7 มี.ค. 2567 20:45 น.",
    "fa": "۱۷ اسفند ۱۴۰۲ - ۲۰:۴۵",
    "en": "March 7, 2024 8:45 PM",
    "hu": "2024. március 7. du. 8:45",
    "sq": "7 mars 2024, 08:45 MD",
    "vi": "7 Tháng 3, 2024 08:45 CH",
}


@pytest.mark.parametrize(("zone", "backwards"), [("UTC", False), ("Asia/Tokyo", True), ("America/New_York", False)])
def test_neither_the_machine_s_zone_nor_the_pages_before_change_a_date(zone: str, backwards: bool) -> None:
    pages = [
        {
            "id": language,
            "url": f"https://post.example/{language}",
            "html": f"<html lang={language}>{HEADLINE}<p>{line}</p>",
        }
        for language, line in LINES.items()
    ]
    given = "".join(json.dumps(page) + "\n" for page in (reversed(pages) if backwards else pages))
    run = subprocess.run(
        [sys.executable, "-m", "cleaning"],
        input=given,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": zone},
    )
    found = {answer["id"]: answer["published_at"] for answer in map(json.loads, run.stdout.splitlines())}
    assert found == dict.fromkeys(LINES, "2024-03-07T20:45:00Z")


def test_a_line_of_any_length_and_digits_is_read_in_a_moment() -> None:
    for piece in ("1 ", "1:1 ", "م1", "오후 1:1", "12:30 م ", "二", "2024年", "ก.", "1 may 2024 ", "(GMT+", "12 h 20 "):
        for language in ("ar", "zh", "th", "en", "fa", "vi"):
            read(piece * 50_000, language)  # the test's time limit is the promise
