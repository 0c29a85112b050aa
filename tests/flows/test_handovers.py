"""A service changes hands: what was promised is offered to who follows, taken on or declined."""

from datetime import date
from pathlib import Path

import pytest

from charter.actions import Promise
from charter.document import ActionLine
from charter.steps import Rating
from flows.verifying import CHECKS, first_wrong
from providers import actions, answering, checking, handovers, ledger, register, returns
from providers.cycles import NotAllowed, Unknown
from providers.database import Database
from providers.steering_tables import ActionHandover
from tests.support.cast import at
from tests.support.drawn import build_pages
from tests.support.programme import APPROVER, COMMISSIONER, QUARTER, SIGNERS, SMALL, Programme

BEFORE = "2026-27-Q1"
DEE = "Sample,CLB,HMP Clydebridge,DEE,Dee Health,provider,prime,2026-08-15,,{name},{email},{role}\n"
CHANGED = SMALL.replace(
    "CLYDE,Clyde Health,provider,prime,2024-04-01,,",
    "CLYDE,Clyde Health,provider,prime,2024-04-01,2026-08-14,",
) + "".join(
    DEE.format(name=name, email=f"{name.lower()}@dee.example", role=role)
    for name, role in (("Dee", "lead"), ("Dot", "signer"))
)
TITLES = ("A consent card in every reception pack", "A call-back list")


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    """Clyde promised two things in its last whole quarter, and hands over to Dee in mid-August."""
    running = Programme(store, tmp_path / "home", began="2026-06-20T09:00").begin(CHANGED)
    running.day("2026-07-01")
    sign(running, "CLYDE", BEFORE, "2026-07-20T10:00", promises())
    running.day("2026-08-14")
    return running


def promises() -> tuple[ActionLine, ...]:
    return tuple(
        ActionLine(
            commitment=one, title=title, owner="Head", due=date(2026, 12, 1), status="planned"
        )
        for one, title in zip(("W1", "W2"), TITLES, strict=True)
    )


def sign(
    programme: Programme, provider: str, quarter: str, when: str, lines: tuple[ActionLine, ...] = ()
) -> None:
    """A whole return, signed; its earlier actions are in progress unless `lines` say more."""
    here = programme.ref(provider, "CLB", quarter)
    lead, signer = SIGNERS[provider]
    document = programme.filled(here, Rating.FULLY)
    going = {"status": "in_progress", "due": date(2026, 12, 1)}
    carried = tuple(line.model_copy(update=going) for line in document.actions)
    document = document.model_copy(update={"actions": (*carried, *lines)})
    with programme.database.writing() as session:
        now = at(when)
        person = programme.person
        sha = answering.hand_over(session, here, document, now, person(lead))
        answering.sign(session, here, sha, now, person(signer))


def offered(programme: Programme, provider: str = "DEE") -> list[Promise]:
    with programme.database.reading() as session:
        services = register.services(session, ["sample"])
        here = next(s.id for s in services if s.party_code == provider and s.site_code == "CLB")
        return [offer.promise for offer in handovers.waiting(session, here)]


def decide(programme: Programme, place: int, when: str, reason: str = "") -> None:
    """Dee's word on the promise at that place: taken on, or declined where there is a reason."""
    here, one = programme.ref("DEE", "CLB"), offered(programme)[place]
    with programme.database.writing() as session:
        person = programme.person("dee@dee.example")
        handovers.decide(session, here, one.id, reason, at(when), person, accept=not reason)


def held(programme: Programme, provider: str) -> dict[str, Promise]:
    here = programme.ref(provider, "CLB")
    with programme.database.reading() as session:
        found = actions.promises(session, [(provider, here.site_id)])
    return {one.title: one for one in found[provider, here.site_id]}


