"""Evidence is looked into in every round; doctor and verify say how it stands with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.delivering import deliver_letters
from flows.doctoring import examine
from flows.scanning import cabinet_of, scan_files
from flows.settings import BadSettings, read_settings
from flows.verifying import verify
from flows.wiring import App, prepare, wire
from providers import evidence, returns
from providers.evidence_scanning import Scanned
from tests.support import files
from tests.support.cast import at
from tests.support.clamd import EICAR, StandIn, clamd
from tests.support.stage import Stage

NOW = at("2026-10-05T09:00")


@pytest.fixture
def scanner() -> Iterator[StandIn]:
    with clamd() as here:
        yield here


@pytest.fixture
def service(home: Path, scanner: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An installation with the cast in it and a scanner set up."""
    monkeypatch.setenv("CHARTER_SCANNER_URL", scanner.url)
    prepare(read_settings())
    app = wire()
    Stage(app.database, site_folder=home / "site").play()
    yield app
    app.database.engine.dispose()


def give(service: App, data: bytes = files.TEXT, name: str = "calls.csv") -> None:
    with service.database.writing() as session:
        here = returns.find(session, "AVON", "AVB", "2026-27-Q2")
        evidence.take(session, cabinet_of(service), here, name, data, NOW, "person:1")


def verdicts(service: App) -> list[str]:
    with service.database.reading() as session:
        here = returns.find(session, "AVON", "AVB", "2026-27-Q2")
        return [file.verdict for file in evidence.listing(session, here)]


def scanner_line(service: App) -> str:
    line = next(c for c in examine(service.settings, NOW) if c.name == "scanner")
    return f"{'ok' if line.well else 'MEND'} {line.finding}"


def test_what_waits_is_looked_into_when_letters_are_delivered(service: App):
    give(service)
    give(service, EICAR, "harmful.txt")
    deliver_letters(service.database, NOW, service.post)
    assert verdicts(service) == ["clean", "infected"]
    assert len(list(cabinet_of(service).files())) == 1


def test_a_scanner_that_is_down_stops_nothing_and_doctor_says_how_many_wait(
    service: App, scanner: StandIn
):
    give(service)
    assert scanner_line(service).startswith("ok clamd at 127.0.0.1:")
    assert scanner_line(service).endswith("1 file of evidence waiting")
    scanner.mood = "drops"
    assert scan_files(service.database, NOW, service.post).failed == 1
    assert verdicts(service) == ["quarantined"]
    said = scanner_line(service)
    assert said.startswith("MEND clamd at 127.0.0.1:")
    assert said.endswith("1 file of evidence waiting for it")
    scanner.mood = "well"
    assert scan_files(service.database, NOW, service.post) == Scanned(clean=1)


def test_without_a_scanner_doctor_says_that_files_open_unscanned(
    service: App, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CHARTER_SCANNER_URL")
    line = next(c for c in examine(read_settings(), NOW) if c.name == "scanner")
    assert line.well
    assert line.finding.startswith("none set up: files open unscanned, and say so")


def test_what_nobody_holds_any_more_is_cleared_away(service: App):
    give(service)
    stray = cabinet_of(service).quarantined("a" * 64)
    stray.write_bytes(b"left by a crash")
    scan_files(service.database, NOW, service.post)
    assert not stray.exists()
    assert len(list(cabinet_of(service).files())) == 1


def test_verify_names_a_file_that_is_not_as_it_was_given(service: App):
    give(service)
    assert verify(service.database, service.home).wrong == ""
    next(cabinet_of(service).files()).write_bytes(b"another")
    assert "has been changed" in verify(service.database, service.home).wrong


@pytest.mark.parametrize("url", ["http://scanner.example", "clamd://", "/run/clamav/clamd.ctl"])
def test_an_address_that_is_no_scanners_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, url: str
):
    monkeypatch.setenv("CHARTER_SCANNER_URL", url)
    with pytest.raises(BadSettings, match=r"^CHARTER_SCANNER_URL: write clamd://host:3310"):
        read_settings()


def test_the_evidence_lies_in_the_home_and_not_in_the_families_site(service: App):
    assert cabinet_of(service).folder == service.home / "evidence"
