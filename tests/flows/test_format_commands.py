"""`charter format`: what people made of a page stands beside it, named with its makers."""

import json
from pathlib import Path

import pytest

from charter.steps import Published
from flows.commands import formats as commands
from providers import lives
from providers.database import Database, open_engine
from providers.scanners import Verdict
from tests.flows.test_commands import Charter, refuses
from tests.flows.test_commands import charter as charter
from tests.flows.test_commands import running as running
from tests.support import files
from tests.support.cast import at
from tests.support.programme import Programme

NOW = ("--now", "2026-12-10T09:00")
WHICH = ("--site", "AVB", "--quarter", "2026-27-Q2")
WHO = ("--made-by", "Plain Pictures", "--tested-by", "The Reading Group", "--made-on", "2026-12-09")


def release(home: Path, revision: int, when: str) -> None:
    """Avon's update of Avonbridge goes out."""
    engine = open_engine(f"sqlite:///{home / 'charter.sqlite'}")
    here = Programme(Database(engine), home)
    if revision == 1:
        here.submit("AVON", "AVB", "2026-10-20T09:00")
    step = Published(revision=revision, page="prisons/AVB/2026-27-Q2")
    with here.database.writing() as session:
        lives.record(session, here.ref("AVON", "AVB").id, step, at(when), "engine")
    engine.dispose()


def test_a_form_that_people_made_is_put_beside_its_page_and_taken_off_again(
    running: Charter, home: Path, tmp_path: Path
):
    file = tmp_path / "easy.pdf"
    file.write_bytes(files.PDF)
    refuses(running(*NOW, "format", "add", file, *WHICH, *WHO), "Avonbridge", "not published")
    release(home, 1, "2026-12-08T09:00")
    by = ("--by", "avon@avon.example")
    refuses(running(*NOW, "format", "add", file, *WHICH, *WHO, *by), "listening_partner")
    added = running(*NOW, "format", "add", file, *WHICH, *WHO)
    assert (added.code, added.out) == (
        0,
        "Format 1 stands: Easy Read of HMP Avonbridge, July to September 2026. "
        "The next publication shows it.\n",
    )
    [listed] = running("format", "list", "--json").json
    assert (listed["site"], listed["made_by"], listed["ended_at"]) == (
        "AVB",
        "Plain Pictures",
        None,
    )
    assert "Plain Pictures" in running("format", "list", "--region", "Sample").out

    assert running("--now", "2026-12-10T10:00", "publish").code == 0
    beside = home / "site" / "prisons" / "AVB" / "2026-27-Q2-easy-read.pdf"
    assert beside.read_bytes() == files.PDF
    assert (beside.parent / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert running("verify").code == 0

    ended = running("--now", "2026-12-11T09:00", "format", "end", 1, "--json")
    assert ended.json == {"format": 1, "changed": True}
    assert "had ended" in running("--now", "2026-12-11T09:00", "format", "end", 1).out
    assert running("--now", "2026-12-11T10:00", "publish").code == 0
    assert not beside.exists()
    refuses(running("--now", "2026-12-11T11:00", "format", "end", 7), "no format 7")


class Stern:
    """A scanner that finds every file harmful."""

    def scan(self, path: Path) -> Verdict:
        return Verdict("infected", f"found Eicar in {path.name}")


def test_a_file_that_the_scanner_finds_harmful_is_not_taken(
    running: Charter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "easy.pdf"
    file.write_bytes(files.PDF)
    monkeypatch.setattr(commands, "scanner_for", lambda _url: Stern())
    refuses(running(*NOW, "format", "add", file, *WHICH, *WHO), "not taken", "found Eicar")
    assert running("format", "list", "--json").json == []


def test_a_translation_is_put_on_record_and_a_page_is_frozen_with_it(
    running: Charter, home: Path, tmp_path: Path
):
    release(home, 1, "2026-12-08T09:00")
    assert running("--now", "2026-12-10T08:00", "publish").code == 0
    data = json.loads((home / "site" / "prisons" / "AVB" / "2026-27-Q2.json").read_bytes())
    english, polish = tmp_path / "english.txt", tmp_path / "polish.txt"
    english.write_text(data["commitments"][0]["answers"][0]["statement"] + "\n", "utf-8")
    polish.write_text("Tak jest.\n", "utf-8")
    what = (*NOW, "format", "translate", english, polish, "--language", "pl")
    who = ("--made-by", "Ada", "--region", "Sample", "--made-on", "2026-12-09")
    refuses(running(*what, *who, "--checked-by", "ada"), "name another")
    kept = running(*what, *who, "--json").json
    assert kept == {"format": 1, "language": "pl", "shown": False}
    done = running(*what, *who, "--checked-by", "Bea")
    assert done.out == "Translation 2 stands. The next publication shows it.\n"
    english.write_bytes(b"\xff\xfe")
    refuses(running(*what, *who), "UTF-8")
    assert running("--now", "2026-12-10T10:00", "publish").code == 0
    assert running("verify").code == 0
    assert not (home / "site" / "pl").exists()
