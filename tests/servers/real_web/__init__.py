"""Papers that misbehave as real ones do, one module a theme.

lists.py          papers whose feeds and sitemaps are large, far away, packed twice, or in a charset that lies
"""
