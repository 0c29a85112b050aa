"""The invented region's story: told once or twice, whole or cut short, it ends the same."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from charter.policy import read_policy
from charter.quarters import Quarter, london_date
from flows.sample.acts import Act, FlowCall, InProcess, Story
from flows.sample.story import story
from flows.sample.telling import tell
from flows.verifying import verify
from flows.wiring import SHIPPED_POLICIES, App, shipped, shipped_calendar
from providers.database import Database
from tests.support.sampled import Killed, home_of, outcome, record, tell_all, tell_dying

ACTS = story()
QUARTER = Quarter.parse("2026-27-Q2")


class Notes:
    """A runner that writes down what it is asked to run, and has it done."""

    def __init__(self, app: App) -> None:
        self.runs: list[tuple[str, list[datetime]]] = []
        self.app = app

    def run(self, deployment: str, instants: Sequence[datetime]) -> None:
        """Remember it, and do it."""
        self.runs.append((deployment, list(instants)))
        InProcess(self.app).run(deployment, instants)


def test_every_act_is_strictly_later_than_the_one_before() -> None:
    moments = [act.at for act in ACTS]
    assert moments == sorted(set(moments))
    assert all(moment.second == 0 for moment in moments)


def test_a_story_refuses_an_act_that_is_not_later() -> None:
    told = Story()
    day = london_date(ACTS[0].at)
    told.on(day, "09:00", "First.", FlowCall("score_returns"))
    with pytest.raises(ValueError, match="not later than"):
        told.on(day, "09:00", "Second.", FlowCall("score_returns"))


def test_every_act_is_told_in_one_plain_sentence_or_two() -> None:
    for act in ACTS:
        assert act.says.endswith(".")
        assert "\n" not in act.says
        assert len(act.says) <= 90


def test_the_quarter_opens_falls_due_and_is_published_on_the_days_the_policy_gives() -> None:
    dates = read_policy(shipped(SHIPPED_POLICIES[-1])).dates(QUARTER, shipped_calendar())
    called: dict[str, list[date]] = {}
    for act in ACTS:
        if isinstance(act.do, FlowCall):
            called.setdefault(act.do.deployment, []).append(london_date(act.at))
    assert called["request_returns"] == [dates.opens]
    assert called["publish_summary"] == [dates.publishes]
    assert [f"{day:%d %b}" for day in called["chase_returns"]] == [
        "14 Oct", "21 Oct", "28 Oct", "29 Oct", "04 Nov", "11 Nov", "26 Nov", "08 Dec",
    ]  # fmt: skip
    assert dates.due in called["chase_returns"]
    assert dates.not_returned in called["chase_returns"]
    assert len(called["deliver_letters"]) == 1 + len(called["chase_returns"])
    assert len(called["score_returns"]) == 2


def test_the_earlier_quarters_need_nobody_to_run_their_flows() -> None:
    first = next(act.at for act in ACTS if isinstance(act.do, FlowCall))
    assert f"{first:%d %B %Y}" == "01 October 2026"


def test_doing_each_act_twice_changes_nothing_the_second_time(
    store: Database, tmp_path: Path
) -> None:
    app = home_of(store, tmp_path / "home")
    before = None
    for act in ACTS:
        for again in (False, True):
            tell(app, [act], InProcess(app), lambda said: None)
            found = record(app)
            if again:
                assert found == before, act.says
            before = found
    assert tell_all(app, ACTS) == ACTS[-1].at
    assert record(app) == before
    assert verify(app.database, app.home).wrong == ""


def test_a_telling_killed_at_every_boundary_between_acts_ends_the_same(
    whole: App, sqlite_store: Database, tmp_path: Path
) -> None:
    app = home_of(sqlite_store, tmp_path / "home")
    for end in range(1, len(ACTS)):
        tell(app, ACTS[:end], InProcess(app), lambda said: None)
    tell_all(app, ACTS)
    assert outcome(app) == outcome(whole)
    assert verify(app.database, app.home).wrong == ""


def test_a_telling_killed_in_the_middle_of_acts_ends_the_same(
    whole: App, sqlite_store: Database, tmp_path: Path
) -> None:
    app = home_of(sqlite_store, tmp_path / "home")
    chance = random.Random(1)
    lives = ((chance.randint(2, 15), chance.random() < 0.5) for _ in range(400))
    assert tell_dying(app, ACTS, lives) > 20
    assert outcome(app) == outcome(whole)
    assert verify(app.database, app.home).wrong == ""


def test_flows_of_one_name_in_a_row_are_one_run_with_several_moments(whole: App) -> None:
    notes = Notes(whole)
    last = ACTS[-1].at
    acts = [
        Act(last.replace(minute=20 + minute), f"Act {minute}.", FlowCall(name))
        for minute, name in enumerate(["deliver_letters", "deliver_letters", "score_returns"])
    ]
    tell(whole, acts, notes, lambda said: None)
    assert notes.runs == [
        ("deliver_letters", [acts[0].at, acts[1].at]),
        ("score_returns", [acts[2].at]),
    ]


def test_an_act_that_calls_a_flow_is_refused_where_nobody_can_run_it(whole: App) -> None:
    late = replace(ACTS[-1], at=ACTS[-1].at.replace(hour=20))
    with pytest.raises(LookupError, match="nobody is there to run deliver_letters"):
        tell(whole, [late], None, lambda said: None)


def test_what_is_told_is_said_before_it_is_done(sqlite_store: Database, tmp_path: Path) -> None:
    app = home_of(sqlite_store, tmp_path / "home")

    def refuse(app: App) -> None:
        raise Killed

    said: list[str] = []
    with pytest.raises(Killed):
        tell(app, [replace(ACTS[0], do=refuse)], None, said.append)
    assert said == [f"{'2 March 2026':>17}, 09:00  {ACTS[0].says}"]
