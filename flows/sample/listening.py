"""What the listening partner puts on record of a quarter: parts, calls, and what it passed on."""

from sqlmodel import Session

from charter.policy import read_policy
from charter.quarters import Quarter
from flows.sample import texts
from flows.sample.acts import Deed
from flows.sample.checking import PARTNER
from flows.sample.founding import REGION, in_one_go, person
from flows.wiring import SHIPPED_POLICIES, App, shipped
from providers import family_calls, listening, passed_on
from providers.passed_on import Passed


def listen(name: str) -> Deed:
    """The listening partner saves what it heard in a quarter, and all that belongs to it."""

    def act(session: Session, app: App) -> None:
        quarter, by = Quarter.parse(name), person(session, PARTNER)
        told = dict(texts.book("listening")[name])
        calls, passed = told.pop("calls"), told.pop("passed", [])
        for part, said in told.items():
            basis = listening.record(session, REGION, quarter).basis(part)
            now = texts.in_json(said)
            listening.save(session, REGION, quarter, part, now, basis, app.clock(), by)
        for one in passed:
            passed_on.pass_on(session, REGION, Passed(**one), app.clock(), by)
        _ring(session, app, quarter, calls, by)

    return in_one_go(act)


def _ring(
    session: Session, app: App, quarter: Quarter, calls: dict[str, list[texts.Rang]], by: int
) -> None:
    """Note each call that is not on record yet."""
    most = read_policy(shipped(SHIPPED_POLICIES[-1])).calls_a_quarter
    before = {(one.site, one.on) for one in family_calls.made(session, REGION, quarter)}
    for site, rang in calls.items():
        for on, answered, minutes in rang:
            if (site, on) not in before:
                family_calls.note(
                    session, REGION, site, on, answered, minutes, most, app.clock(), by
                )
