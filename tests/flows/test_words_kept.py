"""The words of letters are kept for as long as policy says, and secrets are kept nowhere."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from flows.delivering import deliver_letters
from flows.post import Post
from flows.settings import Settings
from flows.wiring import assemble
from notifications import outbox
from notifications.outbox import LEASE, LetterState
from providers.database import Database
from tests.support.cast import at
from tests.support.imap import ImapSink
from tests.support.mail import Drop, SmtpSink
from tests.support.programme import Programme

KEPT_DAYS = 90
HANDED = at("2026-10-01T10:00")


@pytest.fixture
def programme(store: Database, tmp_path: Path) -> Programme:
    return Programme(store, tmp_path / "home").begin()


def bodies(programme: Programme) -> dict[str, int]:
    """For each state, how many letters still have their words."""
    with programme.database.reading() as session:
        letters = outbox.listing(session)
    found: dict[str, int] = {}
    for each in letters:
        found[each.state] = found.get(each.state, 0) + bool(each.text and each.html)
    return found


def test_words_go_when_policy_says_so_and_the_record_of_the_letter_stays(
    programme: Programme,
) -> None:
    programme.day("2026-10-01")
    before = bodies(programme)
    assert before["sent"] > 0
    last_day = HANDED + timedelta(days=KEPT_DAYS)
    deliver_letters(programme.database, last_day, programme.post)
    assert bodies(programme) == before, "to the day"
    deliver_letters(programme.database, last_day + timedelta(minutes=1), programme.post)
    assert bodies(programme) == {"sent": 0}
    with programme.database.reading() as session:
        letters = outbox.listing(session)
    assert all(each.subject and each.to_email and each.settled_at == HANDED for each in letters)


def test_the_words_of_a_letter_that_is_not_settled_are_kept(
    programme: Programme, smtp_sink: SmtpSink
) -> None:
    smtp_sink.answer("avon@avon.example", Drop.AFTER_DATA, at="data")
    post = wired(programme, mail_url=SecretStr(smtp_sink.url))
    programme.open("2026-10-01T09:00")
    deliver_letters(programme.database, HANDED, post)
    deliver_letters(programme.database, HANDED + timedelta(days=KEPT_DAYS + 1), post)
    assert bodies(programme) == {"in_doubt": 1, "sent": 0}


def wired(programme: Programme, **settings) -> Post:
    given = Settings(home=programme.home, **settings)
    return assemble(given, lambda: HANDED, programme.database, programme.home).post


def test_no_secret_and_no_address_is_in_a_log_or_in_the_ledger(
    programme: Programme,
    smtp_sink: SmtpSink,
    imap_sink: ImapSink,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    smtp_sink.require_login("mailer", "hunter2")
    imap_sink.password = "hunter3"
    programme.open("2026-10-01T09:00")
    good = {
        "mail_url": SecretStr(smtp_sink.url),
        "journal_url": SecretStr(imap_sink.url(password="hunter3")),
        "journal_address": "copies@charter.example",
    }
    wrong = good | {"mail_url": SecretStr(f"smtp://mailer:hunter4@127.0.0.1:{smtp_sink.port}")}
    troubles = [deliver_letters(programme.database, HANDED, wired(programme, **wrong)).trouble]
    from tests.support import mail

    monkeypatch.setitem(mail.REPLIES, 550, "550 5.1.1 <clyde@clyde.example> unknown")
    smtp_sink.answer("clyde@clyde.example", 550)
    smtp_sink.answer("copies@charter.example", 554, times=1)
    smtp_sink.answer("avon@avon.example", Drop.AFTER_DATA, at="data")
    post = wired(programme, **good)
    troubles.append(deliver_letters(programme.database, HANDED, post).trouble)
    imap_sink.password = "hunter5"
    troubles.append(deliver_letters(programme.database, HANDED + LEASE, post).trouble)
    with programme.database.reading() as session:
        counts = outbox.counts(session)
        outcomes = [letter.outcome for letter in outbox.listing(session)]
        ledger = session.connection().execute(text("SELECT * FROM ledger")).all()
    assert counts[LetterState.IN_DOUBT] == counts[LetterState.REFUSED] == 1
    assert "550 5.1.1 (address) unknown" in outcomes
    ours = [record for record in caplog.records if record.name != "mail.log"]  # the test server's
    said = [record.getMessage() + str(record.exc_text or "") for record in ours]
    assert any("journal's address is refused" in line for line in said)
    everything = "\n".join(
        [*said, *troubles, *map(str, ledger), *outcomes, repr(post.letters.channel)]
    )
    for secret in ("hunter", "mailer", "copies@", "avon@", "ada@", "clyde@", "@clyde.example"):
        assert secret not in everything, secret
