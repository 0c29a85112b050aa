"""Names for people: the record holds numbers, and pages show whose they are."""

from sqlmodel import Session

from providers.register import people


def name_of(session: Session, by: str) -> str:
    """The name behind `person:7`; `somebody else` where nobody is known."""
    kind, _, key = by.partition(":")
    if kind != "person" or not key.isdecimal():
        return "somebody else"
    found = people(session, [int(key)])
    return found[int(key)].name if found else "somebody else"
