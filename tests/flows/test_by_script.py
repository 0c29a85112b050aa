"""The quarter as somebody else's script plays it, by the commands and files promised to them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows import cli
from tests.support.mail import SmtpSink
from tests.support.programme import HEADER, QUARTER

Charter = Callable[..., Any]
PEOPLE = {
    ("AVON", "avb"): ("avon:lead", "ada:signer"),
    ("AVON", "avc"): ("avon:lead", "ada:signer"),
    ("BROOK", "brb"): ("brook:lead", "bea:signer"),
    ("CLYDE", "clb"): ("clyde:lead", "cal:signer"),
    ("DEE", "deb"): ("dee:lead", "dan:deputy", "dot:signer"),
}
NADIA = "nadia@fenland.example"
REMINDED = {"avon reminder avc", "brook reminder brb", "clyde reminder clb", "dan reminder deb"}
SIGNERS = {"ada reminder avc", "bea reminder brb", "cal reminder clb", "dot reminder deb"}
LADDER: dict[str, set[str]] = {
    "2026-09-30": set(),
    "2026-10-01": {
        *("avon request avb avc", "ada notice avb avc", "brook request brb", "bea notice brb"),
        *("clyde request clb", "cal notice clb", "dot notice deb"),
    },
    "2026-10-02": {"dan request deb", "nadia refused deb"},
    "2026-10-06": {"avon receipt avb", "ada receipt avb"},
    "2026-10-13": set(),
    "2026-10-14": REMINDED,
    "2026-10-21": REMINDED | SIGNERS,
    "2026-10-24": set(),
    "2026-10-27": {"avon receipt avc", "ada receipt avc"},
    "2026-10-28": {"brook reminder brb", "clyde reminder clb"},
    "2026-10-29": {"brook overdue brb", "clyde overdue clb"},
    "2026-11-04": {"bea warning brb", "cal warning clb"},
    "2026-11-09": {"brook receipt brb", "bea receipt brb"},
    "2026-11-11": {"nadia not_returned clb", "dan reminder deb"},
    "2026-11-12": {"dan overdue deb"},
    "2026-11-18": {"dot warning deb"},
    "2026-11-25": {"nadia not_returned deb"},
}
"""What the design's table says of 2026-27 Q2, for these five: by day, who, what, and where."""

HANDED_IN = {
    "2026-10-05": ("AVON", "avb"),
    "2026-10-26": ("AVON", "avc"),
    "2026-11-06": ("BROOK", "brb"),
}


@pytest.fixture
def charter(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    smtp_sink: SmtpSink,
) -> Charter:
    """Runs a command with `--json`, and gives the one document that it prints and nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARTER_MAIL_URL", smtp_sink.url)

    def run(now: str, *words: str, asks: bool = True) -> Any:
        flags = ["--json"] if asks else []
        monkeypatch.setattr(sys, "argv", ["charter", "--now", now, *words, *flags])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        assert (end.value.code, said.err) == (0, "")
        return json.loads(said.out)

    return run


def begin(charter: Charter, register: Path) -> None:
    rows = [
        f"Fenland,{site},HMP {site.title()},{code},{code.title()} Health,provider,prime,"
        f"2024-04-01,,{name.title()},{name}@{code.lower()}.example,{role}"
        for (code, site), people in PEOPLE.items()
        for name, role in (one.split(":") for one in people)
    ]
    register.write_text("\ufeff" + "\n".join([HEADER, *rows, ""]), "utf-8")
    charter("2026-09-01T09:00", "db", "upgrade")
    assert charter("2026-09-01T09:00", "register", "import", str(register))["added"]
    commissioner = ("--name", "Nadia", "--email", NADIA, "--role", "commissioner")
    charter("2026-09-01T09:00", "staff", "add", "fenland", *commissioner)
    charter("2026-09-01T09:00", "cycle", "adopt", "fenland", "working-0.1")


def hand_in(charter: Charter, file: Path, code: str, site: str, now: str) -> None:
    where = ("--provider", code, "--site", site, "--quarter", QUARTER)
    document = charter(now, "return", "template", *where, asks=False)
    for answer in document["answers"]:
        answer |= {"rating": "fully", "public_statement": "We ring back.", "confirmed": True}
    for named, person in zip(("prepared_by", "signed_by"), PEOPLE[code, site], strict=True):
        name = person.split(":")[0]
        document[named] = {"name": name.title(), "email": f"{name}@{code.lower()}.example"}
    file.write_text(json.dumps(document), "utf-8")
    assert charter(now, "return", "submit", str(file))["changed"]


def came(charter: Charter, day: str, sink: SmtpSink, before: int) -> set[str]:
    """Who had what about where; each letter as it is promised."""
    known = {one["key"]: one for one in charter(f"{day}T09:30", "letters", "list")}
    found = set()
    for received in sink.messages[before:]:
        letter, message = known[received.key], received.message
        sites = sorted(one.split("/")[1] for one in letter["returns"])
        subject = str(message["Subject"])
        assert received.recipients == (letter["to"],)
        assert received.key in str(message["Message-ID"])
        assert message["Auto-Submitted"] == "auto-generated"
        assert {part.get_content_subtype() for part in message.walk()} > {"plain", "html"}
        assert QUARTER in subject
        assert (f"HMP {sites[0].title()}" if len(sites) == 1 else f"{len(sites)} ") in subject
        found.add(f"{letter['to'].split('@')[0]} {letter['kind']} {' '.join(sites)}")
    assert len(found) == len(sink.messages) - before
    return found


def test_the_ladder_of_a_quarter_by_nothing_but_commands(
    charter: Charter, tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    begin(charter, tmp_path / "register.csv")
    smtp_sink.answer("dee@dee.example", 550)
    later = ("--to", "2026-11-11", "--reason", "Private.", "--public", "More time.", "--by", NADIA)
    for day in sorted({*LADDER, *HANDED_IN}):
        before = len(smtp_sink.messages)
        for hour, command in (("09:00", "round"), ("09:10", "deliver")):
            charter(f"{day}T{hour}", command)
            charter(f"{day}T{hour}", command)
        assert came(charter, day, smtp_sink, before) == LADDER.get(day, set()), day
        if day in HANDED_IN:
            hand_in(charter, tmp_path / "return.json", *HANDED_IN[day], f"{day}T12:00")
        if day == "2026-10-21":
            where = ("--provider", "DEE", "--site", "deb", "--quarter", QUARTER)
            charter(f"{day}T12:00", "cycle", "extend", *where, *later)
    (cycle,) = charter("2026-11-26T09:00", "status")["cycles"]
    stands = {one["site"]: (one["state"], one["days_late"]) for one in cycle["returns"]}
    assert stands["avb"] == stands["avc"] == ("received", 0)
    assert (stands["brb"], stands["clb"][0]) == (("received_late", 9), "not_returned")
    assert cycle["counts"].pop("expected") == sum(cycle["counts"].values()) == len(PEOPLE)
    charter("2026-12-08T11:00", "publish")
    assert charter("2026-12-08T12:00", "verify")["verified"]
