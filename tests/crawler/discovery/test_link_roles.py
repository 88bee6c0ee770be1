"""What links are on their page decides, beside their address, whether they lead to articles."""

from __future__ import annotations

import pytest

from crawler.discovery.addresses import classify_address
from crawler.discovery.link_roles import LinkRole
from crawler.discovery.sections import read_section
from crawler.sites.site import make_site
from storage.frontier.addresses import AddressKind

URL = "https://www.example.org/"
SITE = make_site(URL)
HEADLINES = "".join(f"<li><h3><a href='/n/{n}'>The council opens harbour number {n}</a></h3></li>" for n in range(10))


def find_role(page: str, path: str) -> LinkRole | None:
    return read_section(f"<html><body>{page}</body></html>", URL).roles.get(URL.rstrip("/") + path)


@pytest.mark.parametrize(
    "page",
    [
        "<h2><a href='/x'>Night ferry to run again</a></h2>",
        "<a href='/x'><img src='a.jpg'><h3>Night ferry to run again</h3></a>",
        "<a href='/x'><img></a><h3><a href='/x#top'>Night ferry to run again</a></h3><a href='/x'>Read more</a>",
        "".join(f"<div class=t><a href='/{n}'>Night ferry to run again</a></div>" for n in "xyz"),
        "".join(f"<p class='t{n}'><a href='/{n}'>夜のフェリーが再び運航へ</a></p>" for n in range(3))
        + "<p class=t9><a href='/x'>港が再開</a></p>",
    ],
)
def test_a_text_in_a_heading_or_in_a_group_of_headlines_is_a_headline(page: str) -> None:
    assert find_role(page, "/x") is LinkRole.HEADLINE


@pytest.mark.parametrize(
    "page",
    [
        "<nav><a href='/x'>Sport</a></nav>",
        "<ul class='main-menu'><li><a href='/x'>Sport</a></li></ul>",
        "<div role=navigation><a href='/x'>All of the sports news</a><a href='/y'>Arts</a><a href='/z'>City</a></div>",
        "<footer><p><a href='/x'>Sport</a></p></footer>",
        "<div class=cloud><a href='/x'>X</a></div>",
        f"{HEADLINES}<p><a href='/x'>Our shop</a></p>",
    ],
)
def test_a_name_in_a_menu_or_beside_headlines_is_an_entry_of_a_menu(page: str) -> None:
    assert find_role(page, "/x") is LinkRole.MENU


@pytest.mark.parametrize(
    "page",
    [
        "<a href='/x'><img src='a.jpg'></a>",
        "<p><a href='/x'>Read more</a></p>",
        HEADLINES + "".join(f"<p><a href='/{n}'>Read more</a></p>" for n in "xyz"),
        "<nav><a href='/x'>Sport</a></nav><h2><a href='/x'>All of the sports news</a></h2>",
        "<footer><ul>"
        + "".join(f"<li><a href='/{n}'>Night ferry to run again</a></li>" for n in "xyz")
        + "</ul></footer>",
        "<a href='/x'>Night ferry to run again</a>",
    ],
)
def test_other_links_leave_it_to_the_address(page: str) -> None:
    assert find_role(page, "/x") in (LinkRole.UNKNOWN, None)


def test_a_class_of_the_whole_page_makes_no_menu_of_it() -> None:
    inside = "<div><div><section><div><h2><a href='/x'>Night ferry to run again</a></h2></div></section></div></div>"
    assert find_role(f"<div class='has-nav'><div>{inside}</div></div>", "/x") is LinkRole.HEADLINE


@pytest.mark.parametrize(
    ("path", "role", "kind"),
    [
        ("/ferry", LinkRole.HEADLINE, AddressKind.ARTICLE),
        ("/city/ferry.html", LinkRole.HEADLINE, AddressKind.ARTICLE),
        ("/index.php?view=article&id=17:ferry", LinkRole.HEADLINE, AddressKind.ARTICLE),
        ("/video/the-night-ferry-runs-again", LinkRole.HEADLINE, AddressKind.ARTICLE),
        ("/ferry", LinkRole.UNKNOWN, AddressKind.SECTION),
        ("/video/the-night-ferry-runs-again", LinkRole.UNKNOWN, None),
        ("/category/ferry", LinkRole.HEADLINE, AddressKind.SECTION),
        ("/login", LinkRole.HEADLINE, None),
        ("/the-whole-wide-world", LinkRole.MENU, AddressKind.SECTION),
        ("/city-12345", LinkRole.MENU, AddressKind.SECTION),
        ("/page?id=12345", LinkRole.MENU, None),
        ("/2026/11/30/ferry", LinkRole.MENU, AddressKind.ARTICLE),
    ],
)
def test_the_role_is_weighed_with_the_address(path: str, role: LinkRole, kind: AddressKind | None) -> None:
    assert classify_address(URL.rstrip("/") + path, SITE, role=role).kind is kind
