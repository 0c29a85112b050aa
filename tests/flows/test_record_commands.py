"""The commands of plan, brief, checkpoint and erasure, as an operator meets them."""

import csv
import json
import shutil
from pathlib import Path

from tests.flows.test_commands import Charter, charter, running
from tests.support.programme import COMMISSIONER, QUARTER, SMALL

__all__ = ["charter", "running"]
NEXT = "2026-27-Q3"


def test_a_rehearsal_is_written_as_csv_and_agreed_to(running: Charter, tmp_path: Path):
    file, now = tmp_path / "plan.csv", ("--now", "2026-12-20T09:00")
    plan = running(*now, "rehearse", "sample", "--quarter", NEXT, "--csv", file, "--json").json
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == sum(len(letter["about"]) for letter in plan["letters"])
    assert not plan["approved"]
    which = ("rehearse", "sample", "--quarter", NEXT, "--approve")
    refused = running(*now, *which, "0" * 64, "--by", COMMISSIONER)
    assert refused.code == 1
    assert plan["fingerprint"] in refused.err
    agreed = running(*now, *which, plan["fingerprint"][:16], "--by", COMMISSIONER)
    assert agreed.code == 0
    assert "A commissioner has agreed to this plan." in agreed.out
    assert plan["fingerprint"] in agreed.out


def test_verify_lists_every_difference_from_the_plan(running: Charter):
    running("--now", "2026-10-02T09:00", "publish")
    found = running("verify", "--json").json
    (plan,) = found["plans"]
    assert (plan["quarter"], plan["unexplained"]) == (QUARTER, 0)
    assert plan["planned"] == plan["as_planned"] + plan["to_come"] + len(
        [d for d in plan["differences"] if d["planned"]]
    )
    assert "1 checkpoint holds" in found["checkpoints"][0]
    assert "0 unexplained" in running("verify").out


def test_anybody_can_check_a_copy_of_the_site(running: Charter, home: Path, tmp_path: Path):
    running("--now", "2026-10-02T09:00", "publish")
    copy = shutil.copytree((home / "site").resolve(), tmp_path / "copy")
    key = running("verify", "--public-key").out.strip()
    held = running("verify", "--bulletin", copy, "--key", key)
    assert held.code == 0
    assert "The signature holds" in held.out
    assert running("verify", "--bulletin", copy, "--json").json["given"] is False
    assert "give 32 bytes in base64" in running("verify", "--bulletin", copy, "--key", "x").err
    page = copy / "index.html"
    page.write_text(page.read_text().replace("Find your prison", "Find a prison", 1))
    found = running("verify", "--bulletin", copy, "--key", key)
    assert (found.code, found.err.strip()) == (1, "charter: index.html has been changed")
    assert running("verify", "--bulletin", tmp_path / "none").code == 1


def test_a_checkpoint_folder_and_key_of_ones_own(
    running: Charter, home: Path, monkeypatch, tmp_path
):
    monkeypatch.setenv("CHARTER_CHECKPOINTS", str(tmp_path / "witness"))
    monkeypatch.setenv("CHARTER_CHECKPOINT_KEY", "bm90IGxvbmcgZW5vdWdo")
    refused = running("doctor")
    assert (refused.code, "32 bytes in base64" in refused.err) == (1, True)
    monkeypatch.setenv("CHARTER_CHECKPOINT_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    assert running("--now", "2026-10-02T09:00", "publish").code == 0
    assert [file.name for file in (tmp_path / "witness").iterdir()] == ["000001.json"]
    assert not (home / "checkpoint.key").exists()
    assert running("verify").code == 0
    (tmp_path / "witness" / "000001.json").unlink()
    checks = {c["name"]: c for c in running("doctor", "--json").json["checks"]}
    assert checks["checkpoints"]["well"] is False
    assert "charter publish" in checks["checkpoints"]["finding"]


def test_the_brief_is_shown_or_given(running: Charter):
    shown = running("--now", "2026-10-02T08:55", "brief", "--show", "--json").json
    assert shown["title"].startswith("2 October 2026: ")
    given = running("--now", "2026-10-02T08:55", "brief")
    assert given.code == 0
    assert "CHARTER_STAFF_ALERT_URLS" in given.out


def test_a_person_is_erased_by_command(running: Charter, tmp_path: Path):
    gone = "cal@clyde.example"
    refused = running("--now", "2026-10-02T09:00", "register", "forget", gone)
    assert (refused.code, "still a contact" in refused.err) == (1, True)
    file = tmp_path / "without.csv"
    file.write_text("".join(line for line in SMALL.splitlines(True) if gone not in line))
    assert running("--now", "2026-10-02T09:00", "register", "import", file).code == 0
    done = running("--now", "2026-10-05T11:00", "deliver")
    assert done.code == 0
    erased = running("--now", "2026-10-05T12:00", "register", "forget", gone, "--json")
    assert json.loads(erased.out)["person"] > 0
    assert running("verify").code == 0


def test_whoever_runs_the_service_lets_somebody_set_up_a_second_factor(running: Charter):
    now = ("--now", "2026-10-02T09:00")
    done = running(*now, "staff", "enrol", COMMISSIONER, "--json").json
    assert (done["email"], len(done["figures"])) == (COMMISSIONER, len("1234 5678"))
    said = running(*now, "staff", "enrol", COMMISSIONER)
    assert "once, until 3 October 2026 at 09:00 (London)" in said.out
    assert done["figures"] not in said.out
    refused = running(*now, "staff", "enrol", COMMISSIONER, "--by", COMMISSIONER)
    assert (refused.code, "nobody lets themselves in" in refused.err) == (1, True)
    assert running(*now, "staff", "enrol", "nobody@avon.example").code == 1
