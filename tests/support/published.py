"""A quarter of invented prisons on record, one of every kind a public page has to tell of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from charter.answers import ActionLine, RequestReply
from charter.beside import Beside, PassedView, PracticeView, Serves
from charter.corrections import CorrectionRow, CorrectionsPage, corrections_pages
from charter.listening import (
    Calls,
    Event,
    Heard,
    Report,
    Safeguarding,
    Spotlight,
    Survey,
    Voice,
)
from charter.lists import everywhere_pages, prison_link, region_pages, summary
from charter.pages import (
    CommitmentPage,
    HomePage,
    LetterPage,
    PrisonPage,
    QuarterEverywhere,
    QuarterPage,
    RegionPage,
)
from charter.parts import Source
from charter.quarters import at
from charter.review import Judged
from charter.steps import (
    BecameUnreachable,
    Challenged,
    Confirmed,
    Extended,
    RatingChanged,
    RecordedNotReturned,
    Replied,
    Started,
)
from charter.summary import commitment_page, home_page, prison_page, quarter_page
from charter.unasked import Runs, UnaskedPage, unasked_page
from charter.views import ReturnView, SiteView
from tests.support.returned import (
    ALDER,
    BIRCH,
    CEDAR,
    CHARTER,
    DATES,
    DELL,
    KEPT,
    NEXT,
    NOT_HERE,
    NOT_KEPT,
    NOW,
    PARTLY,
    PUBLISHED,
    Q1,
    Q2,
    RECORDED,
    SAMPLE,
    WHOLE,
    answers,
    asked,
    change,
    document,
    life,
    promise,
    signed,
    view,
)

Page = (
    PrisonPage
    | CommitmentPage
    | QuarterPage
    | HomePage
    | LetterPage
    | RegionPage
    | QuarterEverywhere
    | CorrectionsPage
    | UnaskedPage
)


def alder() -> list[ReturnView]:
    """Everything that can be told of one return: replies, slips, a change, a reply to the page."""
    doc = document(
        replies=(
            RequestReply(
                request="R1", answer="accepted", words="A nurse now answers it on weekdays."
            ),
            RequestReply(
                request="R2", answer="partly", words="We will print it in 4 languages first."
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
                    consulted="We asked families in the visits hall, and moved the hours.",
                    practice="bir-c4-1",
                ),
                promise(
                    2,
                    "Print the guide to healthcare in 4 languages",
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
            practices={"bir-c4-1": "A list of numbers in every hall, HMP/YOI Birchwood"},
            beside=around(),
            step=41,
        )
    ]


HEARD = Heard(
    region="SAMPLE",
    quarter=str(Q2),
    salt="",
    activities={"interview": 120, "call": 56, "message": 3},
    themes={"waiting": 61, "medicines": 40, "safety": 5},
    surveys=(
        Survey(
            commitment="C4",
            question="Did somebody answer when you rang?",
            share=62,
            base=48,
            method="Asked in the visits hall",
            asked_on=date(2026, 8, 3),
            site_code="ALD",
        ),
        Survey(
            commitment="C1",
            question="Were you asked about on arrival?",
            share=10,
            base=30,
            method="Paper survey",
            asked_on=date(2026, 8, 3),
            site_code="ALD",
        ),
        Survey(
            commitment="C2",
            question="Do you know what may be shared?",
            share=50,
            base=6,
            method="Paper survey",
            asked_on=date(2026, 8, 3),
            site_code="ALD",
        ),
        Survey(
            commitment="C6",
            question="Is the guide clear?",
            share=55,
            base=200,
            method="Online survey",
            asked_on=date(2026, 9, 1),
        ),
    ),
    voice=Voice(
        valued=("Nurses who ring back", "A letter in plain words", "One number", "Kind staff"),
        worried=("Long waits for a dentist", "Moves that nobody tells them of"),
        positive=33,
        negative=48,
        base=179,
        definition="All good means that nothing was said to be wrong.",
    ),
    spotlight=Spotlight(group="Families who read little English", words="They ask for pictures."),
    events=(
        Event(kind="coffee_morning", held_on=date(2026, 7, 14), attendance="8_to_15"),
        Event(kind="visits_hall", held_on=date(2026, 8, 3), attendance="under_8", site_code="ALD"),
    ),
    report=Report(reference="Listening Report 7", dated=date(2026, 10, 1)),
    safeguarding=Safeguarding(escalated=73, in_time=70),
)
"""What families of the whole region said in the quarter."""


def around() -> Beside:
    """All that can stand beside an update."""
    return Beside(
        heard=(HEARD,),
        saved_on=date(2026, 10, 5),
        calls=Calls(made=3, answered=2, minutes=14),
        passed=(
            PassedView(
                "sample-ald-prison-1",
                "Let children bring a drawing to a visit.",
                date(2026, 7, 14),
                "the head of visits",
                date(2026, 7, 20),
            ),
        ),
        practices=(
            PracticeView(
                "ald-c4-1",
                "A line that is answered",
                "One nurse holds the telephone.",
                "Avon Health",
            ),
        ),
        serves=(
            Serves(21, "Fern Dental", date(2025, 1, 1), None, "unsigned"),
            Serves(22, "Gale Care", date(2026, 11, 1), None, "later"),
            Serves(23, "Hart Health", date(2026, 7, 1), date(2026, 7, 14), "short"),
        ),
    )


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
    return [view(WHOLE, party="NHS Sample", doc=doc, return_id=6, beside=around())]


def everybody() -> list[ReturnView]:
    """The whole quarter."""
    return [*alder(), *birch(), *silent(), *extended(), *commissioner()]


def made() -> list[Page]:
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
    here = summary(SAMPLE, timetable)
    links = [prison_link(site, ()) for site in sites.values() if not site.is_region]
    regions = region_pages(SAMPLE, CHARTER, [here], [links])
    quarters = everywhere_pages([here], [SAMPLE], CHARTER)
    letters = [LetterPage(key="find/a", letter="A", notices=home.notices, prisons=tuple(links[:1]))]
    changed = corrections_pages(corrected(), [], home.notices, contact)
    lists: list[Page] = [*regions, *quarters, *letters, *changed]
    return [home, timetable, *prisons, before, *commitments, *lists, *unasked()]


def corrected(times: int = 1) -> list[CorrectionRow]:
    """Two changes of Alder's update and the taking down of Birch's, each so many times."""
    first = CorrectionRow(
        source=Source(return_id=1, step=90),
        region_name=SAMPLE.name,
        site_name=ALDER.name,
        page=f"prisons/ALD/{Q2}",
        quarter_words=Q2.in_words,
        party_name="Avon Health",
        kind="changed",
        revision=2,
        on=PUBLISHED + timedelta(days=20),
        because="A date was wrong.",
    )
    second = first.model_copy(update={"revision": 3, "on": PUBLISHED + timedelta(days=40)})
    down = first.model_copy(
        update={
            "kind": "taken_down",
            "revision": 1,
            "site_name": BIRCH.name,
            "page": f"prisons/BIR/{Q2}",
            "on": PUBLISHED + timedelta(days=2),
        }
    )
    return [first, second, down] * times


def unasked() -> list[UnaskedPage]:
    """A prison whose provider has not signed, and one where no provider is known."""
    fir = SiteView(region=SAMPLE, code="FIR", name="HMP Fir Bank", switchboard="020 7946 0500")
    runs = Runs(9, "Elm Health", date(2024, 4, 1), None, "unsigned")
    return [
        unasked_page(fir, "site:9", [runs], CHARTER, f"quarters/SAMPLE/{Q2}"),
        unasked_page(replace(fir, code="GOR", name="HMP Gorse"), "site:10", [], CHARTER),
    ]


def pages() -> Mapping[str, dict[str, Any]]:
    """The same pages as plain data, by key: what a bulletin is drawn from."""
    return {page.key: page.model_dump(mode="json") for page in made()}
