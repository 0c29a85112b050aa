"""The list of corrections tells each of them, newest first, and changes little as it grows."""

from datetime import date, timedelta

import pytest

from charter.corrections import A_PART, AT_ONCE, NEWEST, CorrectionRow, corrections_pages
from charter.ledger import digest
from charter.parts import Hold, Notices
from tests.support.drawn import drawn
from tests.support.published import corrected, pages

NOTICES = Notices(sample=True, working_wording="", charter="The Charter")
FIRST = date(2026, 11, 1)


def rows(number: int) -> list[CorrectionRow]:
    """So many corrections, one a day."""
    one = corrected()[0]
    return [one.model_copy(update={"on": FIRST + timedelta(days=n)}) for n in range(number)]


def made(number: int) -> dict[str, str]:
    return {p.key: p.model_dump_json() for p in corrections_pages(rows(number), [], NOTICES, "")}


def test_a_few_stand_on_one_page_newest_first():
    (page,) = corrections_pages(corrected(), [], NOTICES, "")
    assert [row.kind for row in page.rows] == ["changed", "changed", "taken_down"]
    assert [row.revision for row in page.rows] == [3, 2, 1]


def test_many_stand_by_year_and_the_first_page_has_the_newest_and_where_the_others_are():
    told = list(corrections_pages(rows(300), [], NOTICES, ""))
    assert [page.key for page in told] == [
        *("corrections/2026", "corrections/2027", "corrections/2027-2", "corrections/2027-3"),
        "corrections",
    ]
    whole = told[-1]
    assert len(whole.rows) == NEWEST
    assert whole.rows[0].on == FIRST + timedelta(days=299)
    assert [one.page for one in whole.parts] == [page.key for page in told[-2::-1]]
    assert sum(len(page.rows) for page in told[:-1]) == 300
    assert max(len(page.rows) for page in told[:-1]) == A_PART


@pytest.mark.parametrize("number", [AT_ONCE - 1, 120, 299])
def test_one_more_correction_changes_the_first_page_and_one_part_at_most(number: int):
    before, after = made(number), made(number + 1)
    assert len([key for key in before if before[key] != after[key]]) <= 2


def test_what_is_held_is_named_on_each_page_that_it_stands_on_and_on_no_other():
    told = rows(120)
    source = told[0].source.model_copy(update={"step": 7})
    told[0] = told[0].model_copy(update={"source": source})
    hold = Hold(where="a reason", kinds=("possible name",), source=source, text="ab")
    with_it = [page.key for page in corrections_pages(told, [hold], NOTICES, "") if page.holds]
    assert with_it == ["corrections/2026"]


def test_the_pages_of_many_corrections_pass_the_check_and_keep_to_the_budget():
    long = [
        row.model_copy(update={"because": " ".join(digest(f"{n} {i}") for i in range(100))})
        for n, row in enumerate(rows(300))
    ]
    home = pages()["index"]["notices"]
    changed = corrections_pages(long, [], Notices.model_validate(home), "Write to us.")
    data = {**pages(), **{page.key: page.model_dump(mode="json") for page in changed}}
    files, done = drawn(data)
    assert done.faults == []
    assert "corrections/2027-2-in-full.txt" in files
    table = files["data/corrections.csv"].decode()
    assert table.count("\r\n") == 301
