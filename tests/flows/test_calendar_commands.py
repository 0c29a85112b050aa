"""`charter calendar`, and the proof that `cycle show --why` gives of every date."""

from datetime import date
from pathlib import Path

import pytest

from tests.flows.test_commands import Charter, refuses
from tests.flows.test_commands import charter as charter
from tests.flows.test_commands import running as running
from tests.support.holidays import NEW, gov_uk
from tests.support.programme import COMMISSIONER, QUARTER

ON = ("--now", "2026-10-12T09:00")


@pytest.fixture
def gov_uk_file(tmp_path: Path) -> Path:
    """GOV.UK's file with one more holiday than the list in force."""
    file = tmp_path / "bank-holidays.json"
    file.write_text(gov_uk(also=[NEW]), encoding="utf-8-sig")
    return file


def test_the_list_in_force_is_shown_with_its_source_and_its_end(running: Charter) -> None:
    said = running(*ON, "calendar", "show")
    assert "gov.uk/bank-holidays.json" in said.out
    assert "to 31 December 2028; open quarters count on to 8 December 2026" in said.out
    assert "Fri 25 December 2026   Christmas Day" in said.out
    assert "2025" not in said.out
    shown = running(*ON, "calendar", "show", "--json").json
    assert (shown["version"], shown["horizon"]) == ("2026-02-25", "2028-12-31")
    assert shown["needed_to"] == "2026-12-08"
    assert {"date": "2019-01-01", "title": "New Year’s Day"} in shown["holidays"]


def test_a_new_list_is_taken_up_and_the_next_round_moves_what_is_open(
    running: Charter, gov_uk_file: Path
) -> None:
    done = running(*ON, "calendar", "import", gov_uk_file, "--by", COMMISSIONER)
    assert done.code == 0
    assert "Added: 26 October 2026 (Bank holiday for a coronation)." in done.out
    assert "charter round" in done.out
    again = running(*ON, "calendar", "import", gov_uk_file, "--json").json
    assert (again["changed"], again["version"]) == (False, "2026-10-12")
    assert running("calendar", "show", "--json").json["on_record"] == ["2026-02-25", "2026-10-12"]
    moved = running(*ON, "round")
    assert "due dates moved later." in moved.out
    assert running(*ON, "round", "--json").json["due_moved"] == 0
    shown = running("cycle", "show", "sample", "--json").json
    assert shown["dates"]["due"] == "2026-10-29"
    assert {row["due"] for row in shown["returns"]} == {"2026-10-29"}
    assert running("verify").code == 0


def test_a_list_that_cannot_be_used_is_refused_in_a_sentence_and_nothing_changes(
    running: Charter, tmp_path: Path
) -> None:
    file = tmp_path / "list.json"

    def given(content: str | bytes, *words: str) -> None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        refuses(running(*ON, "calendar", "import", file), *words)

    given("no json", "cannot be read as JSON")
    given(b"\xff\xfe{", "is not UTF-8 text")
    given("[]", "set of named fields")
    given(gov_uk(without=["2027-12-28"]), "only 7 bank holidays are listed for 2027")
    given(gov_uk(until="2026-10-01"), "only 6 bank holidays are listed for 2026")
    given(gov_uk(until="2025-12-31"), "this list ends on 31 December 2025, and an open quarter")
    given(gov_uk(without=["2026-08-31"], also=[NEW]), "31 August 2026 (Summer bank holiday)")
    refuses(running(*ON, "calendar", "import", tmp_path / "none.json"), "no such file")
    stale = ("--read-on", "2026-01-31")
    file.write_text(gov_uk(also=[NEW]))
    refuses(running(*ON, "calendar", "import", file, *stale), "fetch a newer one")
    refuses(running(*ON, "calendar", "import", file, "--read-on", "soon"), "is no date")
    refuses(running("--now", "2026-09-01T09:00", "calendar", "import", file))
    assert running("calendar", "show", "--json").json["version"] == "2026-02-25"
    assert running("verify").code == 0


