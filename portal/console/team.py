"""A region's team: who holds which role from when to when; giving and ending roles."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import london_date
from portal.console import regions, rooms
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit, number
from portal.forms import Faults, Form, boxes
from providers import deputies, second_factors, staff
from providers.cycles import Unknown
from providers.staff import StaffRefused, StaffRole, StaffView

router = APIRouter(prefix="/console/regions/{region}/team")
A_DAY = timedelta(days=1)
FIELDS = ("name", "email", "role", "starts")
MAY: dict[StaffRole, str] = {
    StaffRole.COMMISSIONER: "Checks returns, gives more time, keeps dates and the register, and "
    "approves pages.",
    StaffRole.APPROVER: "Approves pages for publication.",
    StaffRole.LISTENING_PARTNER: "Enters what families asked for and judges the replies; sees no "
    "evidence.",
    StaffRole.READER: "Reads everything and changes nothing.",
    StaffRole.ADMINISTRATOR: "Gives and ends roles; keeps the register and settles letters.",
    StaffRole.ARBITER: "Decides disputes about a changed rating; holds no other role here.",
}
DID = {
    "added": "They hold the role, and can sign in with that address.",
    "ended": "Ended. They have no part in it from today on.",
    "named": "Named. They can approve pages on those days.",
}


@dataclass(frozen=True)
class Member:
    """One line of the team: a role somebody holds, and for whom, if they are a deputy."""

    view: StaffView
    role: str
    can_end: bool
    second: bool


@router.get("", name="team_page")
def team_page(region: str, visit: SignedIn) -> Response:
    """Who serves now, who is to come, and who served before."""
    today = london_date(visit.now)
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        team = staff.listing(session, region)
        have = second_factors.holders(session, {view.person_id for view in team})
    members = [_member(visit, room, team, view, have) for view in team]
    now = [m for m in members if m.view.serves(today)]
    to_come = [m for m in members if m.view.starts > today and m.view.ends != m.view.starts]
    said = visit.request.query_params.get("did", "")
    return regions.show(
        visit,
        room,
        "console/team.html",
        here="/team",
        now_serving=now,
        to_come=to_come,
        before=[m for m in members if m not in now and m not in to_come],
        may_manage=StaffRole.ADMINISTRATOR in room.roles,
        may_name=bool(room.roles & staff.STOOD_FOR),
        administered=any(m.view.role is StaffRole.ADMINISTRATOR for m in now),
        shows_second=visit.desk.oidc is None and StaffRole.ADMINISTRATOR in room.roles,
        told_by_voice=visit.desk.second_factor,
        may={role_words(role): words for role, words in MAY.items()},
        a_day=A_DAY,
        did=DID.get(said, ""),
    )


@router.get("/new", name="new_member_page")
def new_member_page(region: str, visit: SignedIn) -> Response:
    """A form to give somebody a role."""
    with visit.desk.database.reading() as session:
        room = enter(session, visit, region)
    return draw(visit, room, Form({}), Faults())


@router.post("/new", name="add_member")
def add_member(region: str, visit: SignedIn, form: Typed) -> Response:
    """Give somebody a role; nobody gives one to themselves."""
    faults = Faults()
    name, email, role = form.words("name", faults), form.text("email"), form.text("role")
    starts = form.day("starts", faults, what="the first day")
    if not email:
        faults.add("email", "give the person’s work email address")
    if role not in set(StaffRole):
        faults.add("role", "choose a role")
    if starts is not None and starts < london_date(visit.now):
        faults.add("starts", "the first day is today or later")
    with visit.desk.database.writing() as session:
        room = enter(session, visit, region)
        if not faults:
            try:
                if not staff.add(
                    session,
                    visit.now,
                    visit.by,
                    email=email,
                    region_code=region,
                    role=role,
                    name=name,
                    starts=starts,
                ):
                    faults.add("role", "they hold this role already")
            except (StaffRefused, ValueError) as error:
                faults.add(_field_of(error), str(error))
    if faults:
        return draw(visit, room, form, faults)
    return visit.go(f"{room.path}/team?did=added")


@router.get("/{member}/end", name="end_member_page")
def end_member_page(region: str, member: str, visit: SignedIn) -> Response:
    """Ask first: they lose the role at once."""
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        return draw_end(session, visit, room, number(member))


@router.post("/{member}/end", name="end_member")
def end_member(region: str, member: str, visit: SignedIn, _form: Typed) -> Response:
    """End a role, or a deputy's days, from today on; 409 if it has ended meanwhile."""
    which = number(member)
    with visit.desk.database.writing() as session:
        room = regions.enter(session, visit, region)
        view = one_of(session, visit, room, which)
        if has_ended(view, visit):
            return draw_end(session, visit, room, which)
        try:
            if view.stands_for is not None:
                deputies.end(session, region, which, visit.now, visit.visitor.person)
            else:
                staff.end(
                    session,
                    visit.now,
                    visit.by,
                    email=view.email,
                    region_code=region,
                    role=view.role,
                )
        except StaffRefused as error:
            return draw_end(session, visit, room, which, str(error))
        except Unknown as error:
            raise NotHere from error
    return visit.go(f"{room.path}/team?did=ended")


