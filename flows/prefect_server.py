"""Starts a Prefect server and worker of our own, deploys the flows, and has them run one by one.

Nothing here imports Prefect: it is started as processes of its own, and asked over its own HTTP.
"""

import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from flows.left_behind import TOKEN, Notebook, end, end_left_behind, only_one
from flows.settings import Settings
from flows.wiring import CannotStart

ROOT = Path(__file__).resolve().parent.parent
"""Where prefect.yaml stands, and where flows are deployed from."""
PREFECT = [sys.executable, "-m", "flows.leash", "prefect"]
"""Prefect's own command, in a process that ends with ours."""
POOL = "charter"
STARTUP_SECONDS = 180
RUN_SECONDS = 600
GLANCE = 0.1
"""Seconds between two looks at whether something has happened."""
FIRST_GLANCE = 0.5
"""Seconds before a run is looked at first: none is quicker, and every look costs the server."""
BUSY, TRIES = 503, 100
"""What the server answers while another writer has its database, and how often we ask again."""
FAILED = "Flow run encountered an exception: "
UNFINISHED = ("SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED")

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLI_PROMPT": "false",
}
"""Prefect tells nobody about us, asks nothing and says little.

Its newer pages (V2) call an analytics firm from the browser whatever is set; the others do not.
"""
STEPPED = {
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
}
"""While we step the clock ourselves, the server starts nothing by the wall clock."""
BRISK = {"PREFECT_WORKER_QUERY_SECONDS": "0.5"}
"""Seconds between the worker's looks for work; its default is ten, and fewer slow the server."""


class PrefectFailed(CannotStart):
    """Prefect could not be started, or a flow run did not complete; the message says why."""


@dataclass(frozen=True)
class Ran:
    """One completed run of a deployed flow; `seconds` from asking to completion."""

    deployment: str
    run_id: str
    seconds: float


