"""Standing in counts on the days named, while the namer may name, and survives an import."""

from datetime import date

import pytest

from charter.policy import Role
from providers import answering, ledger, register, returns, sessions, staff, stand_ins
from providers.contacts import contact_roles, contacts_of
from providers.cycles import NotAllowed, Unknown
from providers.database import Database
from providers.stand_ins import Unsuitable
from tests.support.cast import AVON, BROOK, at
from tests.support.stage import ANN, MONA, Stage, register_text

NOW = at("2026-10-06T09:00")
FIRST, LAST = date(2026, 10, 12), date(2026, 10, 23)
DORA = "dora@avon.example"


@pytest.fixture
def stage(store: Database) -> Stage:
    """The cast, a quarter just opened."""
    return Stage(store).play()


def name(
    stage: Stage,
    by: str = AVON.email,
    role: Role = Role.DEPUTY,
    email: str = DORA,
    full_name: str = "Dora Deputy",
    first: date = FIRST,
    last: date = LAST,
) -> int:
    with stage.database.writing() as session:
        return stand_ins.name(
            session, stage.ref(), role, full_name, email, first, last, NOW, stage.person(by)
        )


def roles_on(stage: Stage, email: str, on: date) -> set[Role]:
    with stage.database.reading() as session:
        person = register.person_by_email(session, email)
        assert person
        here = stage.ref()
        entered = {r for s, r in contact_roles(session, person.person_id, on)}
        acts = contacts_of(session, [here.service_id], on)[here.service_id]
        assert entered == {c.role for c in acts if c.person_id == person.person_id}
        return entered


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (date(2026, 10, 11), False),
        (FIRST, True),
        (LAST, True),
        (date(2026, 10, 24), False),
    ],
)
def test_a_stand_in_counts_on_the_days_named_and_on_no_other(
    stage: Stage, on: date, counts: bool
) -> None:
    name(stage)
    assert roles_on(stage, DORA, on) == ({Role.DEPUTY} if counts else set())


def test_a_signer_names_a_signer_and_nobody_else_does(stage: Stage) -> None:
    name(stage, by=AVON.signer_email, role=Role.SIGNER)
    assert roles_on(stage, DORA, FIRST) == {Role.SIGNER}
    with pytest.raises(NotAllowed, match="only a signer"):
        name(stage, by=AVON.email, role=Role.SIGNER, email="eve@avon.example")
    with pytest.raises(NotAllowed, match="only a deputy or lead"):
        name(stage, by=MONA, email="eve@avon.example")
    with pytest.raises(NotAllowed, match="may name who stands in"):
        name(stage, by=AVON.email, role=Role.CONTRACT_MANAGER)


def test_who_stands_in_names_nobody(stage: Stage) -> None:
    name(stage, first=date(2026, 10, 6))
    with pytest.raises(NotAllowed, match="contact list may name"):
        name(stage, by=DORA, email="eve@avon.example")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first": date(2026, 10, 5)}, "first"),
        ({"last": date(2026, 10, 11)}, "last"),
        ({"last": date(2027, 1, 12)}, "last"),
        ({"email": "no address"}, "email"),
        ({"full_name": " "}, "name"),
        ({"full_name": "Do\nra"}, "name"),
        ({"email": "ash@avon.example"}, "email"),
        ({"email": ANN}, "email"),
    ],
)
def test_what_cannot_be_named_says_which_box_and_leaves_nothing(
    stage: Stage, change: dict[str, object], field: str
) -> None:
    with stage.database.writing() as session, pytest.raises(Unsuitable) as refused:
        stand_ins.name(
            session, stage.ref(), Role.DEPUTY, change.get("full_name", "Dora"),  # type: ignore[arg-type]
            change.get("email", DORA), change.get("first", FIRST), change.get("last", LAST),  # type: ignore[arg-type]
            NOW, stage.person(AVON.email),
        )  # fmt: skip
    assert refused.value.field == field
    with stage.database.reading() as session:
        assert register.person_by_email(session, DORA) is None


def test_ninety_two_days_are_the_most(stage: Stage) -> None:
    name(stage, last=date(2027, 1, 11))
    assert roles_on(stage, DORA, date(2027, 1, 11)) == {Role.DEPUTY}


def test_nobody_is_named_twice_for_the_same_days(stage: Stage) -> None:
    name(stage)
    with pytest.raises(Unsuitable, match="already"):
        name(stage, first=LAST, last=date(2026, 11, 1))


def test_ended_early_it_counts_for_nothing_from_that_day(stage: Stage) -> None:
    number = name(stage, first=date(2026, 10, 6))
    with stage.database.writing() as session:
        stand_ins.end(session, stage.ref(), number, NOW, stage.person(AVON.email))
        assert stand_ins.current(session, stage.ref(), NOW) == []
    assert roles_on(stage, DORA, date(2026, 10, 6)) == set()


def test_another_service_cannot_end_it(stage: Stage) -> None:
    number = name(stage)
    with stage.database.writing() as session, pytest.raises(Unknown, match="nobody of that"):
        stand_ins.end(session, stage.ref(BROOK), number, NOW, stage.person(BROOK.email))


