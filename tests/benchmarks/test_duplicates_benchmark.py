"""The benchmark of duplicates: its pairs, how they are counted, and its stores."""

from __future__ import annotations

import json
import lzma
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import duplicates
import look_alikes
import pair_edits
import pytest
from bulk_store import RECIPE, make_store
from judging import StoredVerdict, make_article, store_all
from originals import SourceArticle, load_originals, remove_duplicates
from pair_source import Library
from pairs import KINDS, Pair, make_pairs
from recombined import ArticleGenerator
from shuffles import Arrival, mix_articles, schedule_arrivals, store_nights
from stories_found import PairResults
from wording import (
    Text,
    count_words,
    find_names,
    find_numbers,
    replace_words,
    split_paragraphs,
    split_sentences,
    split_words,
    take_words,
)

PEOPLE = ["Anna", "Bruno", "Carla", "Dario", "Elena", "Fabio", "Greta", "Hanno", "Ilona", "Jonas", "Karin", "Lukas"]
PLACES = ["Lisbon", "Prague", "Vienna", "Madrid", "Berlin", "Dublin", "Athens", "Zagreb", "Tallinn", "Riga", "Sofia"]
NOUNS = ["ferry", "harbour", "council", "orchard", "bridge", "library", "market", "school", "engine", "garden", "river"]
VERBS = ["opened", "closed", "repaired", "counted", "painted", "measured", "inspected", "praised", "mended", "weighed"]


def make_source(number: int, *, site: str = "") -> SourceArticle:
    """Return an article of about 200 words, with names and numbers; no two share a sentence."""
    rng = Random(number)
    lines = []
    for _ in range(7):
        line = [
            f"{rng.choice(NOUNS).title()} {rng.randrange(1000)} was {rng.choice(VERBS)} by {rng.choice(PEOPLE)} in "
            f"{rng.choice(PLACES)}, where the {rng.choice(NOUNS)} of {rng.choice(PEOPLE)} {rng.choice(VERBS)} "
            f"{rng.randrange(10, 999)} more than a {rng.choice(NOUNS)} {rng.choice(NOUNS)}."
            for _ in range(rng.randint(1, 3))
        ]
        lines.append(" ".join(line))
    title = " ".join(rng.choice(NOUNS) for _ in range(5)).capitalize()
    site = site or f"paper{number % 7}.example"
    return SourceArticle(f"https://{site}/{number}", site, title, tuple(lines), "en", None)


Abridging = Callable[[Text, float, Random], Text | None]
LIBRARY = Library([make_source(number) for number in range(90)])
TEXT = make_source(1).text
FREQUENCY = LIBRARY.frequency("en")


