"""What an organisation answers once for all its prisons stands in all their drafts."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from charter.answers import Answer, Evidence
from charter.steps import Challenged, Released, Started
from providers import answering, cycles, evidence, lives, organisation, returns
from providers.database import Database
from providers.evidence import Cabinet
from providers.organisation import Spread, elsewhere, spread
from providers.register import contact_roles
from providers.tables import Cycle
from tests.support.group import (
    FAR,
    GIL,
    GUS,
    HAL,
    SAND,
    SHELL,
    STONE,
    WIDE,
    answer,
    group,
    hand_over,
    ref,
    said,
    save,
)
from tests.support.rules import CHARTER, CHARTER_TEXT
from tests.support.stage import LAST, QUARTER, Stage

DAY = date(2026, 10, 5)


@pytest.fixture
def gull(store: Database) -> Stage:
    return group(store)


def spread_from(stage: Stage, given: Answer, site: str = SAND, email: str = GIL) -> Spread:
    """Save an answer in one prison's draft and put it into the others, as the portal does."""
    here, person = ref(stage, site), stage.person(email)
    with stage.database.writing() as session:
        draft = returns.draft(session, here)
        document = organisation.with_answer(draft.document, given)
        answering.save_draft(session, here, document, stage.now, person, version=draft.version)
        return spread(session, here, given, stage.now, person)


def sites(done: Spread) -> tuple[list[str], dict[str, str]]:
    return [one.site for one in done.into], {one.site: why for one, why in done.left}


def version(stage: Stage, site: str) -> int:
    with stage.database.reading() as session:
        return returns.draft(session, ref(stage, site)).version


def test_an_answer_for_all_prisons_stands_in_every_draft_of_this_person_in_both_regions(
    gull: Stage,
):
    into, left = sites(spread_from(gull, answer()))
    assert sorted(into) == [FAR, SHELL]
    assert said(gull, SHELL) == said(gull, FAR) == answer()
    assert list(left) == [STONE]
    assert said(gull, STONE) == Answer(commitment=WIDE)


def test_only_the_quarter_asked_about_is_written_to(gull: Stage):
    spread_from(gull, answer())
    with gull.database.reading() as session:
        assert returns.draft(session, ref(gull, SHELL, LAST)).version == 0


def test_a_region_asked_about_another_version_of_the_charter_is_not_written_to(gull: Stage):
    with gull.database.writing() as session:
        session.get_one(Cycle, ref(gull, FAR).cycle_id).charter_version = "working-9"
    into, left = sites(spread_from(gull, answer()))
    assert into == [SHELL]
    assert FAR not in left


def test_a_return_that_had_not_been_begun_is_begun_by_it(gull: Stage):
    spread_from(gull, answer())
    with gull.database.reading() as session:
        happened = lives.history(session, ref(gull, SHELL).id)
    assert [h.by for h in happened if isinstance(h.step, Started)] == [f"person:{gull.person(GIL)}"]


def test_whoever_does_not_prepare_a_return_is_told_so_and_nothing_of_how_it_stands(gull: Stage):
    hand_over(gull, STONE, HAL, signed=True)
    _, left = sites(spread_from(gull, answer()))
    assert left == {STONE: "you are not named as one who prepares it"}


def test_the_signer_prepares_for_all_prisons_and_so_reaches_all(gull: Stage):
    into, left = sites(spread_from(gull, answer(), email=GUS))
    assert (sorted(into), left) == ([FAR, SHELL, STONE], {})


def test_a_return_handed_over_is_left_and_keeps_waiting_for_its_signer(gull: Stage):
    hand_over(gull, SHELL)
    _, left = sites(spread_from(gull, answer()))
    assert "waits for its signing director" in left[SHELL]
    assert said(gull, SHELL) != answer()
    with gull.database.reading() as session:
        assert lives.lives(session, [ref(gull, SHELL).id])[ref(gull, SHELL).id].handed_over


def test_a_signed_return_is_left(gull: Stage):
    hand_over(gull, SHELL, signed=True)
    _, left = sites(spread_from(gull, answer()))
    assert left[SHELL] == "it is signed"


def test_a_return_reopened_by_a_question_is_left(gull: Stage):
    hand_over(gull, SHELL, signed=True)
    with gull.database.writing() as session:
        step = Challenged(commitment=WIDE, question="Which board?")
        lives.record(session, ref(gull, SHELL).id, step, gull.now, "person:1")
    _, left = sites(spread_from(gull, answer()))
    assert left[SHELL] == "it is open only for what its commissioner asked about"


