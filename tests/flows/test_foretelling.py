"""What Prefect means to do, asked of a real server, of one that is away and of one that is mute."""

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import yaml  # type: ignore[import-untyped]

from flows.foretelling import foretell
from flows.prefect_server import ROOT
from portal.steward import FLOWS
from tests.support.prefect import PrefectServer

DIARY_SECONDS = 60


def test_the_flows_foretold_are_those_of_prefect_yaml() -> None:
    file = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
    assert {one["name"] for one in file["deployments"]} == set(FLOWS)


def test_without_an_address_nobody_is_asked() -> None:
    assert "has not been told" in foretell("").trouble


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert foretell(f"http://127.0.0.1:{port}/api").trouble == "Prefect cannot be reached."


def test_one_that_takes_the_question_and_never_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        said = foretell(f"http://127.0.0.1:{mute.getsockname()[1]}/api", patience=0.3)
        assert time.monotonic() - began < 1
    assert "did not answer within 0.3 seconds" in said.trouble or "reached" in said.trouble
    assert set(said.next_runs) == set(FLOWS)


@contextmanager
def answering(status: int, body: bytes, heard: list[str]) -> Iterator[str]:
    """Something that answers every question alike; gives its address."""

    class Alike(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.headers.get("Authorization", ""))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Alike)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}/api"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, b"{}", "Prefect refused to answer (HTTP 401)."),
        (200, b"<p>Hello</p>", "does not speak as Prefect does"),
        (200, b'{"detail": 1}', "does not speak as Prefect does"),
        (200, b"[]", "none of our flows is deployed"),
    ],
)
def test_what_answers_otherwise_is_told_in_a_sentence(status: int, body: bytes, says: str) -> None:
    with answering(status, body, []) as address:
        assert says in foretell(f"http://{address}").trouble


def test_a_name_and_a_password_go_into_the_header_and_not_into_the_address() -> None:
    heard: list[str] = []
    with answering(200, json.dumps([]).encode(), heard) as address:
        foretell(f"http://clerk:s%3Acret@{address}")
    assert heard == ["Basic Y2xlcms6czpjcmV0"]


@pytest.mark.prefect
def test_a_real_server_is_asked_for_each_flows_next_run_and_for_a_worker(
    prefect_server: PrefectServer,
) -> None:
    prefect = [sys.executable, "-m", "prefect"]
    env = prefect_server.env | {"PWD": str(ROOT), "PREFECT_WORKER_QUERY_SECONDS": "1"}
    for command in (
        ["work-pool", "create", "charter", "--type", "process", "--overwrite"],
        ["--no-prompt", "deploy", "--all"],
    ):
        subprocess.run(
            [*prefect, *command], env=env, cwd=ROOT, stdin=subprocess.DEVNULL, check=True,
            capture_output=True,
        )  # fmt: skip
    until = time.monotonic() + DIARY_SECONDS
    while None in (said := foretell(prefect_server.api_url, 20)).next_runs.values():
        assert time.monotonic() < until, said
        time.sleep(1)
    assert (said.trouble, said.has_worker) == ("", False)
    now = datetime.now(UTC)
    assert all(start and start > now for start in said.next_runs.values())
    worker = subprocess.Popen(
        [*prefect, "worker", "start", "--pool", "charter", "--name", "the-tests-own"],
        env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + DIARY_SECONDS
        while not foretell(prefect_server.api_url, 20).has_worker:
            assert time.monotonic() < until, "no worker was seen"
            time.sleep(1)
    finally:
        os.killpg(worker.pid, 15)
        worker.wait(30)
