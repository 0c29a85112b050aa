"""Every answer a mail server can give, and every silence, comes back as one of four types."""

import socket
from collections.abc import Iterator

import pytest

from notifications.channels import smtp
from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Envelope,
    Handover,
    Outcome,
    Refused,
    Unknown,
    as_email,
    hand_over_now,
)
from notifications.channels.smtp import SmtpChannel
from tests.support.mail import Drop, SmtpSink
from tests.support.post import NOW, SENDER

TO = "avon@avon.example"


@pytest.fixture
def line(smtp_sink: SmtpSink) -> Iterator[Handover]:
    with SmtpChannel(smtp_sink.url).open() as handover:
        yield handover


def give(line: Handover, to: str = TO, key: str = "k1", text: str = "Dear Avon,\n") -> Outcome:
    message = as_email(Envelope(key, to, "Subject", text, "<p>Dear Avon</p>\n", SENDER, NOW))
    refusal = line.offer(message)
    return line.hand(message) if refusal is None else refusal


def test_a_batch_goes_over_one_connection(line: Handover, smtp_sink: SmtpSink) -> None:
    for number in range(5):
        assert isinstance(give(line, key=f"k{number}"), Accepted)
    assert smtp_sink.connections == 1
    assert [m.key for m in smtp_sink.messages] == ["k0", "k1", "k2", "k3", "k4"]
    assert smtp_sink.messages[0].sender == "no-reply@charter.example"
    assert smtp_sink.messages[0].recipients == (TO,)


def test_a_line_that_begins_with_a_dot_arrives_whole(line: Handover, smtp_sink: SmtpSink) -> None:
    give(line, text="one\n.\n..two\n")
    plain = next(smtp_sink.messages[0].message.iter_parts())
    assert plain.get_content().splitlines() == ["one", ".", "..two"]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [(450, Deferred), (451, Deferred), (452, Deferred), (550, Refused), (552, Refused)],
)
def test_a_refusal_is_typed_and_the_next_letter_goes_on_the_same_line(
    line: Handover, smtp_sink: SmtpSink, stage: str, code: int, kind: type
) -> None:
    smtp_sink.answer(TO, code, at=stage)
    outcome = give(line)
    assert isinstance(outcome, kind)
    assert outcome.detail.startswith(str(code))
    assert isinstance(give(line, to="brook@brook.example"), Accepted)
    assert smtp_sink.connections == 1


@pytest.mark.parametrize(
    ("stage", "code", "address_at_fault"),
    [("rcpt", 550, True), ("rcpt", 554, True), ("data", 550, True), ("data", 554, False)],
)
def test_a_refusal_says_whether_the_address_is_at_fault(
    line: Handover, smtp_sink: SmtpSink, stage: str, code: int, address_at_fault: bool
) -> None:
    smtp_sink.answer(TO, code, at=stage)
    outcome = give(line)
    assert isinstance(outcome, Refused)
    assert outcome.address_at_fault is address_at_fault


def test_a_421_is_answered_by_calling_again(line: Handover, smtp_sink: SmtpSink) -> None:
    smtp_sink.answer(TO, 421, times=1)
    assert isinstance(give(line), Accepted)
    assert smtp_sink.connections == 2


def test_a_server_that_keeps_closing_on_one_letter_holds_up_no_other(
    line: Handover, smtp_sink: SmtpSink
) -> None:
    smtp_sink.answer(TO, 421)
    assert isinstance(give(line), Deferred)
    assert isinstance(give(line, to="brook@brook.example"), Accepted)


def test_a_421_after_data_is_no_acceptance(line: Handover, smtp_sink: SmtpSink) -> None:
    smtp_sink.answer(TO, 421, at="data")
    assert isinstance(give(line), Deferred)
    assert isinstance(give(line, to="brook@brook.example"), Accepted)
    assert smtp_sink.connections == 2


def test_a_line_that_drops_before_data_leaves_no_doubt(line: Handover, smtp_sink: SmtpSink) -> None:
    smtp_sink.answer(TO, Drop.BEFORE_DATA, times=1)
    assert isinstance(give(line), Accepted), "tried once more on a fresh line"
    smtp_sink.answer(TO, Drop.BEFORE_DATA)
    assert isinstance(give(line), Deferred)
    assert len(smtp_sink.messages) == 1