def test_a_return_no_longer_owed_is_left(gull: Stage):
    with gull.database.writing() as session:
        step = Released(reason="The contract moved.")
        lives.record(session, ref(gull, SHELL).id, step, gull.now, "engine")
    _, left = sites(spread_from(gull, answer()))
    assert left[SHELL] == "it is no longer owed"


def test_a_return_of_a_service_that_did_not_run_is_left(gull: Stage):
    here, person = ref(gull, SHELL), gull.person(GIL)
    with gull.database.writing() as session:
        blank = returns.template(session, here)
        nil = blank.model_copy(update={"nil_return": True, "nil_reason": "Closed for repairs."})
        answering.save_draft(session, here, nil, gull.now, person, version=0)
    _, left = sites(spread_from(gull, answer()))
    assert left[SHELL] == "it says that the service did not run"
    assert version(gull, SHELL) == 1


def test_saying_the_same_again_writes_nothing(gull: Stage):
    first = spread_from(gull, answer())
    with gull.database.reading() as session:
        before = lives.history(session, ref(gull, SHELL).id)
    again = spread_from(gull, answer())
    assert sites(again) == sites(first)
    assert version(gull, SHELL) == 1
    with gull.database.reading() as session:
        assert lives.history(session, ref(gull, SHELL).id) == before


def test_a_later_change_changes_it_everywhere_again_from_whichever_prison(gull: Stage):
    spread_from(gull, answer())
    into, _ = sites(spread_from(gull, answer(words="We say it twice a year."), site=FAR))
    assert sorted(into) == [SAND, SHELL]
    for site in (SAND, SHELL, FAR):
        assert said(gull, site).public_statement == "We say it twice a year."
    assert version(gull, SHELL) == 2


def test_what_else_a_draft_says_is_kept(gull: Stage):
    here, person = ref(gull, SHELL), gull.person(GIL)
    with gull.database.writing() as session:
        blank = returns.template(session, here)
        own = organisation.with_answer(blank, answer("W1", "We ask on arrival."))
        answering.save_draft(session, here, own, gull.now, person, version=0)
    spread_from(gull, answer())
    assert said(gull, SHELL, "W1") == answer("W1", "We ask on arrival.")
    assert said(gull, SHELL) == answer()


@pytest.mark.parametrize(
    "given",
    [
        answer("W1"),
        answer().model_copy(update={"confirmed": False}),
        Answer(commitment=WIDE),
        answer("W99"),
    ],
    ids=["of one prison", "not looked at", "empty", "no commitment of the Charter"],
)
def test_what_is_no_organisations_answer_goes_nowhere(gull: Stage, given: Answer):
    here, person = ref(gull, SAND), gull.person(GIL)
    with gull.database.writing() as session:
        assert spread(session, here, given, gull.now, person) == Spread()
    assert version(gull, SHELL) == 0


def test_a_file_of_evidence_can_be_opened_from_every_return_it_went_to(gull: Stage, tmp_path: Path):
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    with gull.database.writing() as session:
        here, cabinet = ref(gull, SAND), Cabinet(tmp_path / "evidence")
        file = evidence.take(session, cabinet, here, "minutes.pdf", pdf, gull.now, "person:1")
    shown = Evidence(title="Minutes", dated=gull.now.date(), file="minutes.pdf", sha=file.sha)
    spread_from(gull, answer().model_copy(update={"evidence": (shown,)}))
    for site in (SHELL, FAR):
        assert said(gull, site).evidence == (shown,)
        with gull.database.reading() as session:
            other = ref(gull, site)
            document = returns.draft(session, other).document
            assert evidence.find(session, other, file.id, [document]) is not None


def test_when_nothing_changes_twelve_prisons_ask_no_more_of_the_database_than_three(
    sqlite_store: Database,
):
    stage = group(sqlite_store, more=9)
    spread_from(stage, answer())
    asked: list[str] = []

    @event.listens_for(stage.database.engine, "before_cursor_execute")
    def _hear(*args: object) -> None:
        asked.append(str(args[2]))

    person = stage.person(GIL)
    here = ref(stage, SAND)
    asked.clear()
    with stage.database.writing() as session:
        done = spread(session, here, answer(), stage.now, person)
    assert len(done.into) == 11
    assert len(asked) <= 8, asked


