"""The morning brief for the people who run the service: who is late, what is stuck, what waits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session

from charter.quarters import BeyondHorizon, Calendar, Quarter, at, london_date, say
from charter.returns import Life
from flows.checkpoints import notary_of
from flows.post import Post
from notifications import fates, outbox
from notifications.outbox import LetterState
from providers import (
    briefs,
    calendars,
    cycles,
    disputes,
    evidence,
    evidence_scanning,
    lives,
    moves,
    plans,
    register,
    returns,
)
from providers.database import Database
from providers.returns import Ref

MOST = 8
"""So many are named in one line; the rest are counted."""
PLAN_AHEAD = timedelta(days=21)


@dataclass(frozen=True)
class Brief:
    """What the brief of a London date says, in sentences; `told` says whether it was given now."""

    day: date
    late: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    told: bool = False
    why: str = field(default="")

    @property
    def title(self) -> str:
        """The brief in one line."""
        if not (self.late or self.stuck or self.needs):
            return f"{say(self.day)}: nothing needs a person"
        counts = [
            f"{len(lines)} {what}"
            for lines, what in (
                (self.needs, "to decide or mend"),
                (self.stuck, "stuck"),
                (self.late, "late"),
            )
            if lines
        ]
        return f"{say(self.day)}: {', '.join(counts)}"

    @property
    def text(self) -> str:
        """The brief as it is sent."""
        return "\n".join(self.in_words()) or "Nothing is late or stuck, and nothing waits."

    def in_words(self) -> list[str]:
        """Every line, under its heading."""
        parts = (
            ("Needs a person", self.needs),
            ("Stuck", self.stuck),
            ("Late", self.late),
        )
        return [
            line
            for heading, lines in parts
            if lines
            for line in (f"{heading}:", *(f"- {one}" for one in lines))
        ]


def brief_staff(database: Database, now: datetime, post: Post) -> Brief:
    """Give staff the brief of this London date, once, on a working day.

    Where it could not be given the next run tries again. A worker lost between taking it on and
    giving it leaves that day without; the next day's says all that still stands.
    """
    today = london_date(now)
    with database.reading() as session:
        brief = make_brief(session, now, post)
    if not _is_working_day(post.calendar, today):
        return _not_told(brief, "no working day")
    with database.writing() as session:
        if not briefs.begin(session, today, now):
            return _not_told(brief, "given already")
    if post.alert(f"Charter brief, {brief.title}", brief.text):
        return Brief(brief.day, brief.late, brief.stuck, brief.needs, told=True)
    with database.writing() as session:
        briefs.undo(session, today)
    return _not_told(brief, "nobody could be told: see CHARTER_STAFF_ALERT_URLS")


def _not_told(brief: Brief, why: str) -> Brief:
    return Brief(brief.day, brief.late, brief.stuck, brief.needs, why=why)


def _is_working_day(calendar: Calendar, today: date) -> bool:
    try:
        return calendar.is_working_day(today)
    except BeyondHorizon:
        return True  # the brief is how anybody hears that the list has ended


def make_brief(session: Session, now: datetime, post: Post) -> Brief:
    """What the brief would say at `now`; organisations and prisons are named, and no person."""
    today = london_date(now)
    since = briefs.last(session, today) or now - timedelta(days=1)
    here = [r for r in returns.refs(session) if today <= r.dates.publishes]
    folded = lives.lives(session, [r.id for r in here])
    current = [(r, folded[r.id]) for r in here if not folded[r.id].released]
    return Brief(
        day=today,
        late=tuple(_late(current, now)),
        stuck=tuple(_stuck(session, today)),
        needs=(
            *_needs(current),
            *_disputed(session, post.calendar),
            *_steering(session, post.calendar, today),
            *_came_back(session, since),
            *filter(None, [calendars.too_short(session, post.calendar, today)]),
            *filter(None, [notary_of(post.settings, post.home).wrong(session)]),
        ),
    )


def _late(current: Iterable[tuple[Ref, Life]], now: datetime) -> Iterator[str]:
    by_cycle: dict[tuple[str, Quarter], list[tuple[int, str]]] = {}
    for ref, life in current:
        if not life.is_received and (days := life.days_late(now)):
            late = by_cycle.setdefault((ref.region, ref.quarter), [])
            late.append((-days, f"{_place(ref)} {_many(days, 'day')}"))
    for (region, quarter), late in sorted(by_cycle.items()):
        named = _listed([words for _, words in sorted(late)])
        yield f"{region} {quarter}: {_many(len(late), 'return')}: {named}"


def _stuck(session: Session, today: date) -> Iterator[str]:
    doubtful = outbox.counts(session)[LetterState.IN_DOUBT]
    if doubtful:
        yield f"{_many(doubtful, 'letter')} in doubt; find out, then: charter letters settle"
    left = fates.left_over(session, at(today, 0))
    put_off = left.pop(LetterState.DEFERRED, 0)
    if put_off:
        yield f"{_many(put_off, 'letter')} put off since yesterday or longer, tried again by itself"
    if waiting := sum(left.values()):
        yield f"{_many(waiting, 'letter')} waiting since yesterday or longer; see: charter doctor"
    if files := evidence.waiting(session):
        yield f"{_many(files, 'file')} of evidence not yet looked into"


def _needs(current: Iterable[tuple[Ref, Life]]) -> Iterator[str]:
    asked: dict[str, list[str]] = {}
    for ref, life in current:
        if life.is_received:
            continue
        if life.unreachable:
            asked.setdefault("nobody can be reached; name a contact", []).append(_place(ref))
        if life.extension_asked:
            asked.setdefault("more time is asked for", []).append(_place(ref))
        if life.not_running_asked and not life.not_running_agreed:
            asked.setdefault("said not to have run; agree or decline", []).append(_place(ref))
    for what, places in sorted(asked.items()):
        yield f"{what}: {_listed(places)}"


def _disputed(session: Session, calendar: Calendar) -> Iterator[str]:
    regions = [home.code for home in register.regions(session)]
    waiting = disputes.waiting(session, regions, calendar)
    if waiting:
        named = [f"{_place(one.here)}{f' by {say(one.by)}' if one.by else ''}" for one in waiting]
        yield f"{_many(len(waiting), 'disputed rating')} for an arbiter to decide: {_listed(named)}"


def _steering(session: Session, calendar: Calendar, today: date) -> Iterator[str]:
    for home in register.regions(session):
        if home.paused:
            continue
        missing = [gap.what for gap in register.gaps(session, home.code, today)]
        if missing:
            yield f"{home.code}: {_many(len(missing), 'gap')} in the register: {_listed(missing)}"
        try:
            yield from _plans(session, home.code, calendar, today)
        except BeyondHorizon as error:
            yield f"{home.code}: escalation halts: {error}"


def _plans(session: Session, code: str, calendar: Calendar, today: date) -> Iterator[str]:
    """Quarters that wait, or will within three weeks, for a commissioner's yes to their plan."""
    home = cycles.region_of(session, code)
    rules = cycles.rules_for(session, home)
    opened = {cycle.quarter for cycle in cycles.cycles(session, code) if not cycle.early}
    now = Quarter.containing(today)
    for quarter in (now.previous(), now):
        dates = moves.dates(session, code, quarter, rules.policy, calendar)
        near = dates.opens - PLAN_AHEAD <= today <= dates.publishes
        if quarter in opened or not near or dates.opens < london_date(home.first_imported_at):
            continue
        versions = rules.charter.version, rules.policy
        if not plans.may_open(session, home, quarter, *versions, calendar):
            yield (
                f"{code} {quarter} opens on {say(dates.opens)}, once a commissioner agrees to its "
                f"plan: charter rehearse {code} --quarter {quarter}"
            )


def _came_back(session: Session, since: datetime) -> Iterator[str]:
    if refused := fates.refused_since(session, since):
        yield f"{_many(refused, 'letter')} turned away since the last brief; mend the register"
    if harmful := evidence_scanning.harmful_since(session, since):
        yield f"{_many(harmful, 'file')} of evidence found harmful and destroyed; none ever opened"


def _place(ref: Ref) -> str:
    return f"{ref.party_name} for {ref.site_name}"


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _listed(words: list[str]) -> str:
    more = len(words) - MOST
    return "; ".join(words[:MOST]) + (f"; and {more} more" if more > 0 else "")
