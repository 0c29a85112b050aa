"""A page on its way out is drawn beforehand, and says so when something came since."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import event
from sqlmodel import Session

from charter.pages import PrisonPage
from charter.steps import Rating
from flows import foreseen, publishing, scoring
from flows.settings import Settings
from flows.wiring import assemble
from providers import (
    answering,
    checking,
    cycles,
    ledger,
    releasing,
    returns,
    staff,
)
from providers import foreseen as kept
from tests.support.cast import AVON, BROOK
from tests.support.pages import PageClient
from tests.support.releases import NAMED, draw, drawn, named_in, one_more_request
from tests.support.rules import CALENDAR
from tests.support.stage import ANN, CORA, Stage

Open = Callable[..., PageClient]


@pytest.fixture
def named(stage: Stage) -> Stage:
    """Avon's return confirmed and on its way out, its page drawn."""
    named_in(stage)
    draw(stage)
    return stage


def reads(page: PrisonPage) -> object:
    return kept.as_read(page.model_dump(mode="json"))


HARMLESS: dict[str, Callable[[Session, Stage], object]] = {
    "another prison's return": lambda s, t: _entry(s, t, "signed", f"return:{t.ref(BROOK).id}"),
    "another prison's numbers": lambda s, t: _entry(s, t, "numbers_checked", _site(t, BROOK)),
    "a request to another prison": lambda s, t: one_more_request(s, t, BROOK),
    "another region": lambda s, t: cycles.adopt(
        s, t.ref_of_eve().region, t.ref().charter_version, t.now, "operator"
    ),
    "an approval of the page itself": lambda s, t: checking.approve(
        s, t.ref(), t.now, t.person(CORA)
    ),
    "a step done by hand": lambda s, t: _entry(s, t, "step_run_by_hand", "region:sample"),
    "a reminder": lambda s, t: _entry(s, t, "reminded", f"return:{t.ref().id}"),
    "a person's details": lambda s, t: _entry(s, t, "details_confirmed", "person:1"),
    "what another quarter heard": lambda s, t: _hears(s, t, "2026-27-Q1"),
}
TELLING: dict[str, Callable[[Session, Stage], object]] = {
    "its own return": lambda s, t: checking.change_rating(
        s, t.ref(), "W2", Rating.PARTLY, "The log has gaps.", t.now, t.person(CORA)
    ),
    "its own reply": lambda s, t: answering.reply(
        s, t.ref(), "We disagree.", t.now, t.person(AVON.email)
    ),
    "a request to its prison": lambda s, t: one_more_request(s, t, AVON),
    "a hold that was cleared": lambda s, t: releasing.clear_hold(
        s, t.ref(), NAMED, "Agreed.", t.now, t.person(ANN)
    ),
    "its own numbers": lambda s, t: _entry(s, t, "numbers_checked", _site(t, AVON)),
    "what its quarter heard": lambda s, t: _hears(s, t, str(t.ref().quarter)),
    "a policy of its region": lambda s, t: _entry(s, t, "policy_taken_up", "region:sample"),
    "a holiday": lambda s, t: _entry(s, t, "calendar_kept", "calendar:2027"),
    "a register": lambda s, t: _entry(s, t, "register_imported", "register"),
    "what nobody knows yet": lambda s, t: _entry(s, t, "a_new_kind", "a_new_thing:7"),
}


def _entry(session: Session, stage: Stage, kind: str, subject: str) -> None:
    ledger.append(session, stage.now, "operator", kind, subject, {})


def _hears(session: Session, stage: Stage, quarter: str) -> None:
    heard = {"digest": "none"}
    subject = f"listening:sample:{quarter}"
    ledger.append(session, stage.now, "operator", "listening_saved", subject, heard)


def _site(stage: Stage, player: object) -> str:
    return f"site:{stage.ref(player).site_id}"  # type: ignore[arg-type]


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_about_others_leaves_a_drawing_up_to_date(named: Stage, what: str):
    before, here = drawn(named), named.ref()
    with named.database.writing() as session:
        HARMLESS[what](session, named)
    assert drawn(named).is_fresh
    with named.database.reading() as session:
        pages, _ = foreseen.foresee(session, named.now, CALENDAR, [here])[here.id]
    assert reads(pages[0]) == kept.as_read(before.pages[pages[0].key])


