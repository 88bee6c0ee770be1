"""Papers whose feeds and sitemaps are written as real ones are: large, far away, packed twice, in another charset."""

from __future__ import annotations

import gzip

from servers.paper import Answer, Paper

XML = {"Content-Type": "application/xml"}
FEED_CHARSETS = {
    # name: what is declared, the charset of the bytes, what the header says
    "utf-16-said": ("utf-16", "utf-8", "text/xml"),
    "ascii-said": ("us-ascii", "utf-8", "text/xml"),
    "header-alone": ("", "windows-1251", "text/xml; charset=windows-1251"),
    "header-knows": ("utf-8", "windows-1251", "text/html; charset=windows-1251"),
}


def urlset(*urls: str) -> str:
    rows = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def publish_sitemaps(paper: Paper, other_house: Paper) -> list[str]:
    """Serve articles that stand each in a sitemap of another kind; return their paths."""
    kinds = ("newest", "large", "child", "packed", "mislabelled", "far", "middle")
    paths = {kind: f"/2025/10/04/the-story-of-the-{kind}-sitemap" for kind in kinds}
    for path in paths.values():
        paper.article(path, f"Headline of {path.rsplit('/', 1)[1].replace('-', ' ')}")
    paper.front()
    url = {kind: paper.url + path for kind, path in paths.items()}
    old = [f"/posts-{year}-{month:02}.xml" for year in range(2019, 2025) for month in range(1, 13)]
    for path in old:
        paper.routes[path] = Answer(urlset(), headers=XML)
    paper.routes["/posts-2025-10.xml"] = Answer(urlset(url["newest"]), headers=XML)
    paper.routes["/posts-2021-01.xml"] = Answer(urlset(url["middle"]), headers=XML)
    pictures = "<image>" + "a quiet view of the harbour " * 400_000 + "</image>"  # 11 MB
    large = urlset(url["large"]).replace("</url>", f"</url><url><loc>{paper.url}/tag/x</loc>{pictures}</url>")
    paper.routes["/large.xml"] = Answer(large, headers=XML)
    paper.routes["/of-urls.xml"] = Answer(urlset(f"{paper.url}/child.xml"), headers=XML)
    paper.routes["/child.xml"] = Answer(urlset(url["child"]), headers=XML)
    twice = gzip.compress(gzip.compress(urlset(url["packed"]).encode()))
    paper.routes["/packed.xml.gz"] = Answer(twice, headers={"Content-Type": "application/gzip"})
    paper.routes["/mislabelled.xml"] = Answer(urlset(url["mislabelled"]), headers=XML | {"Content-Encoding": "gzip"})
    other_house.routes["/maps/paper.xml"] = Answer(
        urlset(url["far"], f"{other_house.url}/2025/10/04/a-story-of-the-other-house"), headers=XML
    )
    own = ["/large.xml", "/of-urls.xml", "/packed.xml.gz", "/mislabelled.xml"]
    named = [paper.url + path for path in [*old, "/posts-2025-10.xml", *own]]
    lines = ["User-agent: *", *(f"Sitemap: {one}" for one in [*named, f"{other_house.url}/maps/paper.xml"])]
    paper.routes["/robots.txt"] = Answer("\n".join(lines) + "\n", headers={"Content-Type": "text/plain"})
    other_house.routes["/robots.txt"] = Answer(
        f"User-agent: *\nDisallow: /private/\nSitemap: {other_house.url}/maps/of-others.xml\n"
    )
    return list(paths.values())


def publish_feeds(paper: Paper) -> dict[str, str]:
    """Serve an article in a feed of each charset; return the titles of the articles by their paths."""
    titles = {f"/2025/10/04/ferry-of-{name}": f"Паром через залив снова ходит {name}" for name in FEED_CHARSETS}
    head = ""
    for (path, title), (name, (declared, charset, content_type)) in zip(
        titles.items(), FEED_CHARSETS.items(), strict=True
    ):
        paper.article(path, title)
        encoding = f' encoding="{declared}"' if declared else ""
        item = f"<item><title>{title}</title><link>{paper.url}{path}</link></item>"
        feed = f'<?xml version="1.0"{encoding}?><rss version="2.0"><channel>{item}</channel></rss>'
        paper.routes[f"/feeds/{name}"] = Answer(feed.encode(charset), headers={"Content-Type": content_type})
        head += f'<link rel="alternate" type="application/rss+xml" href="/feeds/{name}">'
    for name in ("empty-1", "empty-2"):
        empty = '<?xml version="1.0"?><rss version="2.0"><channel><title>Nothing yet</title></channel></rss>'
        paper.routes[f"/feeds/{name}"] = Answer(empty, headers={"Content-Type": "text/xml"})
        head += f'<link rel="alternate" type="application/rss+xml" href="/feeds/{name}">'
    paper.front(head=head)
    return titles
