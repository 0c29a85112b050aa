"""July to September 2026 in Sample, from the opening on 1 October to publication on 8 December."""

from datetime import date

from charter.steps import Rating
from flows.sample.acts import FlowCall, Story, together
from flows.sample.checking import (
    APPROVER,
    COMMISSIONER,
    PARTNER,
    agree_not_running,
    approve,
    challenge,
    change,
    confirm,
    extend,
    judge,
    share,
)
from flows.sample.disputing import decide, dispute
from flows.sample.founding import REGISTER, adopt, enter, import_register
from flows.sample.listening import listen
from flows.sample.returning import Owed, ask_not_running, hand_over, reply, sign, start, submit

QUARTER = "2026-27-Q2"


def _owed(party: str, site: str) -> Owed:
    return Owed(party, site, QUARTER)


LARKMOOR = _owed("avon", "larkmoor")
MARLSPIKE = _owed("avon", "marlspike")
QUILLHAVEN = _owed("avon", "quillhaven")
THISTLEMERE = _owed("avon", "thistlemere")
TAKEN_OVER = _owed("avon", "brindlebeck")
GIVEN_UP = _owed("clyde", "brindlebeck")
COPPERDALE = _owed("brook", "copperdale")
FERNHOLLOW = _owed("brook", "fernhollow")
OTTERSTONE = _owed("brook", "otterstone")
WILLOWFEN = _owed("brook", "willowfen")
HARROWGROVE = _owed("clyde", "harrowgrove")
SALTMARROW = _owed("clyde", "saltmarrow")
TEAM = _owed("sample-commissioning", "REGION")

UNCHECKED = ("avon", "thistlemere")
"""Not confirmed by the commissioner in time, so published as the provider's own view."""
UNAPPROVED = ("brook", "willowfen")
"""Its page has one approval and waits for the second."""

NOT_RUNNING = (
    "The prison was emptied in June for fire safety work. "
    "Nobody lived there, and no healthcare was given, from July to September."
)
MORE_TIME = "New provider since mid-August; the records of the old one arrived only this month."
MORE_TIME_PUBLIC = (
    "A new provider took over here in August. It was given two more weeks, "
    "because the older records reached it late."
)
QUESTION = (
    "You say that families are answered within two working days. The report you show counts "
    "calls only. What of e-mails and letters?"
)
CHANGED = (
    "The booklet is clear, but it comes in English only. One family in five here told us that "
    "they use another language at home."
)
DISPUTED = (
    "Parents wrote this booklet with us and found it clear. The nurses read it out in other "
    "languages when a family asks."
)
DECIDED = (
    "A booklet that somebody has to read out does not reach a family at home. "
    "The commissioner was right to change the rating."
)
CHANGED_LATE = "The posters are good, but three of the four clinic times on them are out of date."
DISPUTED_LATE = (
    "The times were right on the last day of the quarter. They changed in October, and new posters "
    "are up."
)
RIGHT_OF_REPLY = (
    "We accept that our update was late. Families at Copperdale have a part in care plans when "
    "the patient agrees. We will show that next quarter."
)
PLANNING = "care-planning-brook"
NOT_FAITHFUL = (
    "Families asked for a part in planning after moves and release. The reply says this is done "
    "for everyone. That is not what families at Copperdale tell us."
)


def before(story: Story) -> None:
    """September: what changes before the quarter opens."""
    heard = enter("september", PARTNER)
    story.on(date(2026, 9, 10), "14:00", "The listening partner enters new requests.", heard)
    new_lead = import_register(REGISTER)
    says = "The register is renewed: Willowfen has a new lead, at an address that turns out bad."
    story.on(date(2026, 9, 14), "10:00", says, new_lead)
    says = "The commissioner shares with all prisons what Larkmoor did about letters."
    story.on(date(2026, 9, 15), "11:00", says, share())
    says = "Sample takes up the version of the Charter that asks for figures and a spotlight."
    story.on(date(2026, 9, 16), "10:00", says, adopt("working-0.2", COMMISSIONER))
    late = enter("late", PARTNER)
    says = "One more request comes after the closing date: it is answered next quarter."
    story.on(date(2026, 9, 24), "14:00", says, late)


