"""One return with its rules, its steps and its service's last quarters, in a handful of queries."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from charter.answers import ReturnDocument
from charter.commitments import CharterFile
from charter.folding import fold
from charter.listening import Heard, Survey
from charter.policy import Policy
from charter.quarters import Quarter, london_date
from charter.returns import Life
from charter.steps import Happened
from charter.waiting import Waits
from notifications.among import among
from providers import cycles, lives, returns
from providers.console_tables import Listening, Standing
from providers.pauses import Pauses
from providers.returns import Ref
from providers.standings import LIFE
from providers.tables import Action, Cycle, Document, Party, Return, Service, Site


@dataclass(frozen=True)
class Opened:
    """A return, and what a page about it rests on.

    `earlier` are its service's returns of the quarters before, oldest first: as many as the policy
    looks back at, the return of the quarter itself left out.
    """

    ref: Ref
    life: Life
    history: tuple[Happened, ...]
    charter: CharterFile
    policy: Policy
    earlier: tuple[tuple[Ref, Life], ...]

    @property
    def before(self) -> tuple[Ref, Life] | None:
        """The return of the latest earlier quarter, if its service owed one."""
        return self.earlier[-1] if self.earlier else None

    @property
    def extended(self) -> list[bool]:
        """Whether more time was given, by quarter up to this one; those not owed are left out."""
        lives_so_far = [*(life for _, life in self.earlier), self.life]
        return [life.extended is not None for life in lives_so_far if not life.released]


def opened(session: Session, return_id: int) -> Opened | None:
    """The return of that number; None if there is none. Pauses of one provider are left aside."""
    known = returns.refs(session, beside=return_id, paused=Pauses({}))
    here = next((ref for ref in known if ref.id == return_id), None)
    if here is None:
        return None
    rules = cycles.rules_of(session, here.charter_version, here.policy_version)
    back = max(rules.policy.extensions_within - 1, 1)
    before = [ref for ref in known if ref.quarter < here.quarter][-back:]
    told = lives.histories(session, [here.id, *(ref.id for ref in before)])
    return Opened(
        ref=here,
        life=fold(told[here.id]),
        history=tuple(told[here.id]),
        charter=rules.charter,
        policy=rules.policy,
        earlier=tuple((ref, fold(told[ref.id])) for ref in before),
    )


@dataclass(frozen=True)
class Stands:
    """A received return of a queue, as it was signed, beside its service's quarters before.

    `extended` says of each of those and of this one, oldest first, whether more time was given.
    """

    service_id: int
    life: Life
    document: ReturnDocument
    before: ReturnDocument | None
    extended: tuple[bool, ...]


@dataclass(frozen=True)
class Desk:
    """What is needed to look through the received returns of one page of a queue."""

    returns: dict[int, Stands]
    surveys: tuple[Survey, ...]


def desk(
    session: Session, region: str, quarter: Quarter, return_ids: Iterable[int], back: int
) -> Desk:
    """These signed returns of a region's quarter, each with up to `back` quarters before it.

    Two queries, however many returns: how they stand, and all texts, what families said included.
    """
    services, told = _standing(session, return_ids, quarter, back)
    lives_now = {i: LIFE.validate_json(lines[-1]) for i, lines in told.items()}
    past = {i: [json.loads(line) for line in lines[:-1]] for i, lines in told.items()}
    last = {i: lines[-1].get("document", "") for i, lines in past.items() if lines}
    wanted = {life.document for life in lives_now.values()} | set(last.values())
    texts, surveys = texts_with_surveys(session, wanted, region, quarter)
    signed = {sha: ReturnDocument.model_validate_json(text) for sha, text in texts.items()}
    return Desk(
        {
            i: Stands(
                service_id=services[i],
                life=life,
                document=signed[life.document],
                before=signed.get(last.get(i, "")),
                extended=(
                    *("extended" in line for line in past[i] if "released" not in line),
                    life.extended is not None,
                ),
            )
            for i, life in lives_now.items()
            if life.document in signed
        },
        surveys,
    )


def _standing(
    session: Session, return_ids: Iterable[int], quarter: Quarter, back: int
) -> tuple[dict[int, int], dict[int, list[str]]]:
    """Each return's service, and its kept lives: the oldest quarter first, its own last."""
    since = quarter
    for _ in range(back):
        since = since.previous()
    now, then = aliased(Return), aliased(Return)
    rows = session.exec(
        select(now.id, now.service_id, Standing.life)
        .join(then, col(then.service_id) == col(now.service_id))
        .join(Cycle, col(Cycle.id) == col(then.cycle_id))
        .join(Standing, col(Standing.return_id) == col(then.id))
        .where(among(col(now.id), return_ids))
        .where(col(Cycle.quarter) >= str(since), col(Cycle.quarter) <= str(quarter))
        .order_by(col(Cycle.quarter))
    )
    services: dict[int, int] = {}
    found: dict[int, list[str]] = {}
    for i, service, life in rows:
        services[i or 0] = service
        found.setdefault(i or 0, []).append(life)
    return services, found


