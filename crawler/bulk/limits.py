"""Names and numbers that `scrapy bulk --help` quotes. Imports nothing, so that help is fast."""

from __future__ import annotations

EXECUTORS = ("local", "slurm", "ray")
MAX_TASKS = 100_000
