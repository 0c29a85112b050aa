"""Sixty services over 120 days: the record holds what a separate reckoning says, and no more."""

import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from charter.quarters import at, london_date
from charter.steps import (
    BecameUnreachable,
    DueMoved,
    Extended,
    HandedOver,
    RecordedNotReturned,
    Reminded,
    Signed,
    Skipped,
    Started,
    Step,
)
from notifications import outbox
from providers import lives, pauses, returns
from providers.database import Database
from tests.support.programme import COMMISSIONER, HEADER, PARTNER, QUARTER, Programme
from tests.support.should_have_had import (
    AWAY,
    DUE,
    OPENS,
    PAUSED,
    Behaviour,
    Row,
    expected,
    is_working,
    shift,
)

SERVICES, DAYS = 60, 120
UNTIL = OPENS + timedelta(days=DAYS - 1)
AFTERNOON = 15


def behaviours(seed: int) -> dict[str, Behaviour]:
    """Sixty ways to take a quarter, by prison: most of them bad, some leads serving two."""
    chance = random.Random(seed)

    def some_day(first: int, last: int) -> date:
        return OPENS + timedelta(days=chance.randint(first, last))

    found: dict[str, Behaviour] = {}
    for number in range(SERVICES):
        bad = number % 6 == 5
        stem = f"n{number // 2 if number < 30 and not bad and (number ^ 1) % 6 != 5 else number}"
        domain = "refuses.example" if bad else "sound.example"
        people = {"lead": f"{stem}.lead@{domain}", "signer": f"n{number}.signer@sound.example"}
        refuses = {"lead"} if bad else set()
        if bad and number % 4 == 1:
            people["deputy"] = f"n{number}.deputy@sound.example"
        if bad and number % 5 == 0:
            people["signer"] = f"n{number}.signer@refuses.example"
            refuses.add("signer")
        if number % 7 == 3:
            people["contract_manager"] = f"n{number}.manager@sound.example"
        started = some_day(0, 40) if chance.random() < 0.7 else None
        handed = some_day((started - OPENS).days, 60) if started and chance.random() < 0.7 else None
        signed = some_day((handed - OPENS).days, 100) if handed and chance.random() < 0.7 else None
        given = some_day(2, 30)
        end = shift(max(given, DUE), chance.randint(1, 12))
        extended = (given, end) if chance.random() < 0.3 and not bad else None
        if extended and signed and signed <= given:
            extended = None
        found[f"P{number:02}"] = Behaviour(
            people, frozenset(refuses), started, handed, signed, extended, paused=number % 10 == 4
        )
    return found


def register_of(all_: dict[str, Behaviour]) -> str:
    """The register that lists them; every service has a provider of its own."""
    lines = [HEADER]
    for site, how in all_.items():
        lines += [
            f"Sample,{site},HMP {site},{site}X,{site} Health,provider,prime,2024-04-01,,"
            f"{email.partition('@')[0]},{email},{role}"
            for role, email in how.people.items()
        ]
    return "\n".join([*lines, ""])


def live(programme: Programme, all_: dict[str, Behaviour]) -> None:
    """Let the days pass: letters in the morning, what people do in the afternoon."""
    day = OPENS
    while day <= UNTIL:
        for scope in (pauses.scope_of("sample", f"{s}X") for s, h in all_.items() if h.paused):
            with programme.database.writing() as session:
                if day == PAUSED[0]:
                    pauses.pause(session, scope, "a test", at(day, 8), "operator")
                if day == PAUSED[1] + timedelta(days=1):
                    pauses.resume(session, scope, at(day, 8), "operator")
        if day not in AWAY:
            programme.open(f"{day}T09:00")
            programme.deliver(f"{day}T10:00")
        _afternoon(programme, all_, day)
        day += timedelta(days=1)


def _afternoon(programme: Programme, all_: dict[str, Behaviour], day: date) -> None:
    for site, how in all_.items():
        happened: list[Step] = []
        if how.started == day:
            happened.append(Started())
        if how.handed == day:
            happened.append(HandedOver(document="d" * 64))
        if how.extended and how.extended[0] == day:
            happened.append(Extended(due=how.extended[1], reason="a test", public="A test."))
        if how.signed == day:
            happened.append(Signed(document="d" * 64))
        if happened:
            here = programme.ref(f"{site}X", site)
            with programme.database.writing() as session:
                for step in happened:
                    lives.record(session, here.id, step, at(day, AFTERNOON), "person:1")


def on_record(programme: Programme, site: str, names: dict[int, str]) -> list[Row]:
    """What the ledger holds of one return, in the words of the separate reckoning."""
    here = programme.ref(f"{site}X", site)
    rows: list[Row] = []
    with programme.database.reading() as session:
        for happened in lives.history(session, here.id):
            day, step = london_date(happened.at), happened.step
            match step:
                case Reminded(rung="refused", person=person, occasion=occasion):
                    rows.append((day, names[person], f"refused {occasion}"))
                case Reminded(rung=rung, person=person):
                    rows.append((day, names[person], rung))
                case Skipped(rung=rung, person=person):
                    rows.append((day, names[person], f"skip {rung}"))
                case DueMoved(due=due):
                    rows.append((day, "", f"due moves to {due}"))
                case BecameUnreachable():
                    rows.append((day, "", "unreachable"))
                case RecordedNotReturned():
                    rows.append((day, "", "not returned"))
    return sorted(rows)


def named(programme: Programme, all_: dict[str, Behaviour]) -> dict[int, str]:
    """Each person by number, as the separate reckoning calls them."""
    found = {
        programme.person(email): email for how in all_.values() for email in how.people.values()
    }
    return found | {
        programme.person(COMMISSIONER): "commissioner",
        programme.person(PARTNER): "partner",
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_the_record_is_what_the_separate_reckoning_says_row_by_row(
    seed: int, sqlite_store: Database, tmp_path: Path
) -> None:
    all_ = behaviours(seed)
    programme = Programme(sqlite_store, tmp_path).begin(register_of(all_))
    live(programme, all_)
    names = named(programme, all_)
    wanted = {site: expected(how, UNTIL) for site, how in all_.items()}
    assert sum(map(len, wanted.values())) > 6 * SERVICES
    found = {site: on_record(programme, site, names) for site in all_}
    missing = [(site, row) for site in all_ for row in wanted[site] if row not in found[site]]
    extra = [(site, row) for site in all_ for row in found[site] if row not in wanted[site]]
    assert (missing, extra) == ([], [])
    assert found == wanted
    _require_one_digest_a_day(programme, wanted)


def _require_one_digest_a_day(programme: Programme, wanted: dict[str, list[Row]]) -> None:
    """Each person's rows of one day are one letter, and there is no letter beside those."""
    owed: dict[tuple[str, date], set[str]] = defaultdict(set)
    for site, rows in wanted.items():
        for day, person, what in rows:
            if person and not what.startswith("skip "):
                owed[person, day].add(site)
    with programme.database.reading() as session:
        letters = [each for each in outbox.listing(session)]
        lines = outbox.lines_of(session, [each.key for each in letters])
        known = {f"return:{r.id}": r for r in returns.refs(session)}
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for letter in letters:
        who = {COMMISSIONER: "commissioner", PARTNER: "partner"}.get(
            letter.to_email, letter.to_email
        )
        about = {known[row.subject] for row in lines[letter.key]}
        here = {ref.site for ref in about if str(ref.quarter) == QUARTER}
        assert is_working(letter.day)
        if here:
            assert (who, letter.day) not in found
            found[who, letter.day] = here
    assert found == owed
