"""Two who do the same at once, each in a thread: one does it, the other hears who and when."""

import threading
from collections.abc import Callable

import pytest

from charter.review import DisputeDecided
from charter.steps import Approved, Confirmed, Rating
from notifications import doubts, outbox
from providers import checking, disputes, ledger, lives, staff
from tests.portal.test_letters_page import doubtful, path, state
from tests.support.cast import AVON, at
from tests.support.pages import Page, PageClient
from tests.support.releases import look, named_in
from tests.support.rules import CALENDAR
from tests.support.stage import ADAM, ANN, CORA, IRIS, Stage

SECOND = {"commissioner": "carl@commissioner.example", "arbiter": "ivo@outside.example"}


@pytest.fixture
def crowded(any_stage: Stage) -> Stage:
    """A region with two of each, on SQLite and on PostgreSQL."""
    with any_stage.database.writing() as session:
        for role, email in SECOND.items():
            staff.add(session, any_stage.now, "operator", email=email, role=role,
                      region_code=any_stage.ref().region, name=f"Second {role}")  # fmt: skip
    return any_stage


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What came of acts that began together, in their order."""
    gate = threading.Barrier(len(acts))
    found: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        gate.wait()
        try:
            found[place] = acts[place]()
        except BaseException as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def won_and_lost(pages: list[object]) -> Page:
    """The page of whoever came second; the other did it."""
    answers = [page for page in pages if isinstance(page, Page)]
    assert sorted(page.status for page in answers) == [200, 409], pages
    return next(page for page in answers if page.status == 409)


def steps_of(stage: Stage, kind: type) -> int:
    with stage.database.reading() as session:
        assert not ledger.verify(session)
        history = lives.history(session, stage.ref().id)
    return sum(isinstance(one.step, kind) for one in history)


@pytest.fixture
def browsers(crowded: Stage, open_pages: Callable[..., PageClient]):
    """A browser of its own for each person named."""
    return lambda *people: [crowded.enters(open_pages, email) for email in people]


def test_two_who_confirm_a_return_at_once(crowded: Stage, browsers):
    here = crowded.ref()
    crowded.submit(AVON, crowded.filled(here), at("2026-11-02T09:00"))
    crowded.now = at("2026-11-03T09:00")
    pages = [b.get(f"/console/returns/{here.id}") for b in browsers(CORA, SECOND["commissioner"])]
    late = won_and_lost(
        at_once(*(lambda p=p: p.submit(button="Confirm this return") for p in pages))
    )
    assert "3 November 2026 at 9:00am" in late.text
    assert steps_of(crowded, Confirmed) == 1


def test_one_who_approves_in_two_browsers_at_once_counts_once(crowded: Stage, browsers):
    named_in(crowded)
    pages = [look(b, crowded.ref()) for b in browsers(CORA, CORA)]
    acts = (lambda p=p: p.submit(button="Approve to publish") for p in pages)
    late = won_and_lost(at_once(*acts))
    assert "Cora Check" in late.text
    assert "1 December 2026 at 10:00am" in late.text
    assert steps_of(crowded, Approved) == 1


def test_two_who_approve_at_once_both_count(crowded: Stage, browsers):
    named_in(crowded)
    pages = [look(b, crowded.ref()) for b in browsers(CORA, ANN)]
    acts = (lambda p=p: p.submit(button="Approve to publish") for p in pages)
    assert [getattr(one, "status", one) for one in at_once(*acts)] == [200, 200]
    assert steps_of(crowded, Approved) == 2


def test_two_who_decide_a_dispute_at_once(crowded: Stage, browsers):
    here = crowded.ref()
    crowded.now = at("2026-11-02T09:00")
    crowded.submit(AVON, crowded.filled(here), crowded.now)
    with crowded.database.writing() as session:
        cora, lead = crowded.person(CORA), crowded.person(AVON.email)
        checking.change_rating(
            session, here, "W2", Rating.NOT_MET, "No card was seen.", crowded.now, cora
        )
        disputes.dispute(session, here, "W2", "It was there.", crowded.now, lead, CALENDAR)
    pages = [b.get(f"/console/disputes/{here.id}/W2") for b in browsers(IRIS, SECOND["arbiter"])]
    sent = [{"stands": stands, "why": "We asked both."} for stands in ("changed", "own")]
    acts = (lambda p=p, s=s: p.submit(s, button="Decide") for p, s in zip(pages, sent, strict=True))
    late = won_and_lost(at_once(*acts))
    assert "2 November 2026 at 9:00am" in late.text
    assert steps_of(crowded, DisputeDecided) == 1
    with crowded.database.reading() as session:
        assert not lives.first_stale_cache(session)


def test_two_who_settle_a_letter_at_once(crowded: Stage, browsers):
    key = doubtful(crowded)
    pages = [b.get(path(crowded, f"/{key}")) for b in browsers(CORA, ADAM)]
    acts = (
        lambda p=p, a=a: p.submit({"arrived": a}, button="Settle this letter")
        for p, a in zip(pages, ("yes", "no"), strict=True)
    )
    late = won_and_lost(at_once(*acts))
    ends, outcome = state(crowded, key)
    winner = "Cora Check" if ends == "sent" else "Adam Admin"
    assert f"{winner} found that it" in late.text
    assert outcome.startswith(f"person:{crowded.person(CORA if ends == 'sent' else ADAM)} ")


def test_a_letter_is_settled_by_hand_while_its_channel_answers(crowded: Stage, browsers):
    key = doubtful(crowded)
    (client,) = browsers(CORA)
    page = client.get(path(crowded, f"/{key}"))
    with crowded.database.reading() as session:
        fence = getattr(outbox.show(session, key), "fence", 0)

    def channel() -> bool:
        with crowded.database.writing() as session:
            return doubts.answered(session, key, fence, True, crowded.now)

    found = at_once(lambda: page.submit({"arrived": "no"}, button="Settle this letter"), channel)
    by_hand, by_channel = getattr(found[0], "status", found[0]), found[1]
    assert (by_hand, by_channel) in ((200, False), (409, True)), found
    assert state(crowded, key)[0] == ("queued" if by_hand == 200 else "sent")
    with crowded.database.reading() as session:
        kinds = [entry.kind for entry in ledger.entries(session)]
    assert kinds.count("letter_settled") == (by_hand == 200)
