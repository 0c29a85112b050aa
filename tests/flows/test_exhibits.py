"""What the flows show a commissioner: who is late, how much is signed, what became of letters."""

from datetime import UTC, date, datetime
from typing import Any

from charter.returns import State
from flows import exhibits
from flows.chasing import Chased
from flows.opening import Opened
from flows.scoring import ScoredReturns
from notifications.delivery import Delivered

NOW = datetime(2026, 10, 29, 8, 45, tzinfo=UTC)


def one(provider: str, state: State, days_late: int = 0, **more: Any) -> dict[str, Any]:
    plain = {"site": "SMP1", "unreachable": False, "due": date(2026, 10, 28), "band": None}
    return plain | {"provider": provider, "state": state.value, "days_late": days_late} | more


def cycle(quarter: str, *returns: dict[str, Any], sample: bool = True) -> dict[str, Any]:
    counts = {state.value: 0 for state in State} | {"expected": len(returns)}
    for row in returns:
        counts[row["state"]] += 1
    return {
        "region": "sample",
        "quarter": quarter,
        "sample": sample,
        "counts": counts,
        "returns": returns,
    }


STOOD = {
    "now": NOW,
    "cycles": [
        cycle("2026-27-Q1", one("CLYDE", State.NOT_STARTED, 91)),
        cycle(
            "2026-27-Q2",
            one("AVON", State.RECEIVED, band="fully", fully_met=9, applicable=9),
            one("BROOK", State.RECEIVED_LATE, 1),
            one("CLYDE", State.NOT_STARTED, 1),
            one("DEE", State.IN_PROGRESS, 3, unreachable=True),
        ),
    ],
    "letters": {"queued": 2, "sent": 7, "in_doubt": 0},
}


def test_the_table_of_who_is_late_names_the_longest_overdue_of_the_newest_quarter_first() -> None:
    rows = exhibits.late_rows(STOOD)
    assert [(row["Provider"], row["Days late"]) for row in rows] == [("DEE", 3), ("CLYDE", 1)]
    assert rows[0]["How it stands"] == "In progress"
    assert rows[0]["Address refused"] == "yes"
    assert rows[0]["Was due"] == "28 October 2026"
    assert rows[0]["Quarter"] == "sample 2026-27-Q2 (sample data)"


def test_the_sentence_above_it_counts_the_same_and_says_the_time_in_london() -> None:
    assert exhibits.late_sentence(STOOD) == ("As at 29 October 2026, 08:45: 2 of 4 returns late.")


def test_a_return_signed_late_counts_as_signed() -> None:
    newest = exhibits.current_cycles(STOOD)[0]
    assert exhibits.signed_share(newest) == (2, 4)


def test_letters_are_shown_by_what_became_of_them_without_empty_rows() -> None:
    assert exhibits.letter_rows(STOOD) == [
        {"Letters": "Queued", "How many": 2},
        {"Letters": "Sent", "How many": 7},
    ]


def test_scores_are_worded_as_the_console_words_them() -> None:
    (row,) = exhibits.score_rows(STOOD)
    assert (row["Provider"], row["Fully met"]) == ("AVON", "9 of 9")
    assert row["Band"] == "Fully compliant"


def test_each_flow_says_in_a_sentence_what_all_its_instants_did() -> None:
    opened = Opened(("sample 2026-27-Q2",), 12, Chased(asked=24))
    idle = Opened((), 0, Chased(asked=1))
    assert exhibits.opened_sentence([opened, idle]) == (
        "Opened sample 2026-27-Q2: 12 returns asked for, 25 lines put into letters."
    )
    assert exhibits.opened_sentence([idle]).startswith("No quarter opens today")
    assert exhibits.chased_sentence([Chased(asked=2), Chased(not_returned=1)]) == (
        "2 lines put into letters, 0 steps skipped, "
        "1 return recorded as not returned, 0 found unreachable."
    )
    assert exhibits.scored_sentence([ScoredReturns({"fully": 2}), ScoredReturns({})]) == (
        "2 returns scored."
    )


def test_delivery_says_what_still_waits_and_why() -> None:
    runs = [Delivered(sent=3), Delivered(sent=1, waiting=2, trouble="the mail server is down")]
    assert exhibits.delivered_sentence(runs) == (
        "4 letters sent, 0 refused by their address, 2 waiting. the mail server is down."
    )
