"""The flows as Prefect has them: deployed to a real server and run by a real worker."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from flows import engine
from flows.left_behind import InUse
from flows.prefect_server import ROOT, OwnPrefect, PrefectFailed
from flows.settings import Settings
from flows.wiring import prepare, wire
from notifications import outbox
from providers import cycles, register
from providers.database import Database, open_engine
from tests.support.cast import at
from tests.support.prefect import PrefectServer
from tests.support.programme import SMALL

FLOWS = (
    "request_returns",
    "chase_returns",
    "brief_staff",
    "deliver_letters",
    "score_returns",
    "publish_summary",
)
WEEKDAYS = "* * 1-5"
DIARY_SECONDS = 45
FILE: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
DEPLOYMENTS: list[dict[str, Any]] = FILE["deployments"]


def ask(address: str, path: str, body: object = None) -> Any:
    """What the server's API answers."""
    request = urllib.request.Request(
        f"{address}/api{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def test_prefect_yaml_deploys_the_six_flows_each_under_its_own_name() -> None:
    assert {one["name"] for one in DEPLOYMENTS} == set(FLOWS)
    for one in DEPLOYMENTS:
        file, _, function = one["entrypoint"].partition(":")
        assert (ROOT / file).samefile(engine.__file__)
        assert getattr(engine, function).name == one["name"]


def test_every_flow_runs_on_weekdays_by_london_time_and_says_what_it_is_for() -> None:
    for one in DEPLOYMENTS:
        assert len(one["description"]) > 60
        assert one["tags"]
        assert one["work_pool"] == {"name": "charter"}
        (schedule,) = one["schedules"]
        assert schedule["cron"].endswith(WEEKDAYS)
        assert schedule["timezone"] == "Europe/London"
        assert schedule["active"] is True
        assert schedule["slug"]  # by which a redeployment knows it again


def test_prefect_yaml_names_no_machine_and_no_repository() -> None:
    text = (ROOT / "prefect.yaml").read_text("utf-8")
    assert "git_clone" not in text
    assert not re.search(r"/(home|root|srv|work|Users)/", text)


def test_every_flow_can_be_called_with_nothing_but_the_time_left_out() -> None:
    for name in FLOWS:
        parameters = getattr(engine, name).parameters.model_dump()["properties"]
        assert list(parameters) == ["instants"]
        assert parameters["instants"]["default"] is None


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPrefect]:
    """A Prefect of our own over a small register, entered once."""
    settings = Settings(home=tmp_path_factory.mktemp("own"), _env_file=None)
    prepare(settings)
    app = wire(settings)
    with app.database.writing() as session:
        read = register.check(SMALL.encode(), "small.csv")
        policy = cycles.newest(session, "policy")
        began = at("2026-09-01T09:00")
        register.import_register(session, read, began, "operator", policy_version=policy)
    app.database.engine.dispose()
    with OwnPrefect(settings) as prefect:
        yield prefect


def artifacts(own: OwnPrefect, run_id: str) -> dict[str, dict[str, Any]]:
    found = ask(
        own.address, "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run_id]}}}
    )
    return {one["key"]: one for one in found}


