"""The tables of a pack that returns make: how they stand, their ratings, bands and questions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from charter.actions import Promise
from charter.answers import ReturnDocument
from charter.commitments import CharterFile
from charter.packs import Cell, Column, PackTable, Row
from charter.policy import Policy
from charter.quarters import Quarter, end_of_day, london_date, say
from charter.returns import State
from charter.scoring import whole_percent
from charter.steps import Rating
from charter.waiting import CHECKED_WORDS, WAITS_WORDS, checked, waits_for
from charter.words import BAND_WORDS, RATING_WORDS, STATE_WORDS, Colour
from providers.requests import Asked
from providers.returns import Ref
from providers.standings import Stood

NOT_KNOWN = "–"


@dataclass(frozen=True)
class Told:
    """Returns of one region with how each stands, on a London date; those released left out.

    `promises` are by party and prison, `documents` by return, `asked` what families asked.
    """

    refs: Sequence[Ref]
    stood: Mapping[int, Stood]
    promises: Mapping[tuple[str, int], Sequence[Promise]]
    documents: Mapping[int, ReturnDocument]
    asked: Sequence[Asked]
    charters: Mapping[str, CharterFile]
    policies: Mapping[str, Policy]
    today: date

    def state(self, ref: Ref) -> State:
        """The one state it is counted under on the day."""
        return self.stood[ref.id].life.state(end_of_day(self.today))

    def short(self, ref: Ref, commitment: str) -> str:
        """The commitment's name under the return's own Charter."""
        charter = self.charters[ref.charter_version]
        return charter.find(commitment).short if commitment in charter.ids else commitment

    def of(self, quarter: Quarter) -> list[Ref]:
        """The returns of a quarter."""
        return [ref for ref in self.refs if ref.quarter == quarter]

    @property
    def quarters(self) -> list[Quarter]:
        """Every quarter, newest first."""
        return sorted({ref.quarter for ref in self.refs}, reverse=True)


def place(ref: Ref) -> str:
    """The prison, with the service line where there is one."""
    return f"{ref.site_name} ({ref.line})" if ref.line else ref.site_name


def text(*words: str) -> list[Column]:
    """Columns of words."""
    return [Column(words=one) for one in words]


def number(*words: str) -> list[Column]:
    """Columns of numbers."""
    return [Column(words=one, number=True) for one in words]


def ids(refs: Iterable[Ref]) -> tuple[int, ...]:
    """The returns' numbers, lowest first."""
    return tuple(sorted(ref.id for ref in refs))


def states(told: Told) -> PackTable:
    """How the returns of each quarter are counted, adding up to those expected."""
    rows = []
    for quarter in told.quarters:
        here = told.of(quarter)
        counts = Counter(told.state(ref) for ref in here)
        ran = len(here) - counts[State.NIL]
        rate = f"{whole_percent(counts[State.RECEIVED], ran)} per cent" if ran else NOT_KNOWN
        cells: tuple[Cell, ...] = (
            quarter.in_words,
            *(counts[state] for state in State),
            len(here),
            rate,
        )
        rows.append(Row(cells=cells, returns=ids(here)))
    coloured = [
        Column(words=word.console, number=True, colour=DRAWN.get(state, word.colour))
        for state, word in STATE_WORDS.items()
    ]
    return PackTable(
        id="states",
        title="Returns expected, by how they stand",
        columns=(
            *text("Quarter"),
            *coloured,
            *number("Expected"),
            *text("On time, of those that ran"),
        ),
        rows=tuple(rows),
        drawn="stacked",
    )


DRAWN: Mapping[State, Colour] = {State.IN_PROGRESS: "purple", State.NOT_STARTED: "white"}
"""Where states lie side by side in a bar, no two may have one colour as their tags do."""


def commitments(told: Told, quarter: Quarter) -> PackTable:
    """How each commitment was rated in a quarter, the commissioner's changes counted."""
    here = told.of(quarter)
    names = {c: told.short(ref, c) for ref in here for c in told.charters[ref.charter_version].ids}
    rows = []
    for commitment, name in names.items():
        rated: dict[Rating | None, list[Ref]] = defaultdict(list)
        for ref in here:
            _, held = told.stood[ref.id].ratings.get(commitment, (None, None))
            rated[held].append(ref)
        counts = [len(rated[rating]) for rating in RATING_WORDS]
        cells: tuple[Cell, ...] = (name, *counts, len(rated[None]))
        rows.append(Row(cells=cells, returns=ids(here)))
    coloured = [
        Column(words=word.console, number=True, colour=word.colour)
        for word in RATING_WORDS.values()
    ]
    return PackTable(
        id="commitments",
        title=f"Ratings in force, {quarter.in_words}",
        columns=(*text("Commitment"), *coloured, *number("Not answered")),
        rows=tuple(rows),
        drawn="stacked",
    )


def bands(told: Told) -> PackTable:
    """How many signed returns of each quarter are in each band."""
    rows = []
    for quarter in told.quarters:
        signed = [ref for ref in told.of(quarter) if told.stood[ref.id].receipt]
        if not signed:
            continue
        counts = Counter(_band(told, ref) for ref in signed)
        each = (counts[band] for band in BAND_WORDS)
        cells: tuple[Cell, ...] = (quarter.in_words, *each, len(signed))
        rows.append(Row(cells=cells, returns=ids(signed)))
    return PackTable(
        id="bands",
        title="Scored returns in each band",
        columns=(
            *text("Quarter"),
            *number(*(word.console for word in BAND_WORDS.values())),
            *number("In all"),
        ),
        rows=tuple(rows),
        nothing="No return is scored yet.",
    )


