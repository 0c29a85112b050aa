"""Receipts from GOV.UK Notify do what a returned letter does; doctor and settings know of both."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows import wiring
from flows.doctoring import examine
from flows.settings import BadSettings, Settings, read_settings
from providers.database import Database
from tests.support.bounces import Returns
from tests.support.cast import at
from tests.support.heard import BEA, BOB, BROOK, asked, entries, letter, posted
from tests.support.notify import LIVE, StubNotify, notify


@pytest.fixture
def stub() -> Iterator[StubNotify]:
    with notify() as running:
        running.now = time.time()
        yield running


def test_notifys_receipts_lead_to_the_same(
    store: Database, tmp_path: Path, stub: StubNotify
) -> None:
    programme = posted(store, tmp_path / "home", mail_url=SecretStr(stub.url(LIVE)))
    programme.day("2026-10-01")
    stub.outcomes = {BROOK: "permanent-failure", BEA: "technical-failure"}
    assert programme.deliver("2026-10-01T10:05").arrived == 0
    stub.progress()
    stub.progress()
    done = programme.deliver("2026-10-01T10:30")
    assert (done.arrived, done.came_back) == (len(stub.kept) - 2, 2)
    assert letter(programme, BROOK, "2026-10-01").state == "refused"
    delivered = letter(programme, "avon@avon.example", "2026-10-01")
    assert (delivered.state, delivered.receipt) == ("sent", "delivered")
    assert delivered.settled_at == at("2026-10-01T10:00"), "it was sent when it was sent"
    before = entries(programme)
    programme.deliver("2026-10-01T10:40")
    assert entries(programme) == before
    programme.day("2026-10-02")
    assert asked(programme, BOB) == ["request"]
    assert asked(programme, BEA) == ["notice", "notice"]


def test_notify_is_asked_for_three_days_and_no_longer(
    store: Database, tmp_path: Path, stub: StubNotify
) -> None:
    programme = posted(store, tmp_path / "home", mail_url=SecretStr(stub.url(LIVE)))
    programme.day("2026-10-01")
    programme.deliver("2026-10-04T09:59")
    stub.gets.clear()
    programme.deliver("2026-10-04T10:01")
    assert stub.gets == []


def test_a_notify_that_cannot_be_asked_holds_nothing_up(
    store: Database, tmp_path: Path, stub: StubNotify
) -> None:
    programme = posted(store, tmp_path / "home", mail_url=SecretStr(stub.url(LIVE)))
    stub.rate = 3
    programme.day("2026-10-01")
    stub.rate, stub.reading = 3000, [500]
    done = programme.deliver("2026-10-01T10:15")
    assert done.sent > 0
    assert done.waiting == 0
    assert done.trouble == "GOV.UK Notify is not working (500 Exception: Internal error)"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bounce_url", "pop3://user:hunter2@mail.example"),
        ("bounce_url", "imap://user:hunter2@mail.example/INBOX"),
        ("bounce_address", "hunter2, and more"),
    ],
)
def test_a_setting_that_will_not_do_is_named_without_its_secret(
    sqlite_store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CHARTER_{name.upper()}", value)
    with pytest.raises(BadSettings, match=f"CHARTER_{name.upper()}") as refusal:
        wiring.assemble(read_settings(), lambda: at("2026-09-01T09:00"), sqlite_store, tmp_path)
    assert "hunter2" not in str(refusal.value)


def test_doctor_opens_the_mailbox_that_letters_come_back_to(tmp_path: Path) -> None:
    returns = Returns(tmp_path / "returned")
    settings = Settings(home=tmp_path / "home", bounce_url=SecretStr(returns.url))
    wiring.prepare(settings)
    found = [check for check in examine(settings, None) if check.name == "returned letters"]
    assert [check.well for check in found] == [True]
    (tmp_path / "returned" / "new").rmdir()
    found = [check for check in examine(settings, None) if check.name == "returned letters"]
    assert [check.well for check in found] == [False]
    assert "Maildir" in found[0].finding
    plain = Settings(home=tmp_path / "home")
    assert "returned letters" not in [check.name for check in examine(plain, None)]


def test_doctor_says_whether_the_journal_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    settings = Settings(
        home=tmp_path / "home",
        mail_url=SecretStr("smtp://127.0.0.1:9"),
        journal_url=SecretStr(f"maildir:{folder}"),
        journal_address="journal@returns.example",
    )
    wiring.prepare(settings)
    for well in (False, True):
        if well:
            Returns(folder)
        found = [check for check in examine(settings, None) if check.name == "journal"]
        assert [check.well for check in found] == [well]


def test_doctor_reads_the_notify_template_with_the_key(tmp_path: Path, stub: StubNotify) -> None:
    settings = Settings(home=tmp_path / "home", mail_url=SecretStr(stub.url(LIVE)))
    wiring.prepare(settings)
    assert [check.well for check in examine(settings, None) if check.name == "post"] == [True]
    stub.template["body"] = "Dear ((name))"
    (post,) = [check for check in examine(settings, None) if check.name == "post"]
    assert not post.well
    assert "((body))" in post.finding
