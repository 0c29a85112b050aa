"""The demo: what it refuses, what it prints, and that it goes on from where a home stands."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pytest

from flows import demo, wiring
from flows.left_behind import only_one
from flows.prefect_server import PrefectFailed, _as_environment
from flows.sample.acts import InProcess
from flows.settings import Settings
from flows.wiring import CannotStart
from providers import ledger, register
from tests.support.programme import SMALL


@dataclass
class Ran:
    seconds: float = 0.1


class StandIn:
    """Stands in for Prefect: runs each flow here and now, and counts the runs."""

    address = "http://127.0.0.1:1"
    asked: list[tuple[str, list[datetime]]]

    def __init__(self, settings: Settings) -> None:
        self.app = wiring.wire(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self.app.database.engine.dispose()

    def run(self, deployment: str, instants: Sequence[datetime]) -> Ran:
        self.asked.append((deployment, list(instants)))
        InProcess(self.app).run(deployment, instants)
        return Ran()


@pytest.fixture
def prefect(monkeypatch: pytest.MonkeyPatch) -> type[StandIn]:
    StandIn.asked = []
    monkeypatch.setattr(demo, "OwnPrefect", StandIn)
    return StandIn


@pytest.mark.usefixtures("home")
def test_the_demo_tells_its_story_and_a_second_run_on_the_same_home_adds_nothing(
    home: Path, prefect: type[StandIn], capsys: pytest.CaptureFixture[str]
) -> None:
    demo.run_demo(serve=False, port=8000)
    told = capsys.readouterr().out
    assert len(prefect.asked) == 21
    assert "8 December 2026, 09:10  Letters are handed over." in told
    assert "13 expected = 0 not started + 0 in progress + 1 not returned" in told
    assert "Rehearsal only, nothing is sent. The real register of London:" in told
    assert "not signed up to the Charter in this region" in told
    assert "published files are what the record gives, to the byte." in told
    assert str(home / "site" / "index.html") in told
    entries, mail = _ledger(), sorted(path.name for path in (home / "mail").iterdir())
    demo.run_demo(serve=False, port=8000)
    again = capsys.readouterr().out
    assert _ledger() == entries
    assert sorted(path.name for path in (home / "mail").iterdir()) == mail
    assert "2 March 2026, 09:00" not in again
    assert "published files are what the record gives, to the byte." in again


def _ledger() -> tuple[int, str]:
    app = wiring.wire()
    with app.database.reading() as session:
        return ledger.head(session)


@pytest.mark.usefixtures("home", "prefect")
def test_the_demo_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTER_ENV", "production")
    monkeypatch.setenv("CHARTER_SECRET_KEY", "x" * 40)
    with pytest.raises(CannotStart, match="refused where CHARTER_ENV=production"):
        demo.run_demo(serve=False, port=8000)


@pytest.mark.usefixtures("home", "prefect")
def test_the_demo_is_refused_where_another_record_lives() -> None:
    wiring.prepare(Settings())
    app = wiring.wire()
    text = SMALL.replace("Sample,", "Somewhere,")
    with app.database.writing() as session:
        found = register.check(text.encode(), "small.csv")
        register.import_register(session, found, app.clock(), "operator", policy_version="2026.4")
    with pytest.raises(CannotStart, match="holds a record of its own"):
        demo.run_demo(serve=False, port=8000)


@pytest.mark.usefixtures("prefect")
def test_two_demos_on_one_home_are_refused(home: Path) -> None:
    with only_one(home / "demo"), pytest.raises(CannotStart, match="already at work on"):
        demo.run_demo(serve=False, port=8000)


@pytest.mark.usefixtures("prefect")
def test_a_taken_port_is_said_before_anything_is_done(home: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(CannotStart, match=f"port {port} is taken"):
            demo.run_demo(serve=True, port=port)
    assert not home.exists()


@pytest.mark.usefixtures("home", "prefect")
def test_the_letters_link_to_the_port_that_is_served(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    served: list[tuple[str, int]] = []
    monkeypatch.setattr(
        demo,
        "_tell_and_show",
        lambda app, **how: served.append((app.settings.base_url, how["port"])),
    )
    demo.run_demo(serve=False, port=8123)
    monkeypatch.setenv("CHARTER_BASE_URL", "https://charter.example")
    demo.run_demo(serve=False, port=8123)
    assert served == [("http://127.0.0.1:8123", 8123), ("https://charter.example", 8123)]


@pytest.mark.usefixtures("home")
def test_a_flow_that_fails_ends_the_demo_in_its_own_words_and_the_next_run_goes_on(
    prefect: type[StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = StandIn.run

    def failing(self: StandIn, deployment: str, instants: Sequence[datetime]) -> Ran:
        if len(self.asked) == 4:
            raise PrefectFailed(f"{deployment}: the disk is full")
        return run(self, deployment, instants)

    monkeypatch.setattr(StandIn, "run", failing)
    with pytest.raises(CannotStart, match="the disk is full"):
        demo.run_demo(serve=False, port=8000)
    monkeypatch.setattr(StandIn, "run", run)
    demo.run_demo(serve=False, port=8000)
    assert len(prefect.asked) == 21


def test_a_flow_run_reads_the_very_settings_that_the_demo_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Settings(home=tmp_path, site_url="https://families.example", _env_file=None)
    for name, value in _as_environment(ours).items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None) == ours
