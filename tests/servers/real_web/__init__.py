"""Papers that misbehave as real ones do, one module a theme.

many_addresses.py    a paper that shows each story at several addresses, and answers conditional requests
"""
