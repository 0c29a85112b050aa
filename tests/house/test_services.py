"""The services tests lean on are real: PostgreSQL, Prefect and a browser that stays at home."""

import urllib.request

import pytest
from sqlalchemy import create_engine, text

from tests.support.browser import axe_faults
from tests.support.databases import PostgresServer
from tests.support.prefect import PrefectServer


def test_a_test_gets_a_postgresql_database_of_its_own(
    postgres_url: str, postgres_server: PostgresServer
):
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (n int)"))
    engine.dispose()
    copy = postgres_server.create(template=postgres_url)
    engine = create_engine(copy)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar() == 0
    engine.dispose()
    postgres_server.drop(copy)


def test_the_prefect_server_answers(prefect_server: PrefectServer):
    with urllib.request.urlopen(f"{prefect_server.api_url}/health", timeout=10) as answer:
        assert answer.status == 200


def test_a_flow_called_here_is_known_to_the_prefect_server(prefect_here: PrefectServer):
    from prefect import flow
    from prefect.client.orchestration import get_client

    @flow(name="a-test-flow")
    def add(a: int, b: int) -> int:
        return a + b

    assert add(1, 2) == 3
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
    called = [run for run in runs if run.deployment_id is None]
    assert [run.state_name for run in called] == ["Completed"]


def test_the_browser_shows_a_page_and_axe_finds_its_faults(page):
    page.set_content(
        "<!doctype html><html lang='en'><title>Hello</title><main><h1>Hello</h1></main></html>"
    )
    assert page.locator("h1").inner_text() == "Hello"
    assert axe_faults(page) == []
    page.set_content("<!doctype html><html lang='en'><title>Hello</title><main><h1>Hello</h1><img>")
    assert any("image-alt" in fault for fault in axe_faults(page))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_no_test_may_call_outside(host: str):
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as line, pytest.raises(AssertionError, match="tried to call"):
        line.connect((host, 80))
