"""Whatever a person can type into a return is looked at for what may name a patient."""

from datetime import date
from typing import Any

import pytest

from charter.answers import ReturnDocument, parse
from charter.holding import Held, held, warned

NUMBER = "943 476 5919"


def document(**parts: Any) -> ReturnDocument:
    plain = {
        "charter_version": "working-0.1",
        "quarter": "2026-27-Q2",
        "provider": "AVON",
        "site": "AVB",
        **parts,
    }
    read, wrong = parse(plain)
    assert read is not None, wrong
    return read


ANSWER = {"commitment": "W3", "rating": "fully"}
ACTION = {
    "commitment": "W3",
    "title": "Ring back",
    "owner": "Head of care",
    "due": date(2026, 12, 1),
}
PIECE = {"title": "Log", "dated": date(2026, 6, 1)}


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        ("nil_reason", {"nil_return": True, "nil_reason": NUMBER}),
        ("answers[W3].reason", {"answers": [{**ANSWER, "reason": NUMBER}]}),
        ("answers[W3].public_statement", {"answers": [{**ANSWER, "public_statement": NUMBER}]}),
        ("answers[W3].narrative", {"answers": [{**ANSWER, "narrative": NUMBER}]}),
        (
            "answers[W3].evidence[2].title",
            {"answers": [{**ANSWER, "evidence": [PIECE, {**PIECE, "title": NUMBER}]}]},
        ),
        (
            "answers[W3].evidence[1].link",
            {
                "answers": [
                    {**ANSWER, "evidence": [{**PIECE, "link": "https://x.example/943-476-5919"}]}
                ]
            },
        ),
        (
            "answers[W3].evidence[1].file",
            {"answers": [{**ANSWER, "evidence": [{**PIECE, "file": "notes_943_476_5919.pdf"}]}]},
        ),
        ("actions[1].title", {"actions": [{**ACTION, "title": NUMBER}]}),
        ("actions[a-1].owner", {"actions": [{**ACTION, "id": "a-1", "owner": NUMBER}]}),
        ("actions[1].reason", {"actions": [{**ACTION, "reason": NUMBER}]}),
        ("actions[1].consulted", {"actions": [{**ACTION, "consulted": NUMBER}]}),
        ("replies[r-1].words", {"replies": [{"request": "r-1", "words": NUMBER}]}),
        ("measures[asked].reason", {"measures": [{"measure": "asked", "reason": NUMBER}]}),
        ("spotlight.words", {"spotlight": {"group": "young adults", "words": NUMBER}}),
    ],
)
def test_a_number_is_found_wherever_it_was_typed(where: str, parts: dict[str, Any]):
    found = held(document(**parts))
    assert [(one.where, one.kind) for one in found] == [(where, "NHS number")]


def test_every_text_a_person_can_type_is_looked_at():
    """A field added to the document and forgotten here would fail this."""
    filled = document(
        nil_reason=NUMBER,
        answers=[
            {
                **ANSWER,
                "reason": NUMBER,
                "narrative": NUMBER,
                "public_statement": NUMBER,
                "evidence": [
                    {**PIECE, "title": NUMBER, "link": f"https://{NUMBER}", "file": NUMBER}
                ],
            }
        ],
        actions=[
            {**ACTION, "title": NUMBER, "owner": NUMBER, "reason": NUMBER, "consulted": NUMBER}
        ],
        replies=[{"request": "r-1", "words": NUMBER}],
        measures=[{"measure": "asked", "reason": NUMBER}],
        spotlight={"group": "young adults", "words": NUMBER},
    )
    assert len(held(filled)) == filled.content_text().count(NUMBER)


def test_the_findings_stand_in_the_order_a_return_is_read():
    found = held(
        document(
            answers=[{**ANSWER, "narrative": "A1234BC, born 3 May 1971", "reason": NUMBER}],
            replies=[{"request": "r-1", "words": NUMBER}],
        )
    )
    assert found == (
        Held("answers[W3].reason", "NHS number", NUMBER),
        Held("answers[W3].narrative", "prison number", "A1234BC"),
        Held("answers[W3].narrative", "date of birth", "3 May 1971"),
        Held("replies[r-1].words", "NHS number", NUMBER),
    )


def test_the_same_thing_twice_in_one_place_is_one_finding():
    said = f"{NUMBER} and again {NUMBER}"
    assert len(held(document(answers=[{**ANSWER, "narrative": said}]))) == 1


def test_a_return_that_names_nobody_holds_nothing():
    assert held(document(answers=[{**ANSWER, "narrative": "We rang 214 families back."}])) == ()


def test_a_program_is_warned_in_a_sentence_at_the_place():
    found = warned(document(answers=[{**ANSWER, "narrative": f"About {NUMBER}"}]))
    assert [str(one) for one in found] == [
        f"answers[W3].narrative: “{NUMBER}” looks like an NHS number; no family reads this until "
        "a person has looked at it"
    ]
