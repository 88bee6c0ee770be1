"""Take a byline apart: which persons it names, and which papers, desks and agencies."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.headline_key import normalize_headline
from cleaning.page.lines import normalize_line
from cleaning.phrases import find_opening_phrase, load_phrases, text_after_phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_LINE, MAX_AUTHORS, MAX_NAME_WORDS, MAX_NAME_CHARACTERS = 400, 20, 6, 60
BRACKETS = re.compile(r"\([^()]*(?:\)|$)|\[[^\[\]]*(?:\]|$)|（[^（）]*(?:）|$)|【[^【】]*】")
# What no name holds; the text around it is another part of the line.
ADDRESS = re.compile(
    r"https?:\S+|www\.\S+|(?<!\S)[^\s@]*+@\S*|[\u2600-\u27bf\U0001f000-\U0001faff\ue000-\uf8ff]+|»|«|[<>{}=*#]+"
)
# Separators in bylines with single spaces.
PARTS = re.compile(r" ?[|•●·∙・;；／/:：＝…\n] ?(?![a-z]{2}\b)| [–—―-]+ |(?<=[a-z])[–—](?=[A-Z])")
NAME_DOT = re.compile(r"(?<=[\u30a0-\u30ff])・(?=[\u30a0-\u30ff])")  # between the names of a foreigner in Japanese
COMMA = re.compile(r" ?[,，、] ?")
DOMAIN = re.compile(r"\w[\w-]*\.(?:[a-z]{2,8})(?:\.[a-z]{2})?", re.IGNORECASE)
LABELLED = re.compile(
    r"^(?:\S+ ){0,6}?by:? (?=\S)"
    r"|^(?:\S+ ){0,4}?(?:beiträge|beitrag|artikel|kommentar|analyse|gastbeitrag|interview|bericht|kolumne|texte?) von "
    r"|^(?:\S+ ){0,4}?(?:articles?|textes?|recueillis|billets?|analyse|tribune) (?:par|de) "
    r"|^(?:\S+ ){0,4}?(?:notas?|artículos?|entradas?|posts|artigos?|textos?) (?:por|de) ",
    re.IGNORECASE,
)
CAPITAL_JOINTS = frozenset(("AND", "UND", "ET", "OG", "OCH", "И", "And", "Und"))
BY_COLON = re.compile(r"\b(by|von|par|por) ?[:：] ?", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
SUFFIX = re.compile(r"\s?(?:記者|记者|特派員|特派员|編集委員|論説委員|기자|인턴기자|특파원|선임기자|著|さん)$")
PREFIX = re.compile(
    r"^(?:本報記者|本报记者|記者|记者|文|著者|作者|撰文|編譯|编译|取材|執筆)[●◎/／:： ]+"
    r"|^(?:本報記者|本报记者|記者|记者)(?=\S{2,4}$)"
    r"|^(?:โดย|द्वारा|[Bb]ởi)[:：]? "  # sentences begin with them, too: they say "by" in marked bylines only
)
SENTENCE = re.compile(r"(?<=\w{4})[.!?。！？]$|[!?。！？“”\"]")
# The ends of words that name organisations where words are written as one.
COMPOUND = re.compile(
    r"(?:verband|stiftung|verein|ministerium|universität|gesellschaft|agentur|zeitung|redaktion|pressestelle|anzeiger"
    r"|nachrichten|zentrum|blatt|kurier|ajansı|gazetesi|e\.? ?v|co\. kg"
    r"|編集部|新聞|新聞社|通信社|通讯社|뉴스|신문)\.?$",
    re.IGNORECASE,
)
AGENCY = re.compile(r"[A-ZÀ-ÞА-Я]{2,5}")
PARTICLES = frozenset(
    """
    de da do dos das di del della dello dei degli du des d la le les el los las van von vom zu zum der den ter ten te
    und y e i bin bint ibn ben al el ul abu af av ap op in 't t het 's dos santos o ó mac mc st san zur auf
    """.split()  # noqa: SIM905 -- fifty quoted words read worse
)


class Byline(NamedTuple):
    """What a byline names: persons, and the papers, desks and agencies beside them."""

    persons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def read_byline(line: str, *, is_marked: bool = True, own_names: frozenset[str] = frozenset()) -> Byline:
    """Return what a byline names: "By Ann Lee and Bo Ek, Reuters" -> persons Ann Lee and Bo Ek, source Reuters.

    `is_marked` says that the page marks the line as a byline: then one word can be a name, and small letters can.
    `own_names` are the keys of the site's own names, which are sources.
    """
    text = normalize_line(line)
    return _read_line(text, is_marked, own_names) if len(text) <= MAX_LINE else Byline()


@lru_cache(maxsize=1024)  # a page shows the names that it states
def _read_line(text: str, is_marked: bool, own_names: frozenset[str]) -> Byline:
    bare = BRACKETS.sub(" ", text).strip()
    in_brackets = [name.strip("()[]（）【】 ") for name in BRACKETS.findall(text)] if bare != text else []
    bare = BY_COLON.sub(r"\1 ", bare)
    text = ADDRESS.sub(" | ", bare if LETTER.search(bare) else text.strip("()[]（）"))
    persons: dict[str, str] = {}
    sources = {key: name for name in in_brackets if (key := normalize_headline(name)) in _load_words()["names"]}
    pieces = [piece for part in _split_parts(text) for piece in _split_names(part)]
    alone = is_marked and (len(pieces) == 1 or all(" " not in piece and piece.isalpha() for piece in pieces))
    for piece in pieces:
        if _find_word(piece, "others") == 0:
            break
        for name, is_source in _read_piece(piece, is_alone=alone, own_names=own_names):
            (sources if is_source else persons).setdefault(normalize_headline(name), name)
    return Byline(tuple(persons.values()), tuple(sources.values()))


def split_byline(line: str) -> list[str]:
    """Return the persons in a byline: "By Ann Lee and Bo Ek" -> Ann Lee, Bo Ek. None where it names no person."""
    return list(read_byline(line).persons)


def _split_parts(text: str) -> Iterator[str]:
    """Yield the parts of a line between bars, dots and dashes."""
    kept = NAME_DOT.sub("\ufdd0", text)
    for part in PARTS.split(kept):
        if part := part.replace("\ufdd0", "・").strip():
            yield part


def _split_names(part: str) -> Iterator[str]:
    """Yield the names of one part, as they stand between commas and "and"."""
    part = strip_by(part)
    pieces = [piece.strip() for piece in COMMA.split(part) if piece.strip()]
    if len(pieces) == 2 and not any(" " in piece for piece in pieces) and _is_inverted(*pieces):
        yield ", ".join(pieces)
        return
    for piece in pieces:
        given = piece.replace("&", " & ").replace("＆", " & ").split()
        while len(given) > 1 and (given[0] == "&" or (given[0].islower() and given[0] in _load_words()["and"])):
            given = given[1:]  # "Ann Lee, Bo Ek, and Carl Dahl"
        begin = 0
        for at in range(1, len(given) - 1):
            length = _measure_joint(given, at)
            # One letter may be part of a name: "Ortega y Gasset".
            is_letter = len(given[at]) < 3 and given[at] != "&"
            is_paper = normalize_headline(given[-1]) in _load_words()["organisations"] | _load_words()["names"]
            if not length or (is_letter and not is_paper and min(at - begin, len(given) - at - 1) < 2):
                continue
            yield " ".join(given[begin:at])
            begin = at + length
        yield " ".join(given[begin:])


def _is_inverted(family: str, given: str) -> bool:
    """Return whether two words with a comma between them are one name: "Lee, Ann"."""
    keys = normalize_headline(family), normalize_headline(given)
    return not UNSPACED.search(family) and not any(key in words for key in keys for words in _list_known())


def _list_known() -> tuple[frozenset[str], ...]:
    words = _load_words()
    return words["names"], words["nobody"], words["degrees"], words["jobs"], words["organisations"]


def _measure_joint(given: list[str], at: int) -> int:
    """Return of how many words "and" is at this place; 0 where there is none. In capitals it is it among capitals."""
    joints = _load_words()["and"]
    for length in (4, 3, 2, 1):
        words = given[at : at + length]
        if len(words) < length or at + length >= len(given):
            continue
        key = " ".join(words)
        if key == "&" or (key.islower() and normalize_headline(key) in joints) or key in CAPITAL_JOINTS:
            return length
    return 0


def strip_by(text: str) -> str:
    """Return the text without the words with which a byline begins: "Written by Ann Lee" -> "Ann Lee"."""
    text = PREFIX.sub("", text).strip()
    if (label := LABELLED.match(text)) and text[label.end() :][:1].isupper():
        return "" if _find_word(label[0], "others") is not None else text[label.end() :]
    phrase = find_opening_phrase("by", normalize_headline(text))
    if not phrase:
        return text
    rest = text_after_phrase(text, phrase)
    if rest.startswith("-"):  # "Per-Erik"
        return text
    rest = rest.lstrip(" :：,.-–—●◎/／")
    # "Per" and "Di" begin names, too.
    is_word = phrase in {"per", "di", "da", "af", "av", "deur"} and text[:1].isupper() and len(rest.split()) < 2
    return text if is_word or (phrase == "per" and text.startswith("Per ")) else rest


def _read_piece(piece: str, *, is_alone: bool, own_names: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Yield the name in one piece of a byline and whether it is that of a source; its paper, too, if that is named."""
    piece = _strip(SUFFIX.sub("", strip_by(_strip(_cut_beside(piece)))))
    key = normalize_headline(piece)
    words = _load_words()
    if (
        not LETTER.search(piece)
        or key in words["nobody"]
        or key.partition(" ")[0] in words["label"]
        or _is_degree(key)
        or key in load_phrases("by")
    ):
        return
    name, rest = _cut_role(piece)
    is_of = " " in name and rest and not _is_source(name, normalize_headline(name), own_names)
    if not is_of and _is_source(piece, key, own_names):
        if len(piece) <= MAX_NAME_CHARACTERS:
            yield piece, True
        return
    key = normalize_headline(name)
    if rest and _is_source(rest, normalize_headline(rest), own_names) and len(rest) <= MAX_NAME_CHARACTERS:
        yield rest, True
    if name and key not in words["nobody"] and _is_source(name, key, own_names):
        yield name, True
    elif name and key not in words["nobody"] and _is_name(name, is_alone=is_alone):
        yield name, False


