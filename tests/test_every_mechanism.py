"""Each mechanism that the programme only maps has its field, or its refusal in words, by name."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from charter.actions import TAGS
from charter.commitments import read_charter
from charter.concerns import concern, staff_name
from charter.listening import (
    ACTIVITIES,
    ATTENDANCE,
    EVENTS,
    Event,
    Heard,
    Safeguarding,
    Survey,
    Voice,
)
from charter.policy import read_policy
from notifications.outside import OUTSIDE
from providers.practices import NAMES
from providers.register_rows import OPTIONAL
from providers.staff import StaffRole

ROOT = Path(__file__).parent.parent
DATA = ROOT / "providers" / "data"
CHARTER = read_charter((DATA / "charter-working-0.2.toml").read_text())
POLICY = read_policy((DATA / "policy-2026.4.toml").read_text())
Row = tuple[str, Callable[[], None]]


def kind_of(commitment: str, measure: str) -> str:
    """What kind of measure stands under a commitment; a KeyError if none does."""
    found = {(c.id, m.id): m.kind for c, m in CHARTER.measures}
    return found[commitment, measure]


def says(path: str, *words: str) -> None:
    """A page or a document holds these words, wherever its lines break."""
    text = " ".join((ROOT / path).read_text().split())
    for phrase in words:
        assert phrase in text, f"{path} does not say {phrase!r}"


def seminar() -> None:
    assert POLICY.seminar_from < POLICY.seminar_to
    report = Heard.model_validate(
        {"region": "r", "quarter": "2026-27-Q2", "salt": "",
         "report": {"reference": "Report 7", "dated": "2026-09-30"}}
    )  # fmt: skip
    assert report.report.dated == date(2026, 9, 30)


def escalations() -> None:
    assert set(Safeguarding.model_fields) == {"escalated", "in_time"}
    assert concern("He has talked of suicide.")
    says("portal/console/templates/concern.html", "Ring the prison now.", "0808 808 2003")


def pathways() -> None:
    assert kind_of("W5", "worries-same-day") == "count"
    says("docs/for-listening-partners.md", "Nothing of them is stored")


def many_regions() -> None:
    assert StaffRole.LISTENING_PARTNER
    says("portal/console/templates/partner.html", "No listening partner is commissioned")


def consent_passport() -> None:
    assert kind_of("W2", "shared-consent-record") == "progress"
    says("docs/for-commissioners.md", "Patients' records, a consent passport itself")


def sharing_portal() -> None:
    assert kind_of("W3", "sharing-agreement") == "progress"
    says("docs/for-commissioners.md", "messages between families and teams")


def reception() -> None:
    assert kind_of("W1", "arrivals-asked") == "count"


def before_a_crisis() -> None:
    planned = CHARTER.find("W7")
    assert planned.evidence_months > 0
    assert "reviews" in planned.means


def wider_work() -> None:
    assert list(TAGS) == ["care_planning", "cross_boundary", "core20plus5"]
    says("portal/provider/templates/promise.html", "Is it part of wider work?")


def training() -> None:
    assert kind_of("W8", "staff-trained") == "count"
    says("docs/for-commissioners.md", "training records")


def recognition() -> None:
    assert list(NAMES) == ["title", "happened", "enabled", "copying"]
    assert staff_name("Nurse Amara Field rings on Tuesdays.") == "Nurse Amara Field"


def job_descriptions() -> None:
    assert CHARTER.find("W8").evidence_months > 0
    says("docs/for-commissioners.md", "job descriptions")


def link_workers() -> None:
    assert {"link_worker", "note"} <= set(OPTIONAL)
    says("docs/for-commissioners.md", "Family link workers have no role in the register")


def guide() -> None:
    assert OUTSIDE["guide"].words == "Your Guide to Prison Healthcare"
    for page in ("prison", "unasked"):
        says(f"notifications/templates/bulletin/{page}.html.jinja", "leads_to(outside.guide)")
    says("docs/for-families.md", "Your Guide to Prison Healthcare", "every prison's page leads")


def activities() -> None:
    assert {"interview", "paper_survey", "call"} <= set(ACTIVITIES)
    says("docs/for-listening-partners.md", "No interviews, and nothing that one family said")


def events() -> None:
    assert {"coffee_morning", "forum", "workshop"} <= set(EVENTS)
    assert set(Event.model_fields) == {"kind", "held_on", "attendance", "site_code"}
    assert "under_8" in ATTENDANCE


def token_voting() -> None:
    assert {"share", "base", "method", "asked_on", "commitment"} <= set(Survey.model_fields)
    assert POLICY.least_base == 10
    says("portal/console/templates/heard_told.html", "Too few to say")


def mailing_list() -> None:
    says("docs/for-listening-partners.md", "No names and no addresses of families", "-mail.txt")


def shares() -> None:
    assert Voice(positive=33, negative=48, base=120, definition="Content: nothing to mend.")
    with pytest.raises(ValidationError):
        Voice(positive=33, base=120)
    with pytest.raises(ValidationError):
        Voice(positive=60, negative=41, base=120, definition="Either.")


def involvement_duty() -> None:
    packs = [*ROOT.glob("portal/console/**/pack*"), *ROOT.glob("charter/pack*")]
    assert any("13Q" in path.read_text() for path in packs if path.suffix != ".pyc")


def memorandum() -> None:
    assert "note" in OPTIONAL
    says("docs/for-commissioners.md", "a memorandum behind a signature goes into its `note`")


ROWS: tuple[Row, ...] = (
    ("quarterly seminar and Listening Report", seminar),
    ("safeguarding escalation process", escalations),
    ("improve escalation pathways", pathways),
    ("commission Listen to Families across the NHS regions", many_regions),
    ("multi-agency consent passport", consent_passport),
    ("secure information-sharing portal", sharing_portal),
    ("family engagement in reception processes", reception),
    ("dialogue before a crisis, and ACCT reviews", before_a_crisis),
    ("care planning, cross-boundary working and Core20Plus5", wider_work),
    ("improve staff training", training),
    ("recognise and reward staff", recognition),
    ("family engagement within job descriptions", job_descriptions),
    ("Family Link Workers", link_workers),
    ("Your Guide to Prison Healthcare", guide),
    ("interviews, paper surveys and calls", activities),
    ("coffee mornings, family forums and workshops", events),
    ("token voting survey", token_voting),
    ("mailing list", mailing_list),
    ("positive and wholly negative shares", shares),
    ("statutory duty, section 13Q of the NHS Act 2006", involvement_duty),
    ("memorandum of understanding", memorandum),
)
"""Every row that is mapped, by the name it has where it comes from."""


@pytest.mark.parametrize("check", [row[1] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_mechanism_that_is_mapped_has_its_field_or_its_refusal(check: Callable[[], None]):
    check()


def test_no_mechanism_is_told_twice():
    assert len({name for name, _ in ROWS}) == len(ROWS) == 21
