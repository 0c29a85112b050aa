"""`charter token`: a secret is printed once, listed never, and ended at once."""

from tests.flows.test_commands import Charter, refuses
from tests.flows.test_commands import charter as charter
from tests.flows.test_commands import running as running

AT = ("--now", "2026-10-02T09:00")
NAMED = ("--provider", "AVON", "--name", "records system")


def test_a_token_is_printed_once_and_listed_without_its_secret(running: Charter) -> None:
    made = running(*AT, "token", "add", *NAMED)
    assert made.code == 0
    secret = made.out.strip()
    assert secret.startswith("charter_")
    assert len(secret.split()) == 1
    assert "cannot be shown again" in made.err
    listed = running("token", "list", "--provider", "AVON", "--json").json
    assert [(one["name"], one["ended"]) for one in listed] == [("records system", None)]
    assert secret not in str(listed)
    assert secret not in running("token", "list").out
    assert running("token", "list", "--provider", "BROOK", "--json").json == []


def test_a_token_is_ended_once(running: Charter) -> None:
    made = running(*AT, "token", "add", *NAMED, "--json")
    assert set(made.json) == {"provider", "name", "token"}
    ended = running(*AT, "token", "end", *NAMED, "--json")
    assert (ended.code, ended.json["changed"]) == (0, True)
    assert running(*AT, "token", "end", *NAMED, "--json").json["changed"] is False
    assert "2026-10-02" in running("token", "list").out


def test_what_cannot_be_done_is_said_in_a_sentence(running: Charter) -> None:
    refuses(running(*AT, "token", "add", "--provider", "NOBODY", "--name", "x"), "NOBODY")
    refuses(running(*AT, "token", "end", *NAMED), "no token named")
    assert running(*AT, "token", "add", *NAMED).code == 0
    refuses(running(*AT, "token", "add", *NAMED), "has a token named")
    refuses(running("--now", "2026-09-01T09:00", "token", "add", *NAMED))
