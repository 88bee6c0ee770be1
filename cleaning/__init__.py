"""Turns a page into an article. Pure: no network, no database, no clock."""
