"""A Charter of two commitments that counts something, and looks at a group each quarter."""

from charter.commitments import CharterFile, Measure, Part, Spotlight, read_charter
from charter.document import MeasureAnswer, ReturnDocument, SpotlightAnswer
from tests.support.rules import DATA, charter_of

SHIPPED_TEXT = (DATA / "charter-working-0.2.toml").read_text("utf-8")
SHIPPED = read_charter(SHIPPED_TEXT)
FOR_ANYONE = SHIPPED_TEXT.replace("only_where_adopted = true\n", "")
"""The shipped version with figures, asked of every region without being adopted."""

ARRIVALS = Measure(
    id="arrivals",
    asks="How many new arrivals were asked?",
    whole="New arrivals",
    parts=(Part(id="asked", words="asked"), Part(id="not-asked", words="not asked")),
)
RECORD = Measure(id="record", asks="Is there one shared record?", kind="progress")
GROUPS = ("women", "young families")


def counting() -> CharterFile:
    """Two commitments, the first with a count and a progress, and a spotlight."""
    plain = charter_of(2)
    first = plain.commitments[0].model_copy(update={"measures": (ARRIVALS, RECORD)})
    return plain.model_copy(
        update={
            "version": "counting-1",
            "commitments": (first, plain.commitments[1]),
            "spotlight": Spotlight(starts="2026-27-Q1", groups=GROUPS),
        }
    )


COUNTING = counting()


def measures_given(blank: ReturnDocument) -> tuple[MeasureAnswer, ...]:
    """Every measure a template asks for: three in four of forty, and yes."""
    known = {measure.id: measure for _, measure in (*SHIPPED.measures, *COUNTING.measures)}
    given = []
    for one in blank.measures:
        measure = known[one.measure]
        if measure.kind == "progress":
            given.append(one.model_copy(update={"progress": "yes"}))
            continue
        numbers = (30, 10, *(0 for _ in measure.parts[2:]))
        parts = {part.id: n for part, n in zip(measure.parts, numbers, strict=True)}
        given.append(one.model_copy(update={"whole": 40, "parts": parts}))
    return tuple(given)


def spotlight_given(blank: ReturnDocument) -> SpotlightAnswer | None:
    """What a template asks of the quarter's group, answered."""
    said = blank.spotlight
    return said and said.model_copy(update={"words": "We met some of them in August."})