def asking(story: Story) -> None:
    """1 to 21 October: requests, the first answers, the first reminders."""
    on, call = story.on, FlowCall
    says = "July to September opens: every prison's provider is asked for its update."
    on(date(2026, 10, 1), "08:30", says, call("request_returns"))
    _deliver(story, date(2026, 10, 1), "Letters go. Willowfen's lead cannot be reached.")
    on(date(2026, 10, 6), "10:00", "Larkmoor's lead begins a draft.", start(LARKMOOR))
    says = "Larkmoor's lead confirms what still holds and passes it to the director."
    on(date(2026, 10, 8), "14:00", says, hand_over(LARKMOOR))
    on(date(2026, 10, 9), "11:00", "The director signs: Larkmoor is on time.", sign(LARKMOOR))
    asks = ask_not_running(OTTERSTONE, NOT_RUNNING)
    says = "Otterstone says that its service did not run, though its contract did."
    on(date(2026, 10, 9), "15:00", says, asks)
    agrees = agree_not_running(OTTERSTONE)
    on(date(2026, 10, 12), "10:00", "The commissioner agrees: the prison stood empty.", agrees)
    nil = submit(OTTERSTONE, nil=NOT_RUNNING)
    on(date(2026, 10, 12), "15:00", "Otterstone's director signs that it did not run.", nil)
    on(date(2026, 10, 13), "11:00", "Quillhaven sends its update as a file.", submit(QUILLHAVEN))
    heard = listen(QUARTER)
    says = "The listening partner puts on record what families said from July to September."
    on(date(2026, 10, 13), "14:00", says, heard)
    says = "Ten working days are left: reminders. Willowfen's deputy is asked, with full notice."
    _chase(story, date(2026, 10, 14), says)
    on(date(2026, 10, 16), "10:00", "Marlspike sends its update.", submit(MARLSPIKE))
    extra = extend(TAKEN_OVER, date(2026, 11, 11), MORE_TIME, MORE_TIME_PUBLIC)
    says = "Brindlebeck's new provider is given two more weeks, in words families can read."
    on(date(2026, 10, 20), "15:00", says, extra)
    says = "Five days are left: reminders, to directors as well where nothing is begun."
    _chase(story, date(2026, 10, 21), says)


def falling_due(story: Story) -> None:
    """22 October to 11 November: the due date, the late, and the one who never answers."""
    on, day = story.on, date
    on(day(2026, 10, 22), "15:00", "Fernhollow sends its update.", submit(FERNHOLLOW))
    says = "Clyde Health answers for the weeks it still served at Brindlebeck."
    on(day(2026, 10, 23), "12:00", says, submit(GIVEN_UP))
    on(day(2026, 10, 26), "10:00", "Saltmarrow sends its update.", submit(SALTMARROW))
    both = together(submit(THISTLEMERE), submit(TEAM))
    says = "Thistlemere and the commissioner's own team send theirs."
    on(day(2026, 10, 27), "16:00", says, both)
    on(day(2026, 10, 27), "17:00", "Copperdale's lead begins a draft.", start(COPPERDALE))
    _chase(story, day(2026, 10, 28), "The day it is due: reminders to those still missing.")
    _chase(story, day(2026, 10, 29), "Overdue: Copperdale's and Harrowgrove's leads are told.")
    says = "Copperdale's lead passes the update to the director, who must now sign."
    on(day(2026, 10, 30), "15:00", says, hand_over(COPPERDALE))
    asked = challenge(QUILLHAVEN, "W4", QUESTION)
    on(day(2026, 11, 2), "10:00", "The commissioner asks Quillhaven about one answer.", asked)
    says = "Willowfen's deputy sends its update, in the time that was left to it."
    on(day(2026, 11, 3), "14:00", says, submit(WILLOWFEN))
    says = "Directors of what is missing are warned what will be published, and when."
    _chase(story, day(2026, 11, 4), says)
    on(day(2026, 11, 5), "09:30", "Copperdale's director signs, eight days late.", sign(COPPERDALE))
    says = "Brindlebeck's new provider sends its update within the time given."
    on(day(2026, 11, 9), "15:00", says, submit(TAKEN_OVER))
    answered = hand_over(QUILLHAVEN, asked=True)
    on(day(2026, 11, 10), "11:00", "Quillhaven answers the question it was asked.", answered)
    on(day(2026, 11, 10), "16:00", "Its director signs the new answer.", sign(QUILLHAVEN))
    says = "Harrowgrove is recorded as not returned, and the commissioner is told."
    _chase(story, day(2026, 11, 11), says)


