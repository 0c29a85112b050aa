"""How the invented region comes about: register, team, wording, and what families ask for."""

from collections.abc import Callable

from sqlmodel import Session

from flows.sample import texts
from flows.sample.acts import Deed
from flows.wiring import App, policy_shipped, shipped
from providers import cycles, register, requests, staff

REGION = "sample"
OPERATOR = "operator"
REGISTER = "sample-register.csv"


def in_one_go(act: Callable[[Session, App], object]) -> Deed:
    """A deed done in one writing transaction."""

    def do(app: App) -> None:
        with app.database.writing() as session:
            act(session, app)

    return do


def person(session: Session, email: str) -> int:
    """The person of an address; LookupError where nobody has it yet."""
    found = register.person_by_email(session, email)
    if found is None:
        raise LookupError(f"nobody has the address {email} at this point of the story")
    return found.person_id


def import_register(file: str, *, paused: bool = False, but: tuple[str, str] | None = None) -> Deed:
    """Take in a shipped register; `but` gives a text of it and what stood there earlier."""

    def act(session: Session, app: App) -> None:
        text = shipped(file)
        if but is not None:
            today, earlier = but
            if today not in text:
                raise LookupError(f"{file} no longer says '{today}'")
            text = text.replace(today, earlier)
        found = register.check(text.encode(), file)
        register.import_register(
            session, found, app.clock(), OPERATOR, policy_version=policy_shipped(), paused=paused
        )

    return in_one_go(act)


def import_signatories(file: str) -> Deed:
    """Take in a shipped list of who signed the Charter."""
    found = register.read_signatories(shipped(file).encode(), file)
    return in_one_go(
        lambda session, app: register.import_signatories(session, found, app.clock(), OPERATOR)
    )


def join(email: str, name: str, role: str) -> Deed:
    """Somebody joins the region's team."""
    return in_one_go(
        lambda session, app: staff.add(
            session, app.clock(), OPERATOR, email=email, region_code=REGION, role=role, name=name
        )
    )


def adopt(version: str, by: str) -> Deed:
    """The region takes up a Charter version."""
    return in_one_go(
        lambda session, app: cycles.adopt(
            session, REGION, version, app.clock(), f"person:{person(session, by)}"
        )
    )


def enter(wave: str, by: str) -> Deed:
    """The listening partner enters what families asked for."""

    def act(session: Session, app: App) -> None:
        for wish in texts.wishes(wave):
            requests.enter_request(
                session,
                id=wish.id,
                region=REGION,
                site=wish.site,
                party=wish.party,
                commitment=wish.commitment,
                text=wish.text,
                source=wish.source,
                heard_on=wish.heard_on,
                now=app.clock(),
                by=f"person:{person(session, by)}",
            )

    return in_one_go(act)
