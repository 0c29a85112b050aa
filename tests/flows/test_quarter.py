"""A quarter through the plain functions: asked, chased, checked, published, and twice is once."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from charter.returns import State
from charter.steps import Rating, Reminded, Unsent
from flows.publishing import TURN
from flows.status import status
from flows.verifying import verify
from notifications import outbox
from notifications.channels.smtp import SmtpChannel
from notifications.site import alone
from providers import answering, checking, cycles, ledger, lives
from providers.database import Database
from tests.support.cast import at
from tests.support.mail import SmtpSink
from tests.support.programme import APPROVER, COMMISSIONER, Programme

LADDER = [
    "2026-10-01",
    "2026-10-14",
    "2026-10-21",
    "2026-10-28",
    "2026-10-29",
    "2026-11-04",
    "2026-11-11",
]


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin()


@pytest.fixture
def on_sqlite(sqlite_store: Database, tmp_path: Path) -> Programme:
    return Programme(sqlite_store, tmp_path / "home").begin()


def mail(programme: Programme) -> list[str]:
    return sorted(path.stem for path in (programme.home / "mail").glob("*.eml"))


def state(programme: Programme, provider: str, site: str, when: str) -> State:
    here = programme.ref(provider, site)
    with programme.database.reading() as session:
        return lives.lives(session, [here.id])[here.id].state(at(when))


def record(programme: Programme) -> tuple[tuple[int, str], dict[str, int], list[str]]:
    """All that could have changed: the ledger's head, the letters' states, the files of mail."""
    with programme.database.reading() as session:
        counts = {s.value: n for s, n in outbox.counts(session).items()}
        return ledger.head(session), counts, mail(programme)


def test_one_digest_a_person_a_day_however_many_prisons(programme: Programme) -> None:
    programme.day("2026-10-01")
    lead = programme.person("avon@avon.example")
    key = programme.key("avon@avon.example", "2026-10-01")
    assert [k for k in mail(programme) if f"-p{lead}-" in k] == [key]
    written = (programme.home / "mail" / f"{key}.eml").read_text()
    assert "2 prisons" in written
    assert programme.key("ada@avon.example", "2026-10-01") in mail(programme)


def test_who_never_answers_is_recorded_as_not_returned_and_the_states_add_up(
    programme: Programme,
) -> None:
    for day in LADDER:
        if day == "2026-10-14":
            programme.submit("AVON", "AVB", "2026-10-13T12:00")
        if day == "2026-10-29":
            programme.submit("BROOK", "BRB", "2026-10-29T00:30")
        programme.day(day)
    with programme.database.reading() as session:
        data = status(session, at("2026-11-12T09:00"))
    counts = data["cycles"][0]["counts"]
    assert counts == {
        "expected": 4,
        "not_started": 0,
        "in_progress": 0,
        "received": 1,
        "received_late": 1,
        "nil": 0,
        "extended": 0,
        "not_returned": 2,
    }


def test_a_return_signed_at_the_last_second_of_the_london_due_day_is_on_time(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-28T23:59:59")
    assert state(programme, "AVON", "AVB", "2026-11-30T09:00") is State.RECEIVED


def test_running_everything_twice_changes_nothing_the_second_time(programme: Programme) -> None:
    for day in LADDER:
        programme.day(day)
        before = record(programme)
        programme.open(f"{day}T10:00")
        programme.chase(f"{day}T10:00")
        programme.deliver(f"{day}T10:00")
        programme.score(f"{day}T10:00")
        assert record(programme) == before


def at_once(*work: Callable[[], object]) -> None:
    """Start all of it at the same moment, and raise what any of it raised."""
    failures: list[BaseException] = []
    gate = threading.Barrier(len(work))

    def run(one: Callable[[], object]) -> None:
        gate.wait()
        try:
            one()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_two_rounds_and_two_deliveries_at_once_come_to_one(programme: Programme) -> None:
    programme.day("2026-10-01")
    for _ in range(3):
        at_once(*[lambda: programme.open("2026-10-14T09:00")] * 3)
        at_once(*[lambda: programme.deliver("2026-10-14T10:00")] * 3)
    with programme.database.reading() as session:
        said = [
            (return_id, h.step.rung, h.step.person)
            for return_id in (programme.ref("AVON", "AVB").id, programme.ref("CLYDE", "CLB").id)
            for h in lives.history(session, return_id)
            if isinstance(h.step, Reminded)
        ]
        assert ledger.verify(session) == ""
    assert len(said) == len(set(said))
    assert len(mail(programme)) == 6 + 3


def test_what_arrives_between_round_and_hand_over_is_not_chased(programme: Programme) -> None:
    programme.day("2026-10-01")
    programme.open("2026-10-14T09:00")
    programme.submit("AVON", "AVB", "2026-10-14T09:30")
    programme.deliver("2026-10-14T10:00")
    key = programme.key("avon@avon.example", "2026-10-14")
    written = (programme.home / "mail" / f"{key}.eml").read_text()
    assert "Avonchurch" in written
    assert "Avonbridge" not in written
    with programme.database.reading() as session:
        steps = [h.step for h in lives.history(session, programme.ref("AVON", "AVB").id)]
    assert [s.reason for s in steps if isinstance(s, Unsent)] == ["received"]


def test_a_region_paused_between_round_and_hand_over_says_nothing_and_goes_on_when_resumed(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    programme.open("2026-10-14T09:00")
    with programme.database.writing() as session:
        cycles.pause(session, "sample", "strike", at("2026-10-14T09:30"), "operator")
    before = mail(programme)
    programme.deliver("2026-10-14T10:00")
    programme.open("2026-10-15T09:00")
    assert mail(programme) == before
    with programme.database.writing() as session:
        cycles.resume(session, "sample", at("2026-10-15T12:00"), "operator")
    programme.day("2026-10-16")
    assert programme.key("clyde@clyde.example", "2026-10-16") in mail(programme)


def test_a_refused_address_moves_the_chase_to_the_deputy_next_day(
    store: Database, tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    programme = Programme(store, tmp_path / "home").begin()
    office = programme.post.letters
    object.__setattr__(office, "channel", SmtpChannel(smtp_sink.url))
    smtp_sink.answer("brook@brook.example", 550)
    programme.day("2026-10-01")
    assert not smtp_sink.to("brook@brook.example")
    programme.day("2026-10-02")
    assert len(smtp_sink.to("bob@brook.example")) == 1
    programme.day("2026-10-14")
    assert len(smtp_sink.to("bob@brook.example")) == 2
    assert not smtp_sink.to("brook@brook.example")


def test_letters_wait_while_the_mail_server_is_down_and_go_when_it_is_back(
    programme: Programme, smtp_sink: SmtpSink
) -> None:
    office = programme.post.letters
    object.__setattr__(office, "channel", SmtpChannel("smtp://127.0.0.1:9"))
    programme.open("2026-10-01T09:00")
    down = programme.deliver("2026-10-01T10:00")
    assert down.waiting == 6
    assert "mail server is down" in down.trouble
    object.__setattr__(office, "channel", SmtpChannel(smtp_sink.url))
    assert programme.deliver("2026-10-01T10:20").sent == 6
    assert len(smtp_sink.messages) == 6


def test_ratings_wait_for_two_people_and_the_publication_day(on_sqlite: Programme) -> None:
    programme = on_sqlite
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-10T12:00", Rating.PARTLY)
    programme.score("2026-10-11T12:00")
    here = programme.ref("AVON", "AVB")
    page = programme.home / "site" / "prisons" / "AVB" / "index.html"
    for who in (COMMISSIONER, APPROVER):
        programme.publish("2026-12-08T10:00")
        assert "on Mondays" not in page.read_text()
        with programme.database.writing() as session:
            checking.approve(session, here, at("2026-12-08T10:00"), programme.person(who))
    assert programme.publish("2026-12-08T11:00").published == 1
    assert "on Mondays" in page.read_text()
    assert programme.publish("2026-12-08T12:00").published == 0


def test_a_second_publisher_waits_its_turn_and_leaves_the_record_to_others(
    on_sqlite: Programme,
) -> None:
    on_sqlite.open("2026-10-01T09:00")
    second = threading.Thread(target=on_sqlite.publish, args=("2026-10-02T11:00",))
    with alone(on_sqlite.home, TURN):
        second.start()
        second.join(1)
        assert second.is_alive(), "it waits"
        with on_sqlite.database.writing():
            pass  # nobody else has to
    second.join(60)
    assert (on_sqlite.home / "site").exists()


def test_one_person_cannot_approve_twice(on_sqlite: Programme) -> None:
    programme = on_sqlite
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-10T12:00")
    here, person = programme.ref("AVON", "AVB"), programme.person(COMMISSIONER)
    with programme.database.writing() as session:
        checking.approve(session, here, at("2026-12-01T10:00"), person)
    with (
        pytest.raises(cycles.NotAllowed, match="second person"),
        programme.database.writing() as session,
    ):
        checking.approve(session, here, at("2026-12-01T10:00"), person)


def test_what_changes_after_publication_waits_for_a_numbered_revision(
    on_sqlite: Programme,
) -> None:
    programme = on_sqlite
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-10T12:00")
    here = programme.ref("AVON", "AVB")
    people = [programme.person(COMMISSIONER), programme.person(APPROVER)]
    with programme.database.writing() as session:
        for person in people:
            checking.approve(session, here, at("2026-12-01T10:00"), person)
    programme.publish("2026-12-08T11:00")
    with programme.database.writing() as session:
        now = at("2026-12-09T10:00")
        checking.revise(session, here, "The rating was wrong.", now, people[0])
        checking.change_rating(
            session, here, "W1", Rating.NOT_MET, "No clinic ran.", now, people[0]
        )
    programme.score("2026-12-09T11:00")
    programme.publish("2026-12-09T12:00")
    page = programme.home / "site" / "prisons" / "AVB" / "index.html"
    assert "No clinic ran" not in page.read_text()
    with programme.database.writing() as session:
        for person in people:
            checking.approve(session, here, at("2026-12-10T10:00"), person)
    programme.publish("2026-12-10T11:00")
    assert "No clinic ran" in page.read_text()
    assert "The rating was wrong." in page.read_text()


def test_a_region_that_has_not_adopted_the_wording_publishes_no_ratings(
    sqlite_store: Database, tmp_path: Path
) -> None:
    programme = Programme(sqlite_store, tmp_path / "home").begin(adopt=False)
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-10T12:00")
    here = programme.ref("AVON", "AVB")
    with programme.database.writing() as session:
        for who in (COMMISSIONER, APPROVER):
            checking.approve(session, here, at("2026-12-01T10:00"), programme.person(who))
    programme.publish("2026-12-08T11:00")
    text = (programme.home / "site" / "prisons" / "AVB" / "index.html").read_text()
    assert "not adopted" in text
    assert "on Mondays" not in text


def test_verify_holds_and_names_the_first_thing_that_was_changed(programme: Programme) -> None:
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-10T12:00")
    programme.score("2026-10-11T12:00")
    programme.publish("2026-12-08T11:00")
    assert verify(programme.database, programme.home).wrong == ""
    page = programme.home / "site" / "index.html"
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"0808", b"0809", 1))
    assert "index.html" in verify(programme.database, programme.home).wrong
    page.write_bytes(whole)
    assert verify(programme.database, programme.home).wrong == ""
    for column in ("body", "by", "kind", "at", "subject", "hash"):
        with programme.database.engine.begin() as connection:
            old = connection.execute(
                text(f'SELECT "{column}" FROM ledger WHERE seq = 7')
            ).scalar_one()
            changed = old[:-1] + ("0" if old[-1] != "0" else "1")
            connection.execute(
                text(f'UPDATE ledger SET "{column}" = :new WHERE seq = 7'), {"new": changed}
            )
        assert "entry 7" in verify(programme.database, programme.home).wrong
        with programme.database.engine.begin() as connection:
            connection.execute(
                text(f'UPDATE ledger SET "{column}" = :old WHERE seq = 7'), {"old": old}
            )


def test_a_changed_step_is_named_by_its_ledger_entry(programme: Programme) -> None:
    programme.day("2026-10-01")
    with programme.database.engine.begin() as connection:
        connection.execute(text("UPDATE step SET body = replace(body, '2026-10-28', '2026-10-29')"))
    wrong = verify(programme.database, programme.home).wrong
    assert "the step behind ledger entry" in wrong


def test_a_second_signing_of_the_same_document_changes_nothing(programme: Programme) -> None:
    programme.day("2026-10-01")
    programme.submit("AVON", "AVB", "2026-10-10T12:00")
    before = record(programme)
    programme.submit("AVON", "AVB", "2026-10-11T12:00")
    assert record(programme) == before


def test_signer_and_preparer_are_two_people(programme: Programme) -> None:
    programme.day("2026-10-01")
    here = programme.ref("AVON", "AVB")
    document = programme.filled(here)
    alone = document.model_copy(update={"prepared_by": document.signed_by})
    with (
        pytest.raises(answering.Incomplete, match="cannot sign"),
        programme.database.writing() as session,
    ):
        answering.submit(session, here, alone, at("2026-10-10T12:00"))


def test_the_record_is_json_and_the_cached_states_are_the_fold(programme: Programme) -> None:
    for day in LADDER[:4]:
        programme.day(day)
    programme.submit("AVON", "AVC", "2026-10-28T15:00")
    with programme.database.reading() as session:
        assert list(lives.stale_caches(session)) == []
        json.dumps(status(session, at("2026-10-28T16:00")), default=str)


def test_a_return_signed_while_a_round_runs_keeps_its_own_time(programme: Programme) -> None:
    programme.day("2026-10-01")
    programme.open("2026-10-28T23:59:58")
    programme.submit("AVON", "AVC", "2026-10-29T00:00:03")
    programme.submit("AVON", "AVB", "2026-10-28T23:59:59")
    assert state(programme, "AVON", "AVB", "2026-10-30T09:00") is State.RECEIVED
    assert state(programme, "AVON", "AVC", "2026-10-30T09:00") is State.RECEIVED_LATE


def test_nothing_is_recorded_as_of_long_before_the_last_entry(programme: Programme) -> None:
    programme.day("2026-10-14")
    with pytest.raises(ledger.BeforeLastEntry):
        programme.submit("AVON", "AVC", "2026-10-14T08:00")