def test_a_line_that_drops_after_data_leaves_the_letter_unknown(
    line: Handover, smtp_sink: SmtpSink
) -> None:
    smtp_sink.answer(TO, Drop.AFTER_DATA, at="data")
    assert isinstance(give(line), Unknown)
    assert len(smtp_sink.messages) == 1, "it had arrived, and nobody here could know"
    assert isinstance(give(line, to="brook@brook.example"), Accepted)


def test_a_server_gone_in_mid_batch_is_down_and_marks_nobody(
    line: Handover, smtp_sink: SmtpSink
) -> None:
    assert isinstance(give(line), Accepted)
    smtp_sink.stop()
    with pytest.raises(ChannelDown, match="mail server is down"):
        give(line, key="k2")


def test_a_server_that_will_not_relay_is_our_fault_and_not_the_addresss(
    line: Handover, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support import mail

    monkeypatch.setitem(mail.REPLIES, 554, "554 5.7.1 Relay access denied")
    smtp_sink.answer(TO, 554)
    with pytest.raises(ChannelDown, match="will not take our letters"):
        give(line)


def test_a_dead_port_is_a_server_that_is_down(smtp_sink: SmtpSink) -> None:
    url = smtp_sink.url
    smtp_sink.stop()
    with pytest.raises(ChannelDown, match="connection refused"), SmtpChannel(url).open():
        pass
    message = as_email(Envelope("k", TO, "s", "t", "h", SENDER, NOW))
    assert isinstance(hand_over_now(SmtpChannel(url), message), Deferred)


def test_a_login_is_given_when_the_url_holds_one(smtp_sink: SmtpSink) -> None:
    smtp_sink.require_login("charter", "hunter2")
    with SmtpChannel(smtp_sink.url).open() as line:
        assert isinstance(give(line), Accepted)


@pytest.mark.parametrize("login", ["charter:wrong@", ""])
def test_a_login_that_fails_marks_nobody_and_shows_no_password(
    smtp_sink: SmtpSink, login: str
) -> None:
    smtp_sink.require_login("charter", "hunter2")
    url = f"smtp://{login}127.0.0.1:{smtp_sink.port}"
    with pytest.raises(ChannelDown) as down, SmtpChannel(url).open() as line:
        give(line)
    assert "wrong" not in str(down.value)


def test_a_server_without_tls_is_not_spoken_to_when_tls_is_asked_for(smtp_sink: SmtpSink) -> None:
    with (
        pytest.raises(ChannelDown, match="STARTTLS"),
        SmtpChannel(f"{smtp_sink.url}?tls=yes").open(),
    ):
        pass
    assert smtp_sink.messages == []


@pytest.mark.parametrize("silence", [Drop.SILENT, Drop.HALF_CLOSED])
def test_a_server_that_says_nothing_after_the_letter_leaves_it_unknown(
    line: Handover, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, silence: Drop
) -> None:
    monkeypatch.setattr(smtp, "DATA_SECONDS", 0.3)
    smtp_sink.answer(TO, silence)
    assert isinstance(give(line), Unknown)
    assert len(smtp_sink.messages) == 1
    assert isinstance(give(line, to="brook@brook.example", key="k2"), Accepted), "on a fresh line"
    assert smtp_sink.connections == 2


def test_a_server_that_does_not_even_greet_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"smtp://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(ChannelDown, match="no answer in time"), SmtpChannel(url).open():
            pass


def test_what_a_server_says_is_kept_without_the_address_it_repeats(
    line: Handover, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support import mail

    monkeypatch.setitem(mail.REPLIES, 550, f"550 5.1.1 <{TO}>: unknown, {TO}")
    smtp_sink.answer(TO, 550)
    outcome = give(line)
    assert isinstance(outcome, Refused)
    assert outcome.detail == "550 5.1.1 (address): unknown, (address)"


def test_the_patience_of_one_letter_ends_before_its_lease() -> None:
    from notifications.delivery import BEGIN_SECONDS, RUN_SECONDS
    from notifications.outbox import LEASE

    assert RUN_SECONDS < BEGIN_SECONDS
    assert LEASE.total_seconds() > BEGIN_SECONDS + 2 * smtp.DATA_SECONDS