def test_nothing_is_offered_before_the_outgoing_provider_has_answered_for_its_last_days(
    programme: Programme,
) -> None:
    programme.day("2026-08-17")
    assert offered(programme) == []
    sign(programme, "CLYDE", QUARTER, "2026-09-01T10:00")
    programme.day("2026-09-02")
    assert [one.title for one in offered(programme)] == list(TITLES)
    programme.day("2026-09-03")
    assert len(offered(programme)) == 2


def test_what_is_recorded_as_not_returned_is_offered_all_the_same(programme: Programme) -> None:
    for day in ("09-14", "09-15", "09-21", "09-28", "09-29"):
        programme.day(f"2026-{day}")
    assert len(offered(programme)) == 2


def test_what_was_done_in_the_meantime_is_offered_no_longer(programme: Programme) -> None:
    here = programme.ref("CLYDE", "CLB")
    with programme.database.reading() as session:
        first = returns.brought_forward(session, here).actions[0]
    document = programme.filled(here)
    done = first.model_copy(update={"status": "done"})
    going = document.actions[1].model_copy(update={"status": "in_progress"})
    document = document.model_copy(update={"actions": (done, going)})
    with programme.database.writing() as session:
        now, person = at("2026-09-01T10:00"), programme.person
        sha = answering.hand_over(session, here, document, now, person("clyde@clyde.example"))
        answering.sign(session, here, sha, now, person("cal@clyde.example"))
    programme.day("2026-09-02")
    assert [one.title for one in offered(programme)] == [TITLES[1]]


def test_what_is_taken_on_is_in_the_next_return_with_the_date_it_was_first_promised_for(
    programme: Programme,
) -> None:
    ready(programme)
    decide(programme, 0, "2026-10-05T10:00")
    here = programme.ref("DEE", "CLB")
    with programme.database.reading() as session:
        lines = returns.brought_forward(session, here).actions
    assert [(line.title, line.due) for line in lines] == [(TITLES[0], date(2026, 12, 1))]
    sign(programme, "DEE", QUARTER, "2026-10-06T10:00")
    mine = held(programme, "DEE")[TITLES[0]]
    assert mine.first_due == date(2026, 12, 1)
    assert mine.taken_over is not None
    assert mine.taken_over.other == "Clyde Health"
    assert [change.party for change in mine.changes] == ["CLYDE", "CLYDE", "DEE"]
    theirs = held(programme, "CLYDE")[TITLES[0]]
    assert [change.party for change in theirs.changes] == ["CLYDE", "CLYDE"]
    assert theirs.passed_on is not None
    assert (theirs.passed_on.other, theirs.passed_on.declined) == ("Dee Health", "")
    with programme.database.reading() as session:
        assert first_wrong(session, CHECKS) == ""


def ready(programme: Programme) -> None:
    """Clyde has signed its last return, and the quarter has opened for Dee."""
    sign(programme, "CLYDE", QUARTER, "2026-09-01T10:00")
    programme.day("2026-09-02")
    programme.day("2026-10-01")


def test_what_is_declined_stays_where_it_was_with_the_reason(programme: Programme) -> None:
    ready(programme)
    decide(programme, 1, "2026-10-05T10:00", "We have no list.")
    assert TITLES[1] not in held(programme, "DEE")
    theirs = held(programme, "CLYDE")[TITLES[1]]
    assert theirs.passed_on is not None
    assert theirs.passed_on.declined == "We have no list."
    assert [one.title for one in offered(programme)] == [TITLES[0]]


def test_taken_on_after_signing_it_waits_for_the_next_return(programme: Programme) -> None:
    ready(programme)
    sign(programme, "DEE", QUARTER, "2026-10-06T10:00")
    decide(programme, 0, "2026-10-07T10:00")
    with programme.database.reading() as session:
        assert returns.brought_forward(session, programme.ref("DEE", "CLB")).actions == ()
    programme.day("2027-01-04")
    with programme.database.reading() as session:
        later = returns.brought_forward(session, programme.ref("DEE", "CLB", "2026-27-Q3"))
    assert [line.title for line in later.actions] == [TITLES[0]]


