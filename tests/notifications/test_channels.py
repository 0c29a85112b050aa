"""A letter is a sound message, a file says for itself that it arrived, and settings are judged."""

import email
import email.policy
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notifications.channels import channel_for
from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Envelope,
    Refused,
    as_email,
    hand_over_now,
)
from notifications.channels.files import REFUSES, FileChannel
from notifications.channels.smtp import SmtpChannel
from notifications.channels.smtp_url import read_url
from notifications.channels.staff import StaffAlerts
from tests.support.post import NOW, SENDER

ENVELOPE = Envelope(
    key="sample-p1-2026-10-01",
    to="avon@avon.example",
    subject="Charter return: HMP Avonbridge, 2026-27-Q2",
    text="Dear Avon,\n\nFamily and Carers’ Charter\n",
    html="<p>Family and Carers’ Charter</p>\n",
    from_=SENDER,
    at=NOW,
)
SECRET = "hunter2"


def test_a_letter_carries_the_headers_that_the_contract_names() -> None:
    raw = as_email(ENVELOPE).as_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Message-ID"] == "<sample-p1-2026-10-01@charter.example>"
    assert message["X-Charter-Letter"] == ENVELOPE.key
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == ENVELOPE.subject
    assert message["Date"].datetime == NOW
    plain, page = message.iter_parts()
    assert [plain.get_content_type(), page.get_content_type()] == ["text/plain", "text/html"]
    assert plain.get_content().splitlines() == ENVELOPE.text.splitlines()
    assert max(raw, key=int) < 128, "every byte is plain ASCII, so any server can carry it"


def test_the_same_letter_is_the_same_bytes_each_time() -> None:
    assert as_email(ENVELOPE).as_bytes() == as_email(ENVELOPE).as_bytes()


@pytest.mark.parametrize(
    "subject",
    [
        "Return",
        "Return: HMP Avonbridge and 11 more prisons, " * 4,
        "Family’s–return " * 12,
        "ü",
        "",
    ],
)
@pytest.mark.parametrize(
    "text", ["one\n", "", "no end", "a\n\n.\n..b \n=_x\n", "’" * 300, "x" * 2000]
)
def test_the_bytes_of_a_letter_say_what_the_message_says(subject: str, text: str) -> None:
    made = as_email(replace(ENVELOPE, subject=subject, text=text, html=f"<p>{text}</p>"))
    read = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
    assert read.defects == []
    assert str(read["Subject"]).split() == subject.split()
    assert {name: str(read[name]) for name in read} == {name: str(made[name]) for name in made}
    plain, page = read.iter_parts()
    assert plain.get_content().splitlines() == text.splitlines()
    assert page.get_content().splitlines() == f"<p>{text}</p>".splitlines()
    lines = made.raw.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("subject", "Return\r\nBcc: everybody@avon.example"),
        ("subject", "Return\nX-Other: yes"),
        ("subject", "Return\x00"),
        ("subject", "Return\u2028"),
        ("to", "avon@avon.example\r\nBcc: everybody@avon.example"),
        ("to", "avon@avon.example, brook@brook.example"),
        ("to", "avon"),
        ("to", "ávon@avon.example"),
        ("to", ""),
        ("to", "a:b@c.example;"),
        ("from_", "Charter\r\nBcc: x <no-reply@charter.example>"),
        ("key", "../../etc/passwd"),
        ("key", "a b"),
        ("key", "a..b"),
        ("key", "a."),
        ("key", "k>\r\nX: y"),
        ("key", "k" * 200),
    ],
)
def test_a_line_break_or_worse_is_refused_at_the_edge(part: str, value: str) -> None:
    broken: dict[str, Any] = {part: value}
    with pytest.raises(ValueError) as refusal:
        as_email(replace(ENVELOPE, **broken))
    assert "Bcc" not in str(refusal.value)


def test_a_file_is_named_by_its_key_and_answers_for_itself(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "mail")
    assert channel.ask(ENVELOPE.key) is None, "with no folder, nobody can say"
    assert isinstance(hand_over_now(channel, as_email(ENVELOPE)), Accepted)
    assert channel.ask(ENVELOPE.key) is True
    assert channel.ask("another") is False
    (found,) = (tmp_path / "mail").iterdir()
    assert found.name == f"{ENVELOPE.key}.eml"
    assert found.read_bytes() == as_email(ENVELOPE).as_bytes()


def test_a_file_that_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)
    hand_over_now(channel, as_email(ENVELOPE))
    second = hand_over_now(channel, as_email(replace(ENVELOPE, text="other words\n")))
    assert second == Accepted("the file was already there")
    assert b"other words" not in (tmp_path / f"{ENVELOPE.key}.eml").read_bytes()


