"""TLS certificates are verified: a server without a valid one gives no page."""

from __future__ import annotations

from pathlib import Path

from crawling import FAST, Store, run_scrapy
from guarding import fake_dns
from servers.secure import SecurePaper, write_certificate

OWN = "/2025/10/01/night-ferry-runs-again"


def test_a_self_signed_certificate_gives_no_page(tmp_path: Path) -> None:
    with SecurePaper(write_certificate(tmp_path / "paper.pem")) as paper:
        paper.publish(OWN)
        done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=tmp_path / "data")
    assert done.returncode == 1, done.stderr
    assert paper.asked == []
    assert "tls" in done.stdout
    (front,) = [row for path, row in Store(tmp_path / "data").addresses().items() if path == "/"]
    assert (front.state, front.tries) == ("pending", 0)  # its robots.txt could not be fetched, so it was not tried
    assert Store(tmp_path / "data").articles() == {}


def test_a_certificate_is_valid_only_for_the_host_that_it_names(tmp_path: Path) -> None:
    shown = write_certificate(tmp_path / "paper.pem")
    with SecurePaper(shown) as paper:
        paper.publish(OWN)
        port = paper.url.rsplit(":", 1)[1]
        done = run_scrapy(
            *("crawl", "articles", "-a", f"url={paper.url}/ https://other.example:{port}/", *FAST),
            data=tmp_path / "data",
            SSL_CERT_FILE=str(shown),
            **fake_dns({"other.example": ["127.0.0.1"]}),
        )
    assert set(Store(tmp_path / "data").texts()) == {OWN}
    assert paper.asked.count("/robots.txt") == 1  # that of other.example was not asked for
    assert done.returncode == 1, done.stderr
    assert "tls" in done.stdout
