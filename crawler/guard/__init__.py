"""The address guard: requests go only to the public internet, and to the networks in ALLOWED_NETWORKS.

networks.py      decides whether an IP address is part of the public internet
resolver.py      resolves names only to allowed addresses; every connection uses it
middleware.py    checks addresses in URLs and of responses, raises AddressRefused
self_check.py    proves at the start of a crawl that the guard is in force
"""