def elsewhere_of(
    stage: Stage, site: str = SAND, commitment: str = "W1", email: str = GIL
) -> list[tuple[str, str, bool]]:
    """What this person's other prisons say of a commitment: prison, quarter, signed or not."""
    with stage.database.reading() as session:
        mine = [service for service, _ in contact_roles(session, stage.person(email), DAY)]
        found = elsewhere(session, ref(stage, site), CHARTER.find(commitment), mine)
    return [(one.ref.site, str(one.ref.quarter), one.signed) for one in found]


def test_what_other_prisons_say_this_quarter_is_there_to_copy_in_draft_or_signed(gull: Stage):
    save(gull, SHELL, answer("W1"))
    hand_over(gull, FAR, signed=True)
    assert elsewhere_of(gull) == [(FAR, QUARTER, True), (SHELL, QUARTER, False)]


def test_what_was_signed_a_quarter_ago_is_there_until_this_quarter_says_something(gull: Stage):
    signed_last(gull, SHELL)
    assert elsewhere_of(gull) == [(SHELL, LAST, True)]
    save(gull, SHELL, answer("W1"))
    assert elsewhere_of(gull) == [(SHELL, QUARTER, False)]


def test_the_prison_itself_and_those_of_other_contacts_are_not_there(gull: Stage):
    for site in (SAND, STONE):
        save(gull, site, answer("W1"))
    assert elsewhere_of(gull) == []
    assert elsewhere_of(gull, email=GUS) == [(STONE, QUARTER, False)]


def test_an_answer_nobody_has_looked_at_yet_is_not_there_to_copy(gull: Stage):
    save(gull, SHELL, answer("W1").model_copy(update={"confirmed": False, "copied_from": "Far"}))
    assert elsewhere_of(gull) == []


def test_an_answer_to_other_words_is_not_there_to_copy(gull: Stage):
    other = CHARTER_TEXT.replace('version = "working-0.1"', 'version = "working-9"')
    save(gull, FAR, answer("W1"))
    save(gull, FAR, answer("W2"))
    text = CHARTER.find("W1").text
    changed = other.replace(text.splitlines()[0], "Something else is promised here.", 1)
    assert changed != other
    with gull.database.writing() as session:
        cycles.keep_rulebook(session, "charter", "working-9", changed)
        session.get_one(Cycle, ref(gull, FAR).cycle_id).charter_version = "working-9"
    assert elsewhere_of(gull, commitment="W1") == []
    assert elsewhere_of(gull, commitment="W2") == [(FAR, QUARTER, False)]


def test_a_copy_says_where_it_is_from_and_waits_to_be_confirmed(gull: Stage):
    save(gull, SHELL, answer("W1"))
    here = ref(gull, SAND)
    with gull.database.reading() as session:
        (source,) = elsewhere(
            session, here, CHARTER.find("W1"), [ref(gull, SHELL).service_id, here.service_id]
        )
        document = organisation.copied(returns.template(session, here), source)
        found = answering.problems(session, here, document, complete=True)
    copy = document.find("W1")
    assert copy == answer("W1").model_copy(
        update={"confirmed": False, "copied_from": "HMP Gull Shell"}
    )
    (one,) = [p for p in found if p.where == "answers[W1].confirmed"]
    assert one.what.startswith("this was copied from HMP Gull Shell; confirm that it holds here")


def signed_last(stage: Stage, site: str) -> None:
    """Last quarter's return of a prison, handed over by Gil and signed by Gus."""
    here = ref(stage, site, LAST)
    document = stage.filled(here)
    with stage.database.writing() as session:
        sha = answering.hand_over(session, here, document, stage.now, stage.person(GIL))
        answering.sign(session, here, sha, stage.now, stage.person(GUS))


def test_twelve_prisons_to_copy_from_ask_no_more_of_the_database_than_three(
    sqlite_store: Database,
):
    stage = group(sqlite_store, more=9)
    for site in (SHELL, FAR, "GX1", "GX2"):
        save(stage, site, answer("W1"))
        signed_last(stage, site)
    asked: list[str] = []

    @event.listens_for(stage.database.engine, "before_cursor_execute")
    def _hear(*args: object) -> None:
        asked.append(str(args[2]))

    here = ref(stage, SAND)
    with stage.database.reading() as session:
        mine = [service for service, _ in contact_roles(session, stage.person(GIL), DAY)]
        asked.clear()
        assert len(elsewhere(session, here, CHARTER.find("W1"), mine)) == 4
    assert len(asked) == 5, asked
