"""Returns as the public pages see them, made with the fewest words a test can say."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from charter.actions import Change, Promise
from charter.answers import Answer, ReturnDocument
from charter.commitments import CharterFile, Commitment
from charter.folding import fold
from charter.ledger import digest
from charter.policy import Dates, Policy
from charter.quarters import Quarter, at
from charter.returns import Life
from charter.scoring import receipt_text, score
from charter.steps import (
    Happened,
    Rating,
    Requested,
    Signed,
    Step,
)
from charter.views import (
    Edition,
    FamilyRequestView,
    NextUpdate,
    RegionView,
    ReturnView,
    SiteView,
)

Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
OPENS, DUE, RECORDED, PUBLISHED = (
    date(2026, 10, 1),
    date(2026, 10, 28),
    date(2026, 11, 11),
    date(2026, 12, 8),
)
NOW = datetime(2026, 12, 8, 9, tzinfo=UTC)
DATES = Dates(
    requests_close=date(2026, 9, 16),
    opens=OPENS,
    due=DUE,
    not_returned=RECORDED,
    challenge_ends=date(2026, 11, 25),
    reply_ends=date(2026, 12, 2),
    publishes=PUBLISHED,
)
NEXT = NextUpdate(quarter=Q2.next(), due=date(2027, 1, 29), publishes=date(2027, 3, 11))

_NAMED = {
    "C1": ("Asking on arrival", "We ask each new arrival who stands by them, and note it."),
    "C2": ("Asking for consent", "We ask early what we may share, and we ask again later."),
    "C3": ("Hearing families", "We hear what families tell us and see that it gets through."),
    "C4": ("Answering", "We say how to reach us, and we answer when we said we would."),
    "C5": ("Acting on worries", "A worry about safety is acted on the day we hear of it."),
    "C6": ("Telling it clearly", "We explain healthcare in prison in words people can use."),
    "C7": ("Planning together", "Where the patient agrees, families help to plan care."),
    "C8": ("Treating people well", "We train our staff to treat every family with respect."),
    "C9": ("Giving account", "Each quarter we say what we did, what we did not do, and why."),
}
CHARTER = CharterFile(
    id="test",
    title="Family and Carers’ Charter for Health and Justice",
    version="working-0",
    wording_status="working",
    notice="This is working wording, not the Charter’s own text.",
    commitments=tuple(
        Commitment(id=one, short=short, text=text, essential=one == "C5")
        for one, (short, text) in _NAMED.items()
    ),
)
POLICY = Policy(version="test-1", rung=())

SAMPLE = RegionView(
    code="SAMPLE",
    name="Sample",
    commissioner="NHS Sample",
    partner="Families Heard",
    sample=True,
)
ALDER = SiteView(
    region=SAMPLE,
    code="ALD",
    name="HMP Alder Hill",
    switchboard="020 7946 0100",
    safer_custody="020 7946 0101",
    family_line="020 7946 0102",
    numbers_checked=date(2026, 9, 1),
)
BIRCH = SiteView(region=SAMPLE, code="BIR", name="HMP/YOI Birchwood")
CEDAR = SiteView(region=SAMPLE, code="CED", name="HMP Cedar Lane", switchboard="020 7946 0300")
DELL = SiteView(region=SAMPLE, code="DEL", name="HMP Dell")
WHOLE = SiteView(region=SAMPLE, code="REGION", name="Sample")

KEPT, PARTLY, NOT_KEPT, NOT_HERE = (
    Rating.FULLY,
    Rating.PARTLY,
    Rating.NOT_MET,
    Rating.NOT_APPLICABLE,
)
FIVE_THREE_ONE = (KEPT, KEPT, PARTLY, KEPT, KEPT, PARTLY, PARTLY, KEPT, NOT_KEPT)


def answers(ratings: Iterable[Rating]) -> tuple[Answer, ...]:
    """An answer to each commitment, in order, with a reason wherever one is owed."""
    return tuple(
        Answer(
            commitment=one,
            rating=rating,
            reason="" if rating is KEPT else "Two posts in the team were empty until September.",
            public_statement=f"{_NAMED[one][0]}: we have a lead nurse for this and a weekly check.",
        )
        for one, rating in zip(_NAMED, ratings, strict=True)
    )


def document(**changes: Any) -> ReturnDocument:
    """Avon's return for Alder Hill, with whatever a test changes."""
    usual: dict[str, Any] = {
        "charter_version": CHARTER.version,
        "quarter": str(Q2),
        "provider": "AVON",
        "site": "ALD",
        "answers": answers(FIVE_THREE_ONE),
    }
    return ReturnDocument(**{**usual, **changes})


def life(*steps: tuple[datetime, Step]) -> Life:
    """The fold of these steps after the return was asked for."""
    first = Happened(at(OPENS, 9), "engine", Requested(due=DUE))
    return fold([first, *(Happened(when, "person:1", step) for when, step in steps)])


def signed(doc: ReturnDocument, day: date = date(2026, 10, 20)) -> tuple[datetime, Step]:
    """The step by which a document was signed."""
    return at(day, 11), Signed(document=doc.fingerprint, nil=doc.nil_return)


def view(
    site: SiteView = ALDER,
    *,
    party: str = "Avon Health",
    doc: ReturnDocument | None = None,
    how: Life | None = None,
    **changes: Any,
) -> ReturnView:
    """A return as the pages see it; scored when there is a document for a service that ran."""
    lived = how or (life(signed(doc)) if doc else life())
    receipt = None
    if doc is not None and not doc.nil_return:
        receipt = score(doc, doc.fingerprint, CHARTER, POLICY, Q2, lived.changes)
        lived = replace(lived, receipt=digest(receipt_text(receipt)))
    usual: dict[str, Any] = {
        "return_id": 1,
        "party_code": party.split()[0].upper(),
        "party_name": party,
        "served_from": date(2024, 4, 1),
        "served_to": None,
        "quarter": Q2,
        "state": lived.state(NOW),
        "charter": CHARTER,
        "edition": Edition(revision=1, published_on=PUBLISHED),
    }
    return ReturnView(site=site, life=lived, document=doc, receipt=receipt, **{**usual, **changes})


def promise(
    number: int,
    title: str,
    *changes: Change,
    request: str | None = None,
    practice: str | None = None,
    consulted: str = "",
) -> Promise:
    """An action first promised for the due date of its first change."""
    changes = tuple(replace(one, consulted=consulted) for one in changes)
    return Promise(
        id=f"avon-ald-{number}",
        commitment="C4",
        title=title,
        owner="Head of Healthcare",
        request=request,
        first_due=changes[0].due,
        changes=changes,
        practice=practice,
    )


def asked(number: int, text: str, **more: Any) -> FamilyRequestView:
    """Something families asked for in July."""
    usual: dict[str, Any] = {
        "id": f"R{number}",
        "text": text,
        "commitment": "C4",
        "source": "a coffee morning",
        "heard_on": date(2026, 7, 14),
    }
    return FamilyRequestView(**{**usual, **more})


def change(quarter: Quarter, status: Any, due: date, reason: str = "") -> Change:
    """What a quarter's return said of an action."""
    return Change(str(quarter), None, status, due, reason)