def test_file_mail_turns_away_the_address_that_stands_for_a_bounce(tmp_path: Path) -> None:
    gone = as_email(replace(ENVELOPE, to=f"lead@{REFUSES.upper()}"))
    assert isinstance(hand_over_now(FileChannel(tmp_path), gone), Refused)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_put_off_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = hand_over_now(FileChannel(tmp_path), as_email(ENVELOPE))
    assert outcome == Deferred("the file could not be written: no space left on device")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "subject",
    [
        "Reminder: Charter return due 15 September 2026, HMP Thornley, 2026-27-Q2",
        "Not signed, and what we will publish: HMP Oakham and 11 other prisons, 2026-27-Q2",
    ],
)
def test_a_long_subject_is_read_as_it_was_written(subject: str) -> None:
    raw = as_email(replace(ENVELOPE, subject=subject)).as_bytes()
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert str(read["Subject"]) == subject
    assert f"Subject: {subject.split()[0]}".encode() in raw


def test_a_mail_folder_that_cannot_be_made_is_a_channel_that_is_down(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands in the way")
    with pytest.raises(ChannelDown, match="mail folder cannot be written"):
        FileChannel(tmp_path / "mail").open().__enter__()


@pytest.mark.parametrize("url", ["", "file:", "file://"])
def test_file_mail_is_kept_in_the_folder_it_is_given(url: str, tmp_path: Path) -> None:
    channel = channel_for(url, tmp_path)
    assert isinstance(channel, FileChannel)
    assert channel.folder == tmp_path


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, "starttls")),
        ("smtp://mail.example:25?tls=no", ("mail.example", 25, "none")),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "none")),
        ("smtp://localhost:2525", ("localhost", 2525, "none")),
        ("smtp://[::1]:2525", ("::1", 2525, "none")),
        ("smtp://127.0.0.1:2525?tls=yes", ("127.0.0.1", 2525, "starttls")),
        ("smtps://mail.example", ("mail.example", 465, "implicit")),
    ],
)
def test_smtp_asks_for_tls_everywhere_but_on_this_machine(
    url: str, expected: tuple[str, int, str]
) -> None:
    server = read_url(url)
    assert (server.host, server.port, server.tls) == expected


def test_a_password_may_hold_any_character_and_is_never_shown(tmp_path: Path) -> None:
    channel = channel_for("smtp://us%40er:a%21b%40c%3A%2F%3F@mail.example", tmp_path)
    assert isinstance(channel, SmtpChannel)
    assert (channel.server.user, channel.server.password) == ("us@er", "a!b@c:/?")
    assert "a!b" not in f"{channel!r} {channel.server!r} {vars(channel)}"


@pytest.mark.parametrize(
    "url",
    [
        f"govuknotify://{SECRET}",
        f"json://user:{SECRET}@169.254.169.254/latest",
        f"{SECRET}",
        f"file:///tmp/{SECRET}",
        f"smtp://user:{SECRET}@mail.example?tls=no",
        f"smtps://user:{SECRET}@mail.example?tls=no",
        f"smtp://user:{SECRET}@mail.example?tls=perhaps",
        f"smtp://user:{SECRET}@mail.example?verify=no",
        f"smtp://user:{SECRET}/@mail.example",
        f"smtp://user:{SECRET}@mail.example:port",
        f"smtp://user:{SECRET}@[bad",
        f"smtp://user:{SECRET}@",
        f"smtp://user:{SECRET}@mail.example/path",
    ],
)
def test_a_mail_url_that_will_not_do_is_refused_in_a_sentence_without_its_secret(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="CHARTER_MAIL_URL") as refusal:
        channel_for(url, tmp_path)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__context__ is None or refusal.value.__suppress_context__


@pytest.mark.parametrize(
    "url",
    [
        f"json://169.254.169.254/{SECRET}",
        f"jsons://host/{SECRET}",
        f"file:///tmp/{SECRET}",
        f"syslog://{SECRET}",
        f"https://hooks.slack.com/services/{SECRET}",
        f"slack://{SECRET}",
        SECRET,
        "",
    ],
)
def test_staff_alerts_take_only_what_is_on_the_list_and_repeat_no_secret(url: str) -> None:
    with pytest.raises(ValueError, match="CHARTER_STAFF_ALERT_URLS, address 2") as refusal:
        StaffAlerts([f"mailto://user:{SECRET}@mail.example", url])
    assert SECRET not in str(refusal.value)


def test_without_addresses_staff_alerts_are_off() -> None:
    alerts = StaffAlerts([])
    assert alerts.places == 0
    assert alerts.tell("Overdue", "3 returns are overdue") is False


def test_an_alert_that_reaches_nobody_says_so_and_shows_no_secret(smtp_sink) -> None:
    url = f"mailto://user:{SECRET}@127.0.0.1:{smtp_sink.port}?to=staff@charter.example&from=a@b.example"
    alerts = StaffAlerts([url])
    assert SECRET not in repr(alerts)
    smtp_sink.stop()
    assert alerts.tell("Overdue", "3 returns are overdue") is False


def test_an_alert_reaches_staff_by_mail(smtp_sink) -> None:
    where = f"127.0.0.1:{smtp_sink.port}"
    alerts = StaffAlerts([f"mailto://{where}?to=staff@charter.example&from=a@b.example"])
    assert alerts.tell("Overdue:\r\nBcc: x", "3 returns are overdue") is True
    (received,) = smtp_sink.to("staff@charter.example")
    assert received.message["Bcc"] is None
    assert "3 returns are overdue" in received.raw.decode()
