"""A scanner is asked over a socket, and only its plain all-clear counts as one."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.scanners import ClamdScanner, NullScanner, Verdict, scanner_for
from tests.support.clamd import EICAR, clamd
from tests.support.missing import report_missing


@pytest.fixture
def harmless(tmp_path: Path) -> Path:
    file = tmp_path / "harmless"
    file.write_bytes(b"Minutes of the family forum\n" * 20_000)
    return file


@pytest.fixture
def harmful(tmp_path: Path) -> Path:
    file = tmp_path / "harmful"
    file.write_bytes(EICAR)
    return file


def test_the_null_scanner_says_that_nobody_looked(harmful: Path):
    said = NullScanner().scan(harmful)
    assert said.outcome == "unscanned"
    assert "nobody has looked" in said.says
    assert NullScanner().reachable() == ""


def test_clamd_is_given_the_whole_file_and_finds_nothing(harmless: Path):
    with clamd() as here:
        scanner = scanner_for(here.url)
        assert scanner.reachable() == ""
        assert scanner.scan(harmless) == Verdict("clean", "clamd found nothing")
        assert here.seen == [harmless.read_bytes()]


def test_what_clamd_finds_is_named(harmful: Path):
    with clamd() as here:
        said = scanner_for(here.url).scan(harmful)
    assert said == Verdict("infected", "clamd found Eicar-Test-Signature")


def test_a_socket_on_this_machine_does_as_well(harmful: Path, tmp_path: Path):
    with clamd(path=tmp_path / "clamd.ctl") as here:
        scanner = scanner_for(f"clamd://{tmp_path / 'clamd.ctl'}")
        assert scanner.reachable() == ""
        assert scanner.scan(harmful).outcome == "infected"
        assert len(here.seen) == 1


@pytest.mark.parametrize("mood", ["drops", "drops half way"])
def test_a_line_that_breaks_is_no_all_clear(harmless: Path, mood: str):
    with clamd(mood) as here:
        assert scanner_for(here.url).scan(harmless).outcome == "failed"


def test_a_scanner_that_says_nothing_is_waited_for_and_then_left(harmless: Path):
    with clamd("silent") as here:
        scanner = scanner_for(here.url, patience=0.2)
        began = time.monotonic()
        assert scanner.scan(harmless).says.endswith("did not answer (it took too long)")
        assert scanner.reachable() == "it took too long"
        assert time.monotonic() - began < 4


def test_a_file_over_the_scanners_own_limit_is_no_all_clear(harmless: Path):
    with clamd(limit=1000) as here:
        said = scanner_for(here.url).scan(harmless)
    assert said.outcome == "failed"


def test_a_scanner_that_is_not_there_is_said_to_be(harmless: Path, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for scanner in (
        ClamdScanner(("127.0.0.1", port)),
        ClamdScanner(str(tmp_path / "none.ctl")),
    ):
        assert scanner.scan(harmless).outcome == "failed"
        assert scanner.reachable() in ("Connection refused", "No such file or directory")


def test_something_else_at_that_port_is_not_taken_for_a_scanner():
    with clamd("rude") as here:
        assert scanner_for(here.url).reachable() == "it answered 'UNKNOWN COMMAND'"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("clamd://scanner.example:3311", ("scanner.example", 3311)),
        ("clamd://scanner.example", ("scanner.example", 3310)),
        ("clamd://[::1]:3310/", ("::1", 3310)),
        ("clamd:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
    ],
)
def test_an_address_is_a_host_or_a_socket(url: str, address: object):
    scanner = scanner_for(url)
    assert isinstance(scanner, ClamdScanner)
    assert scanner.address == address


@pytest.mark.parametrize(
    "url",
    [
        "scanner.example:3310",
        "http://scanner.example",
        "clamd://",
        "clamd:///",
        "clamd://host/path",
        "clamd://host:port",
        "clamd://host:99999",
        "clamd://me:secret@host:3310",
        "clamd://host?x=1",
        "/run/clamav/clamd.ctl",
    ],
)
def test_an_address_that_is_none_is_refused_with_the_mend(url: str):
    with pytest.raises(ValueError, match="write clamd://host:3310, or clamd:///run"):
        scanner_for(url)


def test_no_address_is_no_scanner():
    assert isinstance(scanner_for(""), NullScanner)


@pytest.fixture(scope="module")
def real_clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's own clamd, with one signature of ours and none fetched from anywhere."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    if not os.access(program, os.X_OK):
        report_missing("clamd", "apt-get install clamav-daemon")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "db").mkdir()
    (folder / "db" / "ours.ndb").write_text(f"Ours.Eicar:0:*:{EICAR[:40].hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {folder}/ctl\nDatabaseDirectory {folder}/db\nForeground yes\n"
        f"LogFile {folder}/log\nTemporaryDirectory {folder}\nStreamMaxLength 12M\n"
        "OfficialDatabaseOnly no\nBytecode no\n"
    )
    daemon = subprocess.Popen(
        [program, "--config-file", str(settings)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(folder / "ctl", daemon)
        yield f"clamd://{folder}/ctl"
    finally:
        daemon.terminate()
        daemon.wait(20)


def wait_for(ctl: Path, daemon: subprocess.Popen[bytes]) -> None:
    """Until clamd answers; it loads its signatures first."""
    ends = time.monotonic() + 60
    while ClamdScanner(str(ctl)).reachable():
        assert daemon.poll() is None, (ctl.parent / "log").read_text()
        assert time.monotonic() < ends, "clamd did not start"
        time.sleep(0.1)


def test_a_real_clamd_tells_a_harmless_file_from_a_harmful_one(
    real_clamd: str, harmless: Path, harmful: Path
):
    scanner = scanner_for(real_clamd)
    assert scanner.scan(harmless).outcome == "clean"
    assert scanner.scan(harmful) == Verdict("infected", "clamd found Ours.Eicar.UNOFFICIAL")


def test_a_real_clamd_that_is_given_too_much_says_so(real_clamd: str, tmp_path: Path):
    big = tmp_path / "big"
    big.write_bytes(b"a" * 13_000_000)
    said = scanner_for(real_clamd).scan(big)
    assert said.outcome == "failed"
    assert "size limit exceeded" in said.says
