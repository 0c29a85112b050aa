"""What a signed return comes to, with a receipt for every rule that had a say in it."""

from collections.abc import Iterator, Mapping
from datetime import date

from charter.answers import ReturnDocument
from charter.commitments import CharterFile, Commitment
from charter.document import Answer
from charter.freshness import freshness
from charter.ledger import canonical
from charter.policy import Frozen, Policy
from charter.quarters import Quarter, say
from charter.steps import Rating, RatingChanged

NOT_ASSESSED = "not_assessed"


class Line(Frozen):
    """One commitment: the provider's own rating, the one that counts, and the reasons for both."""

    commitment: str
    self_rating: Rating
    rating: Rating
    changed_because: str = ""
    not_applicable_because: str = ""


class Receipt(Frozen):
    """A score and all it was made from: whole numbers, and `rules` in the order they were applied.

    `document` is the SHA-256 of the signed return; `percent` is empty where nothing applies.
    """

    policy: str
    charter: str
    document: str
    quarter: str
    lines: tuple[Line, ...]
    fully: int
    partly: int
    not_met: int
    not_applicable: int
    applicable: int
    percent: int | None
    band: str
    rules: tuple[str, ...]


def score(
    doc: ReturnDocument,
    document_sha: str,
    charter: CharterFile,
    policy: Policy,
    quarter: Quarter,
    changes: Mapping[str, RatingChanged],
    *,
    baseline: bool = False,
) -> Receipt:
    """The score of a signed return, with the commissioner's changes by commitment.

    A region's first cycle is a `baseline`: counted, but in no band. ValueError where the return
    is to another Charter or quarter, leaves a commitment unrated, or a change is to none of its
    commitments.
    """
    if (doc.charter_version, doc.quarter) != (charter.version, str(quarter)):
        raise ValueError(
            f"a return to {doc.charter_version} for {doc.quarter} cannot be scored against "
            f"{charter.version} for {quarter}"
        )
    lines = () if doc.nil_return else tuple(_lines(doc, charter, changes))
    counts = {rating: sum(line.rating is rating for line in lines) for rating in Rating}
    applicable = len(lines) - counts[Rating.NOT_APPLICABLE]
    percent = whole_percent(counts[Rating.FULLY], applicable) if applicable else None
    band, rules = _band(percent, policy, baseline, list(_caps(doc, lines, charter, quarter)))
    return Receipt(
        policy=policy.version,
        charter=charter.version,
        document=document_sha,
        quarter=str(quarter),
        lines=lines,
        fully=counts[Rating.FULLY],
        partly=counts[Rating.PARTLY],
        not_met=counts[Rating.NOT_MET],
        not_applicable=counts[Rating.NOT_APPLICABLE],
        applicable=applicable,
        percent=percent,
        band=band,
        rules=(
            *_ran(doc),
            *_told(lines),
            *_counted(counts[Rating.FULLY], applicable, percent),
            *rules,
        ),
    )


def receipt_text(receipt: Receipt) -> str:
    """The receipt in its one canonical form, as it is kept and hashed."""
    return canonical(receipt.model_dump(mode="json"))


def whole_percent(part: int, whole: int) -> int:
    """A share as a whole per cent, a half rounded up, reckoned in whole numbers only."""
    return (200 * part + whole) // (2 * whole)


def _lines(
    doc: ReturnDocument, charter: CharterFile, changes: Mapping[str, RatingChanged]
) -> Iterator[Line]:
    for stranger in sorted(changes.keys() - set(charter.ids)):
        raise ValueError(f"a rating was changed for '{stranger}', which this Charter does not have")
    for commitment in charter.ids:
        answer, change = doc.find(commitment), changes.get(commitment)
        if answer is None or answer.rating is None:
            raise ValueError(f"a return that leaves {commitment} unrated cannot be scored")
        if change is not None and change.rating is answer.rating:
            change = None
        rating = change.rating if change else answer.rating
        because = change.reason if change else answer.reason
        yield Line(
            commitment=commitment,
            self_rating=answer.rating,
            rating=rating,
            changed_because=change.reason if change else "",
            not_applicable_because=because if rating is Rating.NOT_APPLICABLE else "",
        )


def _ran(doc: ReturnDocument) -> Iterator[str]:
    if doc.nil_return:
        yield f"The service did not run this quarter, so nothing is assessed: {doc.nil_reason}"


def _told(lines: tuple[Line, ...]) -> Iterator[str]:
    for line in lines:
        if line.changed_because:
            yield (
                f"{line.commitment}: the provider's '{line.self_rating}' counts as "
                f"'{line.rating}', changed by the commissioner: {line.changed_because}"
            )
        if line.rating is Rating.NOT_APPLICABLE:
            yield (
                f"{line.commitment} is not applicable and is left out of the count: "
                f"{line.not_applicable_because}"
            )


def _counted(fully: int, applicable: int, percent: int | None) -> Iterator[str]:
    if percent is None:
        return
    yield f"{fully} of {applicable} applicable commitments are fully met."
    if fully * 100 % applicable:
        yield f"As a whole per cent, a half rounded up, that is {percent}."
    else:
        yield f"That is {percent} per cent, with nothing to round."


def _caps(
    doc: ReturnDocument, lines: tuple[Line, ...], charter: CharterFile, quarter: Quarter
) -> Iterator[str]:
    """Why the band may not be above the cap, a sentence for each essential commitment at fault."""
    for commitment, newest in faults(doc, lines, charter, quarter):
        if newest is None:
            yield f"{commitment.id} is essential and is not met"
        else:
            yield (
                f"{commitment.id} is essential, and its newest evidence ({say(newest)}) is more "
                f"than {commitment.evidence_months} months older than the quarter's end"
            )


def faults(
    doc: ReturnDocument, lines: tuple[Line, ...], charter: CharterFile, quarter: Quarter
) -> Iterator[tuple[Commitment, date | None]]:
    """Each essential commitment that holds the band at the cap, in the Charter's order.

    With it the date of its newest evidence, where that is past its age; None where it is not met.
    """
    for line in lines:
        commitment, answer = charter.find(line.commitment), doc.find(line.commitment)
        if not commitment.essential or answer is None:
            continue
        if line.rating is Rating.NOT_MET:
            yield commitment, None
        elif line.rating is Rating.FULLY and (newest := _past(commitment, answer, quarter)):
            yield commitment, newest


def _past(commitment: Commitment, answer: Answer, quarter: Quarter) -> date | None:
    """The date of the newest evidence, where it is past its age on the quarter's last day."""
    newest = max((evidence.dated for evidence in answer.evidence), default=None)
    months = commitment.evidence_months
    return newest if newest and freshness(newest, months, quarter.ends) == "past" else None


def _band(
    percent: int | None, policy: Policy, baseline: bool, caps: list[str]
) -> tuple[str, list[str]]:
    """The band, and a sentence for each rule that set it."""
    if percent is None:
        return NOT_ASSESSED, ["No commitment applies, so no band is given."]
    if baseline:
        return NOT_ASSESSED, ["This is the region's first update, so no band is given."]
    names = [name for _, name in policy.bands]
    floor, band = next((floor, name) for floor, name in policy.bands if percent >= floor)
    rules = [f"{percent} per cent falls in '{band}', which begins at {floor}."]
    if caps and names.index(band) < names.index(policy.cap):
        rules += [f"{cap}: the band is held at '{policy.cap}'." for cap in caps]
        band = policy.cap
    return band, rules
