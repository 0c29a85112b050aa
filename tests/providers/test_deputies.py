"""Roles come from administrators, deputies for leave, and nobody approves their own work."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from charter.policy import Role
from charter.steps import Rating
from providers import approving, checking, cycles, deputies, ledger, staff, stand_ins
from providers.cycles import NotAllowed, Unknown
from providers.database import Database
from providers.returns import Ref
from providers.staff import StaffRefused, StaffView
from tests.providers.test_own_work import PREPARER, SIGNER, signed_with_a_promise
from tests.support.cast import at
from tests.support.programme import APPROVER, COMMISSIONER, PARTNER, Programme

NOW = at("2026-10-11T12:00")
TODAY = NOW.date()
SECOND, READER, ADMIN = "second@commissioner.example", "reader@x.example", "admin@x.example"


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    here = Programme(store, tmp_path / "home").begin()
    here.day("2026-10-01")
    for email, role in ((SECOND, "commissioner"), (READER, "reader"), (ADMIN, "administrator")):
        join(here, email, role)
    return here


def join(
    programme: Programme,
    email: str,
    role: str,
    by: str = "operator",
    when: str = "2026-10-09T09:00",
) -> bool:
    with programme.database.writing() as session:
        return staff.add(
            session, at(when), by, region_code="sample", email=email, role=role, name=email
        )


def leave(programme: Programme, email: str, role: str, by: str = "operator") -> bool:
    with programme.database.writing() as session:
        return staff.end(session, NOW, by, region_code="sample", email=email, role=role)


def called(programme: Programme, email: str) -> str:
    return f"person:{programme.person(email)}"


def name(
    programme: Programme,
    deputy: str = READER,
    away: str = APPROVER,
    by: str = APPROVER,
    first: date = TODAY,
    last: date = TODAY + timedelta(days=9),
) -> None:
    with programme.database.writing() as session:
        deputies.name(
            session,
            "sample",
            deputy=programme.person(deputy),
            stands_for=programme.person(away),
            first=first,
            last=last,
            now=NOW,
            person=programme.person(by),
        )


def approve(programme: Programme, here: Ref, email: str, when: str = "2026-10-12T12:00") -> int:
    with programme.database.writing() as session:
        return checking.approve(session, here, at(when), programme.person(email))


def confirmed(programme: Programme, by: str = COMMISSIONER) -> Ref:
    here = signed_with_a_promise(programme)
    with programme.database.writing() as session:
        checking.confirm(session, here, NOW, programme.person(by))
    return here


def roles(programme: Programme, email: str, on: date = TODAY) -> set[str]:
    with programme.database.reading() as session:
        held = staff.roles_of(session, programme.person(email), on)
    return {role.value for region, role in held}


def test_an_arbiter_holds_no_other_role_in_the_region(programme: Programme) -> None:
    with pytest.raises(StaffRefused, match="decides from outside and holds no other role there"):
        join(programme, READER, "arbiter")
    assert join(programme, "iris@outside.example", "arbiter")
    with pytest.raises(StaffRefused, match="decides from outside"):
        join(programme, "iris@outside.example", "reader")
    assert leave(programme, READER, "reader")
    assert join(programme, READER, "arbiter", when="2026-10-11T13:00")


@pytest.mark.parametrize("by", [COMMISSIONER, APPROVER, PARTNER, READER, PREPARER])
def test_only_an_administrator_gives_and_ends_roles(programme: Programme, by: str) -> None:
    with pytest.raises(StaffRefused, match="only an administrator of sample gives and ends roles"):
        join(programme, "new@x.example", "reader", called(programme, by))
    with pytest.raises(StaffRefused, match="only an administrator"):
        leave(programme, READER, "reader", called(programme, by))
    assert join(programme, "new@x.example", "reader", called(programme, ADMIN))


def test_nobody_gives_themselves_a_role_and_the_last_administrator_stays(
    programme: Programme,
) -> None:
    with pytest.raises(StaffRefused, match="nobody gives a role to themselves"):
        join(programme, ADMIN, "approver", called(programme, ADMIN))
    assert roles(programme, ADMIN) == {"administrator"}
    with pytest.raises(StaffRefused, match="would have no administrator"):
        leave(programme, ADMIN, "administrator", called(programme, ADMIN))
    assert join(programme, SECOND, "administrator", called(programme, ADMIN))
    assert leave(programme, ADMIN, "administrator", called(programme, ADMIN))
    assert roles(programme, ADMIN) == set()


def test_a_deputy_approves_from_the_first_day_to_the_last(programme: Programme) -> None:
    name(programme, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=2))
    held = [roles(programme, READER, TODAY + timedelta(days=n)) for n in range(4)]
    assert held == [{"reader"}, *([{"reader", "approver"}] * 2), {"reader"}]
    with programme.database.reading() as session:
        entry = list(ledger.entries(session))[-1]
    assert (entry.kind, entry.subject) == ("deputy_named", "region:sample")
    assert "@" not in entry.body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"by": READER}, "only whoever is away, or a commissioner, names their deputy"),
        ({"by": ADMIN}, "only whoever is away, or a commissioner"),
        ({"deputy": SECOND, "by": SECOND}, "nobody names themselves"),
        ({"deputy": SECOND}, "approves nothing in their own right"),
        ({"deputy": PARTNER}, "nor are they the listening partner"),
        ({"deputy": PREPARER}, "a deputy is of this team"),
        ({"away": READER, "by": COMMISSIONER}, "does not approve pages here"),
        ({"first": TODAY - timedelta(days=1)}, "today or later"),
        ({"last": TODAY - timedelta(days=1)}, "the last not before the first"),
        ({"last": TODAY + timedelta(days=93)}, "92 days at most"),
    ],
)
def test_a_deputy_who_will_not_do_is_refused_in_words(
    programme: Programme, change: dict[str, object], words: str
) -> None:
    with pytest.raises(StaffRefused, match=words):
        name(programme, **change)  # type: ignore[arg-type]
    assert "approver" not in roles(programme, READER)


def test_a_deputy_is_not_named_twice_for_a_day_and_can_be_ended(programme: Programme) -> None:
    name(programme)
    with pytest.raises(StaffRefused, match="named for some of these days already"):
        name(programme, first=TODAY + timedelta(days=9), last=TODAY + timedelta(days=20))
    with programme.database.reading() as session:
        which = next(m.id for m in staff.listing(session, "sample") if m.stands_for)
    for by, words in ((READER, "only whoever is back"), (PARTNER, "only whoever is back")):
        with programme.database.writing() as session, pytest.raises(StaffRefused, match=words):
            deputies.end(session, "sample", which, NOW, programme.person(by))
    with programme.database.writing() as session, pytest.raises(Unknown):
        deputies.end(session, "elsewhere", which, NOW, programme.person(ADMIN))
    for _ in range(2):
        with programme.database.writing() as session:
            deputies.end(session, "sample", which, NOW, programme.person(APPROVER))
    assert roles(programme, READER) == {"reader"}
    name(programme)


def test_a_deputy_stops_when_whoever_is_away_approves_no_longer(programme: Programme) -> None:
    name(programme)
    assert "approver" in roles(programme, READER)
    leave(programme, APPROVER, "approver")
    assert roles(programme, READER) == {"reader"}


def test_a_deputy_and_whoever_they_stand_for_count_as_one(programme: Programme) -> None:
    here = confirmed(programme)
    name(programme)
    assert approve(programme, here, READER) == 1
    with pytest.raises(NotAllowed, match="count as one"):
        approve(programme, here, APPROVER)
    # The leave is over, and the page was still approved once in that place.
    with pytest.raises(NotAllowed, match="count as one"):
        approve(programme, here, APPROVER, "2026-11-12T12:00")
    assert approve(programme, here, COMMISSIONER) == 2


def test_two_deputies_of_one_person_count_as_one(programme: Programme) -> None:
    join(programme, "other@x.example", "reader")
    here = confirmed(programme)
    name(programme)
    name(programme, deputy="other@x.example")
    assert approve(programme, here, "other@x.example") == 1
    with pytest.raises(NotAllowed, match="count as one"):
        approve(programme, here, READER)


@pytest.mark.parametrize("email", [PREPARER, SIGNER])
def test_nobody_approves_the_page_of_a_return_they_prepared_or_signed(
    programme: Programme, email: str
) -> None:
    join(programme, email, "approver")
    here = confirmed(programme)
    with pytest.raises(NotAllowed, match="you prepared or signed this return"):
        approve(programme, here, email)
    assert approve(programme, here, APPROVER) == 1


def test_nobody_approves_the_page_of_a_provider_they_are_a_contact_of(
    programme: Programme,
) -> None:
    here = confirmed(programme)
    with programme.database.writing() as session:
        lead = programme.person(PREPARER)
        today, role = TODAY, Role.DEPUTY
        stand_ins.name(session, here, role, "Ava", "ava@avon.example", today, today, NOW, lead)
    join(programme, "ava@avon.example", "approver", when="2026-10-11T12:30")
    with pytest.raises(NotAllowed, match="your own organisation's return"):
        approve(programme, here, "ava@avon.example", "2026-10-11T13:00")
    assert approve(programme, here, APPROVER, "2026-10-11T13:00") == 1


def test_of_the_two_who_approve_one_had_no_part_in_checking(programme: Programme) -> None:
    here = signed_with_a_promise(programme)
    with programme.database.writing() as session:
        changer = programme.person(SECOND)
        checking.change_rating(session, here, "W1", Rating.PARTLY, "Not all.", NOW, changer)
        checking.confirm(session, here, NOW, programme.person(COMMISSIONER))
    assert approve(programme, here, COMMISSIONER) == 1
    with pytest.raises(NotAllowed, match="somebody who had no part in it must approve it"):
        approve(programme, here, SECOND)
    assert approve(programme, here, APPROVER) == 2


def test_where_one_approval_is_enough_it_is_not_of_whoever_confirmed(programme: Programme) -> None:
    here = confirmed(programme)
    with programme.database.reading() as session:
        assert cycles.policy_of(session, here.policy_version).approvals == 2
        who = programme.person(COMMISSIONER)
        assert "this would be the last approval" in approving.why_not_you(
            session, here, 1, NOW, who
        )
        assert not approving.why_not_you(session, here, 2, NOW, who)


def test_each_who_approves_needs_a_place_of_their_own() -> None:
    def seats(*groups: set[int]) -> bool:
        return approving.are_different([frozenset(group) for group in groups])

    assert seats({1}, {2})
    assert not seats({1}, {1})
    assert seats({1}, {1, 2})
    assert seats({1, 2}, {1})
    assert not seats({1, 2}, {1}, {2})


def test_a_person_approves_in_their_own_place_even_if_they_are_a_deputy_too() -> None:
    def view(role: str, stands_for: int | None) -> StaffView:
        return StaffView(7, "", "", "sample", staff.StaffRole(role), TODAY, None, stands_for)

    team = [view("approver", 3), view("commissioner", None)]
    assert approving.seats_of(team, 7, TODAY) == {7}
    assert approving.seats_of(team[:1], 7, TODAY) == {3}
    assert approving.seats_of(team, 7, TODAY - timedelta(days=1)) == frozenset()
