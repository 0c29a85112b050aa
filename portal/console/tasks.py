"""What waits for a member of a region's team, by kind: how many, the oldest, and where."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import quote

from sqlmodel import Session

from charter.policy import Policy
from charter.quarters import BeyondHorizon, Calendar, Quarter, london_date, say
from charter.waiting import Waits
from notifications.doubts import in_doubt
from portal.console.kinds import KINDS, UNMARKED_WORDS, Kind
from portal.doors import Visit
from providers import awaiting, casework, checking, cycles, moves, replied
from providers.awaiting import (
    AGREED,
    GAP,
    HEARD,
    HELD,
    QUIET,
    REFUSED,
    UNCHECKED,
    Found,
    Opened,
    Waiting,
)

ADMINS = checking.CHECKERS | {"administrator"}
PLAN_AHEAD = 21
"""Days before its opening from which a quarter's plan is asked for, as in the morning brief."""


@dataclass(frozen=True)
class Line:
    """One thing to do: its words, the way there, and what else is known of it."""

    words: str
    way: str
    note: str = ""


@dataclass(frozen=True)
class Task:
    """Things of one kind: how many in all, the oldest by name, and the way to the others."""

    title: str
    says: str
    many: int
    lines: list[Line]
    more: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Home:
    """A region of the visitor's, and what they are in it."""

    at: Opened
    roles: frozenset[str]

    @property
    def code(self) -> str:
        """The region's code."""
        return self.at.code

    @property
    def name(self) -> str:
        """The region's name."""
        return self.at.name

    @property
    def path(self) -> str:
        """Where the region's pages are."""
        return f"/console/regions/{quote(self.code, safe='')}"

    @property
    def newest(self) -> Quarter | None:
        """Its newest quarter, if one has opened."""
        return Quarter.parse(self.at.quarters[0][0]) if self.at.quarters else None


def tasks_of(session: Session, visit: Visit, homes: list[Home]) -> list[Task]:
    """Everything that waits for the visitor; a kind of which there is nothing is left out."""
    today, codes = london_date(visit.now), [home.code for home in homes]
    found = awaiting.around(session, codes, today)
    doubts = in_doubt(session, [h.code for h in homes if h.roles & ADMINS])
    unmarked = replied.to_mark(session, [h.code for h in homes if h.roles & checking.PARTNERS])
    tasks = [
        *_returns(session, visit, {home.code: home for home in homes}),
        _doubts(homes, doubts),
        _by_quarter(homes, found[HELD], checking.APPROVERS, "/{}/release", *HELD_WORDS),
        _by_quarter(homes, found[UNCHECKED], checking.CHECKERS, "/{}/queue", *UNCHECKED_WORDS),
        _found(homes, found[QUIET], checking.APPROVERS, "/sensitive", *QUIET_WORDS),
        _plans(session, homes, found[AGREED], visit.desk.calendar, today),
        _found(homes, found[GAP], ADMINS, "/register/services?show=gaps", *GAP_WORDS),
        _found(homes, found[REFUSED], ADMINS, "/register/contacts?show=refused", *REFUSED_WORDS),
        _short(session, homes, visit.desk.calendar, today),
        _by_quarter(homes, unmarked, checking.PARTNERS, "/listening/{}/replies", *UNMARKED_WORDS),
        _unheard(homes, found[HEARD]),
    ]
    return [task for task in tasks if task.many]


QUIET_WORDS = (
    "Agree to a sensitive period",
    "Somebody has set a sensitive period, and a second person is to agree to it.",
)
HELD_WORDS = (
    "Clear held words",
    "Families do not read these words until a person has looked at them.",
)
UNCHECKED_WORDS = (
    "Confirm what was published unchecked",
    "Families read these as the provider’s own view, not yet checked. They can still be confirmed.",
)
REFUSED_WORDS = (
    "Put an address right",
    "These people’s addresses turn our letters away. Whoever comes next on the list is written to.",
)
GAP_WORDS = ("Find the provider", "The register has no provider for these prisons.")


def _returns(session: Session, visit: Visit, homes: Mapping[str, Home]) -> Iterator[Task]:
    wanted = {
        waits: [code for code, home in homes.items() if home.roles & kind.roles]
        for waits, kind in KINDS.items()
    }
    counts = awaiting.counts(session, wanted, visit.visitor.person)
    oldest = awaiting.oldest(session, wanted, visit.visitor.person) if counts else {}
    for waits, kind in KINDS.items():
        where = counts.get(waits, {})
        if waits is Waits.DISPUTE:
            yield _disputes(session, homes, wanted[waits] if where else [])
            continue
        yield Task(
            kind.title,
            kind.says,
            sum(where.values()),
            [_named(one, kind, homes[one.region]) for one in oldest.get(waits, [])],
            [
                Line(f"{homes[code].name}, {Quarter.parse(q).in_words}",
                     f"{homes[code].path}/{q}{kind.all_at or f'?waits={waits}#returns'}", str(many))
                for (code, q), many in where.items()
            ],
        )  # fmt: skip


def _disputes(session: Session, homes: Mapping[str, Home], regions: list[str]) -> Task:
    """The disputes that were raised first, by name, each with the way to it."""
    kind = KINDS[Waits.DISPUTE]
    found = casework.disputes_raised(session, regions) if regions else []
    lines = [
        Line(
            one.place,
            kind.at.format(id=one.return_id, commitment=one.commitment),
            f"{homes[one.region].name}, {one.quarter.in_words}, raised {say(one.raised_on)}",
        )
        for one in found[: awaiting.OLDEST]
    ]
    more = [Line("All, the one due first on top", "/console/disputes", str(len(found)))]
    rest = len(found) > len(lines)
    return Task(kind.title, kind.says, len(found), lines, more if rest else [])


