"""The version of Broadsheet: what pyproject.toml, the user agent and the newest head of CHANGELOG.md say."""

from __future__ import annotations

VERSION = "0.2.0"
