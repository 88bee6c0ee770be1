"""The version of the cleaner. Every article carries the version that made it."""

from __future__ import annotations

# Raise it with every change that can change a text, a field or a verdict; the store then cleans its articles again.
CLEANER_VERSION = "8"