@pytest.mark.prefect
class TestThroughServerAndWorker:
    """In order: each looks at what the ones before it have put on record."""

    def test_asking_leaves_the_share_of_signed_returns(self, own: OwnPrefect) -> None:
        ran = own.run("request_returns", [at("2026-10-01T08:30")])
        shown = artifacts(own, ran.run_id)["signed-sample-2026-27-q2"]
        assert shown["type"] == "progress"
        assert "0 of 4 returns are signed" in shown["description"]
        own.run("deliver_letters", [at("2026-10-01T09:00")])  # asked later, they would be due later

    def test_several_instants_in_one_run_leave_a_table_of_who_is_late(
        self, own: OwnPrefect
    ) -> None:
        ran = own.run("chase_returns", [at("2026-10-14T08:45"), at("2026-10-29T08:45")])
        shown = artifacts(own, ran.run_id)["late-returns"]
        assert shown["type"] == "table"
        assert [row["Days late"] for row in json.loads(shown["data"])] == [1, 1, 1, 1]
        assert shown["description"] == "As at 29 October 2026, 08:45: 4 of 4 returns late."

    def test_delivery_writes_letters_and_counts_them(self, own: OwnPrefect) -> None:
        ran = own.run("deliver_letters", [at("2026-10-29T09:00")])
        rows = json.loads(artifacts(own, ran.run_id)["letters"]["data"])
        count = {row["Letters"]: row["How many"] for row in rows}
        assert len(list(own.folder.parent.glob("mail/**/*.eml"))) == count["Sent"] > 0

    def test_scoring_leaves_its_table_and_publishing_a_link(self, own: OwnPrefect) -> None:
        scored = own.run("score_returns", [at("2026-10-29T18:00")])
        assert artifacts(own, scored.run_id)["scores"]["type"] == "table"
        published = own.run("publish_summary", [at("2026-10-30T11:00")])
        assert "/families/" in artifacts(own, published.run_id)["families-site"]["data"]
        assert (own.folder.parent / "site" / "index.html").is_file()

    def test_instants_that_the_record_has_left_behind_are_passed_over(
        self, own: OwnPrefect
    ) -> None:
        ran = own.run("chase_returns", [at("2026-10-02T08:45")])
        until = time.monotonic() + 30
        while time.monotonic() < until:
            said = own.log(ran)
            if any("0 lines put into letters" in line for line in said):
                return
            time.sleep(0.5)
        pytest.fail(f"the flow said: {said}")

    def test_flows_that_run_several_times_at_once_write_and_hand_over_each_letter_once(
        self, own: OwnPrefect
    ) -> None:
        morning = [at("2026-11-04T09:00"), at("2026-11-04T09:01")]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(own.run, ["chase_returns", "deliver_letters"] * 3, [morning] * 6))
        own.run("deliver_letters", [at("2026-11-04T09:10")])
        engine = open_engine(f"sqlite:///{own.folder.parent / 'charter.sqlite'}")
        with Database(engine).reading() as session:
            letters = [one for one in outbox.listing(session) if one.day == date(2026, 11, 4)]
        engine.dispose()
        warned = ["ada@avon.example", "bea@brook.example", "cal@clyde.example"]
        assert sorted(one.to_email for one in letters) == warned
        assert {(one.state, one.attempts) for one in letters} == {("sent", 1)}

    def test_its_schedules_are_paused_so_that_only_we_ring(self, own: OwnPrefect) -> None:
        deployed = ask(own.address, "/deployments/filter", {})
        assert {one["name"] for one in deployed} == set(FLOWS)
        assert all(one["paused"] for one in deployed)

    def test_its_pages_are_the_ones_that_call_nobody(self, own: OwnPrefect) -> None:
        with urllib.request.urlopen(f"{own.address}/ui-settings", timeout=10) as answer:
            assert json.loads(answer.read())["default_ui"] == "v1"

    def test_a_flow_that_fails_says_why_in_its_own_words(self, own: OwnPrefect) -> None:
        database = own.folder.parent / "charter.sqlite"
        aside = database.with_name("aside.sqlite")
        shutil.move(database, aside)
        try:
            with pytest.raises(PrefectFailed, match=r"^score_returns: the database is at revision"):
                own.run("score_returns", [at("2026-10-30T18:00")])
        finally:
            shutil.move(aside, database)

    def test_a_second_run_on_the_same_home_is_refused_and_ends_nothing(
        self, own: OwnPrefect
    ) -> None:
        again = OwnPrefect(Settings(home=own.folder.parent, _env_file=None))
        with pytest.raises(InUse, match="already at work"), again:
            pass
        assert own.run("score_returns", []).seconds > 0


@pytest.mark.prefect
def test_a_schedule_of_prefect_yaml_puts_runs_into_the_diary(
    prefect_server: PrefectServer,
) -> None:
    """Prefect's scheduler fails in silence under an SQLAlchemy it was not made for."""
    address = prefect_server.api_url.removesuffix("/api")
    prefect = [sys.executable, "-m", "prefect"]
    for command in (
        ["work-pool", "create", "charter", "--type", "process", "--overwrite"],
        ["--no-prompt", "deploy", "--all"],
    ):
        done = subprocess.run(
            [*prefect, *command],
            env=prefect_server.env | {"PWD": str(ROOT)},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    until = time.monotonic() + DIARY_SECONDS
    wanted = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    while not (diary := ask(address, "/flow_runs/filter", wanted)):
        assert time.monotonic() < until, "no run was scheduled"
        time.sleep(1)
    starts = [datetime.fromisoformat(one["expected_start_time"]) for one in diary]
    assert all(start.weekday() < 5 for start in starts)
