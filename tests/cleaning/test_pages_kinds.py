"""Clean whole pages whose text partly looks like boilerplate: interviews, recipes, live blogs, tables, poems."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

URL = "https://www.lake-herald.example/2024/03/page"
NAV = "<nav><ul><li><a href='/news'>News</a></li><li><a href='/lake'>The lake</a></li></ul></nav>"
OTHER = "<p>See also <a href='/2024/05/dam'>Old dam at Hallin to be opened for fish again</a></p>"


def parse_story(text: str) -> tuple[str, ...]:
    """Return a story's headline and lines, from a text whose long lines continue indented."""
    return tuple(" ".join(line.split()) for line in re.split(r"\n    (?! )", text.strip()))


INTERVIEW = parse_story(
    """
    “I have never trusted a calm lake”
    p Per Lund has measured the ice of Lake Orm for 28 winters. This spring he puts down the drill, and we asked
        him why.
    h3 Marta Hale
    p How thick must it be before you walk on it yourself?
    h3 Per Lund
    p Ten centimetres, and clear. White ice is half as strong, and nobody believes it until he has been in the
        water.
    h3 Marta Hale
    p Have you?
    h3 Per Lund
    p Twice. See also: every other man of my age here.
    p More I will not say about it, because my wife reads your paper and she only knows of the one time in
        March.
    """
)
QUESTIONS = parse_story(
    """
    What you have to know about the ferry of Vessa
    p The ferry of Vessa goes into the water this month. These are the questions that readers sent to us most
        often.
    p Q: When does it run?
    p A: Every hour from six in the morning to ten at night, and at midnight on Saturdays, if the wind is below
        eight.
    p Q: Where do I sign up for a season ticket?
    p A: In the shop at the quay, with a photograph. A season costs 410 crowns, and children under twelve pay
        nothing.
    p Q: May I comment on the timetable?
    p A: Until the end of the month, by letter to the county; comments that come later are read, but change
        nothing.
    """
)
RECIPE = parse_story(
    """
    Perch soup as they cook it in Vessa
    p When the ice goes, the perch come to the shallows, and every kitchen in Vessa smells of this soup for a
        week.
    h2 For four
    li 800 grams of perch, cleaned
    li 2 onions
    li 4 potatoes
    li 1 litre of water from the lake, or the tap
    li Dill, salt, white pepper
    h2 Preparation
    p Cut the onions small and let them sweat in butter until they are soft and yellow, which takes about ten
        minutes.
    p Add water and potatoes, and after fifteen minutes the fish. It needs no more than six minutes, and no
        stirring.
    p Serve with dill.
    """
)
LIVE = parse_story(
    """
    Live: the ferry goes into the water
    p The ferry of Vessa is launched today after a winter on land. We tell from the quay what happens, hour by
        hour.
    h3 11.40
    p She floats. The crane has let go, and the harbour master waves his hat to the children on the school wall
        above.
    h3 10.55
    p The wind turns to the west, and the foreman orders a break. Coffee is carried out of the shop in a milk
        can.
    h3 9.10
    p The crane has arrived from Hallin with two hours of delay because of the thaw on the forest road behind
        the dam.
    """
)
RESULTS = parse_story(
    """
    Rowers of Pell win in the rain
    p Lindmouth, Saturday. The rowers of Pell have won the spring race over two thousand metres in rain and head
        wind.
    p Lindmouth – Pell 22:21
    p At the turn the boats lay side by side, and only in the last hundred metres did Pell find the stroke to
        win it.
    tr Pell | 7:41.2
    tr Lindmouth | 7:42.0
    tr Orrow | 7:55.8
    p The next race is rowed in Orrow.
    """
)
POEM = parse_story(
    """
    A poem for the last day of the ice road
    p Ella Brandt, who is eleven and goes to school across the lake, has sent us this poem about the last day of
        the road.
    br The road is grey|the road is thin|and where it ends|the waves begin
    br We drive it slow|with open doors|and hear it crack|between the shores
    p The school in Vessa will hang it in the hall, beside the map of the lake that her grandmother drew in
        1951.
    """
)
COPYRIGHT = parse_story(
    """
    Court: the old map of the lake belongs to everybody
    p The map of Lake Orm that hangs in every house of Vessa may be copied by everybody, the county court has
        ruled.
    p “All rights reserved” stands in its corner, but the man who drew it died in 1940, and seventy years have
        passed since.
    p The publisher had argued that copyright begins anew with every print.
    p “Copyright protects who makes something,” the judge said, “and not who prints it for the ninth time.”
    p The publisher may appeal.
    """
)
COMMENTS = parse_story(
    """
    County closes the comments under its notices
    p Nobody may write under the county’s notices any more. The comments, the county says, had become a full-
        time job.
    p Leave a reply, it used to say at the foot of every page, and in one week of January 4,112 people did just
        that.
    p Most of them wrote about the road. One wrote only “Print”, every day, for a year, and nobody ever found
        out why.
    p Who wants to say something can still write a letter, and the county promises to answer every one that is
        signed.
    """
)
OBITUARY = parse_story(
    """
    Ingrid Falk, who kept the ferry running
    p Ingrid Falk, who for forty years kept the engine of the ferry running, died on Sunday at her home in
        Vessa, aged 81.
    p She was the first woman on the lake with a master’s ticket, and for a long time the only one whom the
        engine obeyed.
    p She leaves two daughters, five grandchildren and a workshop in which, they say, everything still has its
        place.
    p Donations may be made to the lake rescue.
    """
)
NEWSLETTER = parse_story(
    """
    A newsletter for 300 people
    p Every morning at six the teacher of Vessa sends a newsletter to the 300 people of the village, and 297 of
        them read it.
    p To subscribe, one has to live there. Whoever moves away is signed off, with a line of farewell that he
        writes himself.
    p “Follow us” has never stood in it, nor “share”: it has been sent by hand, and by name, since the winter of
        2009.
    p The three who do not read it get it on paper.
    """
)
RELATED = parse_story(
    """
    Why the ice sings
    p Related to this year’s early thaw is a sound that many in Vessa had never heard before: the lake sings at
        night.
    p Read aloud, the physicist’s letter sounds like a poem: plates of ice bend like the skin of a drum, she
        writes in it.
    p More of it was heard in 1974, when the lake froze without snow, and people came from Hallin to listen to
        it at night.
    p Watch the shore when it is loudest, she advises; the cracks run there first, and then back again to the
        deep water.
    """
)
LIST = parse_story(
    """
    Seven things that lie at the bottom of Lake Orm
    p Divers of the county have searched the lake where the new ferry will run. This is what they saw and left
        lying there.
    li A lorry of 1943, with its load of flour
    li Two bells
    li The old ferry, upright, with a perch in every window
    li Facebook, a rowing boat of that name, lost in 2011
    li A plough
    li Fourteen pairs of skates
    li A letter box, shut
    """
)
STORIES = {
    "interview": INTERVIEW,
    "questions": QUESTIONS,
    "recipe": RECIPE,
    "live blog": LIVE,
    "results": RESULTS,
    "poem": POEM,
    "copyright": COPYRIGHT,
    "comments": COMMENTS,
    "obituary": OBITUARY,
    "newsletter": NEWSLETTER,
    "related": RELATED,
    "list": LIST,
}