@dataclass(frozen=True)
class Raised:
    """A dispute that nobody has decided, and the London date on which it was raised."""

    return_id: int
    commitment: str
    region: str
    quarter: Quarter
    place: str
    raised_on: date


def disputes_raised(session: Session, regions: Iterable[str]) -> list[Raised]:
    """The undecided disputes of these regions, the one raised first on top; in one query."""
    query: Any = (
        select(  # type: ignore[call-overload]  # SQLModel types no more than four
            col(Standing.return_id), col(Standing.life), col(Cycle.region_code),
            col(Cycle.quarter), col(Site.name), col(Party.name),
        )
        .join(Cycle, col(Cycle.id) == col(Standing.cycle_id))
        .join(Return, col(Return.id) == col(Standing.return_id))
        .join(Service, col(Service.id) == col(Return.service_id))
        .join(Site, col(Site.id) == col(Service.site_id))
        .join(Party, col(Party.code) == col(Service.party_code))
        .where(Standing.waits_for == Waits.DISPUTE.value, among(col(Cycle.region_code), regions))
    )  # fmt: skip
    found = []
    for i, text, region, quarter, site, party in session.exec(query):
        life = LIFE.validate_json(text)
        at = {one: life.disputes[one].at for one in life.open_disputes}
        place, of = f"{site}, {party}", Quarter.parse(quarter)
        found += [Raised(i, one, region, of, place, london_date(at[one])) for one in at]
    return sorted(found, key=lambda one: (one.raised_on, one.return_id, one.commitment))


def texts_with_surveys(
    session: Session, shas: Iterable[str], region: str, quarter: Quarter
) -> tuple[dict[str, str], tuple[Survey, ...]]:
    """The texts of these SHA-256s, and every survey of the region in a quarter; in one query."""
    wanted = {sha for sha in shas if sha}
    heard = select(Listening.document).where(
        Listening.region_code == region, Listening.quarter == str(quarter)
    )
    is_heard = col(Document.sha).in_(heard)
    query: Any = select(col(Document.sha), col(Document.body), is_heard)
    texts: dict[str, str] = {}
    surveys: tuple[Survey, ...] = ()
    for sha, body, heard_here in session.exec(
        query.where(among(col(Document.sha), wanted) | is_heard)
    ):
        if heard_here:
            surveys = Heard.model_validate_json(body).surveys
        else:
            texts[sha] = body
    return texts, surveys


def first_promised(session: Session, document: ReturnDocument | None) -> dict[str, date]:
    """The day for which each action of a return was first promised, by the action's id."""
    ids = [line.id for line in document.actions if line.id] if document else []
    if not ids:
        return {}
    rows = session.exec(
        select(col(Action.id), col(Action.first_due)).where(among(col(Action.id), ids))
    )
    return dict(rows.all())
