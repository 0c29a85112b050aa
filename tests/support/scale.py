"""A region of many services with years behind it, written in bulk by the product's own stores."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, insert, select

from charter.answers import Evidence, ReturnDocument
from charter.ledger import canonical, digest
from charter.packs import PackKind
from charter.quarters import Quarter
from charter.review import Disputed
from charter.scoring import receipt_text
from charter.steps import (
    Approved,
    Confirmed,
    HandedOver,
    Published,
    Rating,
    RatingChanged,
    Scored,
    Signed,
)
from flows.scoring import rescore
from providers import (
    cycles,
    evidence,
    lives,
    opening,
    packs,
    promise_standings,
    requests,
    returns,
    staff,
)
from providers.database import Database
from providers.evidence import Cabinet
from providers.lives import NewStep
from providers.packing import Asking
from providers.returns import Ref
from providers.tables import Action, ActionChange, Document, StepRow
from tests.support import files
from tests.support.cast import at
from tests.support.crowd import crowd
from tests.support.programme import Programme

LAST = Quarter.parse("2026-27-Q4")
NOW = datetime(2027, 5, 20, 9, 0, tzinfo=UTC)
"""The newest quarter is being checked: some returns are late, some wait, none is published."""
RATINGS = tuple(Rating)
WATCHED = "S1"
"""The prison whose newest return has everything: a file, held words, and a disputed rating."""
HELD = "We rang 3 people back who had asked about their appointments."
REQUEST = "ring-back"
ARBITER, ADMINISTRATOR = "iris@outside.example", "adam@sample-commissioning.example"


def region(database: Database, home: Path, services: int, quarters: int) -> Programme:
    """So many services over so many quarters: all but the newest are published, most signed."""
    first = LAST
    for _ in range(quarters - 1):
        first = first.previous()
    programme = Programme(database, home, began=f"{first.starts}T09:00").begin(crowd(services))
    quarter = first
    while quarter <= LAST:
        _play(programme, quarter)
        quarter = quarter.next()
    with programme.database.writing() as session:
        _watched(session)
    return programme


def _watched(session: Session) -> None:
    """What no page may lack: a request, a dispute, a kept pack, and the rest of the team."""
    here = returns.find(session, "P0", WATCHED, str(LAST))
    for email, role in ((ARBITER, "arbiter"), (ADMINISTRATOR, "administrator")):
        staff.add(session, NOW, "operator", region_code="sample", email=email, role=role, name=role)
    requests.enter_request(
        session,
        id=REQUEST,
        region="sample",
        site=WATCHED,
        party="P0",
        commitment="W1",
        text="Ring us back when we leave a message.",
        source="a visits hall morning",
        heard_on=LAST.starts,
        now=NOW,
        by="operator",
    )
    changed = RatingChanged(commitment="W1", rating=Rating.NOT_MET, reason="The log has gaps.")
    lives.record(session, here.id, changed, NOW, "person:3")
    lives.record(
        session, here.id, Disputed(commitment="W1", reason="It has none."), NOW, "person:2"
    )
    cycle = cycles.cycle_of(session, "sample", str(LAST))
    packs.make(session, Asking(PackKind.ASSURANCE, cycle), NOW, "operator")


def _play(programme: Programme, quarter: Quarter) -> None:
    """One quarter: everybody is asked, nine in ten answer, and what is past is published."""
    opens = quarter.ends + timedelta(days=1)
    while not programme.post.calendar.is_working_day(opens):
        opens += timedelta(days=1)
    if quarter == LAST:  # letters of one quarter, for the pages that show them
        programme.open(f"{opens}T09:00")
    with programme.database.writing() as session:
        opening.open_due(session, at(f"{opens}T09:00"), programme.post.calendar)
        session.execute(text("UPDATE letter SET state = 'sent', settled_at = queued_at"))
        here = returns.refs(session, quarter=str(quarter))
        if quarter == LAST:
            _give_file(session, Cabinet(programme.home / "evidence"), here)
        answered = [ref for n, ref in enumerate(here) if n % 10]
        when = at(f"{opens}T12:00") + timedelta(days=14)
        _sign(session, answered, when)
        if quarter != LAST:
            _publish(session, answered, when + timedelta(days=40))


def _give_file(session: Session, cabinet: Cabinet, here: list[Ref]) -> None:
    watched = next(ref for ref in here if ref.site == WATCHED)
    given = at(f"{watched.dates.opens}T10:00")
    evidence.take(session, cabinet, watched, "log.pdf", files.PDF, given, "person:1")
    session.execute(text("UPDATE evidence_file SET verdict = 'unscanned'"))


def _sign(session: Session, here: list[Ref], when: datetime) -> None:
    blank = returns.template(session, here[0])
    texts = {ref.id: _answered(blank, ref, when.date()) for ref in here}
    session.execute(
        insert(Document), [{"sha": digest(each), "body": each} for each in texts.values()]
    )
    steps = [
        NewStep(ref.id, kind(document=digest(texts[ref.id])))
        for ref in here
        for kind in (HandedOver, Signed)
    ]
    lives.record_many(session, steps, when, "person:2")
    _promise(session, here, texts)


def _answered(blank: ReturnDocument, ref: Ref, on: date) -> str:
    """A whole document in its one form; what is said differs from prison to prison."""
    piece = Evidence(title="Call log", dated=on, link="https://a.example/log")
    said = f"We ring families back within two days at {ref.site_name}."
    if ref.site == WATCHED and ref.quarter == LAST:
        piece = Evidence(
            title="Call log", dated=on, file="log.pdf", sha=sha256(files.PDF).hexdigest()
        )
        said = HELD
    answers = tuple(
        answer.model_copy(
            update={
                "rating": RATINGS[(ref.id + n) % 7 % 4],
                "reason": "Two posts in the team were empty.",
                "public_statement": said,
                "narrative": "A nurse keeps a list and a deputy checks it weekly.",
                "evidence": (piece,),
                "confirmed": True,
            }
        )
        for n, answer in enumerate(blank.answers)
    )
    whole = blank.model_copy(
        update={"provider": ref.party, "site": ref.site, "answers": answers, "actions": ()}
    )
    return canonical(whole.model_dump(mode="json"))


def _promise(session: Session, here: list[Ref], texts: dict[int, str]) -> None:
    """An action of every return, first promised for the end of the next quarter."""
    seqs = dict(
        session.exec(
            select(StepRow.return_id, StepRow.seq)
            .where(col(StepRow.body).contains('"kind":"signed"'))
            .where(col(StepRow.return_id) >= here[0].id)
        ).all()
    )
    due = here[0].quarter.next().ends
    promised = [
        {
            "id": f"a{ref.id}",
            "party_code": ref.party,
            "site_id": ref.site_id,
            "commitment": "W1",
            "title": "Put a consent card in every reception pack",
            "owner": "Head of healthcare",
            "first_due": due,
            "opened_return_id": ref.id,
        }
        for ref in here
    ]
    session.execute(insert(Action), promised)
    changes: list[dict[str, Any]] = [
        {
            "action_id": f"a{ref.id}",
            "return_id": ref.id,
            "document": digest(texts[ref.id]),
            "seq": seqs[ref.id],
            "status": "in_progress" if ref.id % 3 else "done",
            "due": due,
            "reason": "",
        }
        for ref in here
    ]
    session.execute(insert(ActionChange), changes)
    promise_standings.write(session, [row["action_id"] for row in changes])


def _publish(session: Session, here: list[Ref], when: datetime) -> None:
    receipts = {i: receipt_text(receipt) for i, receipt in rescore(session, here).items()}
    kept = {digest(each): each for each in receipts.values()}
    session.execute(insert(Document), [{"sha": s, "body": b} for s, b in kept.items()])

    steps = [
        NewStep(ref.id, step)
        for ref in here
        for step in (
            Scored(policy=ref.policy_version, receipt=digest(receipts[ref.id])),
            Confirmed(),
            Approved(person=3),
            Approved(person=4),
            Published(revision=1, page=""),
        )
    ]
    lives.record_many(session, steps, when, "person:3")
