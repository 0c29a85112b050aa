"""A blind copy of each letter goes to a journal, which then answers for the letters in doubt."""

from datetime import timedelta
from pathlib import Path

import pytest

from notifications import outbox
from notifications.channels import channel_for
from notifications.channels.base import Channel, Envelope, Unknown, as_email
from notifications.channels.journal import Journal, read_journal
from notifications.delivery import Delivered, deliver
from notifications.outbox import LEASE
from providers.database import Database
from tests.support.imap import ImapSink
from tests.support.mail import Drop, SmtpSink
from tests.support.post import NOW, SENDER, key_of, letter, office, queue, states

COPIES = "journal@charter.example"
LATER = NOW + LEASE
TO = "lead{}@avon.example"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "journal" / name).mkdir(parents=True)
    return tmp_path / "journal"


@pytest.fixture
def journal(maildir: Path) -> Journal:
    found = read_journal(f"maildir:{maildir}", COPIES)
    assert found
    return found


@pytest.fixture
def channel(smtp_sink: SmtpSink, journal: Journal, tmp_path: Path) -> Channel:
    return channel_for(smtp_sink.url, tmp_path / "mail", journal)


def feed(smtp_sink: SmtpSink, maildir: Path, *, but: str = "") -> None:
    """The mail server delivers the copies that it has, but for one that is still on its way."""
    for place, message in enumerate(smtp_sink.to(COPIES)):
        if message.key != but:
            (maildir / "new" / f"{place}.host").write_bytes(message.raw)


def run(store: Database, channel: Channel, now=NOW) -> Delivered:
    return deliver(store, now, office(channel), worker=f"worker at {now}")


def put(maildir: Path, *keys: str) -> None:
    for key in keys:
        message = as_email(Envelope(key, "a@avon.example", "s", "t", "h", SENDER, NOW))
        (maildir / "new" / f"{key}.host").write_bytes(message.raw)


def test_a_copy_goes_in_the_same_transaction_and_no_header_tells(
    store: Database, channel: Channel, smtp_sink: SmtpSink
) -> None:
    queue(store, 2)
    assert run(store, channel).sent == 2
    assert [m.recipients for m in smtp_sink.messages] == [
        (TO.format(0), COPIES),
        (TO.format(1), COPIES),
    ]
    assert COPIES.encode() not in b"".join(m.raw for m in smtp_sink.messages)
    assert letter(store, key_of(0)).channel == "smtp+journal"


def test_a_letter_in_doubt_that_arrived_is_sent_and_not_sent_again(
    store: Database, channel: Channel, smtp_sink: SmtpSink, maildir: Path
) -> None:
    queue(store, 3)
    smtp_sink.answer(TO.format(1), Drop.AFTER_DATA, at="data")
    assert run(store, channel).in_doubt == 1
    feed(smtp_sink, maildir)
    done = run(store, channel, LATER)
    assert (done.sent, done.in_doubt) == (1, 0)
    assert states(store) == {"sent": 3}
    assert len(smtp_sink.messages) == 3


