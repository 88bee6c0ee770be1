"""Imported first, puts the folder above on the path: the crawls and servers that the tests share."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
