"""Finds out what a site offers before it is crawled, and checks the sites of sites.toml.

quick_check.py   check without a request whether a night could begin
"""