def test_an_import_of_the_register_does_not_disturb_it(stage: Stage) -> None:
    name(stage)
    with stage.database.writing() as session:
        read = register.check(register_text().encode(), "again.csv")
        done = register.import_register(session, read, NOW, "operator", policy_version="2026.4")
        assert not done.did_something
        assert DORA not in register.export(session)
    assert roles_on(stage, DORA, FIRST) == {Role.DEPUTY}


def without(stage: Stage, email: str) -> None:
    """The register comes again, without one contact."""
    lines = [line for line in register_text().splitlines() if email not in line]
    with stage.database.writing() as session:
        read = register.check("\n".join([*lines, ""]).encode(), "fewer.csv")
        register.import_register(session, read, NOW, "operator", policy_version="2026.4")


def test_whoever_was_named_by_a_leaver_stands_in_no_longer(stage: Stage) -> None:
    name(stage)
    without(stage, AVON.email)
    assert roles_on(stage, DORA, FIRST) == set()
    with stage.database.reading() as session:
        assert stand_ins.current(session, stage.ref(), NOW) == []


def test_a_leaver_loses_a_live_session_at_once(stage: Stage) -> None:
    who = stage.person(AVON.email)
    with stage.database.writing() as session:
        sessions.begin(session, who, "hash", "csrf", NOW)
        assert sessions.visitor(session, "hash", NOW)
    without(stage, AVON.email)
    with stage.database.reading() as session:
        assert sessions.visitor(session, "hash", NOW) is None


def test_a_stand_in_who_prepared_a_return_cannot_sign_it(stage: Stage) -> None:
    name(stage, first=date(2026, 10, 6))
    name(stage, by=AVON.signer_email, role=Role.SIGNER, first=date(2026, 10, 6))
    here, dora = stage.ref(), stage.person(DORA)
    with stage.database.writing() as session:
        sha = answering.hand_over(session, here, stage.filled(here), NOW, dora)
        with pytest.raises(NotAllowed, match="cannot sign it"):
            answering.sign(session, here, sha, NOW, dora)


def test_a_stand_in_signs_what_another_prepared(stage: Stage) -> None:
    name(stage, by=AVON.signer_email, role=Role.SIGNER, first=date(2026, 10, 6))
    here = stage.ref()
    with stage.database.writing() as session:
        sha = answering.hand_over(session, here, stage.filled(here), NOW, stage.person(AVON.email))
        answering.sign(session, here, sha, NOW, stage.person(DORA))
        assert returns.signed_document(session, here)


@pytest.mark.parametrize("prepares", [AVON.signer_email, DORA])
def test_a_director_and_whom_they_let_in_are_not_the_two_people_of_a_return(
    stage: Stage, prepares: str
) -> None:
    """A second address of the same person's would do; to end it before signing changes nothing."""
    signs = DORA if prepares == AVON.signer_email else AVON.signer_email
    number = name(stage, by=AVON.signer_email, role=Role.SIGNER, first=date(2026, 10, 6))
    here = stage.ref()
    with stage.database.writing() as session:
        sha = answering.hand_over(session, here, stage.filled(here), NOW, stage.person(prepares))
        if signs != DORA:
            stand_ins.end(session, here, number, NOW, stage.person(signs))
        with pytest.raises(NotAllowed, match="ask another signing director"):
            answering.sign(session, here, sha, NOW, stage.person(signs))


def test_a_lead_whom_the_director_named_to_sign_once_still_prepares_for_them(stage: Stage) -> None:
    name(stage, AVON.signer_email, Role.SIGNER, AVON.email, first=date(2026, 10, 6))
    here = stage.ref()
    with stage.database.writing() as session:
        sha = answering.hand_over(session, here, stage.filled(here), NOW, stage.person(AVON.email))
        answering.sign(session, here, sha, NOW, stage.person(AVON.signer_email))
        assert returns.signed_document(session, here)


def test_the_ledger_tells_of_naming_and_ending_with_no_name_in_it(stage: Stage) -> None:
    number = name(stage)
    with stage.database.writing() as session:
        stand_ins.end(session, stage.ref(), number, NOW, stage.person(AVON.email))
        told = [e for e in ledger.entries(session) if e.kind.startswith("stand_in")]
    assert [e.kind for e in told] == ["stand_in_named", "stand_in_ended"]
    assert not any("ora" in e.body or "@" in e.body for e in told)


def test_a_team_member_elsewhere_may_stand_in(stage: Stage) -> None:
    """Only this region's own team is kept out of its providers' returns."""
    with stage.database.reading() as session:
        assert staff.roles_of(session, stage.person("otto@elsewhere.example"), FIRST)
    name(stage, email="otto@elsewhere.example")
    assert Role.DEPUTY in roles_on(stage, "otto@elsewhere.example", FIRST)


def test_naming_somebody_known_tells_nothing_of_the_name_on_record(stage: Stage) -> None:
    name(stage, email=BROOK.email, full_name="A Guess")
    with stage.database.reading() as session:
        here = stage.ref()
        assert [one.name for one in stand_ins.current(session, here, NOW)] == ["A Guess"]
        held = contacts_of(session, [here.service_id], FIRST)[here.service_id]
        assert [c.name for c in held if c.email == BROOK.email] == ["A Guess"]
