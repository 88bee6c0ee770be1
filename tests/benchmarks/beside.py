"""Put the folder above on the path when imported: the crawls and servers that the tests share.

The root comes before it: the tests have folders with the names of the packages.
"""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS.parent), str(TESTS)]
