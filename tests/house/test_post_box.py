"""The SMTP sink: what it keeps, and the ways it can be told to misbehave."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.support.cast import AVON, BROOK
from tests.support.mail import Drop, SmtpSink


def letter(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@charter.example", to, "A request"
    message["X-Charter-Letter"] = "key-1"
    message.set_content("Please answer.")
    return message


def send(sink: SmtpSink, *addresses: str) -> None:
    with smtplib.SMTP(sink.host, sink.port) as line:
        if sink.login:
            line.login(*sink.login)
        for address in addresses:
            line.send_message(letter(address))


def test_it_keeps_every_message_and_counts_connections(smtp_sink: SmtpSink):
    send(smtp_sink, AVON.email, BROOK.email)
    assert [m.recipients for m in smtp_sink.messages] == [(AVON.email,), (BROOK.email,)]
    assert smtp_sink.to(AVON.email)[0].message["Subject"] == "A request"
    assert smtp_sink.to(AVON.email)[0].key == "key-1"
    assert smtp_sink.connections == 1


@pytest.mark.parametrize("code", [421, 450, 451, 550])
def test_it_refuses_a_recipient_as_told(smtp_sink: SmtpSink, code: int):
    smtp_sink.answer(BROOK.email, code)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(smtp_sink, BROOK.email)
    assert refusal.value.recipients[BROOK.email][0] == code
    assert smtp_sink.messages == []


def test_it_refuses_after_the_data_and_only_as_often_as_told(smtp_sink: SmtpSink):
    smtp_sink.answer(BROOK.email, 451, at="data", times=1)
    with pytest.raises(smtplib.SMTPDataError):
        send(smtp_sink, BROOK.email)
    send(smtp_sink, BROOK.email)
    assert len(smtp_sink.messages) == 1


def test_it_hangs_up_before_the_data_and_keeps_nothing(smtp_sink: SmtpSink):
    smtp_sink.answer(BROOK.email, Drop.BEFORE_DATA)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp_sink, BROOK.email)
    assert smtp_sink.messages == []


def test_it_hangs_up_after_the_data_and_keeps_the_message(smtp_sink: SmtpSink):
    smtp_sink.answer(BROOK.email, Drop.AFTER_DATA, times=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp_sink, BROOK.email)
    assert len(smtp_sink.messages) == 1


def test_it_asks_for_a_login_when_told(smtp_sink: SmtpSink):
    smtp_sink.require_login("charter", "secret")
    send(smtp_sink, AVON.email)
    assert len(smtp_sink.messages) == 1
    assert smtp_sink.url.startswith("smtp://charter:secret@127.0.0.1:")


def test_a_stopped_server_refuses_the_connection(smtp_sink: SmtpSink):
    smtp_sink.stop()
    with pytest.raises(ConnectionRefusedError):
        send(smtp_sink, AVON.email)
