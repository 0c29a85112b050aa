"""What needs the visitor now, over all their regions: each with the way to where it is done."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from portal.console import rooms, tasks
from portal.doors import NotHere, SignedIn, Visit
from providers import awaiting

router = APIRouter(prefix="/console")


@router.get("", name="console")
def console(visit: SignedIn) -> Response:
    """What waits for the visitor, the oldest first, and the regions they are of."""
    if not visit.visitor.staff:
        raise NotHere
    with visit.desk.database.reading() as session:
        homes = homes_of(session, visit)
        waiting = tasks.tasks_of(session, visit, homes)
    return visit.page(
        "console/today.html",
        tasks=waiting,
        total=sum(task.many for task in waiting),
        homes=homes,
        sample=" and ".join(home.name for home in homes if home.at.sample),
    )


def homes_of(session: Session, visit: Visit) -> list[tasks.Home]:
    """The visitor's regions by name, each with its quarters."""
    return [
        tasks.Home(at, rooms.roles_in(visit, at.code))
        for at in awaiting.opened(session, visit.visitor.regions())
    ]
