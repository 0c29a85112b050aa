"""A region’s letters: to whom, in which state, with what outcome; and settling the doubtful."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.responses import Response

from charter.words import letter_words
from notifications import letterbook, outbox
from notifications.letterbook import Filed, Wish
from notifications.outbox import LetterState
from notifications.wording import DIGESTS
from portal.console import regions, rooms, sheets
from portal.console.regions import Room
from portal.doors import NotHere, SignedIn, Typed, Visit
from portal.forms import Faults
from providers import naming_things, settling
from providers.naming_things import Named

router = APIRouter(prefix="/console/regions/{region}")
PAGE, MOST = 50, 5000


@dataclass(frozen=True)
class Shown:
    """A state in words, and the colour of its tag."""

    words: str
    colour: str


SETTLERS = {"commissioner", "administrator"}
STATES: Mapping[LetterState, Shown] = {
    LetterState.QUEUED: Shown("Waiting to go", "grey"),
    LetterState.CLAIMED: Shown("Being written", "grey"),
    LetterState.HANDING: Shown("Being handed over", "grey"),
    LetterState.SENT: Shown("Sent", "green"),
    LetterState.DEFERRED: Shown("Put off", "yellow"),
    LetterState.REFUSED: Shown("Turned away", "red"),
    LetterState.IN_DOUBT: Shown("In doubt", "orange"),
    LetterState.WITHDRAWN: Shown("Withdrawn", "white"),
}
COLUMNS = (
    *("letter", "queued_at", "for_day", "to", "name", "kind", "state", "settled_at", "outcome"),
    *("heard_later", "returns"),
)
RETURNS = re.compile(r"return:(\d+)")
PERSON = re.compile(r"person:\d+")
LONGEST = 100


@dataclass(frozen=True)
class Line:
    """One letter of the list, with the name of whom it is to and of what it speaks for."""

    filed: Filed
    name: str
    word: Shown
    kind: str
    about: tuple[str, ...]
    path: str


@router.get("/letters", name="letters_page")
def letters_page(region: str, visit: SignedIn) -> Response:
    """Fifty letters at a time, the newest first."""
    asked = visit.request.query_params
    wish, at = read(asked), _page(asked)
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        found = letterbook.filed(session, region, wish, skip=(at - 1) * PAGE, limit=PAGE + 1)
        lines = _lines(session, room, found[:PAGE])
        counts = letterbook.counted(session, region)
    typed = {"state": wish.state, "kind": wish.kind, "to": wish.to}
    here = f"{room.path}/letters"
    return regions.show(
        visit,
        room,
        "console/letters.html",
        here="/record",
        wide=True,
        lines=lines,
        states={state.value: word.words for state, word in STATES.items()},
        counts=[(STATES[state].words, many) for state, many in counts.items()],
        doubtful=counts[LetterState.IN_DOUBT],
        kinds={kind: letter_words(kind) for kind in DIGESTS},
        typed=typed,
        sheet=_address(f"{room.path}/letters.csv", typed),
        older=_address(here, {**typed, "page": str(at + 1)}) if len(found) > PAGE else "",
        newer=_address(here, {**typed, "page": str(at - 1)}) if at > 1 else "",
    )


@router.get("/letters.csv", name="letters_csv")
def letters_csv(region: str, visit: SignedIn) -> Response:
    """The same letters as a table, at most so many of the newest."""
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        found = letterbook.filed(session, region, read(visit.request.query_params), limit=MOST)
        lines = _lines(session, room, found)
    rows = [_row(line) for line in lines]
    return sheets.answer(sheets.Sheet(COLUMNS, rows), "csv", f"{room.code}-letters")


@router.get("/letters/{key}", name="letter_page")
def letter_page(region: str, key: str, visit: SignedIn) -> Response:
    """One letter with its words, as far as they are kept, and all that it spoke for."""
    with visit.desk.database.reading() as session:
        room = regions.enter(session, visit, region)
        return draw(session, visit, room, key, Faults())


@router.post("/letters/{key}/settle", name="settle_letter")
def settle_letter(region: str, key: str, visit: SignedIn, form: Typed) -> Response:
    """Say what was found out about a letter in doubt; 409 if it is in doubt no longer."""
    arrived, faults = form.text("arrived"), Faults()
    if arrived not in ("yes", "no"):
        faults.add("arrived", "say whether it arrived")
    with visit.desk.database.writing() as session:
        room = regions.enter(session, visit, region)
        if letterbook.one(session, region, key) is None:
            raise NotHere
        may_settle = bool(room.roles & SETTLERS)
        rooms.require(may_settle, "a commissioner or an administrator", "settle a letter")
        if not faults and not settling.settle(
            session, region, key, arrived=arrived == "yes", now=visit.now, by=visit.by
        ):
            return draw(session, visit, room, key, faults, status=409)
        if faults:
            return draw(session, visit, room, key, faults)
    return visit.go(f"{room.path}/letters/{quote(key, safe='')}?did=settled")


def draw(
    session: Session, visit: Visit, room: Room, key: str, faults: Faults, status: int = 200
) -> Response:
    """One letter's page; NotHere for a letter of another region."""
    letter = letterbook.one(session, room.code, key)
    if letter is None:
        raise NotHere
    spoken = outbox.lines_of(session, [key])[key]
    people = PERSON.findall(letter.outcome)
    names = naming_things.called(
        session, [line.subject for line in spoken] + [f"person:{letter.to_person}", *people]
    )
    return regions.show(
        visit,
        room,
        "console/letter.html",
        422 if faults else status,
        here="/record",
        letter=letter,
        to=_name(names, f"person:{letter.to_person}"),
        word=STATES[LetterState(letter.state)],
        kind=letter_words(letter.kind),
        outcome=_in_words(letter.outcome, names),
        spoken=[(_name(names, one.subject), _link(one.subject), one.dropped) for one in spoken],
        may_settle=letter.state == LetterState.IN_DOUBT and bool(room.roles & SETTLERS),
        in_doubt=letter.state == LetterState.IN_DOUBT,
        meanwhile=status == 409,
        did=visit.request.query_params.get("did") == "settled" and not faults and status == 200,
        action=f"{room.path}/letters/{quote(key, safe='')}/settle",
        faults=faults,
    )


