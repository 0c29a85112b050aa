"""Scores for a region's team: the receipt in words, the trend, and policies side by side."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlmodel import select

from charter.policy import read_policy
from charter.scoring import score
from charter.steps import Rating
from providers import checking, cycles, replaying, returns, standings
from providers.cycles import NotAllowed
from providers.tables import Cycle
from tests.portal.test_access import token_of
from tests.support.cast import AVON, BROOK
from tests.support.pages import PageClient
from tests.support.rules import POLICY_TEXT
from tests.support.stage import CORA, LAST, OTTO, RITA, Stage

Open = Callable[..., PageClient]


def another(stage: Stage, version: str, *changes: tuple[str, str]) -> str:
    """Another policy put on record, these lines changed."""
    text = POLICY_TEXT.replace('version = "2026.4"', f'version = "{version}"')
    for was, now in changes:
        assert was in text, was
        text = text.replace(was, now)
    with stage.database.writing() as session:
        cycles.keep_rulebook(session, "policy", version, text)
    return version


def code(stage: Stage) -> str:
    return stage.ref().region


def scores(stage: Stage) -> str:
    return f"/console/regions/{code(stage)}/scores"


@pytest.fixture
def signed(stage: Stage) -> Stage:
    """Avon's second quarter is signed: one of its commitments partly met, one changed."""
    here = stage.ref(AVON)
    stage.submit(AVON, stage.filled(here), stage.now)
    with stage.database.writing() as session:
        checking.change_rating(
            session, here, "W2", Rating.NOT_MET, "No card was seen.", stage.now, stage.person(CORA)
        )
    return stage


def test_a_receipt_names_its_rules_its_denominator_and_what_would_better_the_band(
    signed: Stage, open_pages: Open
):
    here = signed.ref(AVON)
    page = signed.enters(open_pages, CORA).get(f"/console/returns/{here.id}/score")
    assert "7 of 9 applicable commitments fully met, 78 per cent" in page.text
    assert (
        "the provider's “Fully met” counts as “Not met”, changed by the commissioner" in page.text
    )
    assert "No card was seen." in page.text
    assert "Applicable: the denominator" in page.text
    assert "1 more commitment fully met, 8 of 9 in all: that is 89 per cent." in page.text


def test_another_regions_receipt_is_not_there(signed: Stage, open_pages: Open):
    here = signed.ref(AVON)
    otto = signed.enters(open_pages, OTTO)
    assert otto.get(f"/console/returns/{here.id}/score").status == 404
    assert otto.get(scores(signed)).status == 404
    assert otto.get(f"{scores(signed)}/policies").status == 404


def test_a_return_that_is_not_signed_has_no_score(stage: Stage, open_pages: Open):
    page = stage.enters(open_pages, RITA).get(f"/console/returns/{stage.ref(BROOK).id}/score")
    assert "Nothing has been signed yet" in page.text


def test_the_trend_breaks_where_the_charter_changes(signed: Stage, open_pages: Open):
    page = signed.enters(open_pages, RITA).get(f"/console/returns/{signed.ref(AVON).id}/score")
    assert "not set beside the quarters before" not in page.text
    text = signed.charter_text.replace('version = "working-0.1"', 'version = "working-0.9"')
    with signed.database.writing() as session:
        cycles.keep_rulebook(session, "charter", "working-0.9", text)
        here = (Cycle.quarter == LAST, Cycle.region_code == code(signed))
        cycle = session.exec(select(Cycle).where(*here)).one()
        cycle.charter_version = "working-0.9"
        session.add(cycle)
    page = signed.enters(open_pages, RITA).get(f"/console/returns/{signed.ref(AVON).id}/score")
    assert "not set beside the quarters before" in page.text


def test_a_regions_scores_are_told_by_band_and_by_service(signed: Stage, open_pages: Open):
    page = signed.enters(open_pages, RITA).get(scores(signed))
    assert "Signed returns in each band" in page.text
    assert "7 of 9, partially compliant" in page.text