def enter(session: Session, visit: Visit, region: str) -> Room:
    """A region of the visitor's whose roles they may give; else NotHere or NotForYou."""
    room = regions.enter(session, visit, region)
    rooms.require(StaffRole.ADMINISTRATOR in room.roles, "an administrator", "give roles")
    return room


def one_of(session: Session, visit: Visit, room: Room, which: int) -> StaffView:
    """A line of the team, for somebody who may end it; else NotHere or NotForYou."""
    team = staff.listing(session, room.code)
    view = next((one for one in team if one.id == which), None)
    if view is None:
        raise NotHere
    who = "an administrator" if view.stands_for is None else "whoever is away, a commissioner"
    rooms.require(may_end(visit, room, view), who, "end this")
    return view


def may_end(visit: Visit, room: Room, view: StaffView) -> bool:
    """Administrators end every role; of a deputy also whoever is back, or a commissioner."""
    if StaffRole.ADMINISTRATOR in room.roles:
        return True
    if view.stands_for is None:
        return False
    return StaffRole.COMMISSIONER in room.roles or view.stands_for == visit.visitor.person


def has_ended(view: StaffView, visit: Visit) -> bool:
    """It is over, or was ended before it began."""
    return view.ends is not None and view.ends <= max(view.starts, london_date(visit.now))


def role_words(role: str) -> str:
    """A role in words."""
    return role.replace("_", " ").capitalize()


def draw(visit: Visit, room: Room, form: Form, faults: Faults) -> Response:
    """The form to give a role; 422 with faults."""
    starts = form.typed_day("starts")
    if not any(starts.values()) and not faults:
        starts = boxes(london_date(visit.now))
    return regions.show(
        visit,
        room,
        "console/team_new.html",
        422 if faults else 200,
        here="/team",
        full_name=form.text("name"),
        email=form.text("email"),
        role=form.text("role"),
        roles=[
            {"value": role.value, "text": role_words(role), "hint": {"text": words}}
            for role, words in MAY.items()
        ],
        starts=starts,
        faults=faults.in_order(FIELDS),
    )


def draw_end(session: Session, visit: Visit, room: Room, which: int, refused: str = "") -> Response:
    """The page that asks first; 409 where it has ended meanwhile, 422 where it cannot be ended."""
    view = one_of(session, visit, room, which)
    team = {one.person_id: one.name for one in staff.listing(session, room.code)}
    over, faults = has_ended(view, visit), Faults()
    if refused:
        faults.add("end", refused)
    posted = visit.request.method == "POST"
    return regions.show(
        visit,
        room,
        "console/team_end.html",
        422 if refused else 409 if over and posted else 200,
        here="/team",
        view=view,
        a_day=A_DAY,
        role=role_words(view.role),
        stands_for=team.get(view.stands_for or 0, ""),
        over=over,
        own=view.person_id == visit.visitor.person,
        faults=faults,
    )


def _member(
    visit: Visit, room: Room, team: list[StaffView], view: StaffView, have: set[int]
) -> Member:
    names = {one.person_id: one.name for one in team}
    stands_for = f", in the place of {names.get(view.stands_for, '')}" if view.stands_for else ""
    return Member(
        view,
        role_words(view.role) + stands_for,
        may_end(visit, room, view) and not has_ended(view, visit),
        view.person_id in have,
    )


def _field_of(error: Exception) -> str:
    words = str(error)
    if "e-mail address" in words or "line break" in words:
        return "email"
    return "name" if "name" in words and "on one line" in words else "role"
