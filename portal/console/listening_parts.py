"""The listening partner tells one part of a quarter at a time, and sees what came meanwhile."""

from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import Response

from charter.listening import PARTS, Heard
from charter.plainly import faults as plainly
from portal.console.listening import Desk, enter, require_partner, show
from portal.console.listening_reading import FIRST, READERS
from portal.console.listening_words import as_typed, live
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults, Form, boxes
from portal.pages import moment
from portal.people import name_of
from portal.provider.drafts import Overtaken
from providers import listening, register
from providers.listening import Meanwhile

router = APIRouter(prefix="/console/regions/{region}/listening/{quarter}/{part}")
LISTS = ("surveys", "events")
"""Parts that are told one by one."""


@router.get("", name="part_page")
def part_page(region: str, quarter: str, part: str, visit: SignedIn) -> Response:
    """One part with its boxes as they were last saved."""
    with visit.desk.database.reading() as session:
        desk = open_part(session, visit, region, quarter, part)
        return draw(session, visit, desk, part, opened(part, desk.heard))


@router.post("", name="tell_part")
def tell_part(region: str, quarter: str, part: str, visit: SignedIn, form: Typed) -> Response:
    """Keep what was typed as a new version of the quarter; a live worry is not kept at all."""
    faults = Faults()
    with visit.desk.database.writing() as session:
        desk = open_part(session, visit, region, quarter, part)
        taken_out = form.text("go") if part in LISTS else ""
        is_live = False
        said: Any
        if taken_out:
            said = without(desk, part, taken_out)
        else:
            is_live = live(form, faults)
            said = READERS[part](form, faults, desk)
        late = None
        if not faults:
            late = keep(session, visit, desk, part, said, form, faults)
        if faults or late:
            return draw(
                session,
                visit,
                desk,
                part,
                as_typed(form),
                faults,
                late=late,
                is_live=is_live,
            )
    return visit.go(f"{desk.path}/{part}?did=saved" if part in LISTS else f"{desk.path}?did=saved")


def open_part(session: Session, visit: Visit, region: str, quarter: str, part: str) -> Desk:
    """The quarter, for the region's listening partner; else NotHere or NotForYou."""
    desk = enter(session, visit, region, quarter)
    if part not in PARTS:
        raise NotHere
    require_partner(desk.room, "say what families said")
    return desk


def keep(
    session: Session,
    visit: Visit,
    desk: Desk,
    part: str,
    said: Any,  # noqa: ANN401 - the data of any part, as its reader gives it
    form: Form,
    faults: Faults,
) -> Overtaken | None:
    """Save it; who saved the part meanwhile, if anybody, and a fault where it does not fit."""
    try:
        listening.save(
            session,
            desk.room.code,
            desk.quarter,
            part,
            said,
            form.text("basis"),
            visit.now,
            visit.visitor.person,
        )
    except Meanwhile as error:
        who = name_of(session, error.by) if error.by else "Somebody"
        return Overtaken(who, moment(error.at))
    except ValidationError as error:
        for _, message in plainly(error):
            faults.add(FIRST[part], message)
    return None


def without(desk: Desk, part: str, which: str) -> list[Any]:
    """The things told in a part, without the one of that number; NotHere where there is none."""
    told = list(getattr(desk.heard, part))
    if not which.isdecimal() or len(which) > 3 or not 1 <= int(which) <= len(told):
        raise NotHere
    del told[int(which) - 1]
    return told


def draw(
    session: Session,
    visit: Visit,
    desk: Desk,
    part: str,
    typed: dict[str, str],
    faults: Faults | None = None,
    *,
    late: Overtaken | None = None,
    is_live: bool = False,
) -> Response:
    """The page with these boxes; 422 with faults, 409 when somebody saved the part meanwhile."""
    asked = visit.request.query_params.get("did", "")
    return show(
        visit,
        desk,
        "console/heard_part.html",
        422 if faults else 409 if late else 200,
        part=part,
        typed=typed,
        basis=desk.record.basis(part),
        meanwhile=late,
        is_live=is_live,
        safer=[s for s in register.sites(session, desk.room.code) if s.safer_custody],
        did="Saved." if asked == "saved" and not faults and not late else "",
        faults=faults or Faults(),
    )


def opened(part: str, heard: Heard) -> dict[str, str]:
    """The boxes of a part as they were last saved; a part told one by one begins blank."""
    if part in ("activities", "themes"):
        return {f"count-{kind}": str(many) for kind, many in getattr(heard, part).items()}
    if part == "voice":
        shown = {name: getattr(heard.voice, name) for name in ("positive", "negative", "base")}
        return {
            "valued": "\n".join(heard.voice.valued),
            "worried": "\n".join(heard.voice.worried),
            **{name: "" if value is None else str(value) for name, value in shown.items()},
            "definition": heard.voice.definition,
        }
    if part == "spotlight":
        return {"group": heard.spotlight.group, "words": heard.spotlight.words}
    if part == "report":
        dated = boxes(heard.report.dated)
        named = {f"dated-{box}": value for box, value in dated.items()}
        return {"reference": heard.report.reference, **named}
    if part == "safeguarding":
        totals = heard.safeguarding.model_dump()
        return {name: "" if many is None else str(many) for name, many in totals.items()}
    return {}
