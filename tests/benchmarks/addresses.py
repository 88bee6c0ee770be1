"""Count how many addresses of real articles are classified as articles, by data set.

    python tests/benchmarks/addresses.py DATA [--show N]
    python tests/benchmarks/addresses.py DATA --draw N [--seed S]

DATA is a folder of NAME.jsonl.xz files (or one of them), a JSON object per line with the `url` of an article. Addresses
that a data set made up, because it had none, are recognized by their form (/0123456789ab.html, or no http) and not
counted.

"as links" judges the address alone, "as headlines" as a page links to it under its headline. --draw prints N of the
links on the pages of DATA that are judged articles, drawn by the seed S: how each is linked, its text, its address, and
the page that it stands on. Whether it is an article is for you to read.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
from gold import find_data_sets

from cleaning.page.canonical import to_canonical_url
from crawler.discovery.addresses import classify_address
from crawler.discovery.link_roles import LinkRole
from crawler.discovery.sections import read_section
from crawler.sites.site import make_site
from storage.frontier.addresses import AddressKind

INVENTED = re.compile(r"https?://[^/]+/[0-9a-f]{12}\.html")
PARSER = lxml.html.HTMLParser(encoding="utf-8")


def load_addresses(path: Path) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        urls = dict.fromkeys(json.loads(line)["url"] for line in lines)
    return [url for url in urls if url.startswith("http") and not INVENTED.fullmatch(url)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N of the refused addresses")
    parser.add_argument("--draw", type=int, default=0, metavar="N", help="print N links that are judged articles")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="draw them by this seed (default: 0)")
    options = parser.parse_args()
    files = find_data_sets(parser, options.data)
    if options.draw:
        draw_links(files, options.draw, options.seed)
        return
    print(
        f"{'set':<18}{'addresses':>10}{'as links':>10}{'headlines':>11}{'declared':>10}"
        "  not classified as articles, as links, by reason"
    )
    total: Counter[str] = Counter()
    refused: list[str] = []
    for name, path in files.items():
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for url in load_addresses(path):
            parts = urlsplit(url)
            site = make_site(f"{parts.scheme}://{parts.netloc}/")
            link, declared = classify_address(url, site), classify_address(url, site, is_declared=True)
            counts["all"] += 1
            counts["headline"] += classify_address(url, site, role=LinkRole.HEADLINE).kind is AddressKind.ARTICLE
            counts["link"] += link.kind is AddressKind.ARTICLE
            counts["declared"] += declared.kind is AddressKind.ARTICLE
            if link.kind is not AddressKind.ARTICLE:
                reasons[link.reason] += 1
                refused.append(f"{declared.reason:<12}{link.reason:<12}{url}")
        why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(6))
        print(format_row(name, counts), why)
        total += counts
    print(format_row("all", total))
    random.seed(0)
    for line in sorted(random.sample(refused, min(options.show, len(refused)))):
        print(line)


def draw_links(files: dict[str, Path], count: int, seed: int) -> None:
    """Print links that are judged articles. Of each site and each link one page counts, the first."""
    found: dict[str, str] = {}
    everything: set[str] = set()
    for path in files.values():
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row["url"].startswith("http") and not INVENTED.fullmatch(row["url"]):
                    _collect_judged(row["url"], row["html"], found, everything)
    print(f"{len(found)} of {len(everything)} distinct links into the own site are judged articles; {count} of them:")
    for url in random.Random(seed).sample(sorted(found), min(count, len(found))):
        print(found[url])


def _collect_judged(page_url: str, html: str, found: dict[str, str], everything: set[str]) -> None:
    parts = urlsplit(page_url)
    site = make_site(f"{parts.scheme}://{parts.netloc}/")
    page = read_section(html, page_url)
    base = to_canonical_url(page.base, page_url) or page_url
    own = to_canonical_url(page_url)
    texts = read_texts(html)
    for address, headlines in page.links.items():
        url = to_canonical_url(address, base)
        if url is None or url in everything or url == own or not site.owns(url):
            continue
        everything.add(url)
        role = page.roles.get(url, LinkRole.UNKNOWN)
        verdict = classify_address(url, site, role=role)
        if verdict.kind is AddressKind.ARTICLE:
            text = max(headlines, key=len, default="") or texts.get(address, "")
            found[url] = f"{verdict.reason:<16}{role.name:<9}{text[:70]!r:<74}{url}  on {page_url}"


def read_texts(html: str) -> dict[str, str]:
    """Return the text of the first link to each address that has a text."""
    texts: dict[str, str] = {}
    for link in lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=PARSER).iter("a"):
        if text := " ".join("".join(link.itertext()).split()):
            texts.setdefault((link.get("href") or "").strip(), text)
    return texts


def format_row(name: str, counts: Counter[str]) -> str:
    everything = counts["all"] or 1
    return (
        f"{name:<18}{counts['all']:>10}{counts['link'] / everything:>10.3f}"
        f"{counts['headline'] / everything:>11.3f}{counts['declared'] / everything:>10.3f} "
    )


if __name__ == "__main__":
    main()