def test_a_promise_is_declined_only_with_a_reason_and_decided_only_once(
    programme: Programme,
) -> None:
    ready(programme)
    here, first = programme.ref("DEE", "CLB"), offered(programme)[0].id
    dee, now = programme.person("dee@dee.example"), at("2026-10-05T10:00")
    with programme.database.writing() as session:
        with pytest.raises(NotAllowed, match="say why"):
            handovers.decide(session, here, first, " ", now, dee, accept=False)
        handovers.decide(session, here, first, "", now, dee, accept=True)
        handovers.decide(session, here, first, "", now, dee, accept=True)
        with pytest.raises(NotAllowed, match="already"):
            handovers.decide(session, here, first, "No.", now, dee, accept=False)
        clyde = programme.person("clyde@clyde.example")
        with pytest.raises(NotAllowed, match="only a"):
            handovers.decide(session, here, first, "", now, clyde, accept=True)
        brook = programme.person("brook@brook.example")
        other = programme.ref("BROOK", "BRB")
        with pytest.raises(Unknown):
            handovers.decide(session, other, first, "", now, brook, accept=True)
    with programme.database.reading() as session:
        kinds = [entry.kind for entry in ledger.entries(session)]
    assert (kinds.count("action_offered"), kinds.count("action_accepted")) == (2, 1)


def test_families_are_told_who_took_it_on_and_who_would_not(programme: Programme) -> None:
    ready(programme)
    approve(programme, "2026-10-02T10:00", ("CLYDE",), BEFORE)
    programme.publish("2026-10-02T12:00")
    decide(programme, 0, "2026-10-05T10:00")
    decide(programme, 0, "2026-10-05T10:05", "We have no list.")
    sign(programme, "DEE", QUARTER, "2026-10-06T10:00")
    approve(programme, "2026-12-03T10:00", ("CLYDE", "DEE"), QUARTER)
    programme.publish("2026-12-08T09:00")
    with programme.database.reading() as session:
        pages = build_pages(session, at("2026-12-08T10:00"), programme.post.calendar)
    rows = {
        (row["party_name"], row["title"]): row for row in pages[f"prisons/CLB/{QUARTER}"]["actions"]
    }
    taken, left = rows["Dee Health", TITLES[0]], rows["Clyde Health", TITLES[1]]
    assert taken["handed"] == "Taken over from Clyde Health, which promised it."
    assert taken["first_promised"] == "2026-12-01"
    assert not taken["is_new"]
    assert left["handed"] == "Dee Health runs this service now, and did not take this on."
    assert left["handed_because"] == "We have no list."
    assert "handed" not in pages[f"prisons/CLB/{BEFORE}"]["actions"][0]
    text = (programme.home / "site" / "prisons" / "CLB" / "index.html").read_text()
    assert "Taken over from Clyde Health" in text
    assert "We have no list." in text


def approve(programme: Programme, when: str, providers: tuple[str, ...], quarter: str) -> None:
    """Two people approve these providers' returns for the prison."""
    for provider in providers:
        here = programme.ref(provider, "CLB", quarter)
        for email in (COMMISSIONER, APPROVER):
            with programme.database.writing() as session:
                checking.approve(session, here, at(when), programme.person(email))


def test_a_decision_changed_behind_the_ledgers_back_is_found(programme: Programme) -> None:
    ready(programme)
    decide(programme, 1, "2026-10-05T10:00", "We have no list.")
    with programme.database.writing() as session:
        first = offered(programme)[0].id
        clyde = programme.ref("CLYDE", "CLB").service_id
        rows = {i: session.get(ActionHandover, (i, clyde)) for i in [first]}
        assert first_wrong(session, {"x": handovers.first_altered}) == ""
        row = rows[first]
        assert row is not None
        row.accepted = True
        session.add(row)
        session.flush()
        assert first in handovers.first_altered(session)
