"""GOV.UK Notify as its documentation has it: each answer leads to its own outcome."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifications.channels import channel_for
from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Refused,
    Unknown,
    as_email,
    hand_over_now,
)
from notifications.channels.notify import NotifyChannel
from notifications.channels.notify_line import read_url
from tests.support.notify import LIVE, SERVICE, TEAM, TEMPLATE, StubNotify, notify
from tests.support.notifying import AVON, ENVELOPE, NOBODY, channel, hand
from tests.support.post import NOW


@pytest.fixture
def stub() -> Iterator[StubNotify]:
    with notify() as running:
        yield running


def test_a_letter_is_one_request_that_fills_the_template_and_is_named_by_its_key(
    stub: StubNotify,
) -> None:
    outcome = hand(stub)
    assert isinstance(outcome, Accepted)
    (kept,) = stub.to(AVON)
    assert kept["id"] in outcome.detail
    assert stub.posts == [
        {
            "email_address": AVON,
            "template_id": TEMPLATE,
            "reference": "k1",
            "personalisation": {
                "subject": ENVELOPE.subject,
                "body": "Dear Avon,\n\nFamily and Carers’ Charter\n",
            },
        }
    ]


@pytest.mark.parametrize(
    ("secret", "to", "expected"),
    [
        (LIVE, "avon@nodots", Refused),
        (TEAM, AVON, Deferred),
    ],
)
def test_only_an_address_that_notify_cannot_read_is_refused(
    stub: StubNotify, secret: str, to: str, expected: type
) -> None:
    outcome = hand(stub, secret, to=to)
    assert type(outcome) is expected
    assert stub.kept == []
    assert not isinstance(outcome, Refused) or outcome.address_at_fault


def test_a_team_key_sends_to_its_guests(stub: StubNotify) -> None:
    stub.guests.add(AVON)
    assert isinstance(hand(stub, TEAM), Accepted)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"secret": NOBODY}, "403 AuthError: Invalid token: API key not found"),
        ({"service": NOBODY}, "403 AuthError: Invalid token: service not found"),
        ({"template": NOBODY}, "404 NoResultFound: No Result Found; check the template"),
    ],
)
def test_a_key_or_template_that_will_not_do_takes_the_channel_down_with_the_mend(
    stub: StubNotify, change: dict[str, str], why: str
) -> None:
    with pytest.raises(ChannelDown, match=why) as down, channel(stub, **change).open():
        pass
    assert "CHARTER_MAIL_URL" in down.value.why
    assert stub.posts == []


def test_a_clock_half_a_minute_wrong_takes_the_channel_down_and_says_so(stub: StubNotify) -> None:
    wrong = NotifyChannel(stub.url(), lambda: NOW + timedelta(seconds=31))
    with pytest.raises(ChannelDown, match="this machine's clock"), wrong.open():
        pass


@pytest.mark.parametrize(
    "template",
    [
        {"type": "sms", "body": "((body))", "subject": "((subject))"},
        {"type": "email", "body": "((body))", "subject": "Your return"},
        {"type": "email", "body": "Dear ((name))", "subject": "((subject))"},
    ],
)
def test_a_template_without_the_two_places_is_found_out_before_the_first_letter(
    stub: StubNotify, template: dict[str, str]
) -> None:
    stub.template = template
    with pytest.raises(ChannelDown, match="template"), channel(stub).open():
        pass


@pytest.mark.parametrize("status", [500, 502, 503, 504, 302])
def test_an_answer_that_settles_nothing_leaves_that_one_letter_unknown(
    stub: StubNotify, status: int
) -> None:
    stub.mood = [status]
    message = as_email(ENVELOPE)
    with channel(stub).open() as line:
        assert isinstance(line.hand(message), Unknown)
        with pytest.raises(ChannelDown):
            line.offer(message)


@pytest.mark.parametrize("mood", ["drops", "refuses to talk", "speaks in tongues"])
def test_no_answer_leaves_the_letter_unknown(stub: StubNotify, mood: str) -> None:
    stub.mood = [mood]
    assert isinstance(hand(stub), Unknown)


def test_a_service_that_nobody_answers_for_has_been_given_nothing(stub: StubNotify) -> None:
    down = NotifyChannel(stub.url().replace(str(stub.port), "9"), lambda: NOW)
    with pytest.raises(ChannelDown, match="cannot be reached"), down.open():
        pass


@pytest.mark.parametrize(
    ("limit", "error"), [("rate", "RateLimitError"), ("daily", "TooManyRequestsError")]
)
def test_a_limit_puts_a_letter_off_and_no_more_are_begun(
    stub: StubNotify, limit: str, error: str
) -> None:
    setattr(stub, limit, 1)
    hand(stub)
    message = as_email(replace(ENVELOPE, key="k2"))
    with channel(stub).open() as line:
        assert line.offer(message) is None
        outcome = line.hand(message)
        with pytest.raises(ChannelDown, match=error):
            line.offer(message)
    assert isinstance(outcome, Deferred)
    assert outcome.after == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Dear Avon,\n", "Dear Avon,\n"),
        ("[a](https://b.example) *c* # d\n", r"\[a\]\(https://b.example) \*c\* \# d" + "\n"),
        ("- a\n\n1. b\n", "\\- a\n\n1\\. b\n"),
        ("Sign in:\nhttps://p.example/a_b?c=*d\n", "Sign in:\nhttps://p.example/a_b?c=*d\n"),
        ("HMP A\n  It is\n  due.\n\nEnd\n", "## HMP A\n\nIt is\ndue.\n\nEnd\n"),
        (f"{'long ' * 14}end\nof it\n", f"{'long ' * 14}end of it\n"),
        ("((name))\n", r"\(\(name\)\)" + "\n"),
    ],
)
def test_a_letter_becomes_markdown_in_which_nothing_is_code(
    stub: StubNotify, text: str, written: str
) -> None:
    hand_over_now(channel(stub), as_email(replace(ENVELOPE, text=text)))
    assert stub.posts[0]["personalisation"]["body"] == written


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (
            f"govuknotify://my%20key-{SERVICE}-{LIVE}@api.notifications.service.gov.uk/{TEMPLATE}",
            "https://api.notifications.service.gov.uk",
        ),
        (f"govuknotify://k-{SERVICE}-{LIVE}@127.0.0.1:8080/{TEMPLATE}", "http://127.0.0.1:8080"),
        (f"govuknotify://k-{SERVICE}-{LIVE}@[::1]:80/{TEMPLATE}/", "http://[::1]:80"),
    ],
)
def test_the_mail_url_holds_the_key_the_host_and_the_template(url: str, base: str) -> None:
    account = read_url(url)
    assert (account.base, account.template) == (base, TEMPLATE)
    assert (account.service, account.secret) == (SERVICE, LIVE)
    assert LIVE not in f"{account!r} {NotifyChannel(url, lambda: NOW)!r}"


@pytest.mark.parametrize(
    "url",
    [
        f"govuknotify://{LIVE}@api.notifications.service.gov.uk/{TEMPLATE}",
        f"govuknotify://k-{SERVICE}-{LIVE}@api.notifications.service.gov.uk",
        f"govuknotify://k-{SERVICE}-{LIVE}@api.notifications.service.gov.uk/letters",
        f"govuknotify://k-{SERVICE}-{LIVE}@/{TEMPLATE}",
        f"govuknotify://k-{SERVICE}-{LIVE}:x@api.notifications.service.gov.uk/{TEMPLATE}",
        f"govuknotify://k-{SERVICE}-{LIVE}@api.notifications.service.gov.uk/{TEMPLATE}?tls=no",
        f"govuknotify://k-{SERVICE}-{LIVE}@api.notifications.service.gov.uk:port/{TEMPLATE}",
    ],
)
def test_a_mail_url_that_notify_cannot_use_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(ValueError, match="CHARTER_MAIL_URL") as refusal:
        channel_for(url, Path("unused"), clock=lambda: NOW)
    assert LIVE not in str(refusal.value)
