"""Files wait in quarantine for a scanner, lie under their SHA-256, and open to their givers."""

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from charter.answers import Evidence, ReturnDocument
from providers import answering, evidence, ledger, returns
from providers.database import Database
from providers.evidence import Cabinet, FileView, NotOpen
from providers.evidence_archive import beside, pack, unpack
from providers.evidence_scanning import Scanned, first_wrong, scan_waiting
from providers.file_kinds import NotTaken
from providers.scanners import Verdict
from tests.support import files
from tests.support.cast import AVON, DEE, at
from tests.support.clamd import EICAR
from tests.support.stage import LAST, QUARTER, Stage

BY = "person:1"


class Stern:
    """A scanner of the tests: finds EICAR, and is down when told to be."""

    name = "stern"

    def __init__(self) -> None:
        self.down = False
        self.asked: list[Path] = []

    def scan(self, path: Path) -> Verdict:
        self.asked.append(path)
        if self.down:
            return Verdict("failed", "stern is down")
        found = EICAR in path.read_bytes()
        return Verdict("infected" if found else "clean", "found Eicar" if found else "nothing")

    def reachable(self) -> str:
        return "down" if self.down else ""


@pytest.fixture
def stage(store: Database) -> Stage:
    return Stage(store).play()


@pytest.fixture
def cabinet(tmp_path: Path) -> Cabinet:
    return Cabinet(tmp_path / "evidence", Stern())


def give(
    stage: Stage,
    cabinet: Cabinet,
    data: bytes = files.PDF,
    name: str = "minutes.pdf",
    *,
    player: Any = AVON,
    quarter: str = QUARTER,
) -> FileView:
    here = stage.ref(player, quarter)
    with stage.database.writing() as session:
        return evidence.take(session, cabinet, here, name, data, stage.now, BY)


def seen(stage: Stage, file: FileView) -> FileView:
    with stage.database.reading() as session:
        return next(f for f in evidence.listing(session, stage.ref()) if f.id == file.id)


def lying(cabinet: Cabinet) -> list[str]:
    return [path.relative_to(cabinet.folder).as_posix() for path in cabinet.files()]


def wrong(stage: Stage, cabinet: Cabinet) -> str:
    with stage.database.reading() as session:
        return ledger.verify(session) or first_wrong(session, cabinet.folder)


def named_in(stage: Stage, file: FileView, *, player: Any = AVON) -> ReturnDocument:
    """The player's draft with the file as evidence of its first answer."""
    here = stage.ref(player)
    with stage.database.reading() as session:
        document = returns.draft(session, here).document
    first = document.answers[0]
    piece = Evidence(title="Minutes", dated=at("2026-06-01T09:00").date(), file=file.name)
    more = first.model_copy(
        update={"evidence": (*first.evidence, piece.model_copy(update={"sha": file.sha}))}
    )
    return document.model_copy(update={"answers": (more, *document.answers[1:])})


def save(stage: Stage, document: ReturnDocument, player: Any = AVON) -> None:
    here = stage.ref(player)
    with stage.database.writing() as session:
        version = returns.draft(session, here).version
        person = stage.person(player.email)
        answering.save_draft(session, here, document, stage.now, person, version=version)


def test_a_file_waits_in_quarantine_and_opens_once_it_is_cleared(stage: Stage, cabinet: Cabinet):
    file = give(stage, cabinet)
    assert (file.verdict, file.size, file.kind.id) == ("quarantined", len(files.PDF), "pdf")
    assert lying(cabinet) == [f"quarantine/{file.sha}"]
    with pytest.raises(NotOpen, match="being checked"):
        evidence.open_file(cabinet, file)
    assert scan_waiting(stage.database, cabinet, stage.now) == Scanned(clean=1)
    assert lying(cabinet) == [f"clean/{file.sha[:2]}/{file.sha}"]
    assert evidence.open_file(cabinet, seen(stage, file)) == files.PDF
    assert scan_waiting(stage.database, cabinet, stage.now) == Scanned()
    assert wrong(stage, cabinet) == ""


