"""Figures are compared with those of the last return that was signed for a quarter that ran."""

from pathlib import Path

from sqlalchemy import Engine

from providers import answering, checking, opening, returns
from providers.database import Database
from providers.returns import Ref
from tests.support.cast import AVON, BROOK, Player, at
from tests.support.counting import FOR_ANYONE, measures_given
from tests.support.rules import CALENDAR
from tests.support.stage import CORA, LAST, Stage


def last_figures(stage: Stage, here: Ref) -> list[int | None]:
    """The wholes of what the return's figures are compared with."""
    with stage.database.reading() as session:
        return [one.whole for one in returns.brought_forward(session, here).measures]


def next_quarter(stage: Stage, player: Player) -> Ref:
    """October to December, opened on its day."""
    stage.now = at("2027-01-04T09:00")
    with stage.database.writing() as session:
        opening.open_due(session, stage.now, CALENDAR)
    return stage.ref(player, "2026-27-Q3")


def test_figures_are_compared_with_the_last_signed_ones_past_quarters_unsigned_or_not_run(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    stage = Stage(Database(sqlite_database), charter_text=FOR_ANYONE).play()
    here = stage.ref(AVON)
    assert last_figures(stage, stage.ref(AVON, LAST)) == []
    assert last_figures(stage, here) == [40, None, None, 40, 40, 40]
    assert last_figures(stage, next_quarter(stage, AVON)) == [40, None, None, 40, 40, 40]

    with stage.database.writing() as session:
        checking.agree_not_running(session, here, "Closed.", stage.now, stage.person(CORA))
    with stage.database.reading() as session:
        blank = returns.template(session, here)
    nothing = dict.fromkeys(("answers", "actions", "replies", "measures"), ())
    nil = {"spotlight": None, "nil_return": True, "nil_reason": "Closed for repairs."}
    stage.submit(AVON, blank.model_copy(update={**nothing, **nil}), stage.now)
    assert last_figures(stage, stage.ref(AVON, "2026-27-Q3")) == [40, None, None, 40, 40, 40]

    brook = stage.ref(BROOK, "2026-27-Q3")
    assert last_figures(stage, brook) == []
    stage.submit(BROOK, stage.filled(stage.ref(BROOK)), stage.now)
    assert last_figures(stage, brook) == [40, None, None, 40, 40, 40]


def test_a_template_has_every_figure_blank_whatever_was_counted_before(
    sqlite_database: Engine,
) -> None:
    stage = Stage(Database(sqlite_database), charter_text=FOR_ANYONE).play()
    with stage.database.reading() as session:
        blank = returns.template(session, stage.ref(AVON))
        found = answering.problems(session, stage.ref(AVON), blank, complete=False)
    assert found == []
    assert [one.whole for one in blank.measures] == [None] * 6
    assert len(measures_given(blank)) == 6
