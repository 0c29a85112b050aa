"""A mailbox is read where it is, in a Maildir or over IMAP, and gives away no password."""

import os
from collections.abc import Callable
from pathlib import Path
from traceback import format_exception

import pytest

from notifications.channels.base import Envelope, as_email
from notifications.channels.mailboxes import ImapBox, MailboxDown, Maildir, read_mailbox
from tests.support.imap import ImapSink
from tests.support.post import NOW, SENDER

HEADER = "X-Charter-Letter"


def message(key: str) -> bytes:
    return as_email(Envelope(key, "a@avon.example", "s", "t\n", "<p>t</p>", SENDER, NOW)).raw


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


@pytest.fixture(params=["maildir", "imap"])
def box(request: pytest.FixtureRequest) -> tuple[str, Callable[[bytes], None]]:
    """A mailbox's URL, and how mail comes into it."""
    if request.param == "imap":
        sink: ImapSink = request.getfixturevalue("imap_sink")
        return sink.url(), sink.put
    path: Path = request.getfixturevalue("maildir")

    def put(raw: bytes) -> None:
        number = len(list(path.glob("*/*")))
        (path / "new" / f"{1_700_000_000 + number}.M{number}.host").write_bytes(raw)

    return f"maildir:{path}", put


def test_a_letter_is_found_by_its_whole_key_and_by_no_part_of_it(box) -> None:
    url, put = box
    put(message("resample-p1-2026-10-01"))
    with read_mailbox("X", url).open() as folder:
        assert folder.holds(HEADER, "resample-p1-2026-10-01")
        assert not folder.holds(HEADER, "sample-p1-2026-10-01")
        assert not folder.holds("Message-ID", "resample-p1-2026-10-01")


def test_what_comes_in_while_the_mailbox_is_open_is_seen(box) -> None:
    url, put = box
    with read_mailbox("X", url).open() as folder:
        assert not folder.holds(HEADER, "k1")
        put(message("k1"))
        assert folder.holds(HEADER, "k1")


def test_what_was_marked_as_read_is_not_given_again(box) -> None:
    url, put = box
    put(message("k1"))
    put(message("k2"))
    with read_mailbox("X", url).open() as folder:
        first, second = folder.unread()
        assert [first.raw, second.raw] == [message("k1"), message("k2")], "looking marks nothing"
        folder.mark_read(first)
        folder.mark_read(first)
    with read_mailbox("X", url).open() as folder:
        assert [mail.raw for mail in folder.unread()] == [message("k2")]
        assert folder.holds(HEADER, "k1"), "and it is still there"


def test_a_message_that_its_reader_moves_is_still_found(maildir: Path) -> None:
    (maildir / "new" / "1.a.host").write_bytes(message("k1"))
    found = Maildir(maildir)
    with found.open() as folder:
        assert not folder.holds(HEADER, "other")
        os.rename(maildir / "new" / "1.a.host", maildir / "cur" / "1.a.host:2,S")
        assert folder.holds(HEADER, "k1")


def test_a_maildir_that_moves_under_the_readers_hands_is_read_again(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (maildir / "new" / "1.a.host").write_bytes(message("k1"))
    names = Maildir._names

    def moved_meanwhile(self: Maildir) -> list[str]:
        found = names(self)
        if (maildir / "new" / "1.a.host").exists():
            os.rename(maildir / "new" / "1.a.host", maildir / "cur" / "1.a.host:2,S")
        return found

    monkeypatch.setattr(Maildir, "_names", moved_meanwhile)
    with Maildir(maildir).open() as folder:
        assert folder.holds(HEADER, "k1")


def test_each_message_of_a_maildir_is_read_once(maildir: Path, monkeypatch) -> None:
    for number in range(3):
        (maildir / "new" / f"{number}.host").write_bytes(message(f"k{number}"))
    found = Maildir(maildir)
    with found.open() as folder:
        assert not folder.holds(HEADER, "none")
        monkeypatch.setattr(Path, "open", None)
        assert folder.holds(HEADER, "k2")


def test_a_message_without_the_header_or_without_sense_is_no_letter(box) -> None:
    url, put = box
    put(b"Subject: hello\r\n\r\nX-Charter-Letter: k1\r\n")
    put(b"\xff\xfe\x00nonsense")
    with read_mailbox("X", url).open() as folder:
        assert not folder.holds(HEADER, "k1")
        assert len(list(folder.unread())) == 2


def test_a_maildir_that_is_not_there_is_down(tmp_path: Path) -> None:
    with pytest.raises(MailboxDown, match="is not there"), Maildir(tmp_path / "none").open():
        pass


def test_a_wrong_password_is_said_and_not_shown(imap_sink: ImapSink) -> None:
    found = read_mailbox("X", imap_sink.url(password="hunter2"))
    with pytest.raises(MailboxDown, match="does not accept") as down, found.open():
        pass
    assert "hunter2" not in f"{found!r} {''.join(format_exception(down.value))}"


def test_a_folder_may_have_a_name_with_spaces_and_must_be_there(imap_sink: ImapSink) -> None:
    imap_sink.put(message("k1"), "Kept copies")
    with read_mailbox("X", imap_sink.url("Kept%20copies")).open() as folder:
        assert folder.holds(HEADER, "k1")
    with pytest.raises(MailboxDown, match="is not there"):
        read_mailbox("X", imap_sink.url("Nowhere")).open().__enter__()


@pytest.mark.parametrize("verb", ["LOGIN", "SELECT", "NOOP", "SEARCH", "FETCH"])
def test_a_line_that_drops_is_a_mailbox_that_is_down(imap_sink: ImapSink, verb: str) -> None:
    imap_sink.put(message("k1"))
    imap_sink.drops_at = verb
    with pytest.raises(MailboxDown), read_mailbox("X", imap_sink.url()).open() as folder:
        folder.holds(HEADER, "k1")


def test_a_search_carries_nothing_that_imap_could_take_for_a_command(imap_sink: ImapSink) -> None:
    with read_mailbox("X", imap_sink.url()).open() as folder:
        for value in ('k"', "k\r\nA1 LOGOUT", "k{3}", ""):
            with pytest.raises(ValueError):
                folder.holds(HEADER, value)
    assert not any("LOGOUT" in line for line in imap_sink.said[:-1])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "maildir:relative",
        "pop3://u:p@host/INBOX",
        "imap://u:hunter2@mail.example/INBOX",
        "imaps://mail.example/INBOX",
        "imaps://u:hunter2@mail.example:x/INBOX",
        "imaps://u:hunter2%0d%0aA1@mail.example/INBOX",
        "imaps://u:hunter2@mail.example/INBOX?tls=no",
        "imaps://u:hunter2@mail.example/Caf%C3%A9",
    ],
)
def test_a_mailbox_that_cannot_be_is_refused_and_its_password_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"^CHARTER_JOURNAL_URL: ") as refused:
        read_mailbox("CHARTER_JOURNAL_URL", url)
    assert "hunter2" not in str(refused.value)


def test_urls_are_read_as_they_are_written() -> None:
    assert read_mailbox("X", "imaps://us%40er:p%3Aw@mail.example/a%2Fb") == ImapBox(
        "mail.example", 993, True, "a/b", "us@er", "p:w"
    )
    assert read_mailbox("X", "imap://u:p@127.0.0.1") == ImapBox(
        "127.0.0.1", 143, False, "INBOX", "u", "p"
    )
    for url in ("maildir:/var/mail/j", "maildir:///var/mail/j"):
        found = read_mailbox("X", url)
        assert isinstance(found, Maildir)
        assert found.path == Path("/var/mail/j")
