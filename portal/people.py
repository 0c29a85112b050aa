"""Who people are: their names, for the record holds numbers, and whether returns are theirs."""

from collections.abc import Iterable

from sqlmodel import Session

from charter.policy import Role
from providers.register import people
from providers.sessions import Visitor

READERS = frozenset({Role.LEAD, Role.DEPUTY, Role.SIGNER, Role.CONTRACT_MANAGER})
"""Roles that read the returns of a service; whoever else the register names has none."""


def reads_returns(visitor: Visitor) -> bool:
    """Whether anything can be found under *Your returns*."""
    return any(roles & READERS for roles in visitor.services.values())


def name_of(session: Session, by: str) -> str:
    """The name behind `person:7`; `somebody else` where nobody is known."""
    kind, _, key = by.partition(":")
    if kind != "person" or not key.isdecimal():
        return "somebody else"
    found = people(session, [int(key)])
    return found[int(key)].name if found else "somebody else"


def names_of(session: Session, by: Iterable[str]) -> dict[str, str]:
    """The name behind each `person:7`, in one query; what is no person has none."""
    ids = {said: int(key) for said in by for key in [_number(said)] if key}
    found = people(session, set(ids.values())) if ids else {}
    return {said: found[i].name if i in found else "somebody else" for said, i in ids.items()}


def _number(by: str) -> str:
    kind, _, key = by.partition(":")
    return key if kind == "person" and key.isdecimal() else ""
