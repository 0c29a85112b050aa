"""Policies side by side: their numbers, past quarters replayed, and taking one up."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.policy import Policy, Rung
from charter.reach import missed_when_all_apply, unreached
from charter.words import BAND_WORDS
from portal.console import regions, rooms
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.pages import moment
from portal.people import name_of
from providers import checking, cycles, ledger, replaying, rulebooks
from providers.cycles import NotAllowed

router = APIRouter(prefix="/console/regions/{region}/scores/policies")
NUMBERS = {
    "requests_close": "Families’ requests close: working days before the quarter ends",
    "opens": "Returns are asked for on working day",
    "due": "Returns are due on working day",
    "challenge_ends": "Checking ends on working day",
    "reply_ends": "Replies end on working day",
    "publishes_from": "Published from working day",
    "publishes_on": "Published on these weekdays",
    "least_notice": "Working days that everybody asked has at least",
    "fair_warning": "Working days between the warning and “not returned”",
    "streak_for_review": "Quarters running not returned, for contract review",
    "least_days_served": "Days of the quarter served, for a return to be owed",
    "extensions_flagged": "Extensions that are flagged",
    "extensions_within": "…within so many quarters",
    "unreachable_quarters": "Quarters out of reach before a contact is to be named",
    "confirm_every": "Days between two times that a contact confirms their details",
    "handover_due": "Working days for the return of a service that ends early",
    "keep_letters": "Days that the words of letters are kept",
    "approve_rehearsal": "Nothing opens before its plan is agreed to",
    "fewest_people": "Counts of fewer people are not published",
    "approvals": "People who approve each page",
    "dispute_days": "Working days to decide a dispute",
    "seminar_from": "The seminar is from working day",
    "seminar_to": "…to working day",
    "pack_frozen": "Working days before it that its pack is frozen",
    "calls_a_quarter": "Calls to each prison’s line for families",
    "least_base": "Fewest people whose answers say something",
    "voice_kept": "Share of families from which their answer reads as kept, per cent",
    "voice_partly": "…and as partly kept, per cent",
    "cap": "Highest band where an essential commitment is at fault",
}
"""What each number of a policy is, as a page says it; others are shown by their own name."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@dataclass(frozen=True)
class Beside:
    """One number or rung of two policies."""

    words: str
    now: str
    then: str

    @property
    def differs(self) -> bool:
        """They are not the same."""
        return self.now != self.then


@dataclass(frozen=True)
class Compared:
    """A region, the policy that it follows, the one beside it, and all that is on record."""

    room: Room
    now: Policy
    other: Policy | None
    known: list[str]
    commitments: int

    @property
    def path(self) -> str:
        """Where this page is."""
        return f"{self.room.path}/scores/policies"

    @property
    def missed(self) -> list[str]:
        """Why the other cannot be taken up, with the arithmetic; empty where it can."""
        return [str(m) for m in unreached(self.other, self.commitments)] if self.other else []

    @property
    def seldom(self) -> list[str]:
        """The bands that can only be reached where some commitment does not apply."""
        if self.other is None or self.missed:
            return []
        found = missed_when_all_apply(self.other, self.commitments)
        return [BAND_WORDS[one.band].console for one in found if one.band in BAND_WORDS]


def enter(session: Session, visit: Visit, region: str, other: str) -> Compared:
    """The region's policy with another beside it; NotHere if it is none on record."""
    room = regions.enter(session, visit, region)
    others = rulebooks.of_others(session, room.code)
    known = {  # in one query; what asks for one of them asks no other
        version: policy
        for version, policy in cycles.policies(session).items()
        if ("policy", version) not in others
    }
    rules = cycles.rules_for(session, cycles.region_of(session, region))
    if other and other not in known:
        raise NotHere
    return Compared(room, rules.policy, known.get(other), list(known), len(rules.charter.ids))


@router.get("", name="policies_page")
def policies_page(region: str, visit: SignedIn) -> Response:
    """The policies on record; with `with`, one of them beside the one followed, replayed."""
    other = visit.request.query_params.get("with", "")
    did = "The region follows it from its next quarter on. Open quarters keep their own policy."
    with visit.desk.database.reading() as session:
        here = enter(session, visit, region, other)
        return draw(session, visit, here, did=did if "did" in visit.request.query_params else "")


