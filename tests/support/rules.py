"""The shipped rules, read once, and the shortest way to a whole return."""

from datetime import date
from pathlib import Path

from charter.answers import Answer, Evidence, ReturnDocument
from charter.commitments import CharterFile, Commitment, read_charter
from charter.holidays import read_holidays
from charter.policy import read_policy
from charter.quarters import Quarter
from charter.steps import Rating

DATA = Path(__file__).parents[2] / "providers" / "data"
CHARTER_TEXT = (DATA / "charter-working-0.1.toml").read_text("utf-8")
POLICY_TEXT = (DATA / "policy-2026.4.toml").read_text("utf-8")
HOLIDAYS_TEXT = (DATA / "bank-holidays-england-and-wales.json").read_text("utf-8")
CHARTER = read_charter(CHARTER_TEXT)
POLICY = read_policy(POLICY_TEXT)
CALENDAR = read_holidays(HOLIDAYS_TEXT)
Q2 = Quarter.parse("2026-27-Q2")


def charter_of(count: int, *, essential: frozenset[int] = frozenset()) -> CharterFile:
    """A Charter of so many commitments, C1 upwards, those numbered essential being so."""
    return CharterFile(
        id="test",
        title="A Charter",
        version=f"test-{count}",
        wording_status="official",
        commitments=tuple(
            Commitment(id=f"C{n}", short=f"No. {n}", text="We do it.", essential=n in essential)
            for n in range(1, count + 1)
        ),
    )


def answer(commitment: str, rating: Rating | None = Rating.FULLY, **more: object) -> Answer:
    """A whole answer: a reason and words for families are in it unless taken out."""
    said: dict[str, object] = {
        "reason": "" if rating is Rating.FULLY else "Two posts are vacant.",
        "public_statement": "We ring back within two days.",
    }
    return Answer.model_validate({"commitment": commitment, "rating": rating, **said, **more})


def document(charter: CharterFile, *ratings: Rating, **more: object) -> ReturnDocument:
    """A whole return, the last rating standing for every commitment left."""
    given = ratings or (Rating.FULLY,)
    filled = [*given, *[given[-1]] * len(charter.ids)]
    whole: dict[str, object] = {
        "charter_version": charter.version,
        "quarter": str(Q2),
        "provider": "AVON",
        "site": "AVB",
        "answers": tuple(answer(c, r) for c, r in zip(charter.ids, filled, strict=False)),
    }
    return ReturnDocument.model_validate({**whole, **more})


def evidence(dated: date) -> Evidence:
    """One piece of evidence of that date."""
    return Evidence(title="Audit", dated=dated, link="https://avon.example/audit")