def test_a_policy_is_replayed_on_past_quarters_and_taken_up(signed: Stage, open_pages: Open):
    other = another(signed, "2027.1", ("[77, ", "[79, "))
    cora = signed.enters(open_pages, CORA)
    page = cora.get(f"{scores(signed)}/policies").click(f"Set {other} beside it")
    assert "1 return would be in another band" in page.text
    assert "“Partially compliant” begins at, per cent" in page.text
    done = page.submit(button=f"Take up policy {other}")
    assert "The region follows it from its next quarter on." in done.text
    with signed.database.reading() as session:
        assert cycles.region_of(session, code(signed)).policy_version == other


def test_only_the_commissioner_takes_up_a_policy(signed: Stage, open_pages: Open):
    other = another(signed, "2027.1", ("[77, ", "[79, "))
    rita = signed.enters(open_pages, RITA)
    page = rita.get(f"{scores(signed)}/policies?with={other}")
    assert "Take up policy" not in page.text
    sent = {"with": other, "instead_of": "2026.4", "token": token_of(rita)}
    assert rita.post(f"{scores(signed)}/policies", sent).status == 403


def test_a_policy_taken_up_meanwhile_is_shown_with_who_and_when(signed: Stage, open_pages: Open):
    one = another(signed, "2027.1", ("[77, ", "[79, "))
    two = another(signed, "2027.2", ("[77, ", "[80, "))
    page = signed.enters(open_pages, CORA).get(f"{scores(signed)}/policies?with={one}")
    with signed.database.writing() as session:
        who = f"person:{signed.person(CORA)}"
        cycles.follow(session, code(signed), two, signed.now, who)
    page = page.submit(button=f"Take up policy {one}")
    assert page.status == 409
    assert f"Cora Check had Sample take up policy {two} on 5 October 2026" in page.text


def test_a_policy_with_a_band_that_nobody_can_be_in_is_refused_with_the_arithmetic(
    signed: Stage, open_pages: Open
):
    other = another(signed, "2027.1", ("[89, ", "[90, "))
    with (
        signed.database.writing() as session,
        pytest.raises(NotAllowed, match=r"the nearest shares are 89 \(8 of 9\) and 100 \(9 of 9\)"),
    ):
        cycles.follow(session, code(signed), other, signed.now, "operator")
    page = signed.enters(open_pages, CORA).get(f"{scores(signed)}/policies?with={other}")
    assert "2027.1 cannot be taken up" in page.text
    assert "Take up policy" not in page.text


def test_a_band_that_no_page_can_say_is_refused(signed: Stage):
    other = another(signed, "2027.1", ('"substantially"', '"gold"'))
    with (
        signed.database.writing() as session,
        pytest.raises(NotAllowed, match="no page has words for the band 'gold'"),
    ):
        cycles.follow(session, code(signed), other, signed.now, "operator")


@pytest.mark.parametrize(
    "change",
    [("[77, ", "[79, "), ("[89, ", "[78, "), ('cap = "partially"', 'cap = "not_compliant"')],
)
def test_a_replay_gives_each_return_the_band_that_scoring_it_again_would(
    signed: Stage, change: tuple[str, str]
):
    policy = read_policy(POLICY_TEXT.replace(*change))
    refs = [signed.ref(AVON, LAST), signed.ref(AVON)]
    with signed.database.reading() as session:
        found = replaying.replay(session, code(signed), policy)
        stood = standings.of(session, [r.id for r in refs])
        signed_ones = {i: one.life.document for i, one in stood.items()}
        documents = returns.signed_documents(session, signed_ones)
        charter = cycles.charter_of(session, refs[0].charter_version)
    again = Counter(
        (
            str(here.quarter),
            score(
                documents[here.id], "", charter, policy, here.quarter,
                stood[here.id].life.changes, baseline=here.baseline,
            ).band,
        )
        for here in refs
    )  # fmt: skip
    told = Counter(
        {(str(q.quarter), band): n for q in found.quarters for band, n in q.under.items()}
    )
    assert told == again
    assert found.changes == sum(q.then != q.under for q in found.quarters)