def count_shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return the number of words of the sentences that stand in both."""
    mine = {sentence for _, sentence in split_sentences(other)}
    return count_words([sentence for _, sentence in split_sentences(one) if sentence in mine])


def test_words_of_scripts_without_spaces_are_two_characters_each() -> None:
    assert split_words("Win8 设备无法") == ["Win8", "设备", "无法"]
    assert split_words("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]


def test_a_beginning_ends_after_its_last_word() -> None:
    assert take_words(("One two, three.", "Four five."), 4) == ("One two, three.", "Four")
    assert take_words(("One two.",), 0) == ()


def test_a_name_is_replaced_wherever_it_stands() -> None:
    assert replace_words(("Anna saw Anna.", "Annabel"), {"Anna": "Greta"}) == ("Greta saw Greta.", "Annabel")
    assert replace_words(("微软说微软",), {"微软": "苹果"}) == ("苹果说苹果",)


def test_names_stand_within_sentences_and_are_the_rarest_words_where_there_are_no_capitals() -> None:
    assert find_names(("Today Anna left. Then Anna came to Riga.",), {}) == ["Anna", "Riga"]
    assert find_names(("今天微软今天苹果今天今天",), {"今天": 9, "微软": 1, "苹果": 2}) == ["微软"]


@pytest.mark.parametrize("share", [0.7, 0.5, 0.3])
@pytest.mark.parametrize("abridged", [pair_edits.cut_off, pair_edits.thin_out])
def test_an_abridged_text_has_its_share_of_the_words(abridged: Abridging, share: float) -> None:
    made = [abridged(make_source(number).text, share, Random(number)) for number in range(20)]
    kept = [count_words(text) / make_source(number).size for number, text in enumerate(made) if text]
    assert len(kept) > 5
    assert all(share - 0.01 <= one <= share + pair_edits.LEEWAY for one in kept)


@pytest.mark.parametrize("longest", [1, 8])
def test_an_edit_changes_the_share_of_words_that_it_says(longest: int) -> None:
    text = ("a b c d e f g h i j " * 50,)
    after = pair_edits.edit_words(text, 0.2, ["new"], Random(1), longest=longest)
    assert after is not None
    replaced_or_gone = 500 - sum(split_words(after[0]).count(letter) for letter in "abcdefghij")
    assert 50 <= replaced_or_gone <= 100  # and the others are swapped


def test_an_update_changes_no_more_than_half_of_the_numbers() -> None:
    after = pair_edits.change_numbers(("Of 10, 20, 30 and 40 boats.",), 4, Random(2))
    assert after is not None
    assert len(find_numbers(after) & {"10", "20", "30", "40"}) == 2


def test_a_template_keeps_no_number_and_no_name() -> None:
    changed = look_alikes.replace_facts("Anna", TEXT, [f"Zed{n}" for n in range(99)], FREQUENCY, Random(3))
    assert changed is not None
    assert not find_numbers(TEXT) & find_numbers(changed[1])
    assert not set(find_names(TEXT, FREQUENCY)) & {word for line in changed[1] for word in split_words(line)}


def test_an_instalment_has_no_more_of_the_frame_than_it_says() -> None:
    text = look_alikes.make_instalment(TEXT, make_source(2).text, 0.4)
    assert text is not None
    assert 0 < count_shared(TEXT, text) <= 0.4 * count_words(text)
    assert split_sentences(text)[0][1] == split_sentences(TEXT)[0][1]
    assert split_sentences(text)[-1][1] == split_sentences(TEXT)[-1][1]


def test_another_report_has_two_sentences_of_the_first_or_three() -> None:
    for number in range(10):
        report = look_alikes.make_other_report(TEXT, make_source(number + 50).text, FREQUENCY, Random(number))
        if report:
            assert 0 < count_shared(report, TEXT) <= look_alikes.MAX_QUOTED * count_words(TEXT)


def test_a_round_up_holds_the_whole_article_as_a_small_part() -> None:
    others = [make_source(number).text for number in range(10, 40)]
    text = look_alikes.make_round_up(TEXT, others, Random(4))
    assert text is not None
    assert set(TEXT) <= set(text)
    assert count_words(TEXT) < 0.15 * count_words(text)


def test_the_longest_of_duplicates_stays() -> None:
    one, other = make_source(1), make_source(2)
    part = SourceArticle("https://elsewhere.example/", "elsewhere.example", "Part", one.text[:5], "en", None)
    assert remove_duplicates([part, one, other]) == [one, other]


def test_pairs_are_the_same_again_and_another_round_makes_others() -> None:
    first, again, second = (list(make_pairs(LIBRARY, number, 6, KINDS)) for number in (0, 0, 1))
    assert first == again
    assert {(pair.kind, pair.one.url) for pair in first} != {(pair.kind, pair.one.url) for pair in second}
    assert len({pair.other.url for pair in first} | {one.url for one in LIBRARY.articles}) == len(first) + len(
        LIBRARY.articles
    )


# The sentences here are too long for the other kinds.
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"other-report", "other-report-elsewhere", "column-10"}))
def test_every_kind_can_be_made(kind: str) -> None:
    made = list(make_pairs(LIBRARY, 0, 6, [kind]))
    assert made
    assert all(pair.kind == kind and pair.other.text != () for pair in made)


def test_a_match_counts_for_the_same_story_and_against_a_look_alike() -> None:
    one, copy, other, alone = (make_source(number) for number in range(4))
    made = [Pair("verbatim", one, copy), Pair("template", other, alone)]
    found = PairResults()
    separate = {each.url: StoredVerdict(each.url, None, None) for each in (one, copy, other, alone)}
    wrong = found.add(made, [one, copy, other, alone], separate)
    assert [record["kind"] for record in wrong] == ["verbatim"]
    as_one = {each.url: StoredVerdict("story", "near-duplicate", "edited") for each in (one, copy, other, alone)}
    wrong = found.add(made, [one, copy, other, alone], as_one)
    assert [record["kind"] for record in wrong] == ["template", "unrelated"]  # the two pairs have nothing in common
    assert (found.matched["verbatim"], found.matched["template"], found.unrelated) == (1, 1, 1)


def test_a_copy_of_the_body_that_was_used_is_not_unrelated() -> None:
    one, other, body = (make_source(number) for number in range(3))
    found = PairResults()
    verdicts = {
        one.url: StoredVerdict("1", None, None),
        other.url: StoredVerdict("2", None, None),
        body.url: StoredVerdict("2", None, None),
    }
    assert found.add([Pair("same-headline", one, other, (body.url,))], [one, other, body], verdicts) == []
    assert found.unrelated == 0


def test_the_real_store_judges(tmp_path: Path) -> None:
    one = make_source(1)
    copy = SourceArticle("https://b.example/1", "b.example", one.title, one.text, "en", None)
    verdicts = store_all([one, copy, make_source(2)], tmp_path)
    assert verdicts[one.url].story == verdicts[copy.url].story != verdicts[make_source(2).url].story


def test_three_nights_end_with_the_articles_of_one_night() -> None:
    mixed = mix_articles(LIBRARY.articles[:12], Random(1))
    (night,) = schedule_arrivals(mixed, 1, Random(2))
    assert sorted(one.article.url for one in night) == sorted(one.article.url for one in mixed)
    last = {
        one.article.url: one for night in schedule_arrivals(mixed, 3, Random(2)) for one in night if one.article.text
    }
    assert last == {one.article.url: one for one in mixed}


def test_an_outcome_has_stories_representatives_and_the_index(tmp_path: Path) -> None:
    one = make_source(1)
    copy = SourceArticle("https://b.example/1", "b.example", one.title, one.text, "en", None)
    nights = [[Arrival(each.site, make_article(each)) for each in some] for some in ([one, make_source(2)], [copy])]
    outcome = store_nights(nights, tmp_path)
    assert outcome.stories == {frozenset({one.url, copy.url}), frozenset({make_source(2).url})}
    assert outcome.representatives[copy.url] == outcome.representatives[one.url] in (one.url, copy.url)
    assert sum(verdict[0] is not None for verdict in outcome.verdicts.values()) == 1
    matches, sketches, keys = outcome.indexed
    assert (len(matches), len(keys)) == (1, 3)
    assert sketches


def test_a_bulk_store_is_made_once_and_has_consistent_rows(tmp_path: Path) -> None:
    home = make_store(tmp_path, ArticleGenerator(LIBRARY.articles, 6), 200)
    made = (home / "broadsheet.db").stat().st_mtime_ns
    with closing(sqlite3.connect(home / "broadsheet.db")) as store:
        assert store.execute("SELECT count(*), count(DISTINCT url) FROM article").fetchone() == (200, 200)
        assert store.execute("SELECT count(*) FROM article WHERE duplicate_of IS NOT NULL").fetchone()[0] > 10
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        values = store.execute("SELECT sum(length(sketch)) / 8 FROM article").fetchone()
        assert store.execute("SELECT count(*) FROM sketch_key").fetchone() == values
    assert make_store(tmp_path, ArticleGenerator(LIBRARY.articles, 6), 200) == home
    assert (home / "broadsheet.db").stat().st_mtime_ns == made
    (home / RECIPE).write_text("another")
    make_store(tmp_path, ArticleGenerator(LIBRARY.articles, 6), 200)
    assert (home / "broadsheet.db").stat().st_mtime_ns != made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("duplicates")
    with lzma.open(folder / "real.jsonl.xz", "wt", encoding="utf-8") as lines:
        for one in (make_source(number) for number in range(40)):
            page = {"url": one.url, "html": f"<title>{one.title} | Paper</title>", "text": "\n".join(one.text)}
            lines.write(json.dumps(page | {"title": None, "lang": "en", "date": "2026-11-20"}) + "\n")
    return folder


def test_the_headline_is_the_golds_first_line_or_the_pages_title(data: Path) -> None:
    found = load_originals([data / "real.jsonl.xz"])
    assert found.articles[0].title == make_source(0).title
    assert found.articles[0].text == split_paragraphs("\n".join(make_source(0).text))


def test_the_command_prints_every_kind_and_writes_the_wrong_pairs(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    misses = tmp_path / "misses.jsonl"
    only = [argument for kind in ("verbatim", "column-40") for argument in ("--only", kind)]
    status = duplicates.main([str(data), "--rounds", "1", "--misses", str(misses), *only])
    shown = capsys.readouterr().out
    assert shown.startswith("40 articles; left out: 0 of fewer than 80 words, 0 duplicates of others")
    assert "\nverbatim " in shown
    assert "\ncolumn-40 " in shown
    assert "precision" in shown
    assert status in (0, 1)
    assert misses.exists()


def test_stores_that_stay_need_a_folder(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        duplicates.main([str(data), "--only", "index"])
    assert end.value.code == 2
    assert "--store FOLDER" in capsys.readouterr().err.splitlines()[-1]
