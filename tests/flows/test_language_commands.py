"""A site in other languages, from an operator's commands to a copy that is checked elsewhere."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po, write_po

from charter.steps import Challenged, Published, Revised
from flows import publishing
from notifications.languages import CODES, to_translate
from providers import answering, lives, renditions
from providers.database import Database, open_engine
from providers.renditions import Made
from tests.flows.test_commands import Charter, refuses, running
from tests.flows.test_commands import charter as charter
from tests.flows.test_publishing import LATER, MORNING, in_parts, many, revise, told
from tests.support.cast import at
from tests.support.languages import accented, turned
from tests.support.programme import Programme

__all__ = ["in_parts", "many", "running", "told"]
HEAD = "# Translator: The Language Service\n# Reviewer: Families Heard\n# Reviewed on: 2026-12-09\n"
ROOT = Path(publishing.__file__).parent.parent
PAGE = "prisons/AVB/2026-27-Q2"
STATEMENT, POLISH = "We answer the line by noon.", "Odbieramy telefon do południa."
IN_ENGLISH = (
    "Organisations write in English. Their words stand in English here, where nobody has "
    "translated these very words."
)
WHO = ("--made-by", "Ada & Co", "--checked-by", "Bea", "--made-on", "2026-12-09")


def filled(file: Path, code: str, say: Any, *, head: str = HEAD) -> Path:
    """A catalogue that `language write` wrote, as a translator and a reviewer give it back."""
    file.write_text(filled_in(code, file.read_bytes(), say, head), "utf-8")
    return file


def filled_in(code: str, empty: bytes, say: Any, head: str = HEAD) -> str:
    made = read_po(io.BytesIO(empty), locale=code)
    for message in made:
        if isinstance(message.id, tuple):
            many = message.id[1]
            message.string = tuple(say(many, form) for form in range(made.num_plurals))
        elif message.id:
            message.string = say(message.id)
    out = io.BytesIO()
    write_po(out, made, width=100)
    return head + re.sub(r"# (Translator|Reviewer|Reviewed on):\n", "", out.getvalue().decode())


def comes_out(home: Path, statement: str, when: str, revision: int = 1) -> None:
    """Avon's update of Avonbridge, with this of its first promise, is signed and published."""
    engine = open_engine(f"sqlite:///{home / 'charter.sqlite'}")
    here = Programme(Database(engine), home)
    ref = here.ref("AVON", "AVB")
    document = here.filled(ref)
    answers = list(document.answers)
    answers[0] = answers[0].model_copy(update={"public_statement": statement})
    document = document.model_copy(update={"answers": tuple(answers)})
    out = Published(revision=revision, page=PAGE)
    with here.database.writing() as session:
        if revision > 1:
            asked = Challenged(commitment=answers[0].commitment, question="When?")
            for step in (Revised(reason="A word."), asked):
                lives.record(session, ref.id, step, at(when), "engine")
        answering.submit(session, ref, document, at(when))
        lives.record(session, ref.id, out, at(when), "engine")
    engine.dispose()


def test_a_language_goes_from_an_empty_catalogue_to_a_site_that_verifies(
    running: Charter, home: Path, tmp_path: Path
) -> None:
    comes_out(home, STATEMENT, "2026-12-08T09:00")
    listed = running("language", "list", "--json").json
    assert [one["language"] for one in listed] == ["en-GB", *CODES]
    assert [one["language"] for one in listed if one["shown"]] == ["en-GB"]
    assert "Polski" in running("language", "list").out

    now = ("--now", "2026-12-10T09:00")
    for code, say in (("pl", accented), ("ar", turned)):
        file = tmp_path / f"{code}.po"
        assert running("language", "write", code, file).code == 0
        refuses(running(*now, "language", "add", code, file), "name the translator")
        added = running(*now, "language", "add", code, filled(file, code, say))
        assert (added.code, "sentences stay in English" in added.out) == (0, False), added

    english, polish = tmp_path / "english.txt", tmp_path / "polish.txt"
    english.write_text(f"{STATEMENT}\n", "utf-8")
    polish.write_text(f"{POLISH}\n", "utf-8")
    words = ("format", "translate", english, polish, "--language", "pl", "--region", "Sample")
    assert running(*now, *words, *WHO).code == 0
    assert running("--now", "2026-12-10T10:00", "publish").code == 0
    page = (home / "site" / "pl" / f"{PAGE}.html").read_text()
    assert '<html lang="pl" dir="ltr"' in page
    assert POLISH in page
    assert STATEMENT not in page
    assert '<bdi lang="en">Ada &amp; Co</bdi>' in page
    assert STATEMENT in (home / "site" / "ar" / f"{PAGE}.html").read_text()
    assert verified(running) == ""
    kinds = [(one["kind"], one["language"], one["words"]) for one in on_record(running)]
    assert kinds == [
        ("translation", "pl", POLISH),
        ("catalogue", "ar", ""),
        ("catalogue", "pl", ""),
    ]

    comes_out(home, "We answer the line by ten.", "2026-12-11T09:00", revision=2)
    assert running("--now", "2026-12-11T11:00", "publish").code == 0
    page = (home / "site" / "pl" / f"{PAGE}.html").read_text()
    assert '<div class="said" dir="auto" lang="en"><p>We answer the line by ten.</p>' in page
    assert POLISH not in page
    assert accented(IN_ENGLISH) in page
    assert verified(running) == ""
    assert verified_elsewhere(home, tmp_path / "elsewhere") == ""

    before = site_of(home)
    kept = home / "sites" / publishing.MADE
    assert kept.exists()
    kept.unlink()
    assert "Nothing has changed" in running("--now", "2026-12-11T11:30", "publish").out
    shutil.rmtree(home / "sites")
    (home / "site").unlink()
    assert running("--now", "2026-12-11T11:40", "publish").code == 0
    assert site_of(home) == before

    [polish_number] = [one["format"] for one in on_record(running) if one["kind"] == "catalogue"][
        1:
    ]
    assert running("--now", "2026-12-12T09:00", "format", "end", polish_number).code == 0
    assert verified(running) == ""
    assert running("--now", "2026-12-12T10:00", "publish").code == 0
    assert not (home / "site" / "pl").exists()
    assert (home / "site" / "ar" / "index.html").exists()
    assert verified(running) == ""