def _cut_beside(piece: str) -> str:
    """Return a piece of a byline up to the words that begin something else: "Ann Lee Updated" -> "Ann Lee"."""
    ends = [at for kind in ("beside", "others") if (at := _find_word(piece, kind)) is not None]
    given = piece.split()[: min(ends, default=None)]
    while len(given) > 2 and normalize_headline(given[-1]) in _load_words()["label"]:  # a button: "Follow"
        given.pop()
    return " ".join(given)


def _find_word(piece: str, kind: str) -> int | None:
    """Return at which word of a piece a word or two of this kind stand."""
    given, words = piece.split(), _load_words()[kind]
    for at in range(len(given)):
        if normalize_headline(given[at]) in words or normalize_headline(" ".join(given[at : at + 2])) in words:
            return at
    return None


def _is_degree(key: str) -> bool:
    return key in _load_words()["degrees"] or key.replace(" ", "") in _load_words()["degrees"]


def _strip(piece: str) -> str:
    piece = piece.strip(" ,.:;-–—|'’‘\"“”„&+")
    return f"{piece}." if re.search(r"(?:^| )(?:[A-Z]|Jr|Sr)$", piece) else piece


def _is_source(name: str, key: str, own_names: frozenset[str]) -> bool:
    words = _load_words()
    parts = key.split()
    return (
        key in words["names"]
        or (key.startswith("the ") and _is_capitalised(name))
        or key in own_names
        or key.removeprefix("the ") in own_names
        or (any(part in words["organisations"] for part in parts) and _is_capitalised(name))
        or DOMAIN.fullmatch(name) is not None
        or AGENCY.fullmatch(name) is not None
        or COMPOUND.search(name) is not None
    )