def read(asked: QueryParams) -> Wish:
    """What an address wishes to see; all of it where it says nothing we know."""
    state, kind = asked.get("state", ""), asked.get("kind", "")
    return Wish(
        state=state if state in set(LetterState) else "",
        kind=kind if kind in DIGESTS else "",
        to=asked.get("to", "").strip()[:LONGEST],
    )


def _page(asked: QueryParams) -> int:
    text = asked.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 5 else 1


def _lines(session: Session, room: Room, found: Iterable[Filed]) -> list[Line]:
    letters = list(found)
    about = outbox.spoken_of(session, [letter.key for letter in letters])
    subjects = {subject for group in about.values() for subject in group}
    people = {f"person:{letter.person}" for letter in letters}
    names = naming_things.called(session, subjects | people)
    return [
        Line(
            filed=letter,
            name=_name(names, f"person:{letter.person}"),
            word=STATES[letter.state],
            kind=letter_words(letter.kind),
            about=tuple(_name(names, subject) for subject in about[letter.key]),
            path=f"{room.path}/letters/{quote(letter.key, safe='')}",
        )
        for letter in letters
    ]


def _row(line: Line) -> dict[str, object]:
    filed = line.filed
    return {
        "letter": filed.key,
        "queued_at": filed.queued_at.isoformat(),
        "for_day": filed.day,
        "to": filed.email,
        "name": line.name,
        "kind": line.kind,
        "state": line.word.words,
        "settled_at": filed.settled_at.isoformat() if filed.settled_at else None,
        "outcome": filed.outcome,
        "heard_later": filed.receipt,
        "returns": "; ".join(line.about),
    }


def _name(names: Mapping[str, Named], key: str) -> str:
    return names[key].name if key in names else "–"


def _link(subject: str) -> str:
    found = RETURNS.fullmatch(subject)
    return f"/console/returns/{found[1]}" if found else ""


def _in_words(outcome: str, names: Mapping[str, Named]) -> str:
    return PERSON.sub(lambda found: _name(names, found[0]), outcome)


def _address(path: str, typed: Mapping[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    return f"{path}?{query}" if query else path
