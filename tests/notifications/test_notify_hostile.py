"""Whatever answers in Notify's place, a letter has a typed outcome and nothing hangs."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
import pytest

from notifications.channels.base import (
    Accepted,
    ChannelDown,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    as_email,
)
from notifications.channels.notify import NotifyHandover
from notifications.channels.notify_line import LONGEST_ANSWER, Line, read_url
from tests.support.notify import LIVE, SERVICE, TEMPLATE
from tests.support.notifying import ENVELOPE

URL = f"govuknotify://a-key-{SERVICE}-{LIVE}@127.0.0.1:9/{TEMPLATE}"


def line(status: int, content: bytes, **headers: str) -> Line:
    """A line to something that gives one answer to everything."""

    def answers(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=content, headers=headers)

    client = httpx2.Client(transport=httpx2.MockTransport(answers), base_url="http://127.0.0.1:9")
    return Line(client, read_url(URL), lambda: datetime(2026, 10, 1, tzinfo=UTC))


def test_a_list_that_begins_again_for_ever_is_read_once() -> None:
    page = b'{"notifications": [{"id": "1", "reference": "k1", "status": "delivered"}]}'
    assert len(list(line(200, page).newest())) == 1


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b" " * (LONGEST_ANSWER + 1)], ids=["deep", "without end"]
)
def test_an_answer_that_nobody_can_read_leaves_the_letter_in_doubt(content: bytes) -> None:
    outcome = NotifyHandover(line(201, content)).hand(as_email(ENVELOPE))
    assert type(outcome).__name__ == "Unknown"
    with pytest.raises(ChannelDown):
        line(200, content).get("/v2/template/x")


def test_a_redirect_is_not_followed() -> None:
    outcome = NotifyHandover(line(307, b"", location="http://evil.example/")).hand(
        as_email(ENVELOPE)
    )
    assert type(outcome).__name__ == "Unknown"


def test_what_it_says_is_kept_as_plain_words() -> None:
    said = rb'{"errors": [{"error": "X", "message": "\ud800 \u0000 \u001b[2J gone"}]}'
    outcome = NotifyHandover(line(400, said)).hand(as_email(ENVELOPE))
    assert isinstance(outcome, Deferred)
    assert outcome.detail == "400 X: [2J gone"
    accepted = b'{"reference": "%s", "id": "\\ud800\\u0000"}' % ENVELOPE.key.encode()
    outcome = NotifyHandover(line(201, accepted)).hand(as_email(ENVELOPE))
    assert isinstance(outcome, Accepted)
    assert outcome.detail == "GOV.UK Notify has it as"


@pytest.mark.parametrize("kind", [Accepted, Refused, Deferred, Unknown])
def test_no_outcome_holds_what_a_screen_or_a_database_stumbles_over(
    kind: Callable[[str], Outcome],
) -> None:
    assert kind("550 \x1b[2J\x00\r\nRCPT TO:<x>\x9b \ud800 né").detail == "550 [2J RCPT TO:<x> né"
    assert str(ChannelDown("a\r\nb", "\x1bc")) == "a b (c)"