def site_of(home: Path) -> dict[str, bytes]:
    """Every file of the site but what vouches for it."""
    folder = (home / "site").resolve()
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in {"manifest.json", "signature.json"}
    }


def verified_elsewhere(home: Path, folder: Path) -> str:
    """What a copy of the home finds wrong, under another time zone and locale."""
    shutil.copytree(home, folder, symlinks=True)
    env = {"PATH": os.environ["PATH"], "CHARTER_HOME": str(folder), "TZ": "Asia/Tokyo"}
    env |= {"LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "verify", "--json"],
        env=env, cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return str(json.loads(done.stdout)["wrong"])


def verified(running: Charter) -> str:
    return str(running("verify", "--json").json["wrong"])


def on_record(running: Charter) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running("format", "list", "--json").json
    return found


def test_a_catalogue_that_cannot_be_used_is_refused_in_a_sentence(
    running: Charter, tmp_path: Path
) -> None:
    file = tmp_path / "tr.po"
    assert running("language", "write", "tr", file).code == 0
    empty = file.read_bytes()
    for head, why in (
        ("", "name the translator"),
        (HEAD.replace("Families Heard", "the language service"), "name the translator"),
        (HEAD.replace("2026-12-09", "soon"), "name the translator"),
        (HEAD.replace("2026-12-09", "2027-12-09"), "still to come"),
        (HEAD.replace("Families Heard", "A1234BC"), "name an organisation"),
    ):
        file.write_bytes(empty)
        filled(file, "tr", accented, head=head)
        refuses(running("--now", "2026-12-10T09:00", "language", "add", "tr", file), why)
    file.write_bytes(b"\xff\xfe")
    refuses(running("language", "add", "tr", file), "UTF-8")
    file.write_text("no catalogue\n", "utf-8")
    refuses(running("language", "add", "tr", file), "cannot be read")
    refuses(running("language", "add", "cy", file), "has no place")
    refuses(running("language", "write", "cy", file), "has no place")
    assert running("format", "list", "--json").json == []


def test_a_catalogue_comes_back_to_its_translator_with_what_was_done(
    running: Charter, tmp_path: Path
) -> None:
    file, again = tmp_path / "so.po", tmp_path / "again.po"
    assert running("language", "write", "so", file).code == 0
    half = filled(file, "so", lambda text, form=0: accented(text, form) if text > "M" else "")
    said = running("--now", "2026-12-10T09:00", "language", "add", "so", half).out
    assert "sentences stay in English, marked as such" in said
    done = running("language", "write", "so", again, "--json").json
    listed = {one["language"]: one for one in running("language", "list", "--json").json}
    assert 0 < done["left"] == listed["so"]["left_in_english"] < done["sentences"]
    assert (listed["so"]["shown"], listed["so"]["reviewed_by"]) == (True, "Families Heard")
    assert "Translator: The Language Service" in again.read_text("utf-8")


def test_what_was_kept_says_the_same_in_another_language_as_what_is_made_anew(
    many: Programme,
) -> None:
    now = at(MORNING)
    words = filled_in("pl", to_translate("pl"), accented)
    with many.database.writing() as session:
        made = Made("The Language Service", "Families Heard", now.date(), "pl")
        renditions.add_catalogue(session, words, made, now, "operator")
    first = many.publish(MORNING)
    assert (first.made, first.drawn > first.pages) == (0, True)
    revise(many, "S1")
    again = many.publish(LATER)
    assert 0 < again.made < again.pages / 2
    kept = site_of(many.home)
    shutil.rmtree(many.home / "sites")
    (many.home / "site").unlink()
    assert many.publish(LATER).made > again.made
    anew = site_of(many.home)
    assert [one for one in kept.keys() | anew.keys() if kept.get(one) != anew.get(one)] == []
