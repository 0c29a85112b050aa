"""A notice is read for the letter it names and the fault it tells; all other mail moves nothing."""

import email
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.bounces import Bounce, Mute, read_bounce
from notifications.channels.receipts import Fault
from tests.support.bounces import headers_of, notice, out_of_office, returned

KEY, TO = "sample-p1-2026-10-01", "avon@avon.example"


def bounce(raw: bytes) -> Bounce:
    found = read_bounce(raw)
    assert isinstance(found, Bounce), found
    return found


@pytest.mark.parametrize("style", ["postfix", "exchange", "exim", "sparse"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_letter_that_came_back_is_known_by_the_headers_it_left_with(
    style: str, newline: bytes
) -> None:
    found = bounce(notice(KEY, TO, style=style).replace(b"\n", newline))
    assert found.key == KEY
    assert TO in found.turned_away
    assert found.receipt.delivered is False
    assert found.receipt.fault is Fault.ADDRESS
    assert found.receipt.detail == "came back, 5.1.1 smtp; 550 5.1.1 No such mailbox here"


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("5.0.0", Fault.ADDRESS),
        ("5.1.1", Fault.ADDRESS),
        ("5.1.10 (address unknown)", Fault.ADDRESS),
        ("5.2.1", Fault.ADDRESS),
        ("5.4.4", Fault.ADDRESS),
        ("4.4.7", Fault.MAILBOX),
        ("4.2.2", Fault.MAILBOX),
        ("5.3.4", Fault.OURS),
        ("5.6.0", Fault.OURS),
        ("5.7.1", Fault.OURS),
        ("4.7.0", Fault.OURS),
        ("none", Fault.OURS),
    ],
)
def test_the_status_tells_whose_fault_it_is(status: str, fault: Fault) -> None:
    assert bounce(notice(KEY, TO, status=status)).receipt.fault is fault


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "delivered"])
def test_what_is_not_final_moves_nothing(action: str) -> None:
    assert read_bounce(notice(KEY, TO, action=action)) is Mute.NOT_FINAL


@pytest.mark.parametrize("action", ["Failed", "failed (gave up)"])
def test_a_failure_may_be_written_in_any_way_that_the_standard_allows(action: str) -> None:
    assert bounce(notice(KEY, TO, action=action)).key == KEY


def test_one_failure_among_several_recipients_is_a_failure() -> None:
    raw = notice(KEY, TO).replace(
        b"\n\nFinal-Recipient",
        b"\n\nFinal-Recipient: rfc822; x@y.example\nAction: relayed\nStatus: 2.0.0"
        b"\n\nFinal-Recipient",
        1,
    )
    found = bounce(raw)
    assert found.turned_away == {TO}
    assert found.receipt.fault is Fault.ADDRESS


@pytest.mark.parametrize(
    "raw",
    [
        out_of_office(KEY, TO),
        returned(KEY, TO).encode(),
        b"",
        b"\xff\x00\n\n\xfe",
        notice(KEY, TO).replace(b"delivery-status; b", b"disposition-notification; b"),
        b"From: avon@avon.example\nSubject: Undelivered Mail Returned to Sender\n\n"
        + notice(KEY, TO),
    ],
)
def test_replies_and_other_mail_are_no_notice(raw: bytes) -> None:
    assert read_bounce(raw) is Mute.NO_NOTICE


def test_a_notice_inside_a_forwarded_message_is_no_notice() -> None:
    outer = b'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: message/rfc822\n\n'
    assert read_bounce(outer + notice(KEY, TO) + b"\n--o--\n") is Mute.NO_NOTICE


@pytest.mark.parametrize(
    "letter",
    [
        f"From: a@b.example\nTo: {TO}\nMessage-ID: <@charter.example>\n\nx",
        f"From: a@b.example\nTo: {TO}\n\nMessage-ID: <{KEY}@charter.example>",
        f"To: {TO}\nMessage-ID: <other@charter.example>\nX-Charter-Letter: {KEY}\n\n",
        f"To: {TO}\nX-Charter-Letter: ../../{KEY}\n\nx",
    ],
)
def test_a_returned_message_that_does_not_plainly_name_a_letter_is_foreign(letter: str) -> None:
    assert read_bounce(notice(KEY, TO, letter=letter)) is Mute.FOREIGN


def test_a_notice_with_nothing_of_the_letter_is_foreign() -> None:
    assert read_bounce(notice(KEY, TO, style="bare")) is Mute.FOREIGN


def test_headers_alone_are_enough_to_name_the_letter() -> None:
    letter = headers_of(returned(KEY, TO).replace("\r\n", "\n"))
    without_id = "\n".join(x for x in letter.splitlines() if not x.startswith("Message-ID"))
    assert bounce(notice(KEY, TO, letter=without_id + "\n\n", style="exchange")).key == KEY


@given(st.binary(max_size=400))
def test_no_message_is_too_broken_to_read(noise: bytes) -> None:
    assert isinstance(read_bounce(noise), Bounce | Mute)


@given(st.integers(min_value=0), st.text(string.printable, max_size=20))
def test_no_notice_is_too_broken_to_read(place: int, noise: str) -> None:
    raw = notice(KEY, TO)
    cut = place % len(raw)
    found = read_bounce(raw[:cut] + noise.encode() + raw[cut + len(noise) :])
    assert isinstance(found, Bounce | Mute)


def test_the_notices_made_here_are_what_the_standard_library_takes_for_reports() -> None:
    message = email.message_from_bytes(notice(KEY, TO))
    assert message.get_content_type() == "multipart/report"
    assert [part.get_content_type() for part in message.get_payload()] == [  # type: ignore[union-attr]
        "text/plain",
        "message/delivery-status",
        "message/rfc822",
    ]
