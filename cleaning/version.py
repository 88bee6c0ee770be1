"""The cleaner's version: every article carries the one that made it."""

from __future__ import annotations

# Goes up with every change that can change a text, a field or a verdict; the store then knows what to clean again.
CLEANER_VERSION = "4"
