"""What families ask of a prison itself: passed on with a date, to whom, and never scored."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.quarters import Quarter, say
from portal.console.lines import column
from portal.console.listening import require_partner, turned
from portal.console.listening_words import as_typed, asking, chosen, heard, line, live
from portal.console.requesting import Counter, enter, safer_of, show
from portal.doors import SignedIn, Typed, Visit
from portal.forms import Faults, Form
from providers import passed_on
from providers.passed_on import Passed

router = APIRouter(prefix="/console/regions/{region}/requests/prison")
HEAD = [column(what) for what in ("Prison", "What was asked", "Passed on", "To whom", "Heard")]
FIELDS = ("site", "text", "families", "source", "heard_on", "to_whom", "passed_on")


@router.get("", name="passed_on_page")
def passed_on_page(region: str, visit: SignedIn) -> Response:
    """All that was passed on to prisons, and a form for the listening partner."""
    with visit.desk.database.reading() as session:
        return draw(session, visit, enter(session, visit, region), {}, Faults())


@router.post("", name="pass_on")
def pass_on(region: str, visit: SignedIn, form: Typed) -> Response:
    """Put on record that something was passed on."""
    faults = Faults()
    with visit.desk.database.writing() as session:
        counter = enter(session, visit, region)
        require_partner(counter.room, "pass on what families ask of a prison")
        is_live = live(form, faults)
        said = typed(counter, form, faults)
        if faults or said is None:
            return draw(session, visit, counter, as_typed(form), faults, is_live=is_live)
        passed_on.pass_on(session, region, said, visit.now, visit.visitor.person)
    return visit.go(f"{counter.path}/prison?did=passed")


def typed(counter: Counter, form: Form, faults: Faults) -> Passed | None:
    """What was typed, with a fault where it cannot be so."""
    site = chosen(form, "site", faults, counter.sites, "choose the prison")
    text = form.words("text", faults)
    if not text:
        faults.add("text", "write what is asked for, as families would say it")
    families = asking(form, faults, needed=True)
    source = line(form, "source", faults, "say where it was heard, such as a visits hall morning")
    told_in = counter.today, Quarter.containing(counter.today)
    heard_on = heard(form, "heard_on", faults, "the date it was heard", *told_in)
    role = "say to whom, by role and not by name, such as the head of residence"
    to_whom = line(form, "to_whom", faults, role)
    on = heard(form, "passed_on", faults, "the date it was passed on", *told_in)
    if heard_on and on and on < heard_on:
        faults.add("passed_on", "it cannot be passed on before it was heard")
    if faults or heard_on is None or on is None:
        return None
    return Passed(site, text, source, heard_on, to_whom, on, families=families)


def draw(
    session: Session,
    visit: Visit,
    counter: Counter,
    boxes: dict[str, str],
    faults: Faults,
    *,
    is_live: bool = False,
) -> Response:
    """The page with these boxes; 422 with faults."""
    found = passed_on.passed(session, counter.room.code)
    rows = [[one.site_name, one.text, say(one.passed_on), one.to_whom, one.source] for one in found]
    shown, pages = turned(rows, visit, f"{counter.path}/prison")
    asked = visit.request.query_params.get("did", "")
    return show(
        visit,
        counter,
        "console/passed_on.html",
        422 if faults else 200,
        wide=True,
        head=HEAD,
        rows=shown,
        pages=pages,
        typed=boxes,
        is_live=is_live,
        safer=safer_of(session, counter),
        did="On record, with its date." if asked == "passed" and not faults else "",
        faults=faults.in_order(FIELDS),
    )
