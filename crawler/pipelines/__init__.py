"""Item pipelines, in the order in which a page meets them: clean, then store (with deduplicate in its transaction)."""
