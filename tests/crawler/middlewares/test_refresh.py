"""A page that leads on by itself: how it says so."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from crawler.middlewares.refresh import find_refresh

STORY = "https://paper.example/story"


def respond(body: str, **headers: str) -> HtmlResponse:
    return HtmlResponse("https://paper.example/go/1", body=body.encode(), headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        f'<meta http-equiv="refresh" content="0;url={STORY}">',
        "<META CONTENT='1; URL=\"/story\"' HTTP-EQUIV=Refresh>",
        "<meta http-equiv='refresh' content=\"3 , url = '/story'\">",
        "<meta http-equiv=refresh content='.5;/story'>",
        "<base href='https://paper.example/a/'><meta http-equiv=refresh content='0;url=../story'>",
        "<noscript><meta http-equiv=refresh content='0;url=/story'></noscript><script>go('the story')</script>",
        f"<!--{'x' * 9_000}--><meta http-equiv=refresh content='0;url=/story'>",
    ],
)
def test_found(body: str) -> None:
    found = find_refresh(respond(body))
    assert found is not None
    assert found.url == STORY
    assert found.seconds <= 5


@pytest.mark.parametrize("header", ["0; url=/story", "5;/story", f"1, URL='{STORY}'"])
def test_found_in_the_header(header: str) -> None:
    found = find_refresh(respond("<p>Wait</p>", Refresh=header))
    assert found is not None
    assert found.url == STORY


@pytest.mark.parametrize(
    "body",
    [
        "<p>An article</p>",
        "<meta http-equiv=refresh content=300>",
        "<meta http-equiv=refresh content=''>",
        "<!-- <meta http-equiv=refresh content='0;url=/story'> -->",
        "<meta http-equiv=refresh content='0;url=javascript:go()'>",
        f"<noscript><meta http-equiv=refresh content='0;url=/no-scripts'></noscript><p>{'An article. ' * 60}</p>",
    ],
)
def test_none(body: str) -> None:
    assert find_refresh(respond(body)) is None


def test_a_paper_that_reloads_itself_says_after_how_long() -> None:
    found = find_refresh(respond("<meta http-equiv=refresh content='300; url=/'>"))
    assert found is not None
    assert found.seconds == 300
