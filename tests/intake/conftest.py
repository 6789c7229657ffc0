"""What the tests of the readers share: one instant, and the folder of synthetic files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def data() -> Path:
    return Path(__file__).parent.parent.parent / "bot" / "demo" / "porth_awel"
