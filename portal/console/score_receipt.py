"""One return's score with its receipt, how it came over the quarters, and what would better it."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from charter.answers import ReturnDocument
from charter.commitments import CharterFile
from charter.quarters import say
from charter.scoring import NOT_ASSESSED, Receipt, score, whole_percent
from charter.whatif import Better, better_band
from charter.words import BAND_WORDS, RATING_WORDS, Word
from notifications.charts import Point, Sparkline
from portal.console import rooms
from portal.console.rooms import Case
from portal.doors import SignedIn
from providers import documents, returns, tallies
from providers.tallies import Scored

router = APIRouter(prefix="/console/returns/{return_id}/score")
OTHER_CHARTER = (
    "A broken line stands where the Charter's version changed: a score under one version is not "
    "set beside a score under another."
)


@dataclass(frozen=True)
class Shown:
    """A commitment's line of the receipt, in words; the reasons are empty where there are none."""

    name: str
    essential: bool
    own: Word
    held: Word
    changed: str
    not_applicable: str


@router.get("", name="score_receipt")
def score_receipt(return_id: str, visit: SignedIn) -> Response:
    """The receipt, readable; the trend of the service; what would bring it into a better band."""
    with visit.desk.database.reading() as session:
        case = rooms.enter(session, visit, return_id)
        receipt, document = receipt_of(session, case)
        earlier = tallies.of_service(session, case.ref.service_id)
    better = (
        better_band(receipt, document, case.charter, case.policy, case.ref.quarter)
        if receipt and document
        else None
    )
    return rooms.show(
        visit,
        case,
        "console/score_receipt.html",
        wide=True,
        receipt=receipt,
        recorded=bool(case.life.receipt),
        band=BAND_WORDS[receipt.band] if receipt else None,
        lines=shown(receipt, case.charter) if receipt else [],
        rules=rules_in_words(receipt.rules, case.charter) if receipt else [],
        better=better_in_words(better) if better else [],
        best=receipt is not None and not better and receipt.band != NOT_ASSESSED,
        chart=trend(earlier, f"{case.name}: commitments fully met, of those that apply"),
    )


def receipt_of(session: Session, case: Case) -> tuple[Receipt | None, ReturnDocument | None]:
    """The receipt on record, else what the rules give today; with the document it is of."""
    life, ref = case.life, case.ref
    document = returns.signed_documents(session, {ref.id: life.document}).get(ref.id)
    if document is None:
        return None, None
    kept = documents.fetch(session, [life.receipt]).get(life.receipt)
    if kept:
        return Receipt.model_validate_json(kept), document
    made = score(
        document,
        life.document,
        case.charter,
        case.policy,
        ref.quarter,
        life.changes,
        baseline=ref.baseline,
    )
    return made, document


def shown(receipt: Receipt, charter: CharterFile) -> list[Shown]:
    """The receipt's lines, in the Charter's order."""
    return [
        Shown(
            name=charter.find(line.commitment).short,
            essential=charter.find(line.commitment).essential,
            own=RATING_WORDS[line.self_rating],
            held=RATING_WORDS[line.rating],
            changed=line.changed_because,
            not_applicable=line.not_applicable_because,
        )
        for line in receipt.lines
    ]


def rules_in_words(rules: Iterable[str], charter: CharterFile) -> list[str]:
    """The rules that fired, with names and words in the place of the receipt's codes."""
    return [_in_words(rule, charter) for rule in rules]


def _in_words(rule: str, charter: CharterFile) -> str:
    said, colon, because = rule.partition(": ")
    for commitment in charter.commitments:
        if said.split(" ", 1)[0] == commitment.id:
            said = f"“{commitment.short}”{said[len(commitment.id) :]}"
            break
    if because.startswith("the provider's"):
        for rating, word in RATING_WORDS.items():
            because = because.replace(f"'{rating.value}'", f"“{word.console}”", 1)
        return said + colon + because
    for band, word in BAND_WORDS.items():
        said = said.replace(f"'{band}'", f"“{word.console}”")
        if because.startswith("the band is held"):
            because = because.replace(f"'{band}'", f"“{word.console}”", 1)
    return said + colon + because


def better_in_words(better: Better) -> list[str]:
    """What it takes, in sentences: how many commitments, which of them, and what to renew."""
    band = BAND_WORDS[better.band].console
    said = []
    if better.more:
        many = "commitment" if better.more == 1 else "commitments"
        said.append(
            f"{better.more} more {many} fully met, {better.fully} of {better.applicable} in all: "
            f"that is {better.percent} per cent."
        )
    for commitment in better.not_met:
        said.append(
            f"“{commitment.short}” at least partly met: it is essential, and is not met now."
        )
    for commitment, newest in better.stale:
        said.append(
            f"Newer evidence for “{commitment.short}”: it is essential, and its newest piece is of "
            f"{say(newest)}."
        )
    return [f"For “{band}” at the next return, this is the least that it takes:", *said]


def trend(scored: Iterable[Scored], title: str) -> Sparkline | None:
    """Whole per cents over the quarters, broken where the Charter changed; None with no quarter."""
    points: list[Point] = []
    before = ""
    for one in scored:
        percent = whole_percent(one.fully or 0, one.applicable) if one.applicable else None
        points.append(
            Point(
                one.quarter,
                percent,
                points_words(one),
                breaks=bool(before) and one.charter != before,
                href=f"/console/returns/{one.return_id}/score",
            )
        )
        before = one.charter
    if not points:
        return None
    said = f"A point for each of {len(points)} quarters, as a whole per cent."
    return Sparkline("trend", title, said, tuple(points), counted="Score", why_breaks=OTHER_CHARTER)


def points_words(one: Scored) -> str:
    """`8 of 9, Substantially compliant`; why there is no figure, where there is none."""
    if one.fully is None:
        return "Not signed"
    if not one.applicable:
        return "Nothing to assess"
    return f"{one.fully} of {one.applicable}, {BAND_WORDS[one.band].console.lower()}"
