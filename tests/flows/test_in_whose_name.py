"""`--by` names somebody whose role allows what is done, and a lost second factor is reset."""

import json
from pathlib import Path

from flows.wiring import shipped
from providers import second_factors, staff
from providers.database import Database, open_engine
from providers.door_tables import WebSession
from tests.flows.test_commands import Charter, refuses
from tests.flows.test_commands import charter as charter
from tests.flows.test_commands import running as running
from tests.support.cast import at
from tests.support.programme import APPROVER, COMMISSIONER

AT = ("--now", "2026-10-02T09:00")
ADMIN = "admin@x.example"


def team(running: Charter) -> None:
    given = ("--name", "Ada Admin", "--email", ADMIN, "--role", "administrator")
    assert running(*AT, "staff", "add", "sample", *given).code == 0


def test_rules_are_changed_in_the_name_of_a_commissioner_or_an_administrator(
    running: Charter, tmp_path: Path
) -> None:
    team(running)
    no, yes = ("--by", APPROVER), ("--by", ADMIN)
    words = "only a commissioner or an administrator"
    refuses(running(*AT, "cycle", "policy", "sample", "2026.2", *no), words)
    refuses(running(*AT, "cycle", "adopt", "sample", "working-0.2", *no), words)
    holidays = tmp_path / "holidays.json"
    holidays.write_text(shipped("bank-holidays-england-and-wales.json"))
    refuses(running(*AT, "calendar", "import", holidays, *no), words)
    assert running(*AT, "cycle", "policy", "sample", "2026.2", *yes).code == 0
    assert running(*AT, "cycle", "adopt", "sample", "working-0.2", *yes).code == 0
    assert running(*AT, "calendar", "import", holidays, "--by", COMMISSIONER).code == 0


def test_a_person_is_erased_and_roles_are_given_in_the_name_of_an_administrator(
    running: Charter,
) -> None:
    team(running)
    new = ("--name", "Nia", "--email", "nia@x.example", "--role", "reader")
    refuses(
        running(*AT, "staff", "add", "sample", *new, "--by", COMMISSIONER),
        "only an administrator of sample gives and ends roles",
    )
    assert running(*AT, "staff", "add", "sample", *new, "--by", ADMIN).code == 0
    ended = ("--email", "nia@x.example", "--role", "reader")
    assert running(*AT, "staff", "end", "sample", *ended, "--by", ADMIN).code == 0
    forget = ("register", "forget", "nia@x.example")
    refuses(running(*AT, *forget, "--by", COMMISSIONER), "only an administrator may erase a person")
    assert running(*AT, *forget, "--by", ADMIN).code == 0
    arbiter = ("--name", "", "--email", COMMISSIONER, "--role", "arbiter")
    refuses(running(*AT, "staff", "add", "sample", *arbiter), "decides from outside")


def test_a_lost_second_factor_is_reset(running: Charter, home: Path) -> None:
    team(running)
    store = Database(open_engine(f"sqlite:///{home / 'charter.sqlite'}"))
    now = at("2026-10-02T09:00")
    with store.writing() as session:
        region = staff.listing(session, "sample")
        who = next(one.person_id for one in region if one.email == COMMISSIONER)
        session.add(WebSession(id_hash="h", person_id=who, csrf="c", began_at=now, seen_at=now))
        session.flush()
        assert second_factors.keep(session, who, "h", "secret", 7, now)
    lost = ("staff", "reset", COMMISSIONER)
    refuses(running(*AT, *lost, "--by", COMMISSIONER), "only an administrator may reset")
    refuses(running(*AT, "staff", "reset", "nobody@x.example"), "nobody in the record")
    done = running(*AT, *lost, "--by", ADMIN, "--json")
    assert json.loads(done.out) == {"email": COMMISSIONER, "changed": True}
    assert "had set up no second factor" in running(*AT, *lost).out
    with store.reading() as session:
        assert second_factors.of(session, who) is None
        row = session.get(WebSession, "h")
        assert row is not None
        assert row.revoked_at == now
