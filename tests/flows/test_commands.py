"""The `charter` command as an operator meets it: what it says, what it does, and how it refuses."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from charter.document import PersonNamed, ReturnDocument
from flows import cli
from flows.wiring import shipped
from providers.database import Database, open_engine
from tests.support.counting import measures_given
from tests.support.programme import QUARTER, SMALL, Programme

CHARTER = "charter-working-0.1.toml"


@dataclass
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its one JSON document."""
        return json.loads(self.out)


Charter = Callable[..., Said]


@pytest.fixture
def charter(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Charter:
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["charter", *map(str, words)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def running(charter: Charter, home: Path, tmp_path: Path) -> Charter:
    """A home whose Sample region has opened its quarter on 1 October 2026."""
    assert charter("db", "upgrade").code == 0
    engine = open_engine(f"sqlite:///{home / 'charter.sqlite'}")
    Programme(Database(engine), home).begin()
    engine.dispose()
    assert charter("--now", "2026-10-01T09:00", "round").code == 0
    assert charter("--now", "2026-10-01T10:00", "deliver").code == 0
    return charter


def refuses(said: Said, *words: str) -> None:
    """It ended with 1 and one clear sentence on standard error, nothing on standard output."""
    assert said.code == 1, said
    assert said.out == ""
    for word in words:
        assert word in said.err
    assert "Traceback" not in said.err


def test_a_day_by_command(running: Charter, home: Path) -> None:
    listed = running("--now", "2026-10-02T09:00", "status", "--json").json
    cycle = listed["cycles"][0]
    assert cycle["counts"]["expected"] == 4
    assert cycle["counts"]["not_started"] == 4
    assert listed["letters"]["sent"] == 6
    assert len(list((home / "mail").glob("*.eml"))) == 6
    letters = running("letters", "list", "--json").json
    assert set(letters[0]) == {
        "key", "to", "kind", "state", "queued_at", "settled_at", "returns",
    }  # fmt: skip
    key = letters[0]["key"]
    assert "Dear" in running("letters", "show", key).out


def test_the_same_command_twice_changes_nothing(running: Charter) -> None:
    before = running("--now", "2026-10-01T10:00", "status", "--json").json
    for command in ("round", "deliver", "score"):
        assert running("--now", "2026-10-01T10:00", command).code == 0
    assert running("--now", "2026-10-01T10:00", "status", "--json").json == before


def test_a_return_by_file_from_template_to_received(running: Charter, tmp_path: Path) -> None:
    which = ("--provider", "AVON", "--site", "AVB", "--quarter", QUARTER)
    document = running("return", "template", *which).json
    for answer in document["answers"]:
        answer |= {
            "rating": "fully",
            "public_statement": "We ask on arrival.",
            "narrative": "Reception asks.",
            "confirmed": True,
        }
    document["prepared_by"] = {"name": "Avon", "email": "avon@avon.example"}
    document["signed_by"] = {"name": "Ada", "email": "ada@avon.example", "role": "Director"}
    file = tmp_path / "return.json"
    file.write_text(json.dumps(document))
    done = running("--now", "2026-10-10T12:00", "return", "submit", file, "--json")
    assert done.json["state"] == "received", done
    again = running("--now", "2026-10-10T12:01", "return", "submit", file, "--json")
    assert again.json["changed"] is False
    assert running("--now", "2026-10-11T12:00", "score", "--json").json["scored"] == 1
    shown = running("return", "show", *which, "--json").json
    assert shown["receipt"]["fully"] == shown["receipt"]["applicable"]


def test_the_shipped_register_imports_paused_with_its_gaps_and_signatories(
    charter: Charter,
) -> None:
    charter("db", "upgrade")
    checked = charter("register", "check", "--json").json
    assert checked["problems"] == []
    assert checked["gaps"]
    assert charter("--now", "2026-11-20T09:00", "register", "import").code == 0
    plan = charter("--now", "2026-11-20T10:00", "rehearse", "london", "--json").json
    assert plan["paused"] is True
    assert plan["letters"]
    assert any("no provider is known" in row["why"] for row in plan["left_out"])
    south = charter("--now", "2026-11-20T10:00", "rehearse", "south-east", "--json").json
    assert south["expected"] == 0
    assert any("not signed up" in row["why"] for row in south["left_out"])
    assert charter("--now", "2027-01-04T09:00", "round", "--json").json["opened"] == []


def test_an_exported_register_imports_again_without_a_change(
    running: Charter, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    running("register", "export", "sample", "--to", file)
    done = running("--now", "2026-10-02T09:00", "register", "import", file, "--json").json
    assert (done["added"], done["changed"], done["ended"]) == (0, 0, 0)


def test_publish_and_verify_by_command(running: Charter, home: Path) -> None:
    assert running("--now", "2026-10-02T09:00", "publish").code == 0
    verified = running("verify", "--json")
    assert verified.code == 0
    assert verified.json["verified"] is True
    index = home / "site" / "index.html"
    index.write_text(index.read_text().replace("a", "b", 1))
    broken = running("verify", "--json")
    assert broken.code == 1
    assert "index.html" in str(broken.json["wrong"])


def test_extend_pause_and_resume_by_command(running: Charter) -> None:
    which = ("--provider", "AVON", "--site", "AVB", "--quarter", QUARTER)
    words = ("--reason", "Staff are ill.", "--public", "Staff were ill.")
    by = ("--by", "cora.checker@sample-commissioning.example")
    now = ("--now", "2026-10-20T09:00")
    done = running(*now, "cycle", "extend", *which, "--to", "2026-11-11", *words, *by)
    assert done.code == 0, done
    counts = running(*now, "status", "--json").json["cycles"][0]["counts"]
    assert counts["extended"] == 1
    assert running(*now, "cycle", "pause", "sample", "--reason", "A strike.").code == 0
    assert running(*now, "cycle", "resume", "sample").code == 0


def test_one_provider_or_everything_is_paused_and_resumed_by_command(running: Charter) -> None:
    now, why = ("--now", "2026-10-20T09:00"), ("--reason", "A strike.")
    one, whole = ("sample", "--provider", "AVON"), ("--everything",)
    for words, said in ((one, "AVON in sample"), (whole, "Everything")):
        done = running(*now, "cycle", "pause", *words, *why)
        assert (done.code, done.out.strip()) == (0, f"{said} is paused."), done
        again = running(*now, "cycle", "pause", *words, *why, "--json")
        assert (again.json["paused"], again.json["changed"]) == (True, False)
        assert running(*now, "cycle", "resume", *words).out.strip() == f"{said} runs again."
    for wrong, mend in (
        (("sample", "--everything"), "stands alone"),
        ((), "name a region"),
        (("sample", "--provider", "SEVERN"), "the register has"),
    ):
        refused = running(*now, "cycle", "pause", *wrong, *why)
        assert refused.code == 1
        assert mend in refused.err


def test_the_commissioner_agrees_by_command_that_a_service_did_not_run(running: Charter) -> None:
    which = ("sample", QUARTER, "--provider", "AVON", "--site", "AVB")
    why = ("--reason", "We closed it.", "--by", "cora.checker@sample-commissioning.example")
    now = ("--now", "2026-10-20T09:00")
    done = running(*now, "cycle", "not-running", *which, *why)
    assert done.code == 0, done
    back = running(*now, "cycle", "not-running", *which, *why, "--it-ran", "--json")
    assert back.json["agreed"] is False
    wrong = running(
        *now, "cycle", "not-running", *which, "--reason", "x", "--by", "avon@avon.example"
    )
    assert wrong.code == 1
    assert "only a commissioner" in wrong.err


# What is wrong with a register, what its text becomes, and what the refusal must say.
BAD_REGISTERS: dict[str, tuple[Callable[[str], bytes], tuple[str, ...]]] = {
    "a wrong header": (
        lambda s: s.replace("contact_email", "email", 1).encode(),
        ("line 1", "contact_email"),
    ),
    "a duplicate contact": (
        lambda s: (s + s.splitlines()[1] + "\n").encode(),
        ("line 11, contact_email", "line 2 already"),
    ),
    "an e-mail that is none": (
        lambda s: s.replace("bob@brook.example", "bob.brook", 1).encode(),
        ("line 7, contact_email",),
    ),
    "an e-mail with a line break": (
        lambda s: s.replace("bob@brook.example", '"bob@brook.example\nBcc: x@y.example"').encode(),
        ("contact_email", "line break"),
    ),
    "a service that ends before it begins": (
        lambda s: s.replace("2024-04-01,,Clyde,", "2024-04-01,2024-03-01,Clyde,").encode(),
        ("line 9, service_to",),
    ),
    "overlapping dates": (
        lambda s: (
            s
            + "Sample,CLB,HMP Clydebridge,CLYDE,Clyde Health,provider,prime,2025-04-01,,"
            + "Cy,cy@clyde.example,lead\n"
        ).encode(),
        ("line 11", "overlap"),
    ),
    "no rows": (lambda s: (s.splitlines()[0] + "\n").encode(), ("no rows",)),
    "Latin-1": (lambda s: s.replace("Brook Health", "Brôok Health").encode("latin-1"), ("UTF-8",)),
    "UTF-16": (lambda s: s.encode("utf-16"), ("UTF-16",)),
    "50 MB": (lambda s: s.encode() + b"x" * 50_000_000, ("MB",)),
}


@pytest.mark.parametrize("fault", BAD_REGISTERS)
def test_a_bad_register_is_refused_whole(charter: Charter, tmp_path: Path, fault: str) -> None:
    spoil, words = BAD_REGISTERS[fault]
    file = tmp_path / "register.csv"
    file.write_bytes(spoil(SMALL))
    charter("db", "upgrade")
    refuses(charter("--now", "2026-09-01T09:00", "register", "import", file), *words)
    assert charter("status", "--json").json["ledger"]["entries"] == 0
    checked = charter("register", "check", file)
    assert checked.code == 1
    assert "problem" in checked.out


BAD_RETURNS: dict[str, tuple[Callable[[dict[str, Any]], object], tuple[str, ...]]] = {
    "the wrong quarter": (lambda d: d.update(quarter="2026-27-Q1"), ("2026-27-Q1",)),
    "no quarter at all": (lambda d: d.update(quarter="Q2"), ("2026-27-Q2",)),
    "an unknown commitment": (lambda d: d["answers"][0].update(commitment="W99"), ("W99",)),
    "no reason where one is owed": (
        lambda d: d["answers"][1].update(rating="not_met", reason=""),
        ("answers[W2].reason",),
    ),
    "signer equal to preparer": (
        lambda d: d.update(signed_by={**d["prepared_by"], "role": "x"}),
        ("signed_by", "cannot sign"),
    ),
    "a stranger who signs": (
        lambda d: d["signed_by"].update(email="nobody@x.example"),
        ("signed_by.email", "nobody@x.example"),
    ),
    "a rating that is none": (lambda d: d["answers"][0].update(rating="great"), ("rating",)),
    "a key we do not know": (lambda d: d.update(extra=1), ("extra",)),
}


@pytest.mark.parametrize("fault", BAD_RETURNS)
def test_a_bad_return_is_refused_whole(
    running: Charter, home: Path, tmp_path: Path, fault: str
) -> None:
    engine = open_engine(f"sqlite:///{home / 'charter.sqlite'}")
    programme = Programme(Database(engine), home)
    document = programme.filled(programme.ref("AVON", "AVB")).model_copy(
        update={"signed_by": PersonNamed(name="Ada", email="ada@avon.example", role="Director")}
    )
    engine.dispose()
    data = document.model_dump(mode="json")
    spoil, words = BAD_RETURNS[fault]
    spoil(data)
    file = tmp_path / "return.json"
    file.write_text(json.dumps(data))
    before = running("status", "--json").json["ledger"]
    refuses(running("--now", "2026-10-10T12:00", "return", "submit", file), *words)
    assert running("status", "--json").json["ledger"] == before


def test_a_file_that_is_no_json_is_refused_with_its_line(running: Charter, tmp_path: Path) -> None:
    file = tmp_path / "return.json"
    file.write_text('{"quarter": 1,\n nonsense}')
    refuses(running("--now", "2026-10-10T12:00", "return", "submit", file), "line 2")


def test_a_home_that_cannot_be_written_is_named(
    charter: Charter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTER_HOME", "/proc/nowhere")
    refuses(charter("status"), "/proc/nowhere", "CHARTER_HOME")
    refuses(charter("db", "upgrade"), "/proc/nowhere", "CHARTER_HOME")


def test_a_database_behind_or_ahead_is_refused_with_the_mend(charter: Charter, home: Path) -> None:
    refuses(charter("status"), "charter db upgrade")
    charter("db", "upgrade")
    engine = open_engine(f"sqlite:///{home / 'charter.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    refuses(charter("status"), "9999", "newer")
    refuses(charter("db", "upgrade"), "9999", "newer")


def test_letters_wait_while_the_mail_server_is_down(
    running: Charter, monkeypatch: pytest.MonkeyPatch
) -> None:
    running("--now", "2026-10-14T09:00", "round")
    monkeypatch.setenv("CHARTER_MAIL_URL", "smtp://127.0.0.1:9")
    said = running("--now", "2026-10-14T10:00", "deliver", "--json")
    assert said.json["sent"] == 0
    assert said.json["waiting"] == 3
    assert "mail server is down" in str(said.json["trouble"])


def test_a_mail_address_of_an_unknown_kind_is_refused(
    running: Charter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTER_MAIL_URL", "ftp://user:hush@host")
    said = running("--now", "2026-10-14T10:00", "deliver")
    refuses(said, "CHARTER_MAIL_URL")
    assert "hush" not in said.err


def test_a_charter_with_two_commitments_of_one_id_is_refused(
    running: Charter, tmp_path: Path
) -> None:
    file = tmp_path / "charter.toml"
    file.write_text(shipped(CHARTER).replace('id = "W2"', 'id = "W1"', 1))
    refuses(running("--now", "2026-10-14T10:00", "cycle", "adopt", "sample", file), "W1")


def test_a_charter_that_would_require_too_many_fields_is_refused_with_the_count(
    running: Charter, tmp_path: Path
) -> None:
    one = '[[commitments]]\nid = "X{}"\nshort = "More"\ntext = "More."\nessential = false\n'
    file = tmp_path / "charter.toml"

    def adopt(more: int) -> Said:
        text = shipped(CHARTER).replace("working-0.1", f"long-{more}")
        file.write_text(text + "".join(one.format(n) for n in range(more)))
        return running("--now", "2026-10-14T10:00", "cycle", "adopt", "sample", file)

    assert adopt(21).code == 0
    refuses(adopt(22), "would require 62 fields, more than 60")


def test_figures_go_in_by_file_and_a_blank_is_named(charter: Charter, home: Path) -> None:
    assert charter("db", "upgrade").code == 0
    engine = open_engine(f"sqlite:///{home / 'charter.sqlite'}")
    Programme(Database(engine), home).begin()
    engine.dispose()
    assert charter("--now", "2026-09-02T09:00", "cycle", "adopt", "sample", "working-0.2").code == 0
    assert charter("--now", "2026-10-01T09:00", "round").code == 0
    which = ("--provider", "AVON", "--site", "AVB", "--quarter", QUARTER)
    document = charter("return", "template", *which).json
    assert document["measures"][0]["parts"] == {"asked": None, "not-asked": None}
    for answer in document["answers"]:
        answer |= {"rating": "fully", "public_statement": "We ask.", "confirmed": True}
    document["prepared_by"] = {"name": "Avon", "email": "avon@avon.example"}
    document["signed_by"] = {"name": "Ada", "email": "ada@avon.example", "role": "Director"}
    file = home / "return.json"

    def submit() -> Said:
        file.write_text(json.dumps(document))
        return charter("--now", "2026-10-10T12:00", "return", "submit", file)

    blank = submit()
    refuses(blank, "measures[arrivals-asked].whole: give a number; nought is an answer")
    refuses(blank, "measures[shared-consent-record].progress", "spotlight.words: say what you did")
    filled = measures_given(ReturnDocument.model_validate(document))
    document["measures"] = [one.model_dump(mode="json") for one in filled]
    document["spotlight"]["words"] = "We met two of them."
    document["measures"][0]["parts"]["asked"] = 31
    refuses(submit(), "measures[arrivals-asked].whole: the parts add up to 41, but this says 40")
    document["measures"][0]["parts"]["asked"] = 30
    assert submit().code == 0
    shown = charter("return", "show", *which).out
    assert (
        "How many new arrivals did you ask who supports them? New arrivals: 40; Asked: 30" in shown
    )
    assert "For Gypsy, Roma and Traveller families: We met two of them." in shown
    kept = charter("return", "show", *which, "--json").json["document"]
    assert kept["measures"][0]["parts"] == {"asked": 30, "not-asked": 10}
    again = charter("return", "template", *which).json
    assert again == kept, "the template is the return as it is saved now"


def test_a_now_before_the_last_step_is_refused_to_writers_only(running: Charter) -> None:
    for command in ("round", "deliver", "score", "publish"):
        refuses(running("--now", "2026-09-30T09:00", command), "last step")
    assert running("--now", "2026-09-30T09:00", "status").code == 0


@pytest.mark.parametrize("now", ["yesterday", "2026-02-30", "9999-12-31T23:59-12:00", "0001-01-01"])
def test_a_now_that_is_no_time_is_refused(running: Charter, now: str) -> None:
    said = running("--now", now, "status")
    assert (said.code, said.out) == (2, "")
    assert "write it as 2026-10-29T09:00" in said.err


def test_production_needs_a_secret_key_and_refuses_now(
    running: Charter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTER_ENV", "production")
    refuses(running("status"), "CHARTER_SECRET_KEY")
    monkeypatch.setenv("CHARTER_SECRET_KEY", "k" * 40)
    assert running("status").code == 0
    refuses(running("--now", "2026-10-14T10:00", "status"), "production")


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-command",),
        ("cycle", "plan"),
        ("return", "template", "--provider", "X"),
        ("status", "--yaml"),
    ],
)
def test_wrong_usage_ends_with_two(charter: Charter, words: tuple[str, ...]) -> None:
    said = charter(*words)
    assert said.code == 2
    assert said.out == ""


def test_unknown_names_are_answered_with_those_there_are(running: Charter) -> None:
    refuses(running("cycle", "plan", "atlantis"), "atlantis", "sample")
    refuses(running("cycle", "show", "sample", "--quarter", "2020-21-Q1"), "2026-27-Q2")
    which = ("--provider", "AVON", "--site", "nowhere", "--quarter", QUARTER)
    refuses(running("return", "show", *which), "AVB")
    odd = (*which[:3], "AVB", "--quarter", "2026-Q2")
    refuses(running("return", "template", *odd), "write it as 2026-27-Q2")


def test_doctor_says_what_to_mend(charter: Charter, running: Charter) -> None:
    well = running("--now", "2026-10-02T09:00", "doctor", "--json")
    assert well.code == 0, well.out
    late = running("--now", "2028-12-01T09:00", "doctor")
    assert late.code == 1
    assert "calendar" in late.out


def test_no_two_regions_may_share_a_prisons_code(running: Charter, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text(SMALL.replace("Sample,", "Fenland,"))
    said = running("--now", "2026-10-02T09:00", "register", "import", file)
    refuses(said, "line 2, site_code", "AVB is a prison of sample already")