@router.post("", name="policy_taken_up")
def policy_taken_up(region: str, visit: SignedIn, form: Typed) -> Response:
    """Have the region follow a policy from its next quarter on; 409 if it changed meanwhile."""
    with visit.desk.database.writing() as session:
        here = enter(session, visit, region, "")
        may = bool(here.room.roles & checking.CHECKERS)
        rooms.require(may, "the commissioner", "take up a policy")
        if form.text("with") not in here.known:
            return draw(session, visit, here, 422, refused="choose a policy that is on record")
        here = enter(session, visit, region, form.text("with"))
        if here.now.version not in (form.text("instead_of"), form.text("with")):
            return draw(session, visit, here, 409, meanwhile=meanwhile(session, here))
        try:
            cycles.follow(session, region, form.text("with"), visit.now, visit.by)
        except NotAllowed as error:
            return draw(session, visit, here, 422, refused=str(error))
    return visit.go(f"{here.path}?did=1")


def meanwhile(session: Session, here: Compared) -> str:
    """Who had the region follow what it follows now, and when."""
    entry = ledger.newest(session, cycles.TAKEN_UP, f"region:{here.room.code}")
    who = name_of(session, entry.by) if entry else "Somebody else"
    when = f" on {moment(datetime.fromisoformat(entry.at))}" if entry else ""
    return f"{who} had {here.room.name} take up policy {here.now.version}{when}"


def draw(
    session: Session,
    visit: Visit,
    here: Compared,
    status: int = 200,
    **said: str,
) -> Response:
    """The page, with what came of the act in `did`, `refused` or `meanwhile`."""
    replayed = replaying.replay(session, here.room.code, here.other) if here.other else None
    return regions.show(
        visit,
        here.room,
        "console/policies.html",
        status,
        here="/scores",
        wide=True,
        compared=here,
        beside=side_by_side(here.now, here.other) if here.other else [],
        replayed=replayed,
        band_words=BAND_WORDS,
        heads=lambda words: [{"text": one, "numeric": False, "label": ""} for one in words],
        may=bool(here.room.roles & checking.CHECKERS),
        **({"did": "", "refused": "", "meanwhile": ""} | said),
    )


def side_by_side(now: Policy, other: Policy) -> list[Beside]:
    """Every number and rung of two policies in one order, those that differ first."""
    found = [
        Beside(NUMBERS.get(name, name), value_words(name, now), value_words(name, other))
        for name in Policy.model_fields
        if name not in ("version", "rung", "bands")
    ]
    floors = [dict((band, floor) for floor, band in each.bands) for each in (now, other)]
    for band in dict.fromkeys([*floors[0], *floors[1]]):
        word = BAND_WORDS[band].console if band in BAND_WORDS else band
        found.append(
            Beside(
                f"“{word}” begins at, per cent",
                *(str(each[band]) if band in each else "No such band" for each in floors),
            )
        )
    rungs = [{rung.id: rung for rung in each.rung} for each in (now, other)]
    for rung in dict.fromkeys([*rungs[0], *rungs[1]]):
        was, then = (each.get(rung) for each in rungs)
        found.append(Beside(f"Letter “{rung}”", rung_words(was), rung_words(then)))
    return sorted(found, key=lambda one: not one.differs)


def value_words(name: str, policy: Policy) -> str:
    """A number of a policy as a page says it."""
    value = getattr(policy, name)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "publishes_on":
        return ", ".join(DAYS[day] for day in value)
    return BAND_WORDS[value].console if name == "cap" and value in BAND_WORDS else str(value)


def rung_words(rung: Rung | None) -> str:
    """A letter of the ladder: from what it counts, how far, and to whom."""
    if rung is None:
        return "None"
    to = ", ".join(role.value.replace("_", " ") for role in rung.to)
    days = f"{rung.offset:+d} working days" if rung.offset else "the same day"
    only = f"; only {rung.only.replace('_', ' ')}" if rung.only != "any" else ""
    gap = f"; {rung.gap} days apart" if rung.gap else ""
    return f"{rung.anchor.value}, {days}, to {to}{only}{gap}"
