"""Figures are whole, add up, and are asked about when they jump; nought is an answer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from charter.answers import (
    BroughtForward,
    MeasureAnswer,
    Problem,
    ReturnDocument,
    SpotlightAnswer,
    carried_forward,
    check,
    parse,
)
from charter.commitments import Spotlight
from charter.measures import changed_elsewhere, figures, told
from charter.steps import Rating
from tests.support.counting import ARRIVALS, GROUPS, RECORD
from tests.support.counting import COUNTING as CHARTER
from tests.support.rules import Q2, answer, charter_of, document

GIVEN = MeasureAnswer(measure="arrivals", whole=40, parts={"asked": 30, "not-asked": 10})
LAST = MeasureAnswer(measure="arrivals", whole=40, parts={"asked": 31, "not-asked": 9})
HALF = MeasureAnswer(measure="arrivals", whole=40, parts={"asked": 20, "not-asked": 20})
FEW = MeasureAnswer(measure="arrivals", whole=2, parts={"asked": 2, "not-asked": 0})
LATER = MeasureAnswer(measure="arrivals", collected_from=date(2026, 11, 1))
YES = MeasureAnswer(measure="record", progress="yes")
SPOT = SpotlightAnswer(group=GROUPS[1], words="We met them twice.")


def whole(**more: Any) -> ReturnDocument:
    """A return with every figure in it."""
    return document(CHARTER, **{"measures": (GIVEN, YES), "spotlight": SPOT, **more})


def problems(
    doc: ReturnDocument, last: MeasureAnswer | None = None, *, complete: bool = True
) -> list[Problem]:
    owed = BroughtForward(measures=(last,) if last else ())
    return check(doc, CHARTER, Q2, owed, complete=complete)


def count(**more: Any) -> dict[str, Any]:
    return {"measures": (GIVEN.model_copy(update=more), YES)}


def numbers(all_told: int, asked: int, **more: Any) -> dict[str, Any]:
    return count(whole=all_told, parts={"asked": asked, "not-asked": all_told - asked}, **more)


def record(**more: Any) -> dict[str, Any]:
    return {"measures": (GIVEN, MeasureAnswer(measure="record", **more))}


@dataclass
class Case:
    """Figures of a return; `where` is empty when nothing stands against them."""

    why: str
    change: dict[str, Any]
    where: str = ""
    what: str = ""
    of_drafts_too: bool = False
    last: MeasureAnswer | None = None
    named: str = field(init=False)

    def __post_init__(self) -> None:
        self.named = f"{self.why} {'refused' if self.where else 'taken'}"


A = "measures[arrivals]"
CASES = [
    Case("figures that add up", {}),
    Case("nought", numbers(0, 0)),
    Case("a blank whole", count(whole=None), f"{A}.whole", "give a number; nought is an answer"),
    Case("a blank part", count(parts={"asked": 40}), f"{A}.parts.not-asked", "nought is an answer"),
    Case("parts that fall short", count(whole=41), f"{A}.whole", "add up to 40, but this says 41"),
    Case("an unknown part", count(parts={**GIVEN.parts, "x": 0}), f"{A}.parts.x", "asked", True),
    Case("not collected yet", {"measures": (LATER, YES)}),
    Case("not collected yet, after figures", {"measures": (LATER, YES)}, last=LAST),
    Case(
        "not collected yet a second time",
        {"measures": (LATER, YES)},
        f"{A}.collected_from",
        "from 1 November 2026; this time give the numbers",
        last=LATER,
    ),
    Case(
        "not collected, but numbers too",
        count(collected_from=date(2026, 11, 1)),
        f"{A}.collected_from",
        "not both",
    ),
    Case(
        "not collected from a day gone by",
        count(collected_from=date(2026, 9, 30), whole=None, parts={}),
        f"{A}.collected_from",
        "after 30 September 2026, up to 30 September 2027",
    ),
    Case(
        "not collected from the next day",
        count(collected_from=date(2026, 10, 1), whole=None, parts={}),
    ),
    Case(
        "not collected for a year",
        count(collected_from=date(2027, 9, 30), whole=None, parts={}),
    ),
    Case(
        "not collected for more than a year",
        count(collected_from=date(2027, 10, 1), whole=None, parts={}),
        f"{A}.collected_from",
        "up to 30 September 2027",
    ),
    Case("a share a little lower", numbers(40, 24), last=LAST),
    Case(
        "a share much lower",
        numbers(40, 23),
        f"{A}.reason",
        "asked went from 78 in 100 to 58 in 100; is this right?",
        last=LAST,
    ),
    Case("a share much lower, with the reason", numbers(40, 23, reason="A vacancy."), last=LAST),
    Case("a share much higher", numbers(40, 40), f"{A}.reason", "to 100 in 100", last=HALF),
    Case("twice the whole", numbers(80, 60), last=LAST),
    Case("more than twice", numbers(81, 61), f"{A}.reason", "went from 40 to 81", last=LAST),
    Case("half the whole", numbers(20, 15), last=LAST),
    Case("less than half", numbers(19, 15), f"{A}.reason", "from 40 to 19", last=LAST),
    Case("hardly anybody either time", numbers(9, 1), last=FEW),
    Case("many after hardly anybody", numbers(900, 900), f"{A}.reason", "from 2 to 900", last=FEW),
    Case("figures after none were collected", numbers(900, 1), last=LATER),
    Case("a progress on a count", count(progress="yes"), f"{A}.progress", "is a count", True),
    Case("no word on progress", record(), "measures[record].progress", "yes, no, or by when"),
    Case("progress not made", record(progress="no")),
    Case("progress by a date", record(progress="by", by=date(2026, 10, 1))),
    Case("progress by no date", record(progress="by"), "measures[record].by", "give the date"),
    Case(
        "progress by a day gone by",
        record(progress="by", by=date(2026, 9, 30)),
        "measures[record].by",
        "after 30 September 2026",
    ),
    Case(
        "yes, and a date",
        record(progress="yes", by=date(2027, 1, 1)),
        "measures[record].by",
        "take it out",
    ),
    Case(
        "a number for progress",
        record(progress="no", whole=3),
        "measures[record].whole",
        "how far you have come",
        True,
    ),
    Case(
        "nought for progress",
        record(progress="no", whole=0),
        "measures[record].whole",
        "how far you have come",
        True,
    ),
    Case(
        "parts of progress",
        record(progress="no", parts={"a": 1}),
        "measures[record].parts.a",
        "it has none",
        True,
    ),
    Case("a measure passed over", {"measures": (GIVEN,)}, "measures[record].progress", "answer"),
    Case(
        "a stranger",
        {"measures": (GIVEN, YES, MeasureAnswer(measure="beds"))},
        "measures[beds]",
        "no measure 'beds'; it has arrivals, record",
        True,
    ),
    Case("a measure twice", {"measures": (GIVEN, YES, YES)}, "measures[record]", "once", True),
    Case("no word on the spotlight", {"spotlight": None}, "spotlight.words", "young families"),
    Case(
        "an empty word", {"spotlight": SpotlightAnswer(group=GROUPS[1])}, "spotlight.words", "say"
    ),
    Case(
        "another group",
        {"spotlight": SpotlightAnswer(group="men", words="We met.")},
        "spotlight.group",
        "looks at 'young families'",
        True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.named)
def test_the_rules_of_figures(case: Case):
    doc = whole(**case.change)
    found = problems(doc, case.last)
    if not case.where:
        assert found == []
        return
    (problem,) = found
    assert problem.where == case.where
    assert case.what in problem.what
    assert problems(doc, case.last, complete=False) == (found if case.of_drafts_too else [])


def test_every_blank_is_told_at_once_and_a_draft_may_have_them_all():
    blank = whole(measures=(), spotlight=None)
    assert [p.where for p in problems(blank)] == [
        f"{A}.whole",
        f"{A}.parts.asked",
        f"{A}.parts.not-asked",
        "measures[record].progress",
        "spotlight.words",
    ]
    assert problems(blank, complete=False) == []


def test_what_does_not_apply_here_needs_no_figures_but_figures_given_must_be_sound():
    away = (answer("C1", Rating.NOT_APPLICABLE), answer("C2"))
    assert problems(whole(answers=away, measures=())) == []
    broken = GIVEN.model_copy(update={"whole": 1})
    (problem,) = problems(whole(answers=away, measures=(broken,)))
    assert problem.where == f"{A}.whole"


def test_a_charter_without_measures_takes_none():
    plain = charter_of(2)
    doc = document(plain, measures=(GIVEN,), spotlight=SPOT)
    found = check(doc, plain, Q2, BroughtForward(), complete=True)
    assert [p.where for p in found] == [A, "spotlight"]
    assert all("take it out" in p.what for p in found)


def test_before_its_first_quarter_the_spotlight_asks_nothing():
    later = CHARTER.model_copy(update={"spotlight": Spotlight(starts="2026-27-Q3", groups=GROUPS)})
    assert check(whole(spotlight=None), later, Q2, BroughtForward(), complete=True) == []


def test_a_service_that_did_not_run_has_nothing_to_count():
    nil = {"answers": (), "nil_return": True, "nil_reason": "Closed."}
    (first, second, third) = problems(whole(**nil))
    assert [p.where for p in (first, second, third)] == [A, "measures[record]", "spotlight.words"]
    blank = (MeasureAnswer(measure="arrivals"), MeasureAnswer(measure="record"))
    spotlight = SpotlightAnswer(group=GROUPS[1])
    assert problems(whole(**nil, measures=blank, spotlight=spotlight)) == []
    assert problems(whole(**nil, measures=(), spotlight=None)) == []


def test_a_template_asks_for_every_figure_and_brings_none_forward():
    doc = carried_forward(whole(), CHARTER, Q2, "AVON", "AVB", BroughtForward(measures=(GIVEN,)))
    assert doc.measures == (MeasureAnswer(measure="arrivals"), MeasureAnswer(measure="record"))
    assert doc.spotlight == SpotlightAnswer(group=GROUPS[1])
    first = carried_forward(None, charter_of(2), Q2, "AVON", "AVB", BroughtForward())
    assert (first.measures, first.spotlight) == ((), None)


def test_answers_come_along_into_another_version_where_the_words_are_the_same():
    other = CHARTER.commitments[1].model_copy(update={"text": "We do it better."})
    changed = CHARTER.model_copy(update={"commitments": (CHARTER.commitments[0], other)})
    plain = charter_of(2)
    before = document(plain)
    for version, kept in ((CHARTER, ["C1", "C2"]), (changed, ["C1"])):
        doc = carried_forward(before, version, Q2, "AVON", "AVB", BroughtForward(), plain)
        assert [a.commitment for a in doc.answers if a.says_something] == kept
        assert not any(a.confirmed for a in doc.answers if a.says_something)
    unknown = carried_forward(before, CHARTER, Q2, "AVON", "AVB", BroughtForward(), changed)
    assert not any(a.says_something for a in unknown.answers)


@pytest.mark.parametrize(
    ("measure", "where", "what"),
    [
        ({"measure": "arrivals", "whole": -1}, f"{A}.whole", "less than 0"),
        ({"measure": "arrivals", "whole": 1_000_001}, f"{A}.whole", "more than 1000000"),
        ({"measure": "arrivals", "whole": 1.5}, f"{A}.whole", "not a whole number"),
        ({"measure": "arrivals", "parts": {"asked": "ten"}}, f"{A}.parts.asked", "not a whole"),
        ({"measure": "arrivals", "collected_from": "soon"}, f"{A}.collected_from", "not a date"),
        ({"measure": "record", "progress": "maybe"}, "measures[record].progress", "yes, no or by"),
        ({"whole": 3}, "measures[1].measure", "this is missing"),
    ],
)
def test_what_is_no_figure_is_told_by_its_measure(measure: dict[str, Any], where: str, what: str):
    _, found = parse({**whole().model_dump(mode="json"), "measures": [measure]})
    (problem,) = found
    assert problem.where == where
    assert what in problem.what


def test_a_document_without_figures_keeps_the_fingerprint_it_had_before_there_were_any():
    plain = document(charter_of(2))
    assert not {"measures", "spotlight"} & plain.content().keys()
    assert ReturnDocument.model_validate_json(whole().content_text()) == whole()


def test_only_the_figures_of_what_was_asked_about_may_change_after_signing():
    again = whole(**numbers(40, 29))
    assert changed_elsewhere(again, whole(), CHARTER, ["C1"]) == []
    assert changed_elsewhere(again, whole(), CHARTER, ["C2"]) == [A]
    assert changed_elsewhere(whole(measures=(GIVEN,)), whole(), CHARTER, ["C2"]) == [
        "measures[record]"
    ]


def test_figures_are_put_in_words_beside_the_last_ones():
    assert figures(ARRIVALS, MeasureAnswer(measure="arrivals")) == figures(ARRIVALS, None) == []
    some = MeasureAnswer(measure="arrivals", whole=1200, parts={"asked": 0}, reason="More came.")
    assert figures(ARRIVALS, some, LAST) == [
        ("New arrivals", "1,200", "40"),
        ("asked", "0", "31"),
        ("not asked", "Not given", "9"),
        ("Why it changed", "More came.", ""),
    ]
    assert figures(ARRIVALS, LATER) == [("Not collected yet", "From 1 November 2026", "")]
    said = [
        figures(RECORD, MeasureAnswer.model_validate({"measure": "record", **given}), YES)
        for given in (
            {"progress": "yes"},
            {"progress": "no"},
            {"progress": "by", "by": date(2027, 3, 31)},
        )
    ]
    assert [one[0].value for one in said] == ["Yes", "No", "By 31 March 2027"]
    assert {one[0].last for one in said} == {"Yes"}


def test_a_measure_that_does_not_apply_and_is_blank_is_not_read_out():
    both = told(CHARTER, whole(measures=(GIVEN,)), (LAST,))
    assert [(one.measure.id, len(one.figures)) for one in both] == [("arrivals", 3), ("record", 0)]
    assert both[0].figures[0].last == "40"
    away = (answer("C1", Rating.NOT_APPLICABLE), answer("C2"))
    assert [t.measure.id for t in told(CHARTER, whole(answers=away, measures=(GIVEN,)))] == [
        "arrivals"
    ]