def test_every_return_is_proved_day_by_day(running: Charter, gov_uk_file: Path) -> None:
    assert running(*ON, "calendar", "import", gov_uk_file).code == 0
    assert running(*ON, "round").code == 0
    which = ("--provider", "BROOK", "--site", "BRB", "--quarter", QUARTER)
    words = ("--reason", "Two are ill.", "--public", "Illness.", "--by", COMMISSIONER)
    assert running(*ON, "cycle", "extend", *which, "--to", "2026-11-11", *words).code == 0
    stop = ("cycle", "pause", "sample", "--reason", "strike")
    assert running("--now", "2026-10-13T09:00", *stop).code == 0
    assert running("--now", "2026-10-14T09:00", "cycle", "resume", "sample").code == 0
    shown = running(*ON, "cycle", "show", "sample", "--why", "--json").json
    assert shown["why"] == [{"date": "2026-10-26", "holiday": "Bank holiday for a coronation"}]
    proof = shown["proof"]
    assert "read on 12 October 2026" in proof["source"]
    assert {"date": "due", "first": "2026-10-28", "now": "2026-10-29", "moved": True} in proof[
        "dates"
    ]
    brook = next(row for row in proof["returns"] if row["provider"] == "BROOK")
    counted = [day["date"] for day in brook["days"] if day["working_day"]]
    assert (len(counted), counted[-1]) == (20, "2026-10-29")
    passed = {day["date"]: day["passed_over"] for day in brook["days"] if day["passed_over"]}
    assert passed["2026-10-26"] == "Bank holiday for a coronation"
    assert passed["2026-10-24"] == "Saturday"
    assert len(counted) + len(passed) == (date(2026, 10, 29) - date(2026, 9, 30)).days
    assert [(c["cause"], c["due"]) for c in brook["changes"]] == [
        ("asked", "2026-10-28"),
        ("holiday", "2026-10-29"),
        ("extension", "2026-11-11"),
    ]
    assert [(p["what"], p["since"], p["until"]) for p in brook["pauses"]] == [
        ("the whole region", "2026-10-13", "2026-10-14")
    ]
    said = running(*ON, "cycle", "show", "sample", "--why").out
    assert "     20  Thu 29 October 2026   returns are due, by 23:59:59" in said
    assert "Mon 26 October 2026   passed over: Bank holiday for a coronation" in said
    assert "12 October 2026: more time given, to 11 November 2026. Two are ill." in said
    assert "a pause moves no date" in said
    plain = running(*ON, "cycle", "show", "sample", "--json").json
    assert not {"why", "proof"} & set(plain)


def test_a_list_that_ends_before_the_ladder_halts_escalation_and_doctor_says_so(
    charter: Charter, running: Charter
) -> None:
    """The shipped list ends with 2028, and the last quarter of that year is answered in 2029."""
    late = ("--now", "2028-12-29T09:00")
    said = running(*late, "doctor")
    assert said.code == 1
    assert "MEND  calendar: escalation will halt: bank holidays are known from" in said.out
    assert "MEND  calendar" not in running(*ON, "doctor").out
    refuses(running("--now", "2029-01-03T09:00", "round"), "bank holidays are known", "2029-01")


def test_one_return_whose_ladder_runs_past_the_list_does_not_stop_the_others(
    running: Charter, tmp_path: Path
) -> None:
    file = tmp_path / "short.json"
    file.write_text(gov_uk(until="2026-12-31"))
    assert running(*ON, "calendar", "import", file).code == 0
    which = ("--provider", "BROOK", "--site", "BRB", "--quarter", QUARTER)
    words = ("--reason", "Flood.", "--public", "A flood.", "--by", COMMISSIONER)
    assert running(*ON, "cycle", "extend", *which, "--to", "2027-01-15", *words).code == 0
    before = len(running("letters", "list", "--json").json)
    late = ("--now", "2026-10-14T09:00")
    refuses(running(*late, "round"), "escalation halts for 1 return: bank holidays are known")
    assert len(running("letters", "list", "--json").json) > before
    assert "MEND  calendar" in running(*late, "doctor").out
    years = ("--to", "2036-10-29")
    refuses(running(*late, "cycle", "extend", *which, *years, *words), "check the year")
