"""Time-outs: one for the silence of a server, another for a whole response."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

from crawling import FAST, Scrapy, Store
from servers.rude import Rude, Send, answer, page

# Every address is tried once a run.
SETTINGS = [setting.replace("RETRY_PAUSES=0.2,0.4,", "RETRY_PAUSES=") for setting in FAST]
TIMEOUTS = ("-s", "DOWNLOAD_TIMEOUT=1.5", "-s", "RESPONSE_TIMEOUT=5")
SLOW, SILENT, ENDLESS = "/2025/10/01/slow", "/2025/10/02/silent", "/2025/10/03/endless"


def send_in_pieces(sent: bytes, *, pieces: int, pause: float) -> Send:
    """Return a behaviour that sends these bytes in pieces, with a pause in seconds after each."""

    def send(connection: socket.socket) -> None:
        size = len(sent) // pieces + 1
        with suppress(OSError):  # the client hangs up
            for start in range(0, len(sent), size):
                connection.sendall(sent[start : start + size])
                time.sleep(pause)

    return send


def test_a_body_that_keeps_coming_is_read_and_a_silent_server_is_not_waited_for(scrapy: Scrapy, store: Store) -> None:
    with Rude() as rude:
        rude.routes[SLOW] = send_in_pieces(answer(page("The slow bridge")), pieces=5, pause=0.6)
        rude.routes[SILENT] = send_in_pieces(answer(page("The silent bridge")), pieces=2, pause=4)
        rude.routes[ENDLESS] = send_in_pieces(answer(page("The endless bridge")), pieces=40, pause=0.3)
        rude.front()
        done = scrapy("crawl", "articles", "-a", f"url={rude.url}/", *SETTINGS, *TIMEOUTS, fast=False)
    assert set(store.texts()) == {SLOW}, done.stderr
    reasons = {path: row.reason for path, row in store.addresses().items() if path.startswith("/2025/")}
    assert reasons == {SLOW: None, SILENT: "timeout", ENDLESS: "timeout"}
