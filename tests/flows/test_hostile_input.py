"""What is meant to break a command is answered in one sentence, and shown as it is."""

import json
from pathlib import Path

import pytest

from charter.holidays import read_any
from tests.flows.test_commands import Charter, refuses
from tests.flows.test_commands import charter as charter
from tests.support.cast import at
from tests.support.programme import SMALL


@pytest.mark.parametrize("when", ["rubbish", "2026-13-40", "9999-01-01"])
def test_a_time_that_is_none_is_wrong_usage(charter: Charter, when: str) -> None:
    said = charter("--now", when, "status")
    assert said.code == 2
    assert "write it as 2026-10-29T09:00" in " ".join(said.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"\x9d\xff", "not UTF-8"),
        (b"a=" + b"[" * 100_000, "brackets"),
        (b"", "fill it in"),
        (b"x" * 190_000, "TOML"),
        (b"x" * 50_000_000, "larger than 200 kB"),
    ],
)
def test_a_policy_no_region_could_follow_is_a_sentence(
    charter: Charter, tmp_path: Path, content: bytes, mend: str
) -> None:
    assert charter("db", "upgrade").code == 0
    (tmp_path / "policy.toml").write_bytes(content)
    refuses(charter("cycle", "policy", "sample", tmp_path / "policy.toml"), mend)


def test_a_list_of_holidays_without_end_is_answered_at_once() -> None:
    events = [
        {"title": "x", "date": f"{year}-{month:02}-{day:02}"}
        for year in range(2026, 3300)
        for month in range(1, 11)
        for day in range(1, 11)
    ]
    text = json.dumps({"england-and-wales": {"events": events}})
    with pytest.raises(ValueError, match="nobody knows holidays after 2100"):
        read_any(text, at("2026-10-01T09:00").date())


def test_names_that_look_like_markup_are_shown_as_they_are(
    charter: Charter, tmp_path: Path
) -> None:
    named = SMALL.replace("Clydebridge", "Clyde [/] [red] :bomb:")
    assert named != SMALL
    assert charter("db", "upgrade").code == 0
    (tmp_path / "small.csv").write_text(named)
    assert charter("register", "import", tmp_path / "small.csv").code == 0
    said = charter("rehearse", "Sample", "--quarter", "2026-27-Q4")
    assert said.code == 0, said.err
    assert "Clyde [/] [red] :bomb:" in " ".join(said.out.split())


@pytest.fixture
def begun(charter: Charter, tmp_path: Path) -> Charter:
    """A home with the small register on record."""
    assert charter("db", "upgrade").code == 0
    (tmp_path / "small.csv").write_text(SMALL)
    assert charter("register", "import", tmp_path / "small.csv").code == 0
    return charter


def test_nobody_pauses_in_the_name_of_somebody_who_may_not(begun: Charter) -> None:
    lead = ("--by", "brook@brook.example")
    refuses(begun("cycle", "pause", "Sample", "--reason", "x", *lead), "only a commissioner")
    refuses(begun("cycle", "resume", "Sample", *lead), "only a commissioner")
    refuses(begun("cycle", "pause", "--everything", "--reason", "x", *lead), "leave out --by")
    assert begun("cycle", "pause", "Sample", "--reason", "x").code == 0


def test_what_names_nothing_is_a_sentence(begun: Charter, tmp_path: Path) -> None:
    refuses(begun("letters", "list", "--state", "rubbish"), "in_doubt")
    refuses(begun("rehearse", "Sample", "--approve", "", "--by", "brook@brook.example"), "no comm")
    refuses(begun("rehearse", "Sample", "--approve", ""), "add --by")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    refuses(begun("cycle", "adopt", "Sample", tmp_path / "b.toml"), "not UTF-8")
