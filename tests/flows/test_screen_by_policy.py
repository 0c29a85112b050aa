"""What stands in public under an older policy is looked at by that policy, and stays as it was."""

import pytest
from sqlmodel import select

from charter.steps import Published
from providers import cycles, lives, returns
from providers.database import Database
from providers.held import held
from providers.tables import Cycle
from tests.support.cast import AVON, at
from tests.support.drawn import Pages, build_pages
from tests.support.rules import CALENDAR, DATA
from tests.support.stage import Stage

NOW = at("2026-12-08T09:00")
SAID = "Families ring 07700 900123."


@pytest.fixture
def stage(sqlite_store: Database) -> Stage:
    """Avon's return says a telephone number in public, and a name."""
    played = Stage(sqlite_store).play()
    here = played.ref()
    whole = played.filled(here)
    told = tuple(one.model_copy(update={"public_statement": SAID}) for one in whole.answers[:1])
    named = tuple(
        one.model_copy(update={"public_statement": "His mother Joan rang."})
        for one in whole.answers[1:2]
    )
    rest = whole.answers[2:]
    played.submit(AVON, whole.model_copy(update={"answers": (*told, *named, *rest)}), played.now)
    with played.database.writing() as session:
        cycles.adopt(session, here.region, here.charter_version, played.now, "operator")
    return played


def under(stage: Stage, version: str) -> None:
    with stage.database.writing() as session:
        text = (DATA / f"policy-{version}.toml").read_text("utf-8")
        cycles.keep_rulebook(session, "policy", version, text)
        for cycle in session.exec(select(Cycle)):
            cycle.policy_version = version
            session.add(cycle)


def kinds(stage: Stage) -> set[str]:
    """The kinds for which words are held on any page."""
    with stage.database.reading() as session:
        pages: Pages = build_pages(session, NOW, CALENDAR)
    holds = [hold for page in pages.values() for hold in page.get("holds", ())]
    return {kind for hold in holds for kind in hold["kinds"]}


def counted(stage: Stage) -> int:
    """How many of the return's words the lists of the console count as held."""
    i = stage.ref().id
    with stage.database.reading() as session:
        life = lives.lives(session, [i])[i]
        signed = returns.signed_documents(session, {i: life.document})
        return held(session, {i: life}, {life.document: signed[i].model_dump_json()})[i]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2026.2", set()),
        ("2026.3", {"possible name"}),
        ("2026.4", {"possible name", "phone number"}),
    ],
)
def test_each_quarter_is_screened_by_its_own_policy(
    stage: Stage, version: str, expected: set[str]
) -> None:
    under(stage, version)
    assert counted(stage) == len(expected)
    step = Published(revision=1, page="prisons/AVB/2026-27-Q2")
    with stage.database.writing() as session:
        lives.record(session, stage.ref().id, step, NOW, "engine")
    assert kinds(stage) == expected
