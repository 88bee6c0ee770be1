"""Keeps what was crawled: frontier, articles and runs (SQLAlchemy), raw pages (WARC), and releases of them."""
