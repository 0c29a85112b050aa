"""The invented region's whole story, told once for all the tests that look at what it left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.sample.story import story
from flows.wiring import App
from tests.support.sampled import fresh, tell_all


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[App]:
    """The record after the story was told once, from beginning to end."""
    with fresh(tmp_path_factory.mktemp("whole"), sqlite_template) as app:
        tell_all(app, story())
        yield app