def _by_quarter(
    homes: Iterable[Home],
    found: Iterable[Found],
    roles: set[str],
    below: str,
    title: str,
    says: str,
) -> Task:
    """Something counted quarter by quarter, for those of these roles; `{}` is where in `below`."""
    mine = {home.code: home for home in homes if home.roles & roles}
    told = [one for one in sorted(found, key=lambda one: one.about) if one.region in mine]
    lines = [
        Line(
            f"{mine[one.region].name}, {Quarter.parse(one.about).in_words}: {one.many}",
            mine[one.region].path + below.format(one.about),
            f"The first was received on {say(one.since)}" if one.since else "",
        )
        for one in told
    ]
    return Task(title, says, sum(one.many for one in told), lines)


def _named(one: Waiting, kind: Kind, home: Home) -> Line:
    what = "signed" if one.is_signed else "due"
    since = f", {what} {say(one.since)}" if one.since else ""
    quarter = Quarter.parse(one.quarter).in_words
    return Line(
        f"{one.place}, {one.party_name}",
        kind.at.format(id=one.id, quarter=f"{home.path}/{one.quarter}"),
        f"{home.name}, {quarter}{since}",
    )


def _doubts(homes: Iterable[Home], doubts: Mapping[str, tuple[int, datetime]]) -> Task:
    lines = [
        Line(f"{home.name}: {_many(doubts[home.code][0], 'letter')}", f"{home.path}/letters",
             f"The oldest of {say(london_date(doubts[home.code][1]))}")
        for home in homes
        if home.code in doubts
    ]  # fmt: skip
    return Task(
        "Settle letters in doubt",
        "Nobody knows whether these letters arrived. They are not sent again until you say.",
        sum(many for many, _ in doubts.values()),
        lines,
    )


def _found(
    homes: Iterable[Home],
    found: Iterable[Found],
    roles: set[str],
    below: str,
    title: str,
    says: str,
) -> Task:
    known = {one.region: one for one in found}
    mine = [home for home in homes if home.roles & roles and home.code in known]
    lines = []
    for home in mine:
        one = known[home.code]
        note = f"Since {say(one.since)}" if one.since else ""
        lines.append(Line(f"{home.name}: {one.many}", f"{home.path}{below}", note))
    return Task(title, says, sum(known[home.code].many for home in mine), lines)


def _plans(
    session: Session,
    homes: Iterable[Home],
    agreed: Iterable[Found],
    calendar: Calendar,
    today: date,
) -> Task:
    """Quarters that wait, or soon will, for a yes; where one was given, its own page knows more."""
    given = {(one.region, one.about) for one in agreed}
    now, lines = Quarter.containing(today), []
    for home, policy in _ruled(session, homes, checking.CHECKERS):
        opened = {quarter for quarter, early in home.at.quarters if not early}
        for quarter in (now.previous(), now) if policy.approve_rehearsal else ():
            if str(quarter) in opened or (home.code, str(quarter)) in given:
                continue
            try:
                dates = moves.dates(session, home.code, quarter, policy, calendar)
            except BeyondHorizon:
                continue  # said under another heading
            if (dates.opens - today).days <= PLAN_AHEAD and today <= dates.publishes:
                words = f"{home.name}, {quarter.in_words}"
                note = f"Opens on {say(dates.opens)}, once it is agreed to"
                lines.append(Line(words, f"{home.path}/schedule/{quarter}", note))
    says = "These quarters open once a commissioner has agreed to their plan."
    return Task("Agree to a plan", says, len(lines), lines)


def _short(session: Session, homes: Iterable[Home], calendar: Calendar, today: date) -> Task:
    """Regions of which the quarter under way, or the next one, cannot be counted to its end."""
    now, lines = Quarter.containing(today), []
    for home, policy in _ruled(session, homes, ADMINS):
        for quarter in (now.previous(), now, now.next()):
            try:
                policy.dates(quarter, calendar)
            except BeyondHorizon:
                note = f"Bank holidays are known to {say(calendar.horizon)}"
                words = f"{home.name}, {quarter.in_words}"
                lines.append(Line(words, f"{home.path}/schedule", note))
                break
    says = "Nobody is chased past the last day for which bank holidays are known."
    return Task("Bring the bank holidays up to date", says, len(lines), lines)


def _ruled(
    session: Session, homes: Iterable[Home], roles: set[str]
) -> Iterator[tuple[Home, Policy]]:
    """The regions in which the visitor is one of these, each with the policy it follows."""
    for home in homes:
        if home.roles & roles:
            yield home, cycles.policy_of(session, home.at.policy)


def _unheard(homes: Iterable[Home], heard: Iterable[Found]) -> Task:
    told = {(one.region, one.about) for one in heard}
    lines = [
        Line(f"{home.name}, {home.newest.in_words}", f"{home.path}/listening")
        for home in homes
        if home.roles & checking.PARTNERS and home.newest
        if (home.code, str(home.newest)) not in told
    ]
    says = "Nothing of what families said in this quarter is on record yet."
    return Task("Tell what families said", says, len(lines), lines)


def _many(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
