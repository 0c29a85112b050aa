"""A letter that comes back is as good as refused: the next person is asked, and only once."""

import json
import logging
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from charter.steps import RecordedNotReturned, Refused, Unsent
from notifications.channels import mailboxes
from providers import ledger, lives
from providers.database import Database
from tests.support.bounces import Returns, notice, out_of_office
from tests.support.cast import at
from tests.support.heard import (
    BEA,
    BOB,
    BROOK,
    JOURNAL,
    Post,
    asked,
    entries,
    posted,
    steps,
)
from tests.support.mail import Drop, SmtpSink
from tests.support.programme import COMMISSIONER


@pytest.fixture
def post(store: Database, tmp_path: Path, smtp_sink: SmtpSink) -> Post:
    returns = Returns(tmp_path / "returned")
    programme = posted(
        store,
        tmp_path / "home",
        mail_url=SecretStr(smtp_sink.url),
        bounce_url=SecretStr(returns.url),
        bounce_address="bounces@charter.example",
        journal_address=JOURNAL,
        journal_url=SecretStr(f"maildir:{tmp_path / 'journal'}"),
    )
    programme.day("2026-10-01")
    return Post(programme, returns, smtp_sink)


def comes_back_each_day(post: Post, status: str, days: tuple[str, ...]) -> None:
    """Each day's letter to Brook comes back in the afternoon."""
    for day in days:
        if day != "2026-10-01":
            post.programme.day(day)
        post.returns.comes(notice(post.letter(BROOK, day).key, BROOK, status=status))
        post.programme.deliver(f"{day}T15:00")


def test_letters_leave_with_the_address_that_they_are_to_come_back_to(post: Post) -> None:
    (received,) = post.sink.to(BROOK)
    assert received.sender == "bounces@charter.example"
    assert "bounces" not in str(received.message["From"])


def test_the_letter_that_really_left_can_come_back_from_the_server(post: Post) -> None:
    (received,) = post.sink.to(BROOK)
    post.returns.comes(notice(received.key, BROOK, letter=received.raw.decode()))
    assert post.hear("2026-10-02T08:00").came_back == 1


def test_who_is_next_is_asked_on_the_next_working_day_and_the_commissioner_is_told(
    post: Post,
) -> None:
    key = post.letter(BROOK, "2026-10-01").key
    post.returns.comes(notice(key, BROOK))
    done = post.programme.deliver("2026-10-01T15:00")
    assert (done.came_back, done.ignored, done.trouble) == (1, 0, "")
    came_back = post.letter(BROOK, "2026-10-01")
    assert (came_back.state, came_back.receipt) == ("refused", "failed")
    assert came_back.outcome.startswith("came back, 5.1.1")
    assert steps(post.programme, Refused) == [
        Refused(person=post.programme.person(BROOK), letter=key)
    ]
    post.programme.day("2026-10-02")
    assert asked(post.programme, BOB) == ["request"]
    assert post.sink.to(BOB)
    assert "refused" in asked(post.programme, COMMISSIONER)
    assert post.returns.unread == 0


def test_the_new_person_has_full_notice_where_the_first_was_not_reached(post: Post) -> None:
    key = post.letter(BROOK, "2026-10-01").key
    for day in ("2026-10-14", "2026-10-21"):
        post.programme.day(day)
    post.returns.comes(notice(key, BROOK))
    post.programme.deliver("2026-10-21T15:00")
    post.programme.day("2026-10-22")
    here = post.programme.ref("BROOK", "BRB")
    with post.programme.database.reading() as session:
        life = lives.lives(session, [here.id])[here.id]
    assert life.due is not None
    assert str(life.due) == "2026-11-12"


def test_hearing_of_it_twice_changes_nothing_the_second_time(post: Post) -> None:
    raw = notice(post.letter(BROOK, "2026-10-01").key, BROOK)
    post.returns.comes(raw)
    assert post.hear("2026-10-01T15:00").came_back == 1
    before = entries(post.programme)
    post.returns.comes(raw)
    again = post.hear("2026-10-01T16:00")
    assert (again.came_back, again.ignored) == (0, 1)
    assert entries(post.programme) == before


