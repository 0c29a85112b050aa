"""Delivery costs little more than the sending: a sample of tests/measure/letters_a_second."""

from pathlib import Path

from tests.measure.letters_a_second import Measured, sink, turns

LEAST = 0.45
"""Of a loop that only writes and sends; on a machine that does nothing else it is far more."""


def test_a_delivery_keeps_up_with_a_bare_loop(database_url: str, tmp_path: Path) -> None:
    with sink(tmp_path, "kept") as port:
        measured = Measured(database_url, tmp_path, port, 60)
        found = list(turns(measured, 3))
        measured.database.engine.dispose()
    assert max(turn.delivered / turn.bare for turn in found) >= LEAST, found
