"""What people do in the quarter: small acts on one return each, done once, whoever comes first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from charter.document import ReturnDocument
from charter.faithful import RIGHT_OF_REPLY
from charter.policy import Role
from charter.returns import Life
from charter.steps import Rating
from providers import answering, checking, lives, register, replied, returns
from providers.database import Database
from providers.returns import Ref
from tests.support.programme import APPROVER, COMMISSIONER, PARTNER

ON_TIME, WITH_SIGNER, LATE, EXTENDED, SILENT, ASKED = range(0, 5), 5, 6, 7, 8, 9
"""How a service behaves, by the last digit of its number."""
MORE_TIME = date(2026, 11, 6)
QUESTION = "How many families were rung back within two days?"


@dataclass(frozen=True)
class Hands:
    """Who acts: the region's team, and for one return its lead and its signer."""

    session: Session
    here: Ref
    now: datetime

    def team(self, email: str) -> int:
        """The number of one of the region's team."""
        found = register.person_by_email(self.session, email)
        assert found is not None
        return found.person_id

    def holder(self, role: Role) -> int:
        """The number of the service's contact in that role."""
        held = answering.people(self.session, self.here, self.now)
        return next(one.person_id for one in held if one.role is role)


@dataclass(frozen=True)
class Deed:
    """Whose return, when it is still to be done, and how; `lasts` is what a life shows after."""

    behaves: tuple[int, ...]
    undone: Callable[[Life], bool]
    act: Callable[[Hands], object]


def number_of(here: Ref) -> int:
    """The service's number, from its prison's code."""
    return int(here.site[1:])


def filled(hands: Hands) -> ReturnDocument:
    """A whole return, its words its own."""
    blank, number = returns.template(hands.session, hands.here), number_of(hands.here)
    answers = tuple(
        each.model_copy(
            update={
                "rating": Rating.PARTLY if (number + place) % 7 == 0 else Rating.FULLY,
                "reason": "Two posts were empty." if (number + place) % 7 == 0 else "",
                "narrative": "A nurse keeps a list.",
                "public_statement": f"At prison {number} we ring families back.",
                "confirmed": True,
            }
        )
        for place, each in enumerate(blank.answers)
    )
    return blank.model_copy(update={"answers": answers})


def _start(hands: Hands) -> None:
    who = hands.holder(Role.LEAD)
    answering.save_draft(hands.session, hands.here, filled(hands), hands.now, who, version=0)


def _hand_over(hands: Hands) -> None:
    who = hands.holder(Role.LEAD)
    answering.hand_over(hands.session, hands.here, filled(hands), hands.now, who)


def _sign(hands: Hands) -> None:
    life = lives.lives(hands.session, [hands.here.id])[hands.here.id]
    who = hands.holder(Role.SIGNER)
    answering.sign(hands.session, hands.here, life.handed_over, hands.now, who)


def _answer(hands: Hands) -> None:
    """The question is answered in the words of the one commitment that it opened."""
    signed = returns.signed_document(hands.session, hands.here)
    life = lives.lives(hands.session, [hands.here.id])[hands.here.id]
    assert signed is not None
    answers = tuple(
        each.model_copy(update={"narrative": "Nine in ten."})
        if each.commitment in life.questions
        else each
        for each in signed.answers
    )
    document = signed.model_copy(update={"answers": answers})
    who = hands.holder(Role.LEAD)
    answering.hand_over(hands.session, hands.here, document, hands.now, who)


def _checker(act: Callable[..., object], *words: object) -> Callable[[Hands], object]:
    """What the commissioner does, in these words."""

    def do(hands: Hands) -> object:
        return act(hands.session, hands.here, *words, hands.now, hands.team(COMMISSIONER))

    return do


def _change(hands: Hands) -> None:
    signed = returns.signed_document(hands.session, hands.here)
    assert signed is not None
    which = signed.answers[0].commitment
    _checker(checking.change_rating, which, Rating.NOT_MET, "We saw no list.")(hands)


def _challenge(hands: Hands) -> None:
    signed = returns.signed_document(hands.session, hands.here)
    assert signed is not None
    _checker(checking.challenge, signed.answers[1].commitment, QUESTION)(hands)


def _reply(hands: Hands) -> None:
    who = hands.holder(Role.LEAD)
    answering.reply(hands.session, hands.here, "We accept the change.", hands.now, who)


def _judge(hands: Hands) -> None:
    partner = hands.team(PARTNER)
    about, why = RIGHT_OF_REPLY, "As we heard it."
    replied.mark(hands.session, hands.here, about, True, why, hands.now, partner)


def _approve(hands: Hands) -> None:
    checking.approve(hands.session, hands.here, hands.now, hands.team(COMMISSIONER))


def _second(hands: Hands) -> None:
    checking.approve(hands.session, hands.here, hands.now, hands.team(APPROVER))


def _short_of(approvals: int, life: Life) -> bool:
    """A page that is not published, or is being revised, and that too few have approved."""
    return (not life.revision or bool(life.revising)) and len(life.approved_by) < approvals


ANSWERERS = (*ON_TIME, ASKED)
EVERYBODY = tuple(range(10))
DEEDS: Mapping[str, Deed] = {
    "start": Deed((*ANSWERERS, WITH_SIGNER), lambda life: not life.started, _start),
    "hand over": Deed((*ANSWERERS, WITH_SIGNER), lambda life: not life.handed_over, _hand_over),
    "sign": Deed(ANSWERERS, lambda life: not life.is_received, _sign),
    "extend": Deed(
        (EXTENDED,),
        lambda life: life.extended is None,
        _checker(checking.extend, MORE_TIME, "The lead is ill.", "The team lost its lead."),
    ),
    "sign late": Deed((WITH_SIGNER,), lambda life: not life.is_received, _sign),
    "hand over late": Deed((LATE, EXTENDED), lambda life: not life.handed_over, _hand_over),
    "sign at last": Deed((LATE, EXTENDED), lambda life: not life.is_received, _sign),
    "challenge": Deed((ASKED,), lambda life: not life.questions, _challenge),
    "change a rating": Deed((1,), lambda life: not life.changes, _change),
    "answer": Deed((ASKED,), lambda life: not life.handed_over, _answer),
    "sign the answer": Deed((ASKED,), lambda life: bool(life.questions), _sign),
    "confirm": Deed(
        (*ANSWERERS, WITH_SIGNER, LATE, EXTENDED),
        lambda life: life.confirmed_at is None,
        _checker(checking.confirm),
    ),
    "reply": Deed((1,), lambda life: not life.reply, _reply),
    "judge": Deed((1,), lambda life: not life.marks, _judge),
    "approve": Deed(EVERYBODY, lambda life: _short_of(1, life), _approve),
    "approve too": Deed(EVERYBODY, lambda life: _short_of(2, life), _second),
    "revise": Deed((2,), lambda life: not life.revising, _checker(checking.revise, "A slip.")),
}


def do_all(database: Database, name: str, now: datetime, share: float) -> None:
    """Do a deed for every return that still wants it, beginning a `share` of the way through.

    Whether it is still wanted is asked again in the transaction that does it.
    """
    deed = DEEDS[name]
    with database.reading() as session:
        refs = [r for r in returns.refs(session) if number_of(r) % 10 in deed.behaves]
        folded = lives.lives(session, [ref.id for ref in refs])
    todo = [ref for ref in refs if deed.undone(folded[ref.id])]
    start = int(len(todo) * share)
    for here in (*todo[start:], *todo[:start]):
        with database.writing() as session:
            if deed.undone(lives.lives(session, [here.id])[here.id]):
                deed.act(Hands(session, here, now))