def test_a_letter_in_doubt_that_never_arrived_goes_again(
    store: Database, channel: Channel, smtp_sink: SmtpSink, maildir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    queue(store, 3)
    lost = Unknown("the line dropped")
    _lose(monkeypatch, key_of(1), lost)
    assert run(store, channel).in_doubt == 1
    monkeypatch.undo()
    feed(smtp_sink, maildir)
    early = run(store, channel, LATER - timedelta(seconds=1))
    assert (early.requeued, early.in_doubt) == (0, 1), "a lease has to pass first"
    done = run(store, channel, LATER)
    assert (done.requeued, done.sent) == (1, 1)
    assert [m.key for m in smtp_sink.messages] == [key_of(0), key_of(2), key_of(1)]


def _lose(monkeypatch: pytest.MonkeyPatch, key: str, outcome: Unknown) -> None:
    """The line is cut before a byte of this letter has gone."""
    from notifications.channels.smtp import SmtpHandover

    hand = SmtpHandover.hand

    def cut(self, message):
        return outcome if message["X-Charter-Letter"] == key else hand(self, message)

    monkeypatch.setattr(SmtpHandover, "hand", cut)


@pytest.mark.parametrize("lacking", [0, 2], ids=["the one before", "the one after"])
def test_a_journal_that_lacks_a_letter_known_to_have_left_answers_for_no_other(
    store: Database, channel: Channel, smtp_sink: SmtpSink, maildir: Path,
    monkeypatch: pytest.MonkeyPatch, lacking: int,
) -> None:  # fmt: skip
    queue(store, 3)
    _lose(monkeypatch, key_of(1), Unknown("the line dropped"))
    run(store, channel)
    monkeypatch.undo()
    feed(smtp_sink, maildir, but=key_of(lacking))
    done = run(store, channel, LATER)
    assert (done.sent, done.requeued, done.in_doubt) == (0, 0, 1), "held for a person"
    put(maildir, key_of(lacking))
    assert run(store, channel, LATER).sent == 1, "until the feed has caught up"


def test_the_first_letter_of_all_has_nobody_to_speak_for_the_journal(
    store: Database, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(store, 1)
    _lose(monkeypatch, key_of(0), Unknown("the line dropped"))
    run(store, channel)
    monkeypatch.undo()
    assert run(store, channel, LATER).in_doubt == 1


def test_a_journal_whose_address_is_refused_holds_up_no_letter_and_is_not_asked(
    store: Database, channel: Channel, smtp_sink: SmtpSink, maildir: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    queue(store, 2)
    smtp_sink.answer(COPIES, 550, times=1)
    smtp_sink.answer(TO.format(0), Drop.AFTER_DATA, at="data")
    done = run(store, channel)
    assert (done.sent, done.in_doubt) == (1, 1)
    assert letter(store, key_of(0)).channel == "smtp", "there is no copy of it"
    assert "the journal's address is refused" in caplog.text
    assert COPIES not in caplog.text
    feed(smtp_sink, maildir)
    assert run(store, channel, LATER).in_doubt == 1, "so its absence means nothing"


@pytest.mark.parametrize("code", [450, 550])
def test_a_recipient_who_is_refused_is_refused_whatever_the_journal_says(
    store: Database, channel: Channel, smtp_sink: SmtpSink, code: int
) -> None:
    queue(store, 1)
    smtp_sink.answer(TO.format(0), code)
    done = run(store, channel)
    assert (done.refused, done.deferred) == (int(code == 550), int(code == 450))
    assert smtp_sink.messages == [], "and no copy goes of what did not go"


def test_a_421_at_the_journals_address_is_answered_by_calling_again(
    store: Database, channel: Channel, smtp_sink: SmtpSink
) -> None:
    queue(store, 1)
    smtp_sink.answer(COPIES, 421, times=1)
    assert run(store, channel).sent == 1
    assert (smtp_sink.connections, len(smtp_sink.messages)) == (2, 1)
    assert letter(store, key_of(0)).channel == "smtp+journal"


def test_the_letters_that_speak_for_the_journal_went_by_the_same_way(
    store: Database, channel: Channel, smtp_sink: SmtpSink, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    queue(store, 3)
    bare = channel_for(smtp_sink.url, tmp_path / "mail")
    deliver(store, NOW, office(bare), worker="a", limit=2)
    _lose(monkeypatch, key_of(2), Unknown("the line dropped"))
    run(store, channel)
    with store.reading() as session:
        (doubt,) = outbox.doubtful(session, LATER)
        assert outbox.around(session, doubt) == []


def test_a_journal_is_read_over_imap_as_well(imap_sink: ImapSink) -> None:
    found = read_journal(imap_sink.url(), COPIES)
    assert found
    assert found.ask("k1", ["k0"]) is None, "it has not even the letter before"
    imap_sink.put(as_email(Envelope("k0", "a@a.example", "s", "t", "h", SENDER, NOW)).raw)
    assert found.ask("k1", ["k0"]) is False
    assert found.ask("k1") is None
    imap_sink.put(as_email(Envelope("k1", "a@a.example", "s", "t", "h", SENDER, NOW)).raw)
    assert found.ask("k1", ["k0"]) is True
    imap_sink.drops_at = "SEARCH"
    assert found.ask("k1", ["k0"]) is None


@pytest.mark.parametrize(
    ("url", "address", "names"),
    [
        ("maildir:/j", "", "CHARTER_JOURNAL_ADDRESS"),
        ("", COPIES, "CHARTER_JOURNAL_URL"),
        ("maildir:/j", "a@b.example, c@d.example", "CHARTER_JOURNAL_ADDRESS"),
        ("imaps://u:hunter2@", COPIES, "CHARTER_JOURNAL_URL"),
    ],
)
def test_a_journal_that_cannot_be_is_refused_by_the_name_of_its_setting(
    url: str, address: str, names: str
) -> None:
    with pytest.raises(ValueError, match=names) as refused:
        read_journal(url, address)
    assert "hunter2" not in str(refused.value)


def test_without_the_settings_there_is_no_journal() -> None:
    assert read_journal("", " ") is None
