"""Every letter is kept as it reads, and reviewed like prose.

After changing a template run `WRITE_GOLDEN=1 pytest tests/notifications/test_golden.py`, then read
what changed aloud before keeping it.
"""

import os
from pathlib import Path

import pytest

from notifications.letters import Composed
from tests.support.letters import every_letter

GOLDEN = Path(__file__).parent / "golden"
WRITING = bool(os.environ.get("WRITE_GOLDEN"))
EVERY = dict(every_letter())


@pytest.mark.parametrize("name", EVERY)
def test_a_letter_reads_as_it_was_last_reviewed(name: str) -> None:
    letter: Composed = EVERY[name]
    said = {
        GOLDEN / f"{name}.txt": f"Subject: {letter.subject}\n\n{letter.text}",
        GOLDEN / f"{name}.html": letter.html,
    }
    for path, words in said.items():
        if WRITING:
            path.write_text(words, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == words


def test_no_golden_letter_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(EVERY)
