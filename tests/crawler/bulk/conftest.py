"""The server of S3 as a bulk run finds it: by the environment."""

from __future__ import annotations

import fsspec
import pytest
from servers.s3 import FaultyS3


@pytest.fixture
def named_s3(s3: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> FaultyS3:
    """Return a server of S3 that works, and whose address is in the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.url)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    return s3
