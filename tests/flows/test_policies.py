"""A region takes up another policy from its next cycle on, and the past is not rewritten."""

from datetime import date
from pathlib import Path

import pytest

from charter.policy import read_policy
from flows.verifying import verify
from flows.wiring import SHIPPED_POLICIES, policy_shipped, shipped
from providers import cycles, ledger
from providers.cycles import NotAllowed, Unknown
from providers.database import Database
from tests.flows.test_commands import Charter, charter, refuses, running
from tests.support.cast import at
from tests.support.programme import COMMISSIONER, QUARTER, Programme
from tests.support.rules import POLICY, POLICY_TEXT

__all__ = ["charter", "running"]

OWN = (
    POLICY_TEXT.replace('version = "2026.4"', 'version = "sample-1"')
    .replace("\ndue = 20\n", "\ndue = 18\n")
    .replace('id = "remind-5"', 'id = "remind-5"\ngap = 5')
)
NEXT = "2026-27-Q3"


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin()


def take_up(programme: Programme, version: str, when: str) -> bool:
    with programme.database.writing() as session:
        cycles.keep_rulebook(session, "policy", "sample-1", OWN)
        return cycles.follow(session, "sample", version, at(when), "operator")


def test_open_cycles_keep_their_policy_and_the_next_one_follows_the_new(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    with programme.database.reading() as session:
        before = cycles.cycle_of(session, "sample", QUARTER)
    assert take_up(programme, "sample-1", "2026-10-02T09:00")
    assert not take_up(programme, "sample-1", "2026-10-02T09:30")
    for day in ("2026-10-14", "2026-10-21", "2026-10-28", "2027-01-04"):
        programme.day(day)
    with programme.database.reading() as session:
        assert cycles.cycle_of(session, "sample", QUARTER) == before
        now = cycles.cycle_of(session, "sample", NEXT)
        kinds = [row.kind for row in ledger.entries(session)]
    assert before.policy_version == "2026.4"
    assert programme.ref("CLYDE", "CLB").due_on == date(2026, 10, 28)
    assert (now.policy_version, now.dates.due) == ("sample-1", date(2027, 1, 27))
    assert programme.ref("CLYDE", "CLB", NEXT).due_on == date(2027, 1, 27)
    assert kinds.count("policy_taken_up") == 1
    assert verify(programme.database, programme.home).wrong == ""


def test_a_cycle_opened_under_the_first_policy_runs_to_its_end_by_it(programme: Programme) -> None:
    assert take_up(programme, "2026.1", "2026-09-15T09:00")
    programme.day("2026-10-01")
    assert take_up(programme, "2026.4", "2026-10-02T09:00")
    for day in ("2026-10-14", "2026-10-21", "2026-10-28", "2026-10-29", "2026-11-04", "2026-11-11"):
        programme.day(day)
    with programme.database.reading() as session:
        cycle = cycles.cycle_of(session, "sample", QUARTER)
    assert cycle.policy_version == "2026.1"
    commissioner = programme.person(COMMISSIONER)
    written = sorted(p.stem for p in (programme.home / "mail").glob(f"*-p{commissioner}-*.eml"))
    assert written == [programme.key(COMMISSIONER, "2026-11-11")]


def test_a_policy_that_is_not_on_record_is_answered_with_those_that_are(
    programme: Programme,
) -> None:
    with (
        pytest.raises(
            Unknown, match=r"'2031.1' is not on record; .* 2026.1, 2026.2, 2026.3, 2026.4"
        ),
        programme.database.writing() as session,
    ):
        cycles.follow(session, "sample", "2031.1", at("2026-10-02T09:00"), "operator")


def test_words_on_record_are_not_changed_under_the_same_version(programme: Programme) -> None:
    with (
        pytest.raises(NotAllowed, match="version of its own"),
        programme.database.writing() as session,
    ):
        cycles.keep_rulebook(session, "policy", "2026.4", OWN)


def test_by_command_a_file_is_taken_up_and_named_and_a_bad_one_is_refused_whole(
    running: Charter, tmp_path: Path
) -> None:
    now, by = ("--now", "2026-10-05T09:00"), ("--by", COMMISSIONER)
    own, bad, mute = tmp_path / "own.toml", tmp_path / "bad.toml", tmp_path / "mute.toml"
    own.write_text(OWN)
    bad.write_text(OWN.replace("\ndue = 18\n", "\ndue = 99\n"))
    mute.write_text(OWN.replace('letter = "overdue"', 'letter = "shout"'))
    refuses(running(*now, "cycle", "policy", "sample", bad, *by), "in that order")
    refuses(
        running(*now, "cycle", "policy", "sample", mute, *by), "'overdue-1'", "no letter 'shout'"
    )
    empty = tmp_path / "empty.toml"
    empty.write_text(OWN.replace("[89, ", "[90, "))
    arithmetic = "the nearest shares are 89 (8 of 9) and 100 (9 of 9)"
    refuses(running(*now, "cycle", "policy", "sample", empty, *by), "'substantially'", arithmetic)
    refuses(
        running(*now, "cycle", "policy", "sample", "2031.1", *by), "2026.1, 2026.2, 2026.3, 2026.4"
    )
    stands = running(*now, "cycle", "policy", "sample", "--json").json
    on_record = ["2026.1", "2026.2", "2026.3", "2026.4"]
    assert stands == {"region": "sample", "policy": "2026.4", "on_record": on_record}
    done = running(*now, "cycle", "policy", "sample", own, *by)
    assert (done.code, "sample-1 from its next cycle on" in done.out) == (0, True), done
    again = running(*now, "cycle", "policy", "sample", "sample-1", *by, "--json").json
    assert again == {"region": "sample", "policy": "sample-1", "changed": False}
    assert "follows policy sample-1" in running(*now, "cycle", "policy", "sample").out
    assert running("verify").code == 0


def test_a_new_region_follows_the_newest_policy_shipped_whatever_else_is_on_record() -> None:
    versions = [read_policy(shipped(name)).version for name in SHIPPED_POLICIES]
    assert policy_shipped() == versions[-1] == POLICY.version
    assert versions == ["2026.1", "2026.2", "2026.3", "2026.4"]