def test_nobody_else_on_the_machine_can_read_a_file(stage: Stage, cabinet: Cabinet):
    file = give(stage, cabinet)
    assert stat.S_IMODE(os.stat(cabinet.quarantined(file.sha)).st_mode) == 0o600
    scan_waiting(stage.database, cabinet, stage.now)
    assert stat.S_IMODE(os.stat(cabinet.cleared(file.sha)).st_mode) == 0o600


def test_what_is_harmful_never_opens_and_is_destroyed(stage: Stage, cabinet: Cabinet):
    file = give(stage, cabinet, EICAR, "calls.txt")
    assert scan_waiting(stage.database, cabinet, stage.now) == Scanned(infected=1)
    assert lying(cabinet) == []
    after = seen(stage, file)
    assert (after.verdict, after.says) == ("infected", "found Eicar")
    with pytest.raises(NotOpen, match="found it harmful"):
        evidence.open_file(cabinet, after)
    with pytest.raises(NotTaken, match="this very file to be harmful"):
        give(stage, cabinet, EICAR, "calls again.txt", player=DEE)
    assert wrong(stage, cabinet) == ""


def test_a_scanner_that_is_down_leaves_files_waiting_and_is_asked_again(
    stage: Stage, cabinet: Cabinet
):
    file = give(stage, cabinet)
    assert isinstance(cabinet.scanner, Stern)
    cabinet.scanner.down = True
    assert scan_waiting(stage.database, cabinet, stage.now) == Scanned(
        failed=1, trouble="stern is down"
    )
    assert seen(stage, file).verdict == "quarantined"
    with stage.database.reading() as session:
        assert evidence.waiting(session) == 1
    cabinet.scanner.down = False
    assert scan_waiting(stage.database, cabinet, stage.now) == Scanned(clean=1)
    with stage.database.reading() as session:
        assert evidence.waiting(session) == 0


def test_without_a_scanner_a_file_opens_and_says_that_nobody_looked(stage: Stage, cabinet: Cabinet):
    alone = Cabinet(cabinet.folder)
    file = give(stage, alone)
    assert scan_waiting(stage.database, alone, stage.now) == Scanned(unscanned=1)
    after = seen(stage, file)
    assert (after.verdict, "nobody has looked" in after.says) == ("unscanned", True)
    assert evidence.open_file(alone, after) == files.PDF
    assert scan_waiting(stage.database, alone, stage.now) == Scanned()
    assert scan_waiting(stage.database, cabinet, stage.now) == Scanned(clean=1)
    assert seen(stage, file).verdict == "clean"
    assert wrong(stage, cabinet) == ""


def test_just_the_file_that_came_can_be_looked_into(stage: Stage, cabinet: Cabinet):
    give(stage, cabinet)
    new = give(stage, cabinet, files.png(), "board.png")
    assert scan_waiting(stage.database, cabinet, stage.now, [new.sha]) == Scanned(clean=1)
    with stage.database.reading() as session:
        assert evidence.waiting(session) == 1


def test_the_ledger_knows_each_file_by_its_fingerprint_and_never_by_its_name(
    stage: Stage, cabinet: Cabinet
):
    file = give(stage, cabinet)
    scan_waiting(stage.database, cabinet, stage.now)
    with stage.database.reading() as session:
        entries = list(ledger.entries(session))[-2:]
    assert [(e.kind, e.subject) for e in entries] == [
        ("evidence_taken", f"evidence:{file.sha}"),
        ("evidence_judged", f"evidence:{file.sha}"),
    ]
    assert not any("minutes" in str(entry) for entry in entries)


def test_the_same_file_given_twice_is_kept_once(stage: Stage, cabinet: Cabinet):
    first, again = give(stage, cabinet), give(stage, cabinet, name="copy.pdf")
    assert (first.id, first.name) == (again.id, again.name)
    theirs = give(stage, cabinet, player=DEE)
    assert theirs.id != first.id
    assert len(lying(cabinet)) == 1
    assert scan_waiting(stage.database, cabinet, stage.now) == Scanned(clean=1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("letter 943 476 5919.pdf", "NHS number"),
        ("letter_943_476_5919.pdf", "NHS number"),
        ("A1234BC_letter.pdf", "prison number"),
        ("dob 03-05-1971.pdf", "date of birth"),
    ],
)
def test_a_name_that_names_a_patient_is_refused_in_a_sentence(
    stage: Stage, cabinet: Cabinet, name: str, kind: str
):
    with pytest.raises(NotTaken, match=f"the name of this file seems to hold an? {kind}"):
        give(stage, cabinet, name=name)
    assert lying(cabinet) == []


