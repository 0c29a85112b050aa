"""What providers promised, kept across quarters."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import cast

from sqlmodel import Session, col, select

from charter.actions import TAGS, ActionStatus, ActionTag, Change, Promise
from charter.answers import ActionLine, ReturnDocument
from charter.quarters import Quarter
from notifications.among import among
from providers import hands, promise_standings
from providers.tables import (
    Action,
    ActionChange,
    Cycle,
    Practice,
    Return,
    Service,
    Site,
    StepRow,
)


def promises(
    session: Session, of: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], list[Promise]]:
    """Each party and prison's actions with their whole history, in a fixed number of queries.

    Those it took over from another are with them; one it passed on is told of until then.
    """
    wanted = set(of)
    found: dict[tuple[str, int], list[Promise]] = {key: [] for key in wanted}
    passed = hands.handings(session, parties := {party for party, _ in wanted})
    rows = session.exec(
        select(Action)
        .where(col(Action.party_code).in_(parties) | col(Action.id).in_(list(passed)))
        .where(among(col(Action.site_id), {site for _, site in wanted}))
        .order_by(col(Action.id))
    ).all()
    changes = changes_of(session, [row.id for row in rows])
    for row in rows:
        for held in hands.holders(row.party_code, passed.get(row.id, [])):
            key = (held.party, row.site_id)
            if key in wanted:
                found[key].append(
                    Promise(
                        id=row.id,
                        commitment=row.commitment,
                        title=row.title,
                        owner=row.owner,
                        request=row.request_id,
                        first_due=row.first_due,
                        changes=tuple(c for c in changes[row.id] if c.party in held.until),
                        practice=row.practice_id,
                        tags=tagged(row.tags),
                        taken_over=held.taken_over,
                        passed_on=held.passed_on,
                    )
                )
    return found


def changes_of(session: Session, action_ids: Iterable[str]) -> dict[str, list[Change]]:
    """All that was ever said of each of these actions, in order, in one query."""
    found: dict[str, list[Change]] = defaultdict(list)
    rows = session.exec(
        select(ActionChange, Cycle.quarter, StepRow.at, Service.party_code)
        .join(Return, col(Return.id) == col(ActionChange.return_id))
        .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(StepRow, col(StepRow.seq) == col(ActionChange.seq))
        .where(among(col(ActionChange.action_id), action_ids))
        .order_by(col(ActionChange.seq))
    )
    for change, quarter, at, party in rows:
        found[change.action_id].append(
            Change(
                quarter=quarter,
                at=at,
                status=cast(ActionStatus, change.status),
                due=change.due,
                reason=change.reason,
                consulted=change.consulted,
                party=party or "",
            )
        )
    return found


def open_lines(
    session: Session, party: str, site_id: int, quarter: Quarter, signed_at: datetime | None = None
) -> tuple[ActionLine, ...]:
    """The actions still open when a quarter's return began, as lines to be answered.

    What this very return already said of them is left aside, so that it can be signed again; what
    was taken over after it was first `signed_at` waits for the next one.
    """
    lines = []
    for promise in promises(session, [(party, site_id)])[party, site_id]:
        taken, passed = promise.taken_over, promise.passed_on
        if (passed and not passed.declined) or (taken and signed_at and taken.at > signed_at):
            continue
        before = [
            c for c in promise.changes if Quarter.parse(c.quarter) < quarter or c.party != party
        ]
        if not before or before[-1].status in ("done", "not_doing"):
            continue
        last = before[-1]
        lines.append(
            ActionLine(
                id=promise.id,
                commitment=promise.commitment,
                title=promise.title,
                owner=promise.owner,
                due=last.due,
                status=last.status,
                reason="",
                request=promise.request,
                changes_service=bool(last.consulted),
                consulted=last.consulted,
                practice=promise.practice,
                tags=promise.tags,
            )
        )
    return tuple(lines)


def tagged(kept: str) -> tuple[ActionTag, ...]:
    """The tags of an action as its row keeps them."""
    return tuple(tag for tag in TAGS if tag in kept.split(","))


def practices_named(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Each of these good practices as `title, prison`, withdrawn ones too, in one query."""
    rows = session.exec(
        select(Practice, Site.name)
        .join(Site, col(Site.id) == col(Practice.site_id))
        .where(col(Practice.id).in_(set(ids)))
    )
    return {practice.id: f"{practice.title}, {prison}" for practice, prison in rows}


def numbered(session: Session, document: ReturnDocument) -> ReturnDocument:
    """The document with an id for each new action, one that no promise on record has."""
    stem = document.action_stem
    on_record = session.exec(select(Action.id).where(col(Action.id).startswith(stem)))
    taken = {line.id for line in document.actions} | set(on_record)
    free = (f"{stem}{n}" for n in count(1) if f"{stem}{n}" not in taken)
    lines = tuple(
        line if line.id else line.model_copy(update={"id": next(free)}) for line in document.actions
    )
    return document.model_copy(update={"actions": lines})


def same_but_for_numbers(one: ReturnDocument, other: ReturnDocument) -> bool:
    """Whether two documents of one return say the same, new actions numbered or not."""
    return _unnumbered(one).content() == _unnumbered(other).content()


def _unnumbered(document: ReturnDocument) -> ReturnDocument:
    stem = document.action_stem
    lines = tuple(
        line.model_copy(update={"id": None}) if (line.id or "").startswith(stem) else line
        for line in document.actions
    )
    return document.model_copy(update={"actions": lines})


def take_up(
    session: Session, return_id: int, site_id: int, document: ReturnDocument, sha: str, seq: int
) -> None:
    """Make a signed document's actions the record; `seq` is the signing's ledger entry."""
    for line in document.actions:
        if not line.id:
            raise ValueError("a signed document's actions are numbered")
        if session.get(Action, line.id) is None:
            session.add(
                Action(
                    id=line.id,
                    party_code=document.provider,
                    site_id=site_id,
                    commitment=line.commitment,
                    title=line.title,
                    owner=line.owner,
                    request_id=line.request,
                    first_due=line.due,
                    opened_return_id=return_id,
                    practice_id=line.practice,
                    tags=",".join(line.tags),
                )
            )
            session.flush()
        said = session.get(ActionChange, (line.id, return_id, sha)) or ActionChange(
            action_id=line.id,
            return_id=return_id,
            document=sha,
            seq=seq,
            status=line.status,
            due=line.due,
            reason=line.reason,
            consulted=line.consulted,
        )
        said.seq = seq  # the same text signed again stands from its last signing
        session.add(said)
    promise_standings.write(session, [line.id for line in document.actions if line.id])
