"""A made-up newspaper: one template, stories with unique names, and the boilerplate that its pages can carry.

A page depends only on the name of the newspaper and the number of the story, so it is the same on every machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cleaning.clean import clean
from cleaning.memory.learning import LearnedMemory, learn_memory
from cleaning.memory.observation import Observation
from cleaning.records.given import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cleaning.memory.site_memory import SiteMemory

# Patterns of sentences by language. Every story has its own places, people and firms.
PATTERNS = {
    "en": """
        {person} said that {firm} would pay for {thing} in {place}, which had cost {n} crowns in {place2}.
        In {place}, {n} people came to see {thing}, and {person} opened it with {person2} and two of her sons.
        {firm} sold {thing} to a school in {place}, after {person2} had found {n} faults in the old one.
        Nobody in {place2} had heard of {thing} before {person}, a teacher, wrote about it to {firm}.
        “We did not want {thing},” {person2} told the council of {place}, “but {n} of us have to live with it.”
        Since March {firm} has repaired {thing} between {place} and {place2}, a road of {n} miles.
        The council of {place2} will decide on Monday whether {person} may keep {thing} for {n} more days.
        {person2} left {firm} in the spring, and has since shown {thing} to {n} guests at her house near {place}.
        """,
    "de": """
        {person} sagte, dass {firm} für {thing} in {place} zahlen werde, was in {place2} {n} Kronen gekostet hatte.
        In {place} kamen {n} Leute, um {thing} zu sehen, und {person} war mit {person2} und zwei Söhnen dabei.
        {firm} verkaufte {thing} an eine Schule in {place}, nachdem {person2} daran {n} Fehler gefunden hatte.
        Niemand in {place2} hatte von {thing} gehört, bevor {person}, ein Lehrer, darüber an {firm} schrieb.
        Seit dem März hat {firm} {thing} zwischen {place} und {place2} auf {n} Kilometern ausgebessert.
        Der Rat von {place2} entscheidet am Montag, ob {person} {thing} noch {n} Tage behalten darf.
        """,
    "zh": """
        {person}表示，{firm}将为{place}的{thing}付款，此前{place2}为此花费了{n}元。
        在{place}，有{n}人前来参观{thing}，{person}与{person2}以及两位邻居一起主持了开幕。
        {person2}在旧设备上发现{n}处毛病之后，{firm}把{thing}卖给了{place}的一所学校。
        在教师{person}写信给{firm}之前，{place2}没有人听说过{thing}，镇上的人都很惊讶。
        自三月以来，{firm}一直在{place}与{place2}之间修理{thing}，全长{n}公里。
        {place2}的议会将于星期一决定{person}是否可以把{thing}再保留{n}天。
        """,
}
THINGS = {
    "en": "the ferry|a bridge|the lighthouse|an orchard|the bakery|a library|the mill|a theatre|the tower|a mine",
    "de": "die Fähre|die Brücke|den Turm|die Mühle|das Theater|die Bäckerei|die Bücherei|das Boot|den Hof|die Grube",
    "zh": "渡轮|桥梁|灯塔|果园|面包房|图书馆|磨坊|剧院|钟楼|矿井",
}
HEADLINES = {
    "en": "{person} brings {thing} of {place} back to {firm}",
    "de": "{person} bringt {firm} in {place} wieder auf die Beine",
    "zh": "{person}把{place}的{thing}带回{firm}",
}
SYLLABLES = "bar dun fel gor hal jen kel lim mor nar pel quin ros sil tam vor wen yar zol ost".split()  # noqa: SIM905
CHARACTERS = "林德茅斯奥罗贝尔托卡维娜沙姆拉科芬赫洛曼杰索伊达"
LINKED_STORIES = 12  # stories that the teasers link to
# The boilerplate around the stories.
BOILERPLATE = {
    "en": {
        "newsletter": "Every morning at six the Lantern sends the news of the town by letter to all who asked for it.",
        "agency": "This report was written by the Northern Wire and has not been edited by our own desk.",
        "biography": "Mara Lind covers harbours and the people who live from them.",
        "disclosure": "The author holds shares in none of the companies named here.",
        "teasers": "From the same desk",
    },
    "de": {
        "newsletter": "Jeden Morgen um sechs verschickt die Laterne Nachrichten aus der Stadt an ihre Leser, umsonst.",
        "agency": "Dieser Bericht stammt von der Norddraht und wurde von unserer Redaktion nicht bearbeitet.",
        "biography": "Mara Lind berichtet über Häfen und die Menschen, die von ihnen leben.",
        "disclosure": "Die Verfasserin hält keine Anteile an den genannten Firmen.",
        "teasers": "Aus demselben Ressort",
    },
    "zh": {
        "newsletter": "每天早上六点，灯笼报都会把城里的新闻免费寄给读者。",
        "agency": "本报道由北方电讯社撰写，未经本报编辑部修改。",
        "biography": "林玛拉负责报道港口以及靠港口为生的人们。",
        "disclosure": "作者未持有文中提及的任何公司的股份。",
        "teasers": "同一编辑部",
    },
}
TEMPLATES = {
    "classic": (
        "<nav><ul><li><a href='/city'>City</a></li><li><a href='/sport'>Sport</a></li></ul></nav><main>"
        "<article class='story'><h1>{headline}</h1><div class='story-text'>{text}</div></article>{below}</main>"
    ),
    "redesign": (
        "<div class='g-page'><div class='g-top'><a href='/'>Start</a></div><div class='g-title'><h1>{headline}</h1>"
        "</div><section class='g-body'>{text}</section><section class='g-more'>{below}</section></div>"
    ),
}
PARAGRAPHS = {"classic": "<p>{}</p>", "redesign": "<div class='g-par'><p class='g-words'>{}</p></div>"}


@dataclass(frozen=True)
class Story:
    headline: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text that cleaning its page must give."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True)
class SmallPaper:
    """A newspaper, whose stories depend on its `name`. Newspapers with different names share no paragraph."""

    name: str = "lantern"
    language: str = "en"

    def url(self, number: int) -> str:
        return f"https://www.{self.name}.example/2024/05/{number % 28 + 1:02}/{number}"

    def story(self, number: int) -> Story:
        return _make_story(self.name, self.language, number)

    def page(
        self,
        number: int,
        *,
        middle: str = "",
        end: str = "",
        below: str = "",
        template: str = "classic",
        story: Story | None = None,
    ) -> Page:
        """Return a story's page, with HTML inserted after the third and the last paragraph, and below the text."""
        story = story or self.story(number)
        lines = [PARAGRAPHS[template].format(text) for text in story.paragraphs]
        text = "\n".join([*lines[:3], middle, *lines[3:], end])
        body = TEMPLATES[template].format(headline=story.headline, text=text, below=below)
        name = self.name.title()
        return Page(
            self.url(number),
            f"<!DOCTYPE html><html lang='{self.language}'><head><title>{story.headline} | {name}</title></head><body>"
            f"{body}<footer><p>{name} is printed on paper from the woods of Orrow.</p></footer></body></html>",
        )

    def page_with_boilerplate(self, number: int) -> Page:
        """Return the page of a story with all boilerplate of the newspaper; every third page has the biography."""
        boilerplate = BOILERPLATE[self.language]
        links = "".join(f"<li>{self.link(number + step)}</li>" for step in (3, 7))
        end = [f"<p>{boilerplate['agency']}</p>", f"<p><em>{boilerplate['disclosure']}</em></p>"]
        if number % 3 == 0:
            end.insert(0, f"<p>{boilerplate['biography']}</p>")
        box = f"<div class='box'><h3>{boilerplate['teasers']}</h3><ul>{links}</ul></div>"
        return self.page(number, middle=f"{box}<p>{boilerplate['newsletter']}</p>", end="".join(end))

    def link(self, number: int) -> str:
        """Return a link to one of the first stories, with its headline."""
        number %= LINKED_STORIES
        return f"<a href='{self.url(number)}'>{self.story(number).headline}</a>"


