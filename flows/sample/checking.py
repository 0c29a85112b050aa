"""What the region's team does with returns: extends, asks, changes, approves and judges."""

from datetime import date

from sqlmodel import Session

from charter.steps import Rating
from flows.sample import texts
from flows.sample.acts import Deed
from flows.sample.founding import REGION, in_one_go, person
from flows.sample.returning import Owed, with_return
from flows.wiring import App
from providers import checking, lives, practices, replied, returns
from providers.returns import Ref

COMMISSIONER = "nadia.thorncliffe@sample-commissioning.example"
APPROVER = "gareth.penhale@sample-commissioning.example"
ADMINISTRATOR = "owen.tarrant@sample-commissioning.example"
PARTNER = "lena.fairweather@listening-partner.example"


def extend(owed: Owed, due: date, reason: str, public: str) -> Deed:
    """The commissioner gives a return more time, in words that families will read."""

    def act(session: Session, app: App, here: Ref) -> None:
        life = lives.lives(session, [here.id])[here.id]
        if life.extended and life.extended.due == due:
            return
        by = person(session, COMMISSIONER)
        checking.extend(session, here, due, reason, public, app.clock(), by)

    return with_return(owed, act)


def challenge(owed: Owed, commitment: str, question: str) -> Deed:
    """The commissioner asks about one answer, which reopens just that."""
    return with_return(
        owed,
        lambda session, app, here: checking.challenge(
            session, here, commitment, question, app.clock(), person(session, COMMISSIONER)
        ),
    )


def change(owed: Owed, commitment: str, rating: Rating, reason: str) -> Deed:
    """The commissioner sets another rating, with the reason."""
    return with_return(
        owed,
        lambda session, app, here: checking.change_rating(
            session, here, commitment, rating, reason, app.clock(), person(session, COMMISSIONER)
        ),
    )


def confirm(quarter: str, *, but: tuple[tuple[str, str], ...] = ()) -> Deed:
    """The commissioner confirms every return received, but for some (party, prison)."""

    def act(session: Session, app: App) -> None:
        by = person(session, COMMISSIONER)
        for here in _received(session, quarter):
            if (here.party, here.site) not in but:
                checking.confirm(session, here, app.clock(), by)

    return in_one_go(act)


def agree_not_running(owed: Owed) -> Deed:
    """The commissioner agrees that a service did not run, though its contract did."""

    def act(session: Session, app: App, here: Ref) -> None:
        life = lives.lives(session, [here.id])[here.id]
        if not life.is_received:
            by = person(session, COMMISSIONER)
            checking.agree_not_running(session, here, "", app.clock(), by)

    return with_return(owed, act)


def share() -> Deed:
    """The commissioner shares the good practice that the book tells of."""

    def act(session: Session, app: App) -> None:
        by = person(session, COMMISSIONER)
        for party, site, quarter, commitment, told in texts.practices():
            here = returns.find(session, party, site, quarter)
            practices.share(session, here, commitment, told, app.clock(), by)

    return in_one_go(act)


def judge(
    owed: Owed, *, faithful: bool, words: str = "", only: frozenset[str] = frozenset()
) -> Deed:
    """The listening partner marks each reply to families, or `only` those to some requests."""

    def act(session: Session, app: App, here: Ref) -> None:
        by = person(session, PARTNER)
        for one in replied.replies_in(session, lives.lives(session, [here.id])[here.id]):
            if one.answer and (not only or one.about in only):
                replied.mark(session, here, one.about, faithful, words, app.clock(), by)

    return with_return(owed, act)


def approve(quarter: str, by: str, *, but: tuple[tuple[str, str], ...] = ()) -> Deed:
    """One person approves every page of a quarter, but for some (party, prison)."""

    def act(session: Session, app: App) -> None:
        who = person(session, by)
        here = returns.refs(session, region=REGION, quarter=quarter)
        folded = lives.lives(session, [one.id for one in here])
        for one in here:
            if (one.party, one.site) not in but and who not in folded[one.id].approved_by:
                checking.approve(session, one, app.clock(), who)

    return in_one_go(act)


def _received(session: Session, quarter: str) -> list[Ref]:
    return [r for r in returns.refs(session, region=REGION, quarter=quarter) if r.received_at]
