"""What the first sheet of a return's workbook says: how to fill it in, and who will see what."""

from collections.abc import Iterator

from charter.commitments import CharterFile
from notifications.letters import HELPLINE
from providers.workbook_sheets import (
    ACTIONS,
    ANSWERS,
    EVIDENCE,
    MEASURES,
    REPLIES,
    RETURN,
    SPOTLIGHT,
)

_HOW = (
    (
        "How to fill it in",
        (
            f"Begin with the sheet {RETURN}. Grey cells are given: leave them as they are.",
            f"{ANSWERS}: one row for each commitment. Choose a rating from its list. Give a reason "
            "unless it was fully met. Say in a sentence or two what families should know.",
            "An answer carried forward from last quarter says No in the last column. Look at it, "
            "change what is no longer true, and choose Yes. Until then the return is not complete.",
            f"{EVIDENCE}: further evidence, once an answer has its first.",
            f"{ACTIONS}: what you promised before, and what you promise now. Leave the first "
            "column empty for a new action. Do not take an old one out: say that it is done, or "
            "not done and why.",
            f"{REPLIES}: your answer to each thing families asked for.",
            "Type words and numbers, not formulas. Write dates year first, as in 2026-10-28.",
            "You may sort rows and move columns. Do not rename a sheet or a column.",
            "Hand it in as an .xlsx file. If something is wrong, you will be told the sheet and "
            "the cell, and nothing is stored.",
        ),
    ),
    (
        "Who prepares and who signs",
        (
            "Two different people, both in our contact list for this service. The one who signs "
            "is a signing director.",
        ),
    ),
    (
        "Who can see what",
        (
            "Families can read, once the quarter is published: the ratings, what families will "
            "read, the reasons for what was not fully met, your actions with their dates and "
            "reasons, your replies, and why a service did not run.",
            "Only you and the commissioner's own team see what you did, your evidence, your "
            "numbers, and what you say of the families a quarter looks at.",
            "Names and e-mail addresses in this workbook are never published, nor is who sees to "
            "an action.",
            "Write nothing that could show who a patient or a relative is.",
        ),
    ),
)
_COUNT = (
    f"{MEASURES}: a number in every row of a count; its parts add up to its first row. Nought is "
    "an answer, a blank is not. If you do not count something yet, give the day from which you "
    "will; that is an answer once. Give numbers only, never anything about one patient."
)
_LOOK_AT = f"{SPOTLIGHT}: what you did for the families this quarter looks at."


def explained(charter: CharterFile) -> Iterator[tuple[str, str]]:
    """The lines of the sheet Read me, each with how it looks."""
    yield "title", "Your return, as a workbook"
    if charter.is_working:
        yield "notice", f"Working wording. {charter.notice}"
    yield (
        "notice",
        "Nobody reads this workbook for urgent worries. If someone's life or health is in danger, "
        "ring the prison. The Prisoners' Families Helpline is "
        f"{HELPLINE}: it can tell a family whom to ring.",
    )
    for heading, lines in _HOW:
        yield "heading", heading
        for line in lines:
            yield "plain", line
        if lines is _HOW[0][1]:
            yield from (("plain", _COUNT),) if charter.measures else ()
            yield from (("plain", _LOOK_AT),) if charter.spotlight else ()