def looking(story: Story) -> None:
    """16 November to 2 December: scores, changes, confirmation, facts and replies."""
    on, day = story.on, date
    on(day(2026, 11, 16), "09:00", "What was received is scored.", FlowCall("score_returns"))
    lower = change(FERNHOLLOW, "W6", Rating.PARTLY, CHANGED)
    on(day(2026, 11, 17), "11:00", "One of Fernhollow's ratings is changed, with a reason.", lower)
    says = "Fernhollow's lead disputes it. Somebody from outside the region is to decide."
    on(day(2026, 11, 19), "10:00", says, dispute(FERNHOLLOW, "W6", DISPUTED))
    also = change(COPPERDALE, "W6", Rating.PARTLY, CHANGED_LATE)
    on(day(2026, 11, 20), "11:00", "One of Copperdale's ratings is changed as well.", also)
    decided = decide(FERNHOLLOW, "W6", upheld=True, reason=DECIDED)
    says = "The arbiter decides about Fernhollow: the changed rating stands."
    on(day(2026, 11, 23), "14:00", says, decided)
    checked = confirm(QUARTER, but=(UNCHECKED,))
    says = "The commissioner confirms all but one: Thistlemere stays the provider's own view."
    on(day(2026, 11, 24), "16:00", says, checked)
    says = "What changed is scored again."
    on(day(2026, 11, 25), "17:00", says, FlowCall("score_returns"))
    says = "Each provider is asked to check the facts, and may reply."
    _chase(story, day(2026, 11, 26), says)
    on(
        day(2026, 11, 30),
        "14:00",
        "Copperdale uses its right of reply.",
        reply(COPPERDALE, RIGHT_OF_REPLY),
    )
    says = "Copperdale's lead disputes its changed rating. The arbiter has until mid-December."
    on(day(2026, 11, 30), "15:00", says, dispute(COPPERDALE, "W6", DISPUTED_LATE))
    found = together(
        judge(LARKMOOR, faithful=True),
        judge(TEAM, faithful=True),
        judge(COPPERDALE, faithful=False, words=NOT_FAITHFUL, only=frozenset({PLANNING})),
    )
    says = "The listening partner finds three replies faithful, and one not. It checks no others."
    on(day(2026, 12, 1), "10:00", says, found)


def publishing(story: Story) -> None:
    """3 to 8 December: two people approve, and families can read it."""
    on, day = story.on, date
    one = approve(QUARTER, COMMISSIONER, but=(UNAPPROVED,))
    says = "The commissioner approves every page but Willowfen's, which has to wait."
    on(day(2026, 12, 3), "11:00", says, one)
    two = approve(QUARTER, APPROVER)
    on(day(2026, 12, 4), "16:00", "A second person approves them all.", two)
    says = "The families' pages for July to September are published."
    on(day(2026, 12, 8), "08:30", says, FlowCall("publish_summary"))
    _chase(story, day(2026, 12, 8), "Each provider is told that its page is out.")


def _chase(story: Story, on: date, says: str) -> None:
    story.on(on, "08:45", says, FlowCall("chase_returns"))
    _deliver(story, on, "Letters are handed over.")


def _deliver(story: Story, on: date, says: str) -> None:
    story.on(on, "09:10", says, FlowCall("deliver_letters"))