def _is_capitalised(name: str) -> bool:
    words = name.split()
    return len(words) == 1 or all(
        not word[0].islower() or word in PARTICLES or word in _load_words()["of"] or word in _load_words()["and"]
        for word in words
    )


def _cut_role(piece: str) -> tuple[str, str]:
    """Return the name before a job or a paper, and the paper: "Ann Lee for The Ledger" -> Ann Lee, The Ledger."""
    given, words = piece.split(), _load_words()
    keys = [normalize_headline(word) for word in given]
    rest = ""
    for at in range(len(given)):
        if (given[at].islower() or keys[at] in {"for", "from", "special"}) and (
            keys[at] in words["of"] or " ".join(keys[at : at + 2]) in words["of"]
        ):
            skipped = 2 if " ".join(keys[at : at + 2]) in words["of"] else 1
            rest = " ".join(given[at + skipped :])
            given, keys = given[:at], keys[:at]
            break
    job = next((at for at, key in enumerate(keys) if key in words["jobs"]), None)
    if job is not None:
        begin = job
        while begin and (keys[begin - 1] in words["beats"] or keys[begin - 1] in words["and"]):
            begin -= 1
        given, keys = (given[:begin], keys[:begin]) if begin else (given[job + 1 :], keys[job + 1 :])
    while len(given) > 1 and _is_degree(keys[-1]) and keys[-1] not in {"jr", "sr", "ii", "iii"}:
        given, keys = given[:-1], keys[:-1]
    if len(keys) > 3 and keys[: len(keys) // 2] == keys[len(keys) // 2 :]:  # shown twice, for screens of two sizes
        given = given[: len(given) // 2]
    return _strip(" ".join(given)), _strip(rest)


def _is_name(name: str, *, is_alone: bool) -> bool:
    """Return whether a text has the form of a person's name."""
    words = name.split()
    if len(name) > MAX_NAME_CHARACTERS or len(words) > MAX_NAME_WORDS or SENTENCE.search(name):
        return False
    if len(words) == 1:
        if UNSPACED.search(name):
            return is_alone or 2 <= len(name) <= 5
        return is_alone and len(name) > 1
    if any(map(str.isdigit, name)):
        return False
    if is_alone and name.islower():
        return len(words) == 2 and all(word.isalpha() for word in words)
    return any(word[0].isupper() or not word[0].islower() for word in words) and all(map(_is_name_word, words))


def _is_name_word(word: str) -> bool:
    first = word.lstrip("'’‘\"“(")[:1]
    return not first.islower() or word.strip(".’'") in PARTICLES or any(map(str.isupper, word)) or "-" in word


@cache
def _load_words() -> Mapping[str, frozenset[str]]:
    lists = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    return {kind: frozenset(map(normalize_headline, entries)) for kind, entries in lists.items()}
