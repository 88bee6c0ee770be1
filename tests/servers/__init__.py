"""Web servers on loopback for the tests.

canary.py      listens where no request may arrive, and records those that do
loopback.py    the common base: a server on a free port, answered by a handler
night_press/   ten papers night after night, and what happens to them
paper.py       a newspaper whose every answer the test chooses
postgres.py    PostgreSQL itself, out of its wheel
press.py       whole newspapers of many stories, made when they are requested
proxy.py       a proxy in front of PostgreSQL that a test closes and opens
real_web/      newspapers that misbehave as those of the real web do
receivers.py   receives alerts: a mail server, and the web servers of chats
rude.py        raw sockets: broken answers, endless answers, bombs
s3.py          a server of S3, and a proxy before it that fails as real ones do
secure.py      a newspaper at an https address, and its certificate
slow.py        articles that come a byte at a time, or never
"""
