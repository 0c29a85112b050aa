"""A question opens one commitment: the rest stands as signed, whatever rules have come since."""

from datetime import date

import pytest

from charter.answers import ActionLine, ReturnDocument
from charter.steps import HandedOver, Signed
from providers import answering, checking, documents, lives
from providers.answering import Incomplete
from providers.database import Database
from tests.support.cast import BROOK, at
from tests.support.stage import CORA, Stage

WHEN = at("2026-10-20T10:00")
OLD = ActionLine(
    id="brook-brb-2026-27-q2-1",
    commitment="W4",
    title="Put up a sign",
    owner="Head of healthcare",
    due=date(2026, 9, 15),
)


@pytest.fixture
def signed(store: Database) -> tuple[Stage, ReturnDocument]:
    """A return signed before a rule came that its open action would not pass, and asked about."""
    stage = Stage(store).play()
    here = stage.ref(BROOK)
    document = stage.filled(here)
    line = OLD.model_copy(update={"id": f"{document.action_stem}1"})
    document = document.model_copy(update={"actions": (line,)})
    with store.writing() as session:
        sha = documents.keep(session, document.content_text())
        preparer, signer = stage.person(BROOK.email), stage.person(BROOK.signer_email)
        lives.record(session, here.id, HandedOver(document=sha), WHEN, f"person:{preparer}")
        lives.record(session, here.id, Signed(document=sha), WHEN, f"person:{signer}")
        asker = stage.person(CORA)
        checking.challenge(session, here, "W1", "Which posts are empty?", WHEN, asker)
    return stage, document


def said_again(document: ReturnDocument, commitment: str) -> ReturnDocument:
    answers = tuple(
        answer.model_copy(update={"narrative": "Two nurses leave in May."})
        if answer.commitment == commitment
        else answer
        for answer in document.answers
    )
    return document.model_copy(update={"answers": answers})


def hand_over(stage: Stage, document: ReturnDocument) -> str:
    by = stage.person(BROOK.email)
    with stage.database.writing() as session:
        return answering.hand_over(session, stage.ref(BROOK), document, WHEN, by)


def test_what_was_asked_is_handed_over_though_an_old_action_would_be_refused_today(
    signed: tuple[Stage, ReturnDocument],
):
    stage, document = signed
    assert hand_over(stage, said_again(document, "W1"))


def test_what_was_not_asked_stays_shut(signed: tuple[Stage, ReturnDocument]):
    stage, document = signed
    with pytest.raises(Incomplete, match=r"answers\[W2\]: only the commitment"):
        hand_over(stage, said_again(document, "W2"))


def test_what_was_not_asked_can_neither_be_left_out_nor_said_twice(
    signed: tuple[Stage, ReturnDocument],
):
    stage, document = signed
    asked = said_again(document, "W1")
    gone = tuple(answer for answer in asked.answers if answer.commitment != "W2")
    doubled = (*asked.answers, *(a for a in asked.answers if a.commitment == "W2"))
    for answers in (gone, doubled):
        with pytest.raises(Incomplete, match=r"answers\[W2\]: only the commitment"):
            hand_over(stage, asked.model_copy(update={"answers": answers}))


def test_what_was_asked_still_has_to_be_whole(signed: tuple[Stage, ReturnDocument]):
    stage, document = signed
    bare = tuple(
        answer.model_copy(update={"public_statement": ""}) if answer.commitment == "W1" else answer
        for answer in document.answers
    )
    with pytest.raises(Incomplete, match=r"answers\[W1\]\.public_statement"):
        hand_over(stage, document.model_copy(update={"answers": bare}))