def test_a_file_over_the_limit_is_refused_in_a_sentence(stage: Stage, cabinet: Cabinet):
    just = b"a" * evidence.BIGGEST
    with pytest.raises(NotTaken, match="larger than 10 MB"):
        give(stage, cabinet, just + b"a", "long.txt")
    assert give(stage, cabinet, just, "long.txt").size == 10_000_000


def test_a_return_takes_ten_files_and_no_more(stage: Stage, cabinet: Cabinet):
    for number in range(evidence.MOST):
        give(stage, cabinet, b"Log number %d\n" % number, f"log {number}.txt")
    with pytest.raises(NotTaken, match="has 10 files already"):
        give(stage, cabinet)
    assert give(stage, cabinet, b"Log number 3\n", "log 3.txt").name == "log 3.txt"
    assert give(stage, cabinet, player=DEE).name == "minutes.pdf"


def test_a_file_taken_in_a_step_that_failed_leaves_an_orphan_that_is_swept(
    stage: Stage, cabinet: Cabinet
):
    kept = give(stage, cabinet)
    with pytest.raises(RuntimeError):
        give_and_fail(stage, cabinet)
    unfinished = cabinet.folder / "quarantine" / ".tmpabc"
    unfinished.write_bytes(b"half")
    assert len(lying(cabinet)) == 3
    with stage.database.writing() as session:
        assert evidence.sweep(session, cabinet) == 2
    assert lying(cabinet) == [f"quarantine/{kept.sha}"]


def give_and_fail(stage: Stage, cabinet: Cabinet) -> None:
    with stage.database.writing() as session:
        evidence.take(session, cabinet, stage.ref(), "b.png", files.png(), stage.now, BY)
        raise RuntimeError


def test_a_file_taken_out_again_is_gone_for_good(stage: Stage, cabinet: Cabinet):
    file = give(stage, cabinet)
    with stage.database.writing() as session:
        assert evidence.let_go(session, stage.ref(), file.sha, stage.now, BY)
    with stage.database.writing() as session:
        evidence.sweep(session, cabinet)
    assert lying(cabinet) == []
    with stage.database.reading() as session:
        assert evidence.listing(session, stage.ref()) == []
    assert wrong(stage, cabinet) == ""


def test_a_file_that_something_saved_still_names_is_kept(stage: Stage, cabinet: Cabinet):
    file = give(stage, cabinet)
    save(stage, named_in(stage, file))
    with stage.database.writing() as session:
        assert not evidence.let_go(session, stage.ref(), file.sha, stage.now, BY)
        assert evidence.sweep(session, cabinet) == 0
    assert [one.id for one in listed(stage)] == [file.id]


def listed(stage: Stage) -> list[FileView]:
    with stage.database.reading() as session:
        return evidence.listing(session, stage.ref())


def test_last_quarters_file_opens_in_this_quarter_once_the_answer_names_it(
    stage: Stage, cabinet: Cabinet
):
    old = give(stage, cabinet, quarter=LAST)
    here, document = stage.ref(), named_in(stage, old)
    with stage.database.reading() as session:
        assert evidence.find(session, here, old.id, []) is None
        found = evidence.find(session, here, old.id, [document])
        assert found is not None
        assert (found.id, found.name) == (old.id, "minutes.pdf")
        assert evidence.named(session, here, [document]) == {old.sha: found}


def test_a_copied_answer_that_named_a_file_last_lets_it_go_where_it_was_given(
    stage: Stage, cabinet: Cabinet
):
    old = give(stage, cabinet, quarter=LAST)
    theirs = give(stage, cabinet, player=DEE)
    with stage.database.writing() as session:
        assert evidence.let_go(session, stage.ref(), old.sha, stage.now, BY)
    with stage.database.reading() as session:
        assert evidence.listing(session, stage.ref(AVON, LAST)) == []
        assert [one.id for one in evidence.listing(session, stage.ref(DEE))] == [theirs.id]
    assert wrong(stage, cabinet) == ""