def render_story(story: tuple[str, ...], *, insert: str = "", end: str = "") -> str:
    """Return the story's page. Each line begins with its element's name; `br` separates lines of one paragraph."""
    parts = []
    for tag, lines in groupby((line.split(" ", 1) for line in story[1:]), key=itemgetter(0)):
        texts = [text for _, text in lines]
        if tag == "br":
            parts += [f"<p>{text.replace('|', '<br>')}</p>" for text in texts]
        elif tag == "tr":
            rows = (text.replace(" | ", "</td><td>") for text in texts)
            parts.append(f"<table>{''.join(f'<tr><td>{row}</td></tr>' for row in rows)}</table>")
        elif tag == "li":
            parts.append(f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>")
        else:
            parts += [f"<{tag}>{text}</{tag}>" for text in texts]
    text = "".join([parts[0], insert, *parts[1:]])
    return (
        f"<!DOCTYPE html><html><head><title>{story[0]} - The Lake Herald</title></head><body>{NAV}<main><article>"
        f"<h1>{story[0]}</h1><div class='text'>{text}</div>{end}</article></main></body></html>"
    )


def list_lines(story: tuple[str, ...]) -> list[str]:
    lines = []
    for line in story[1:]:
        tag, text = line.split(" ", 1)
        lines += text.split("|") if tag == "br" else [text]
    return lines


@pytest.mark.parametrize("name", STORIES)
def test_the_whole_article_stays_word_for_word(name: str) -> None:
    story = STORIES[name]
    article = clean(Page(URL, render_story(story)))
    assert article.text.split("\n") == list_lines(story)
    assert (article.title, article.rejected) == (story[0], None)


@pytest.mark.parametrize("name", STORIES)
def test_the_article_stays_whole_when_boilerplate_around_it_is_cut(name: str) -> None:
    story = STORIES[name]
    end = "<h3>Leave a Reply</h3><p>Your email address will not be published.</p><p>© 2024 The Lake Herald</p>"
    assert clean(Page(URL, render_story(story, insert=OTHER, end=end))).text.split("\n") == list_lines(story)
