"""Whom a crawl may ask: the public internet, and the networks that its operator names."""