def test_a_worker_killed_before_it_marked_the_message_leaves_nothing_to_do_twice(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.returns.comes(notice(post.letter(BROOK, "2026-10-01").key, BROOK))

    def killed(self: object, mail: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(mailboxes.Maildir, "mark_read", killed)
        with pytest.raises(KeyboardInterrupt):
            post.hear("2026-10-01T15:00")
    before = entries(post.programme)
    assert post.returns.unread == 1
    assert post.hear("2026-10-01T15:01").came_back == 0
    assert (entries(post.programme), post.returns.unread) == (before, 0)


def test_a_warning_that_bounced_warns_nobody(post: Post) -> None:
    days = ("2026-10-14", "2026-10-21", "2026-10-28", "2026-10-29", "2026-11-04")
    for day in days:
        post.programme.day(day)
    assert "overdue-5" in asked(post.programme, BEA)
    post.returns.comes(notice(post.letter(BEA, "2026-11-04").key, BEA, status="4.4.7"))
    post.programme.day("2026-11-05")
    assert asked(post.programme, BEA).count("overdue-5") == 1, "it was heard after the round"
    post.programme.day("2026-11-06")
    assert asked(post.programme, BEA).count("overdue-5") == 2
    post.programme.day("2026-11-11")
    assert steps(post.programme, RecordedNotReturned) == []
    post.programme.day("2026-11-13")
    assert len(steps(post.programme, RecordedNotReturned)) == 1


def test_what_came_back_through_no_fault_of_the_address_is_said_once_more(post: Post) -> None:
    key = post.letter(BROOK, "2026-10-01").key
    post.returns.comes(notice(key, BROOK, status="5.7.1"))
    assert post.hear("2026-10-01T15:00").came_back == 1
    assert steps(post.programme, Refused) == []
    (unsent,) = steps(post.programme, Unsent)
    assert isinstance(unsent, Unsent)
    assert (unsent.rung, unsent.letter) == ("request", key)
    post.programme.day("2026-10-02")
    assert asked(post.programme, BROOK) == ["request", "request"]
    assert len(post.sink.to(BROOK)) == 2


def test_the_second_in_a_row_to_come_back_is_the_address_not_working(post: Post) -> None:
    comes_back_each_day(post, "4.2.2", ("2026-10-01", "2026-10-02"))
    post.programme.day("2026-10-05")
    assert len(steps(post.programme, Refused)) == 1
    assert asked(post.programme, BOB) == ["request"]


def test_what_is_our_own_fault_is_tried_each_day_and_ends_nobodys_turn(post: Post) -> None:
    comes_back_each_day(post, "5.7.1", ("2026-10-01", "2026-10-02", "2026-10-05"))
    post.programme.day("2026-10-06")
    assert steps(post.programme, Refused) == []
    assert len(post.sink.to(BROOK)) == 4
    assert asked(post.programme, BOB) == []


def test_a_letter_turned_away_for_its_words_is_owed_once_more(post: Post) -> None:
    post.sink.answer(BROOK, 552, at="data", times=1)
    post.programme.day("2026-10-14")
    assert post.letter(BROOK, "2026-10-14").state == "refused"
    assert steps(post.programme, Refused) == []
    post.programme.day("2026-10-15")
    assert asked(post.programme, BROOK).count("remind-10") == 2
    assert post.letter(BROOK, "2026-10-15").state == "sent"


@pytest.mark.parametrize(
    ("key", "to", "final"),
    [
        ("sample-p9999-2026-10-01", BROOK, ""),
        ("sign-in-0123456789abcdef", BROOK, ""),
        ("", "somebody@elsewhere.example", ""),
        ("", BROOK, JOURNAL),
    ],
    ids=["no such letter", "a sign-in message", "another's address", "the journal's copy"],
)
def test_a_notice_that_is_not_about_a_letter_of_ours_to_them_is_counted_and_moves_nothing(
    post: Post, key: str, to: str, final: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "flows.hearing")
    before = entries(post.programme)
    ours = post.letter(BROOK, "2026-10-01").key
    post.returns.comes(notice(key or ours, to, final=final))
    heard = post.hear("2026-10-01T15:00")
    assert (heard.came_back, heard.ignored) == (0, 1)
    assert entries(post.programme) == before
    assert post.letter(BROOK, "2026-10-01").state == "sent"
    assert "about no letter of ours" in caplog.text
    assert "@brook.example" not in caplog.text


def test_nobody_can_make_up_the_key_of_a_colleagues_letter(post: Post) -> None:
    dees = post.letter(BEA, "2026-10-01").key
    mine, theirs = post.programme.person(BEA), post.programme.person(BROOK)
    post.returns.comes(notice(dees.replace(f"-p{mine}-", f"-p{theirs}-"), BROOK))
    post.returns.comes(notice(f"sample-p{theirs}-2026-10-01", BROOK))
    heard = post.hear("2026-10-01T15:00")
    assert (heard.came_back, heard.ignored) == (0, 2)


@pytest.mark.parametrize(
    "hostile",
    [
        notice(letter="X-Charter-Letter: k1\nTo: " + "(" * 5000 + "\n\n"),
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b0\n\n--b0\n"
        + b"Content-Type: message/rfc822\n\n" * 2000,
        b'Content-Type: multipart/report; a="' + b'\\";' * 2_000_000 + b"\n\n",
        b"Content-Type: text/html\n\n" + b"<div>" * 5_000_000,
    ],
    ids=["comments in comments", "letters in letters", "marks without end", "a page without end"],
)
def test_a_message_made_to_be_unreadable_holds_up_nothing(post: Post, hostile: bytes) -> None:
    key = post.letter(BROOK, "2026-10-01").key
    post.returns.comes(hostile)
    post.returns.comes(notice(key, BROOK))
    before = time.monotonic()
    heard = post.hear("2026-10-01T15:00")
    assert (heard.came_back, heard.ignored, heard.trouble) == (1, 1, "")
    assert time.monotonic() - before < 20
    assert post.hear("2026-10-01T15:05").ignored == 0


def test_what_a_server_says_of_a_letter_is_kept_as_plain_words(post: Post) -> None:
    key = post.letter(BROOK, "2026-10-01").key
    said = b"smtp; 550 \x1b]0;owned\x07\x00\x9b2J gone"
    raw = notice(key, BROOK).replace(b"smtp; 550 5.1.1 No such\n    mailbox here", said)
    post.returns.comes(raw)
    assert post.hear("2026-10-01T15:00").came_back == 1
    assert post.letter(BROOK, "2026-10-01").outcome.isprintable()


def test_mail_that_its_reader_sends_on_comes_back_from_an_address_we_never_wrote_to(
    post: Post,
) -> None:
    key = post.letter(BROOK, "2026-10-01").key
    post.returns.comes(notice(key, BROOK, final="brook@old-post.example"))
    assert post.hear("2026-10-01T15:00").came_back == 1


def test_delays_and_automatic_replies_are_counted_and_move_nothing(post: Post) -> None:
    key = post.letter(BROOK, "2026-10-01").key
    before = entries(post.programme)
    post.returns.comes(notice(key, BROOK, action="delayed", status="4.4.1"))
    post.returns.comes(out_of_office(key, BROOK))
    heard = post.hear("2026-10-01T15:00")
    assert (heard.came_back, heard.ignored) == (0, 2)
    assert entries(post.programme) == before


def test_a_letter_not_yet_handed_over_cannot_come_back(post: Post) -> None:
    post.programme.chase("2026-10-14T09:00")
    key = post.letter(BROOK, "2026-10-14").key
    post.returns.comes(notice(key, BROOK))
    assert post.hear("2026-10-14T09:30").ignored == 1
    assert post.letter(BROOK, "2026-10-14").state == "queued"


def test_a_mailbox_that_cannot_be_read_holds_up_no_letter_and_is_said(
    post: Post, tmp_path: Path
) -> None:
    (tmp_path / "returned" / "new").rename(tmp_path / "gone")
    post.programme.chase("2026-10-14T09:00")
    done = post.programme.deliver("2026-10-14T10:00")
    assert done.sent > 0
    assert "Maildir" in done.trouble


def test_a_notice_about_a_letter_in_doubt_settles_the_doubt(post: Post) -> None:
    post.programme.chase("2026-10-14T09:00")
    post.sink.answer(BROOK, Drop.AFTER_DATA)
    assert post.programme.deliver("2026-10-14T10:00").in_doubt == 1
    post.returns.comes(notice(post.letter(BROOK, "2026-10-14").key, BROOK))
    done = post.programme.deliver("2026-10-14T10:05")
    assert (done.came_back, done.in_doubt) == (1, 0)
    settled = post.letter(BROOK, "2026-10-14")
    assert (settled.state, settled.settled_at) == ("refused", at("2026-10-14T10:05"))


def test_the_record_of_a_letter_that_came_back_names_nobody(post: Post) -> None:
    post.returns.comes(notice(post.letter(BROOK, "2026-10-01").key, BROOK))
    post.hear("2026-10-01T15:00")
    with post.programme.database.reading() as session:
        last = list(ledger.entries(session))[-1]
        assert ledger.verify(session) == ""
    assert last.kind == "refused"
    assert "brook" not in json.dumps(vars(last), default=str).lower()