@pytest.mark.parametrize("whose", ["nobody's", "another provider's"])
def test_a_return_cannot_name_a_file_that_its_provider_never_gave(
    stage: Stage, cabinet: Cabinet, whose: str
):
    file = give(stage, cabinet, player=DEE if whose == "another provider's" else AVON)
    if whose == "nobody's":
        file = replace(file, sha="0" * 64)
    document = named_in(stage, file)
    count = len(document.answers[0].evidence)
    with stage.database.reading() as session:
        found = answering.problems(session, stage.ref(), document, complete=True)
    assert [p.where for p in found if p.where.endswith(".sha")] == [
        f"answers[{document.answers[0].commitment}].evidence[{count}].sha"
    ]


def test_another_providers_file_is_not_there_even_for_who_knows_its_fingerprint(
    stage: Stage, cabinet: Cabinet
):
    theirs = give(stage, cabinet, player=DEE)
    document = named_in(stage, theirs)
    with stage.database.reading() as session:
        assert evidence.find(session, stage.ref(), theirs.id, [document]) is None
        assert evidence.named(session, stage.ref(), [document]) == {}
        assert evidence.find(session, stage.ref(), 10_000, [document]) is None


@pytest.mark.parametrize("verdict", ["quarantined", "clean"])
def test_a_file_that_was_changed_or_is_gone_is_named(stage: Stage, cabinet: Cabinet, verdict: str):
    file = give(stage, cabinet)
    if verdict == "clean":
        scan_waiting(stage.database, cabinet, stage.now)
    place = next(cabinet.files())
    place.write_bytes(b"%PDF-1.4 something else %%EOF")
    said = f"the evidence file {file.sha[:12]} of return {file.return_id}"
    assert wrong(stage, cabinet) == f"{said} has been changed"
    if verdict == "clean":
        with pytest.raises(NotOpen, match="has been changed"):
            evidence.open_file(cabinet, seen(stage, file))
    place.unlink()
    assert wrong(stage, cabinet) == f"{said} is missing"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE evidence_file SET verdict = 'clean'", "is not the one the ledger vouches for"),
        ("UPDATE evidence_file SET kind = 'png'", "is not the one the ledger vouches for"),
        ("DELETE FROM evidence_file", "is not on record any more"),
    ],
)
def test_a_row_that_was_altered_is_named(stage: Stage, cabinet: Cabinet, change: str, said: str):
    give(stage, cabinet)
    with stage.database.engine.begin() as connection:
        connection.exec_driver_sql(change)
    assert said in wrong(stage, cabinet)


def test_the_evidence_is_packed_and_comes_back(stage: Stage, cabinet: Cabinet, tmp_path: Path):
    give(stage, cabinet)
    scan_waiting(stage.database, cabinet, stage.now)
    give(stage, cabinet, files.png(), "board.png")
    before = lying(cabinet)
    packed = beside(tmp_path / "copy.db")
    assert packed.name == "copy.db.evidence.tar"
    assert pack(cabinet.folder, packed) == 2
    for path in list(cabinet.files()):
        path.unlink()
    assert unpack(packed, cabinet.folder) == 2
    assert lying(cabinet) == before
    assert wrong(stage, cabinet) == ""


def test_a_pack_that_was_changed_or_is_none_is_refused(
    stage: Stage, cabinet: Cabinet, tmp_path: Path
):
    give(stage, cabinet)
    packed = tmp_path / "copy.tar"
    pack(cabinet.folder, packed)
    packed.write_bytes(packed.read_bytes().replace(b"Catalog", b"Katalog"))
    with pytest.raises(ValueError, match="holds a file that was changed"):
        unpack(packed, tmp_path / "new")
    packed.write_bytes(b"no pack at all" * 100)
    with pytest.raises(ValueError, match="cannot be read as a pack of evidence"):
        unpack(packed, tmp_path / "new")
    assert not list((tmp_path / "new").rglob("*"))
