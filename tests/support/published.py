"""A quarter of invented prisons on record, one of every kind a public page has to tell of."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from charter.actions import Change, Promise
from charter.answers import ActionLine, Answer, RequestReply, ReturnDocument
from charter.commitments import CharterFile, Commitment
from charter.ledger import digest
from charter.pages import CommitmentPage, HomePage, PrisonPage, QuarterPage
from charter.policy import Dates, Policy
from charter.quarters import Quarter, at
from charter.returns import Life, fold
from charter.scoring import receipt_text, score
from charter.steps import (
    BecameUnreachable,
    Challenged,
    Confirmed,
    Extended,
    Happened,
    Judged,
    Rating,
    RatingChanged,
    RecordedNotReturned,
    Replied,
    Requested,
    Signed,
    Started,
    Step,
)
from charter.summary import commitment_page, home_page, prison_page, quarter_page
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


def promise(number: int, title: str, *changes: Change, request: str | None = None) -> Promise:
    """An action first promised for the due date of its first change."""
    return Promise(
        id=f"avon-ald-{number}",
        commitment="C4",
        title=title,
        owner="Head of Healthcare",
        request=request,
        first_due=changes[0].due,
        changes=changes,
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


def alder() -> list[ReturnView]:
    """Everything that can be told of one return: replies, slips, a change, a reply to the page."""
    doc = document(
        replies=(
            RequestReply(
                request="R1", answer="accepted", words="A nurse now answers it on weekdays."
            ),
            RequestReply(
                request="R2", answer="partly", words="We will print it in four languages first."
            ),
            RequestReply(
                request="R3", answer="declined", words="The wing has no room for a weekly meeting."
            ),
        ),
        actions=(
            ActionLine(commitment="C4", title="Open a line", owner="x", due=date(2026, 9, 30)),
        ),
    )
    how = life(
        signed(doc),
        (
            at(date(2026, 11, 2), 10),
            RatingChanged(
                commitment="C6", rating=NOT_KEPT, reason="The leaflet is out in one language only."
            ),
        ),
        (at(date(2026, 11, 20), 10), Confirmed()),
        (at(date(2026, 11, 27), 10), Replied(words="We accept the change and have begun.")),
        (
            at(date(2026, 11, 30), 10),
            Judged(faithful=True, reason="The replies say what we heard."),
        ),
    )
    return [
        view(
            doc=doc,
            how=how,
            requests=(
                asked(1, "Give families one telephone number for healthcare that is answered."),
                asked(2, "Explain waiting times in plain words and in more languages."),
                asked(3, "Hold a meeting for families every week."),
                asked(4, "Say who to ask about a move.", answer_due=Q2.next()),
            ),
            promises=(
                promise(
                    1,
                    "Open a healthcare line for families, answered on weekdays",
                    change(Q1, "planned", date(2026, 8, 31)),
                    change(Q2, "done", date(2026, 8, 31)),
                    request="R1",
                ),
                promise(
                    2,
                    "Print the guide to healthcare in four languages",
                    change(Q1, "planned", date(2026, 9, 30)),
                    change(
                        Q2, "in_progress", date(2026, 12, 31), "The translator was ill for a month."
                    ),
                    request="R2",
                ),
                promise(
                    3,
                    "Train every new nurse in working with families",
                    change(Q2, "planned", date(2026, 11, 30)),
                ),
                promise(
                    4,
                    "Open a family room beside the health centre",
                    change(Q1, "planned", date(2026, 9, 30)),
                    change(Q2, "not_doing", date(2026, 9, 30), "The room is needed for a clinic."),
                ),
            ),
        )
    ]


def birch() -> list[ReturnView]:
    """A prison that changed hands: one late and unchecked, one before it, one not running."""
    brook = document(
        provider="BROOK", site="BIR", answers=answers((KEPT,) * 7 + (NOT_HERE, PARTLY))
    )
    late = life(signed(brook, date(2026, 11, 3)), (NOW, Challenged(commitment="C9", question="?")))
    avon = document(site="BIR")
    nil = document(
        site="BIR",
        answers=(),
        nil_return=True,
        nil_reason="The dental suite was closed for repairs all summer.",
    )
    return [
        view(
            BIRCH,
            party="Brook Health",
            doc=brook,
            how=late,
            return_id=2,
            served_from=date(2026, 8, 15),
        ),
        view(BIRCH, doc=avon, return_id=3, served_to=date(2026, 8, 14)),
        view(BIRCH, doc=nil, return_id=7, line="dental"),
    ]


def silent() -> list[ReturnView]:
    """A return that never came, from people our letters did not reach."""
    how = life(
        (at(date(2026, 10, 5), 9), BecameUnreachable()),
        (at(RECORDED, 9), RecordedNotReturned()),
    )
    return [view(CEDAR, party="Clyde Care", how=how, return_id=4)]


def extended() -> list[ReturnView]:
    """A return with more time, not published yet."""
    grant = Extended(
        due=date(2026, 12, 18), reason="private", public="The health centre was flooded."
    )
    how = life((at(date(2026, 10, 20), 9), Started()), (at(date(2026, 10, 22), 9), grant))
    return [
        view(
            DELL,
            party="Brook Health",
            how=how,
            return_id=5,
            edition=None,
            waits_for=("NHS Sample",),
        )
    ]


def commissioner() -> list[ReturnView]:
    """The commissioner's own return."""
    doc = document(provider="NHSS", site="REGION")
    return [view(WHOLE, party="NHS Sample", doc=doc, return_id=6)]


def everybody() -> list[ReturnView]:
    """The whole quarter."""
    return [*alder(), *birch(), *silent(), *extended(), *commissioner()]


def made() -> list[PrisonPage | CommitmentPage | QuarterPage | HomePage]:
    """Every page of the quarter, and one prison's page of the quarter before."""
    sites = {one.site.code: one.site for one in everybody()}
    prisons = [
        prison_page(site, [v for v in everybody() if v.site == site], NEXT)
        for site in sites.values()
    ]
    timetable = quarter_page(
        SAMPLE,
        Q2,
        everybody(),
        DATES,
        CHARTER,
        expected=len(everybody()),
        as_at=PUBLISHED,
    )
    before = prisons[0].model_copy(
        update={
            "key": f"prisons/ALD/{Q1}",
            "quarter": str(Q1),
            "quarter_words": Q1.in_words,
        }
    )
    commitments = [commitment_page(one, CHARTER, everybody()) for one in CHARTER.commitments]
    contact = "Write to NHS Sample at families@sample.example."
    home = home_page(sites.values(), [timetable], prisons, CHARTER, contact=contact)
    return [home, timetable, *prisons, before, *commitments]


def pages() -> Mapping[str, dict[str, Any]]:
    """The same pages as plain data, by key: what a bulletin is drawn from."""
    return {page.key: page.model_dump(mode="json") for page in made()}
