"""Count how many addresses of real articles are classified as articles, by data set.

    python tests/benchmarks/addresses.py DATA [--show N]

DATA is a folder of NAME.jsonl.xz files (or one of them), a JSON object per line with the `url` of an article. Addresses
that a data set made up, because it had none, are recognized by their form (/0123456789ab.html, or no http) and not
counted.
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

from gold import find_data_sets

from crawler.discovery.addresses import classify_address
from crawler.sites.site import make_site
from storage.frontier.addresses import AddressKind

INVENTED = re.compile(r"https?://[^/]+/[0-9a-f]{12}\.html")


def load_addresses(path: Path) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        urls = dict.fromkeys(json.loads(line)["url"] for line in lines)
    return [url for url in urls if url.startswith("http") and not INVENTED.fullmatch(url)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N of the refused addresses")
    options = parser.parse_args()
    files = find_data_sets(parser, options.data)
    print(
        f"{'set':<18}{'addresses':>10}{'as links':>10}{'declared':>10}  not classified as articles, as links, by reason"
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


def format_row(name: str, counts: Counter[str]) -> str:
    everything = counts["all"] or 1
    return f"{name:<18}{counts['all']:>10}{counts['link'] / everything:>10.3f}{counts['declared'] / everything:>10.3f} "


if __name__ == "__main__":
    main()
