"""The screen holds the planted texts that tell on a person, and lets harmless ones through.

`pytest -n0 -q -s tests/charter/test_planted.py` prints the figures of docs/measurements.md. The
held-out texts were written before the rules were tuned on the others, and no rule was changed
for them.
"""

import csv
import time
from pathlib import Path

import pytest

from charter.alarm import LIKENESS, kinds_of, looked_for, words_in

FOLDER = Path(__file__).parent / "planted"
HERE = words_in("HMP Alder Hill", "Avon Health", "NHS Sample")
KINDS = {
    "NHS number",
    "prison number",
    "date of birth",
    "possible name",
    "small number of people",
    "death or self-harm",
    "cell or wing",
    "phone number",
    "e-mail address",
    "address",
    "named condition",
}


def planted(name: str) -> list[tuple[str, str]]:
    """Each text of a file with the kind for which it has to be held, or nothing."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["kind"], row["text"]) for row in csv.DictReader(lines)]


def found(text: str) -> tuple[str, ...]:
    return kinds_of(looked_for(text, HERE, 8))


def test_each_kind_that_is_held_has_its_plain_words() -> None:
    assert set(LIKENESS) == KINDS


def test_the_corpus_is_large_all_different_and_half_of_it_is_harmless() -> None:
    rows = planted("tuned") + planted("held-out")
    assert len({text for _, text in rows}) == len(rows) >= 300
    harmless = [text for kind, text in rows if not kind]
    assert 0.45 <= len(harmless) / len(rows) <= 0.55
    for name in ("tuned", "held-out"):
        assert {kind for kind, _ in planted(name) if kind} == KINDS
    assert len(planted("held-out")) >= 100


@pytest.mark.parametrize("name", ["tuned", "held-out"])
def test_what_tells_on_a_person_is_held_and_little_else_is(name: str) -> None:
    rows = planted(name)
    telling = [(kind, text) for kind, text in rows if kind]
    harmless = [text for kind, text in rows if not kind]
    missed = [text for _, text in telling if not found(text)]
    held = [text for text in harmless if found(text)]
    recall, false = 1 - len(missed) / len(telling), len(held) / len(harmless)
    print(f"\n{name}: {len(telling)} telling texts, recall {recall:.3f}; ", end="")
    print(f"{len(harmless)} harmless ones, {len(held)} held ({false:.3f})")
    assert recall >= 0.99, missed
    assert false <= 0.05, held
    assert not [text for kind, text in telling if kind not in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        part * (40_000 // len(part))
        for part in (
            "1",
            "a.",
            "Mr ",
            "Alderman ",
            "one of the ",
            "O’",
            "Ab-",
            "“",
            "1 Mill ",
            "(07 ",
        )
    ],
    ids=lambda text: text[:9],
)
def test_no_text_is_so_odd_that_looking_at_it_takes_long(text: str) -> None:
    began = time.process_time()
    looked_for(text, HERE, 8)
    assert time.process_time() - began < 3
