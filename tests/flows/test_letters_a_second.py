"""Delivery costs little more than the sending: a sample of tests/measure/letters_a_second."""

import statistics
from pathlib import Path

from tests.measure.letters_a_second import Measured, ratios, sink, turns

LEAST = 0.45
"""Of a loop that only writes and sends, in letters a second."""
MOST = 1.25
"""Of that loop's processor time, which does not depend on what else the machine does."""


def test_a_delivery_keeps_up_with_a_bare_loop(database_url: str, tmp_path: Path) -> None:
    with sink(tmp_path, "kept") as port:
        measured = Measured(database_url, tmp_path, port, 60)
        found = list(turns(measured, 5))
        measured.database.engine.dispose()
    assert statistics.median(turn.spent for turn in found) <= MOST, found
    assert ratios(found)[0] >= LEAST, found
