"""What a question opens again in a signed return, and what it leaves shut."""

from collections.abc import Collection

from charter.commitments import CharterFile
from charter.document import ReturnDocument
from charter.measures import changed_elsewhere
from charter.plainly import Problem

PARTS = ("nil_return", "nil_reason", "actions", "replies", "spotlight")
"""What no question opens: it asks about commitments."""


def is_shut(where: str, asked: Collection[str], charter: CharterFile) -> bool:
    """Whether a place lies in a part that is signed, and that no question has opened again.

    Rules may have come since it was signed, and nobody could mend it now. `asked` is the
    commitments asked about.
    """
    part, _, name = where.partition(".")[0].rstrip("]").partition("[")
    if part == "answers":
        return name not in asked
    if part == "measures":
        homes = {measure.id: commitment.id for commitment, measure in charter.measures}
        return homes.get(name) not in asked
    return part in ("actions", "replies", "spotlight")


def changed_beyond(
    document: ReturnDocument, signed: ReturnDocument, asked: Collection[str], charter: CharterFile
) -> list[Problem]:
    """Every part that differs from what was signed though nobody asked about it."""
    told, before = ([(one.commitment, one) for one in each.answers] for each in (document, signed))
    found = []
    for name in dict.fromkeys(name for name, _ in (*before, *told)):  # gone or doubled ones too
        now, then = ([one for one in each if one[0] == name] for each in (told, before))
        if name not in asked and now != then:
            what = "only the commitment the commissioner asked about is open; put this one back"
            found.append(Problem(f"answers[{name}]", what))
    shut = [part for part in PARTS if getattr(document, part) != getattr(signed, part)]
    shut += changed_elsewhere(document, signed, charter, asked)
    what = "only the commitment the commissioner asked about is open; put this back"
    return [*found, *(Problem(place, what) for place in shut)]