class OwnPrefect:
    """A Prefect server and one process worker, on loopback, for as long as the block lasts.

    Everything Prefect keeps is in `CHARTER_HOME/prefect`. The deployments' schedules are paused:
    whoever holds this object says when a flow runs. To be entered by the main thread, because on
    Linux the processes end with the thread that started them. InUse where another run has the home.
    """

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.home.absolute() / "prefect"
        self._settings = settings
        self._notebook = Notebook(self.folder)
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._deployments: dict[str, str] = {}
        self._port = 0

    @property
    def address(self) -> str:
        """Where Prefect's pages are."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Start server and worker and deploy the flows; PrefectFailed says what went wrong."""
        with ExitStack() as undo:
            undo.enter_context(only_one(self.folder))
            end_left_behind(self.folder)
            self._notebook.open()
            undo.callback(self._stop)
            self._start_server()
            self._call_off_unfinished_runs()
            self._make_pool()
            self._start("understudy", self._understudy("wait"))
            self._deploy()
            self._start("worker", [*PREFECT, "worker", "start", "--pool", POOL, "--name", "own"])
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop everything that was started, whatever happened."""
        self._undo.close()

    def run(self, deployment: str, instants: Sequence[datetime] | None = None) -> Ran:
        """Have the worker run a deployed flow, and wait for it.

        PrefectFailed, in the flow's own words, unless it completes.
        """
        began = time.monotonic()
        parameters = {"instants": None if instants is None else [i.isoformat() for i in instants]}
        asked = self._ask(
            f"/deployments/{self._deployments[deployment]}/create_flow_run",
            {
                "parameters": parameters,
                "idempotency_key": secrets.token_hex(16),
                "job_variables": {"command": shlex.join(self._understudy("call"))},
            },
        )
        run_id = str(asked["id"])
        time.sleep(FIRST_GLANCE)
        while time.monotonic() - began < RUN_SECONDS:
            state = self._ask(f"/flow_runs/{run_id}")["state"] or {}
            if state.get("type") == "COMPLETED":
                return Ran(deployment, run_id, time.monotonic() - began)
            if state.get("type") in ("FAILED", "CRASHED", "CANCELLED"):
                raise PrefectFailed(f"{deployment}: {_own_words(state)}")
            self._require_alive("worker")
            time.sleep(GLANCE)
        raise PrefectFailed(f"{deployment} did not end within {RUN_SECONDS} seconds")

    def log(self, ran: Ran) -> list[str]:
        """What a run said, in order; complete a moment after its process has ended."""
        wanted = {"logs": {"flow_run_id": {"any_": [ran.run_id]}}, "sort": "TIMESTAMP_ASC"}
        return [str(line["message"]) for line in self._ask("/logs/filter", wanted)]

    def _start_server(self) -> None:
        self._port = _free_port()
        where = ["--host", "127.0.0.1", "--port", str(self._port)]
        self._start("server", [*PREFECT, "server", "start", *where])
        until = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < until:
            self._require_alive("server")
            try:
                self._ask("/health")
            except OSError:
                time.sleep(GLANCE)
            else:
                return
        raise PrefectFailed(f"Prefect's server did not start within {STARTUP_SECONDS} seconds")

    def _call_off_unfinished_runs(self) -> None:
        """A killed run's flow must not be begun again by this run's worker."""
        wanted = {"flow_runs": {"state": {"type": {"any_": list(UNFINISHED)}}}}
        for run in self._ask("/flow_runs/filter", wanted):
            state = {"type": "CANCELLED", "message": "The run that asked for this was ended."}
            self._ask(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})

    def _make_pool(self) -> None:
        try:
            self._ask("/work_pools/", {"name": POOL, "type": "process"})
        except urllib.error.HTTPError as error:
            if error.code != 409:  # there already
                raise

    def _deploy(self) -> None:
        """Put prefect.yaml on the server, and pause its schedules.

        Before there is a worker: one that looks for work makes deploying wait for the database.
        """
        deploying = self._start("deploy", [*PREFECT, "--no-prompt", "deploy", "--all"])
        with suppress(subprocess.TimeoutExpired):
            deploying.wait(STARTUP_SECONDS)
        if deploying.returncode != 0:
            raise PrefectFailed(f"the flows could not be deployed: {self._last_words('deploy')}")
        for found in self._ask("/deployments/filter", {}):
            self._deployments[found["name"]] = found["id"]
            self._ask(f"/deployments/{found['id']}/pause_deployment", {})

    def _start(self, what: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{what}.log").open("wb") as log:
            started = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._notebook.add(what, started.pid)
        self._started[what] = started
        return started

    def _understudy(self, role: str) -> list[str]:
        return [sys.executable, "-m", "flows.understudy", role, str(self.folder)]

    def _environment(self) -> dict[str, str]:
        """Ours, with nothing of another Prefect's, and with the very settings we were given."""
        inherited = {
            name: value
            for name, value in os.environ.items()  # noqa: TID251 - for the processes we start
            if not name.startswith(("PREFECT_", "CHARTER_")) and name != "PYTHONDONTWRITEBYTECODE"
        }
        return (
            inherited
            | QUIET
            | STEPPED
            | BRISK
            | _as_environment(self._settings)
            | {
                "PREFECT_HOME": str(self.folder),
                "PREFECT_API_URL": f"{self.address}/api",
                "PWD": str(ROOT),
                TOKEN: self._notebook.token,
            }
        )

    def _stop(self) -> None:
        """End all we started, and whatever they started in turn."""
        end(self._notebook.token)
        for process in self._started.values():
            process.kill()  # where there is no /proc to find them by
            process.wait()
        self._notebook.close()

    def _require_alive(self, what: str) -> None:
        if self._started[what].poll() is not None:
            raise PrefectFailed(f"Prefect's {what} stopped: {self._last_words(what)}")

    def _last_words(self, what: str) -> str:
        path = self.folder / f"{what}.log"
        lines = path.read_text(errors="replace").splitlines()
        said = [line.strip(" │") for line in lines if any(map(str.isalpha, line))]
        errors = [line for line in said if "Error: " in line]
        return f"{(errors or said or ['it said nothing'])[-1]} (see {path})"

    def _ask(self, path: str, body: object = None) -> Any:  # noqa: ANN401 - Prefect's own JSON
        request = urllib.request.Request(
            f"{self.address}/api{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        for _ in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    text = answer.read()
            except urllib.error.HTTPError as error:
                error.close()
                if error.code != BUSY:
                    raise
                time.sleep(GLANCE)
            except TimeoutError:
                continue  # whatever is asked here may be asked twice: a run has its key
            else:
                return json.loads(text) if text else None
        raise PrefectFailed(f"Prefect's server was too busy to answer {path}")


def _free_port() -> int:
    """A loopback port that nobody held a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _own_words(state: dict[str, Any]) -> str:
    """A failed run's own message, without what Prefect puts before it."""
    message = str(state.get("message") or state.get("name") or "it did not complete")
    if message.startswith(FAILED):
        message = message.removeprefix(FAILED).partition(": ")[2] or message
    return message.splitlines()[0]


def _as_environment(settings: Settings) -> dict[str, str]:
    """The settings as variables, so that a flow run reads the same ones wherever it stands."""
    plain = settings.model_dump() | {"home": settings.home.absolute()}
    return {
        f"CHARTER_{name.upper()}": value.get_secret_value()
        if isinstance(value, SecretStr)
        else str(value)
        for name, value in plain.items()
        if value is not None
    }