def observe_pages(pages: Iterable[Page]) -> dict[str, Observation]:
    """Return the observation of each page, by its address."""
    return {page.url: _observe(page) for page in pages}


@cache
def _observe(page: Page) -> Observation:
    return Observation.from_bytes(clean(page, observe=True).observation)


def learn_from_pages(pages: Sequence[Page]) -> LearnedMemory:
    return learn_memory(observe_pages(pages))


def learn_memory_of(pages: Sequence[Page]) -> SiteMemory:
    return learn_from_pages(pages).memory


@cache
def _make_story(name: str, language: str, number: int) -> Story:
    chance = random.Random(f"{name} {number}")
    patterns = [line.strip() for line in PATTERNS[language].strip().split("\n")]
    things = THINGS[language].split("|")
    cast = {role: _make_name(chance, language) for role in ("person", "person2", "place", "place2", "firm")}

    def sentence(pattern: str) -> str:
        return pattern.format(thing=chance.choice(things), n=chance.randrange(3, 900), **cast)

    paragraphs: list[str] = []
    space = "" if language == "zh" else " "
    for _ in range(3):  # two paragraphs each time, from different sentences
        chance.shuffle(patterns)
        paragraphs += [space.join(map(sentence, patterns[:3])), space.join(map(sentence, patterns[3:6]))]
    return Story(sentence(HEADLINES[language]), tuple(paragraphs))


def _make_name(chance: random.Random, language: str) -> str:
    """Return a random name, which is almost certainly unique."""
    if language == "zh":
        return "".join(chance.sample(CHARACTERS, 4))
    return " ".join("".join(chance.sample(SYLLABLES, 3)).title() for _ in range(2))
