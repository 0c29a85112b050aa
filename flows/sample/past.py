"""The two quarters before the demo's own: fewer moments, the same functions, up to publication."""

from datetime import date

from charter.policy import Dates, read_policy
from charter.quarters import Quarter
from charter.steps import Rating
from flows.sample.acts import Story, plainly, together
from flows.sample.checking import (
    ADMINISTRATOR,
    APPROVER,
    COMMISSIONER,
    PARTNER,
    approve,
    change,
    confirm,
    judge,
)
from flows.sample.disputing import ARBITER
from flows.sample.founding import (
    REGISTER,
    adopt,
    enter,
    import_register,
    import_signatories,
    join,
)
from flows.sample.listening import listen
from flows.sample.returning import Owed, submit
from flows.wiring import SHIPPED_POLICIES, shipped, shipped_calendar

FIRST, SECOND = "2025-26-Q4", "2026-27-Q1"
AVON = [("avon", site) for site in ("larkmoor", "marlspike", "quillhaven", "thistlemere")]
BROOK = [("brook", site) for site in ("fernhollow", "otterstone", "willowfen")]
COPPERDALE = ("brook", "copperdale")
CLYDE = [("clyde", site) for site in ("brindlebeck", "harrowgrove", "saltmarrow")]
TEAM = ("sample-commissioning", "REGION")
"""The commissioner's own return."""
NEW_LEAD = (
    "Bill Bygate,bill.bygate@refuses.example",
    "Betty Barrow,betty.barrow@brook.example",
)
"""Willowfen's lead in the shipped register, and the one before."""


def beginning(story: Story) -> None:
    """The registers come in, the team is named, and families are heard."""
    day, on = date(2026, 3, 2), story.on
    before = import_register(REGISTER, but=NEW_LEAD)
    on(day, "09:00", "Sample, an invented region, brings in its register of prisons.", before)
    real = import_register("register.csv", paused=True)
    on(day, "09:05", "The real register comes in beside it, paused: it asks nobody.", real)
    signed = import_signatories("signatories.csv")
    on(day, "09:10", "The list of who really signed the Charter comes with it.", signed)
    team = together(
        join(COMMISSIONER, "Nadia Thorncliffe", "commissioner"),
        join(APPROVER, "Gareth Penhale", "approver"),
        join(PARTNER, "Lena Fairweather", "listening_partner"),
        join(ADMINISTRATOR, "Owen Tarrant", "administrator"),
        join(ARBITER, "Imogen Castellan", "arbiter"),
    )
    says = "Sample names its team, a listening partner, and an arbiter from outside."
    on(day, "09:15", says, team)
    wording = adopt("working-0.1", COMMISSIONER)
    on(day, "09:20", "Sample takes up the Charter in working wording.", wording)
    wishes = enter("march", PARTNER)
    on(date(2026, 3, 5), "14:00", "The listening partner enters what families asked for.", wishes)


def first_quarter(story: Story) -> None:
    """January to March 2026: everybody answers in time; the baseline."""
    dates = _dates(FIRST)
    _ask(story, FIRST, dates)
    _send(story, date(2026, 4, 16), "Avon Health's four prisons send their updates.", FIRST, AVON)
    _remind(story, date(2026, 4, 23), "Reminders go to those who have not answered yet.")
    rest = [*CLYDE, TEAM, *BROOK, COPPERDALE]
    _send(story, date(2026, 4, 28), "Everybody else sends theirs in time.", FIRST, rest)
    story.on(date(2026, 5, 12), "09:00", "The updates are scored.", plainly("score_returns"))
    story.on(date(2026, 5, 28), "15:00", "The commissioner confirms them all.", confirm(FIRST))
    _facts(story, date(2026, 6, 2))
    enters = enter("june", PARTNER)
    story.on(date(2026, 6, 4), "14:00", "The listening partner enters new requests.", enters)
    _publish(story, FIRST, date(2026, 6, 9), dates)


def second_quarter(story: Story) -> None:
    """April to June 2026: one update is late, and one rating is changed."""
    dates = _dates(SECOND)
    _ask(story, SECOND, dates)
    heard = "The listening partner puts on record what families said from April to June."
    story.on(date(2026, 7, 9), "14:00", heard, listen(SECOND))
    in_time = [*AVON, *BROOK]
    _send(story, date(2026, 7, 15), "Avon, and most of Brook, send their updates.", SECOND, in_time)
    _remind(story, date(2026, 7, 21), "Reminders go to those who have not answered yet.")
    rest = [*CLYDE, TEAM]
    _send(story, date(2026, 7, 27), "Clyde Health and the commissioner send theirs.", SECOND, rest)
    _remind(story, date(2026, 7, 29), "Copperdale's update is overdue, and its lead is told.")
    late = [COPPERDALE]
    _send(story, date(2026, 8, 3), "Copperdale's update comes, six days late.", SECOND, late)
    lower = change(
        Owed("clyde", "harrowgrove", SECOND),
        "W1",
        Rating.PARTLY,
        "Our own check found the question blank in 12 of 40 records.",
    )
    story.on(date(2026, 8, 13), "11:00", "A rating of Harrowgrove's is changed.", lower)
    story.on(date(2026, 8, 18), "15:00", "The commissioner confirms them all.", confirm(SECOND))
    story.on(date(2026, 8, 19), "09:00", "The updates are scored.", plainly("score_returns"))
    _facts(story, date(2026, 8, 26))
    said = judge(Owed("avon", "larkmoor", SECOND), faithful=True)
    story.on(date(2026, 9, 1), "10:00", "The listening partner finds a reply faithful.", said)
    _publish(story, SECOND, date(2026, 9, 3), dates)


def _dates(quarter: str) -> Dates:
    policy = read_policy(shipped(SHIPPED_POLICIES[-1]))
    return policy.dates(Quarter.parse(quarter), shipped_calendar())


def _ask(story: Story, quarter: str, dates: Dates) -> None:
    opens = f"{quarter} opens: every prison's provider is asked for its update."
    story.on(dates.opens, "08:30", opens, plainly("request_returns"))
    _deliver(story, dates.opens)


def _deliver(story: Story, day: date) -> None:
    story.on(day, "09:10", "Letters are handed over.", plainly("deliver_letters"))


def _send(
    story: Story, day: date, says: str, quarter: str, services: list[tuple[str, str]]
) -> None:
    sent = [submit(Owed(party, site, quarter)) for party, site in services]
    story.on(day, "15:00", says, together(*sent))


def _remind(story: Story, day: date, says: str) -> None:
    story.on(day, "08:45", says, plainly("chase_returns"))
    _deliver(story, day)


def _facts(story: Story, day: date) -> None:
    says = "Each provider is asked to check the facts, and may reply."
    story.on(day, "08:45", says, plainly("chase_returns"))
    _deliver(story, day)


def _publish(story: Story, quarter: str, approved: date, dates: Dates) -> None:
    one, two = approve(quarter, COMMISSIONER), approve(quarter, APPROVER)
    story.on(approved, "11:00", "The commissioner approves every page.", one)
    story.on(approved, "16:00", "A second person approves them too.", two)
    says = f"The families' pages for {quarter} are published."
    story.on(dates.publishes, "08:30", says, plainly("publish_summary"))
    told = plainly("chase_returns")
    story.on(dates.publishes, "08:45", "Each provider is told that its page is out.", told)
    _deliver(story, dates.publishes)