@pytest.mark.parametrize("what", TELLING)
def test_what_a_page_may_tell_of_puts_its_drawing_out_of_date(named: Stage, what: str):
    assert drawn(named).is_fresh
    with named.database.writing() as session:
        TELLING[what](session, named)
    assert drawn(named).since is not None
    assert draw(named) == 1
    assert drawn(named).is_fresh


def test_a_drawing_holds_on_every_day_on_which_the_page_reads_the_same(named: Stage):
    here, began = named.ref(), named.now
    with named.database.writing() as session:
        staff.add(session, began, "operator", email="pat@partner.example", region_code=here.region,
                  role="listening_partner", name="Pat", starts=date(2026, 12, 4))  # fmt: skip
    draw(named)
    before, held = drawn(named), []
    for day in range(10):
        named.now = began + timedelta(days=day)
        with named.database.reading() as session:
            pages, _ = foreseen.foresee(session, named.now, CALENDAR, [here])[here.id]
        same = reads(pages[0]) == kept.as_read(before.pages[pages[0].key])
        held.append(drawn(named).is_fresh)
        assert same or not held[-1], named.now
    assert held[0]
    assert not held[-1]
    named.now = began - timedelta(days=1)
    assert not drawn(named).is_fresh


@pytest.mark.parametrize("flow", [scoring.score_returns, publishing.publish_summary])
def test_what_waits_for_its_release_is_drawn_at_the_end_of_a_flow_and_nothing_else(
    named: Stage, flow: Callable[..., publishing.Bulletin], tmp_path
) -> None:
    post = assemble(
        Settings(_env_file=None, home=tmp_path), lambda: named.now, named.database, tmp_path
    ).post
    run = partial(flow, named.database, named.now, post)
    run()
    with named.database.reading() as session:
        waiting = kept.awaited(session, named.now)
        owed = [one.id for one in returns.refs(session, quarter=str(named.ref().quarter))]
        stale = [one for one in waiting if not drawn(named, returns.ref(session, one)).is_fresh]
    assert (set(waiting), stale) == (set(owed), [])
    assert run().foreseen == 0
    with named.database.writing() as session:
        one_more_request(session, named, BROOK)
    done = run()
    assert done.foreseen == 1
    assert drawn(named, named.ref(BROOK)).is_fresh


@pytest.fixture
def crowded(any_stage: Stage) -> Stage:
    """The same on both databases."""
    return named_in(any_stage)


def test_of_two_who_draw_at_once_the_one_that_read_more_of_the_record_is_kept(
    crowded: Stage,
) -> None:
    here, read, go_on = crowded.ref(), threading.Event(), threading.Event()
    real = foreseen.foresee

    def slow(*given: object) -> object:
        pages = real(*given)  # type: ignore[arg-type]
        if threading.current_thread() is late:
            read.set()
            go_on.wait(20)
        return pages

    late = threading.Thread(target=draw, args=(crowded,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreseen, "foresee", slow)
        late.start()
        assert read.wait(20)
        with crowded.database.writing() as session:
            text = "We disagree."
            answering.reply(session, here, text, crowded.now, crowded.person(AVON.email))
        assert draw(crowded) == 1
        go_on.set()
        late.join(20)
    drawing = drawn(crowded)
    assert drawing.is_fresh
    assert "We disagree." in str(drawing.pages)


def test_many_returns_that_are_up_to_date_cost_one_question_each(named: Stage) -> None:
    foreseen.draw_waiting(named.database, named.now, CALENDAR)
    with asked(named) as statements:
        assert foreseen.draw_waiting(named.database, named.now, CALENDAR) == 0
    about = [one for one in statements if "FROM foreseen" in one]
    with named.database.reading() as session:
        assert len(about) == len(kept.awaited(session, named.now))
    assert len(statements) - len(about) < 12


@contextmanager
def asked(stage: Stage) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    found: list[str] = []

    def heard(_c: object, _k: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(stage.database.engine, "before_cursor_execute", heard)