def _band(told: Told, ref: Ref) -> str:
    receipt = told.stood[ref.id].receipt
    return receipt.band if receipt else ""


def every_return(told: Told, refs: Sequence[Ref]) -> PackTable:
    """A row for each return: how it stands, its score, how far it is checked, what it waits for."""
    rows = []
    for ref in refs:
        life = told.stood[ref.id].life
        waits = waits_for(life, told.policies[ref.policy_version].approvals)
        cells = (
            place(ref), ref.party_name, *_facts(told, ref), CHECKED_WORDS[checked(life) or ""],
            WAITS_WORDS[waits] if waits else NOT_KNOWN,
        )  # fmt: skip
        rows.append(Row(cells=cells, returns=(ref.id,)))
    return PackTable(
        id="returns",
        title="Every return",
        columns=(*text("Prison", "Provider"), *FACTS, *text("Checked", "Waits for")),
        rows=tuple(rows),
        nothing="No return was owed.",
    )


def over_the_quarters(told: Told, refs: Sequence[Ref]) -> PackTable:
    """A row for each return by prison and quarter, with the Charter and policy it was scored by."""
    ordered = sorted(refs, key=lambda ref: (ref.site_name, ref.line, ref.service_id, ref.quarter))
    rows = [
        Row(
            cells=(
                place(ref), ref.quarter.in_words, *_facts(told, ref), ref.charter_version,
                ref.policy_version,
            ),
            returns=(ref.id,),
        )
        for ref in ordered
    ]  # fmt: skip
    return PackTable(
        id="scores",
        title="Every return, by prison and quarter",
        columns=(*text("Prison", "Quarter"), *FACTS, *text("Charter", "Policy")),
        rows=tuple(rows),
        nothing="No return was owed.",
    )


FACTS = (
    *text("State", "Due", "Received on"),
    *number("Days late"),
    *text("Fully met", "Band"),
)


def _facts(told: Told, ref: Ref) -> tuple[Cell, ...]:
    life, receipt = told.stood[ref.id].life, told.stood[ref.id].receipt
    due = life.first_signed_due if life.is_received else life.due
    return (
        STATE_WORDS[told.state(ref)].console,
        say(due) if due else NOT_KNOWN,
        say(london_date(life.first_signed_at)) if life.first_signed_at else NOT_KNOWN,
        life.days_late(end_of_day(told.today)),
        f"{receipt.fully} of {receipt.applicable}" if receipt else NOT_KNOWN,
        BAND_WORDS[receipt.band].console if receipt else NOT_KNOWN,
    )


def changes(told: Told, refs: Sequence[Ref]) -> PackTable:
    """Every rating that the commissioner changed and that counts so, with the reason."""
    rows = [
        Row(
            cells=(
                place(ref), ref.party_name, told.short(ref, commitment),
                _rating(told.stood[ref.id].ratings.get(commitment)),
                RATING_WORDS[change.rating].console, change.reason,
            ),
            returns=(ref.id,),
        )
        for ref in refs
        for commitment, change in told.stood[ref.id].life.changes.items()
    ]  # fmt: skip
    columns = ("Commitment", "Provider’s rating", "Rating that counts", "Reason")
    return PackTable(
        id="changes",
        title="Ratings changed by the commissioner",
        columns=tuple(text("Prison", "Provider", *columns)),
        rows=tuple(rows),
        nothing="No rating was changed.",
    )


def _rating(ratings: tuple[Rating, Rating] | None) -> str:
    return RATING_WORDS[ratings[0]].console if ratings else NOT_KNOWN


def disputes(told: Told, refs: Sequence[Ref]) -> PackTable:
    """Every changed rating that its provider disputed, with both reasons and what was decided."""
    words = {None: "Not decided", True: "The change stands", False: "The provider’s own stands"}
    rows = [
        Row(
            cells=(
                place(ref), ref.party_name, told.short(ref, commitment), dispute.reason,
                words[dispute.upheld], dispute.why or NOT_KNOWN,
            ),
            returns=(ref.id,),
        )
        for ref in refs
        for commitment, dispute in told.stood[ref.id].life.disputes.items()
    ]  # fmt: skip
    columns = ("Commitment", "The provider’s reason", "Decision", "Reason for it")
    return PackTable(
        id="disputes",
        title="Disputed ratings",
        columns=tuple(text("Prison", "Provider", *columns)),
        rows=tuple(rows),
        nothing="No rating was disputed.",
    )


def questions(told: Told, refs: Sequence[Ref]) -> PackTable:
    """Every question of the commissioner's that no answer has come to."""
    rows = [
        Row(
            cells=(place(ref), ref.party_name, told.short(ref, commitment), question),
            returns=(ref.id,),
        )
        for ref in refs
        for commitment, question in told.stood[ref.id].life.questions.items()
    ]
    return PackTable(
        id="questions",
        title="Questions still open",
        columns=tuple(text("Prison", "Provider", "Commitment", "Question")),
        rows=tuple(rows),
        nothing="No question is open.",
    )
