"""Each change of a register told as a sentence, with who made it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from charter.policy import Role
from charter.quarters import say
from portal.provider.words import ROLE_WORDS
from providers import naming, prisons, register_history, stand_ins
from providers.register_history import Entry

WHO: Mapping[str, str] = {"operator": "whoever runs this service", "engine": "the programme"}
NUMBERS: Mapping[str, str] = {
    "switchboard": "switchboard",
    "safer_custody": "safer custody",
    "family_line": "families’ line",
}


@dataclass(frozen=True)
class Said:
    """One change: the number of its entry in the ledger, when, by whom, and what it did."""

    seq: int
    at: datetime
    who: str
    what: str


def said_of(entry: Entry, region: str) -> Said:
    """An entry of the region's register in words."""
    return Said(entry.seq, entry.at, who(entry.by), _what(entry, region))


def who(by: str) -> str:
    """Who made an entry; somebody who was erased has no name."""
    return WHO.get(by, by) or "somebody whose name was erased"


def _what(entry: Entry, region: str) -> str:
    match entry.kind:
        case register_history.IMPORTED:
            return _imported(entry)
        case register_history.SIGNED:
            return _signed(entry, region)
        case register_history.ADOPTED:
            return f"Charter {entry.body['charter']} was adopted, from the next quarter to open."
        case prisons.CHECKED:
            return _checked(entry)
    return _person(entry)


def _imported(entry: Entry) -> str:
    body = entry.body
    counts = f"{body['added']} added, {body['changed']} changed, {body['ended']} ended"
    wide = f", in {len(body['regions'])} regions together" if len(body["regions"]) > 1 else ""
    return f"A register was imported: {counts}, {body['unchanged']} as they were{wide}."


def _signed(entry: Entry, region: str) -> str:
    def count(did: str) -> int:
        return sum(key.startswith(f"{region}/") for key in entry.body[did])

    counts = ", ".join(f"{count(did)} {did}" for did in ("added", "changed", "removed"))
    return f"A list of signatories was imported: {counts}."


def _checked(entry: Entry) -> str:
    changed = [NUMBERS[name] for name in entry.body["changed"]]
    day = say(date.fromisoformat(entry.body["checked"]))
    mended = f"; changed: {', '.join(changed)}" if changed else ", and none had changed"
    return f"{entry.where}: the telephone numbers were checked on {day}{mended}."


def _person(entry: Entry) -> str:
    name, where = entry.who or "Somebody", entry.where
    role = ROLE_WORDS[Role(entry.body["role"])].lower() if "role" in entry.body else ""
    match entry.kind:
        case naming.NAMED:
            return f"{name} was put on the contact list of {where}, as {role}."
        case naming.ENDED:
            return f"{name} was taken off the contact list of {where}."
        case stand_ins.NAMED:
            days = [say(date.fromisoformat(entry.body[day])) for day in ("first_day", "last_day")]
            return f"{name} was named to stand in as {role} for {where}, {' to '.join(days)}."
    return f"{name} stands in no longer for {where}."
