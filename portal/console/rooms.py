"""A cycle or a return as its region's team may see it: theirs, with what they may do, or absent."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import HTMLResponse

from charter.commitments import CharterFile
from charter.policy import Policy
from charter.quarters import Quarter, london_date
from charter.returns import Life, State
from charter.steps import Happened
from portal.doors import NotForYou, NotHere, Visit, number
from portal.kept import left
from providers import casework, checking, cycles
from providers.cycles import CycleView
from providers.returns import Ref

EXTENDERS = checking.CHECKERS


PAGES = (
    ("Cycles", ""),
    ("Dates to come", "/schedule"),
    ("Actions", "/actions"),
    ("Scores", "/scores"),
    ("Families’ voice", "/listening"),
    ("Good practice", "/practices"),
    ("Release", "/release"),
    ("Packs", "/packs"),
    ("Register", "/register"),
    ("Team", "/team"),
    ("Record", "/record"),
)
"""Every page of a region that its whole team may open, as the menu names it, below its address."""


@dataclass(frozen=True)
class Room:
    """A region that the visitor is of, and what they are in it."""

    code: str
    name: str
    sample: bool
    paused: bool
    roles: frozenset[str]

    @property
    def path(self) -> str:
        """Where the region's pages are."""
        return f"/console/regions/{quote(self.code, safe='')}"

    def menu(self, here: str) -> list[tuple[str, str, bool]]:
        """Each page's name and address, and whether it is the one being read."""
        return [(words, self.path + below, below == here) for words, below in PAGES]


@dataclass(frozen=True)
class Case:
    """One return, how it stands, and what this member of the region's team may do with it."""

    ref: Ref
    life: Life
    charter: CharterFile
    policy: Policy
    roles: frozenset[str]
    person: int
    state: State
    now: datetime
    history: tuple[Happened, ...] = ()
    earlier: tuple[tuple[Ref, Life], ...] = ()
    """The service's returns of the quarters before, oldest first, as far as the policy looks."""
    extended: tuple[bool, ...] = ()
    """Whether more time was given, quarter by quarter, this one last."""
    own: frozenset[str] = field(default_factory=frozenset)
    """What the visitor is on the contact lists of the organisation whose return it is."""

    @property
    def today(self) -> date:
        """The London date."""
        return london_date(self.now)

    @property
    def path(self) -> str:
        """Where the return's own page is."""
        return f"/console/returns/{self.ref.id}"

    @property
    def room(self) -> Room:
        """The region of the return."""
        ref = self.ref
        return Room(ref.region, ref.region_name, ref.sample, ref.paused, self.roles)

    @property
    def name(self) -> str:
        """The prison, with the service line where there is one."""
        return f"{self.ref.site_name} ({self.ref.line})" if self.ref.line else self.ref.site_name

    @property
    def can_check(self) -> bool:
        """Checks returns in this region: gives more time, and says whether a service ran."""
        return bool(self.roles & checking.CHECKERS)

    @property
    def can_confirm(self) -> bool:
        """May confirm, change a rating and ask: nobody does so with their own work."""
        allowed = self.roles & checking.checkers_of(self.ref)
        return bool(allowed) and not checking.is_own(self.ref, self.own)

    @property
    def before(self) -> Life | None:
        """How the return of the quarter before stands; None where there was none."""
        return self.earlier[-1][1] if self.earlier else None

    @property
    def can_approve(self) -> bool:
        """May approve to publish."""
        return bool(self.roles & checking.APPROVERS)

    @property
    def can_judge(self) -> bool:
        """May say whether the replies to families are faithful."""
        return bool(self.roles & checking.PARTNERS)

    @property
    def sees_evidence(self) -> bool:
        """Is more than a listening partner, who sees what families will see and no evidence."""
        return bool(self.roles - checking.PARTNERS)

    @property
    def why_not_approve(self) -> str:
        """Why this page cannot be approved yet, by anybody; empty when it can."""
        return checking.why_not_approve(self.ref, self.life, self.now)

    @property
    def may_approve_now(self) -> bool:
        """This visitor's approval would count now."""
        if checking.speaks_for(self.ref, self.own):
            return False
        enough = len(self.life.approved_by) >= self.policy.approvals
        return self.can_approve and not (self.why_not_approve or self.has_approved or enough)

    @property
    def has_approved(self) -> bool:
        """Has approved this page as it stands."""
        return self.person in self.life.approved_by


def enter(session: Session, visit: Visit, return_id: str) -> Case:
    """The return of that number in one of the visitor's regions; NotHere if it is in none."""
    found = casework.opened(session, number(return_id))
    roles = roles_in(visit, found.ref.region) if found else frozenset()
    if found is None or not roles:
        raise NotHere
    return Case(
        ref=found.ref,
        life=found.life,
        charter=found.charter,
        policy=found.policy,
        roles=roles,
        person=visit.visitor.person,
        state=found.life.state(visit.now),
        now=visit.now,
        history=found.history,
        earlier=found.earlier,
        extended=tuple(found.extended),
        own=_own(session, visit, found.ref),
    )


def _own(session: Session, visit: Visit, ref: Ref) -> frozenset[str]:
    """What the visitor is on the contact lists of the return's organisation; mostly nothing."""
    if not visit.visitor.services:
        return frozenset()
    return frozenset(checking.own_roles(session, ref, visit.now, visit.visitor.person))


def roles_in(visit: Visit, region: str) -> frozenset[str]:
    """What the visitor is in a region's team."""
    return frozenset(role for code, role in visit.visitor.staff if code == region)


def require(allowed: bool, who: str, what: str) -> None:
    """NotForYou unless the visitor's role allows the act."""
    if not allowed:
        raise NotForYou(f"only {who} of this region can {what}")


def enter_cycle(session: Session, visit: Visit, region: str, quarter: str) -> CycleView:
    """A cycle of one of the visitor's regions; NotHere if it is none of theirs."""
    if not roles_in(visit, region):
        raise NotHere
    try:
        Quarter.parse(quarter)
    except ValueError as error:
        raise NotHere from error
    found = cycles.cycles(session, region, quarter)
    if not found:
        raise NotHere
    return found[0]


def room_of(visit: Visit, cycle: CycleView) -> Room:
    """The region of a cycle, as this visitor is of it."""
    roles = roles_in(visit, cycle.region)
    return Room(cycle.region, cycle.region_name, cycle.sample, cycle.paused, roles)


def show(visit: Visit, case: Case, name: str, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """A page about this return, with its region's menu and what its data says must be said."""
    return visit.page(
        name,
        status,
        room=case.room,
        menu=case.room.menu("-"),
        case=case,
        ref=case.ref,
        life=case.life,
        sample=case.ref.region_name if case.ref.sample else "",
        notice=case.charter.notice if case.charter.is_working else "",
        left=left(visit.request, status),
        **context,
    )
