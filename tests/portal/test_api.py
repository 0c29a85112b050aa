"""A provider's program at the return interface: by token, in JSON, and by the same rules."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import text
from starlette.testclient import TestClient

from portal.limits import CALLS_PER_TOKEN, Limit
from providers import lives, tokens
from tests.support.cast import AVON, BROOK, DEE, Player, at
from tests.support.pages import BASE
from tests.support.stage import LAST, QUARTER, Stage

EXAMPLES = int(os.environ.get("API_EXAMPLES", "100"))
"""Requests tried of each operation; `API_EXAMPLES=2000 pytest -k schemathesis` tries more."""
ONE_RETURN = "/returns/{quarter}/{site}"
RULES = [positive_data_acceptance]
"""What our rules refuse may well have the right shape."""
AT = f"/returns/{QUARTER}/{AVON.site}"


class Program:
    """A provider's program with its token."""

    def __init__(self, stage: Stage, client: TestClient, player: Player) -> None:
        self.stage = stage
        self.http = client
        with stage.database.writing() as session:
            _, self.token = tokens.add(
                session, stage.now, "operator", party=player.provider, name="our records"
            )

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(f"/api/v1{path}", headers={**self.headers, **headers})

    def send(self, path: str, body: bytes | object, kind: str = "application/json") -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": kind}
        return self.http.post(f"/api/v1{path}", content=content, headers=headers)

    def filled(self) -> dict[str, Any]:
        """Avon's return, complete, with the two people who stand for it."""
        document = self.stage.filled(self.stage.ref()).model_dump(mode="json")
        return {
            **document,
            "prepared_by": {"name": AVON.name, "email": AVON.email},
            "signed_by": {"name": AVON.signer, "email": AVON.signer_email},
        }


@pytest.fixture
def client(stage: Stage) -> Iterator[TestClient]:
    with TestClient(stage.app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def avon_calls(stage: Stage, client: TestClient) -> Program:
    return Program(stage, client, AVON)


def problems(answer: Any, status: int) -> str:
    """The sentences of a refusal, with their places, once its status is the one expected."""
    assert answer.status_code == status, answer.text
    return " ".join(f"{p['where']}: {p['what']}" for p in answer.json()["problems"])


def test_a_program_sees_its_returns_and_what_lacks_in_each(avon_calls: Program):
    said = avon_calls.get("/returns").json()
    assert (said["provider"], said["provider_name"]) == (AVON.provider, AVON.provider_name)
    last, now = said["returns"]
    assert (last["quarter"], last["state"], last["open"], last["lacks"]) == (
        LAST, "received", False, 0,
    )  # fmt: skip
    assert "signed" in last["closed_because"]
    assert (now["quarter"], now["site"], now["due"]) == (QUARTER, AVON.site, "2026-10-28")
    assert (now["state"], now["open"]) == ("not_started", True)
    assert now["lacks"] > 0
    one = avon_calls.http.get(
        "/api/v1/returns", params={"quarter": LAST}, headers=avon_calls.headers
    )
    assert [found["quarter"] for found in one.json()["returns"]] == [LAST]


def test_a_return_is_fetched_filled_and_handed_in_once(stage: Stage, avon_calls: Program):
    template = avon_calls.get(AT).json()
    assert (template["quarter"], template["answers"][0]["confirmed"]) == (QUARTER, False)
    first = avon_calls.send(AT, avon_calls.filled())
    assert first.status_code == 200, first.text
    said = first.json()
    assert (said["changed"], said["state"], said["warnings"]) == (True, "received", [])
    with stage.database.reading() as session:
        life = lives.lives(session, [stage.ref().id])[stage.ref().id]
    assert said["fingerprint"] == life.document
    assert life.signed_by == f"person:{stage.person(AVON.signer_email)}"
    again = avon_calls.send(AT, avon_calls.filled()).json()
    assert again == {**said, "changed": False}
    assert avon_calls.get(AT).json()["answers"][0]["confirmed"] is True


def test_what_is_wrong_is_named_by_place_and_nothing_is_kept(stage: Stage, avon_calls: Program):
    before = rows(stage)
    data = avon_calls.filled()
    data["answers"][0]["rating"] = "splendid"
    said = problems(avon_calls.send(AT, data), 422)
    assert f"answers[{data['answers'][0]['commitment']}].rating: choose one of" in said
    data = avon_calls.filled()
    data["answers"][0] |= {"rating": "partly", "reason": ""}
    data["signed_by"] = data["prepared_by"]
    said = problems(avon_calls.send(AT, data), 422)
    assert "].reason: " in said
    assert "signed_by.email: whoever prepared a return cannot sign it" in said
    del data["signed_by"]
    assert "signed_by: name the person" in problems(avon_calls.send(AT, data), 422)
    assert rows(stage) == before


def test_a_return_that_may_name_a_patient_is_taken_with_a_warning(avon_calls: Program):
    data = avon_calls.filled()
    data["answers"][0]["narrative"] = "We rang about 943 476 5919 twice."
    said = avon_calls.send(AT, data).json()
    assert said["changed"] is True
    assert [one["where"] for one in said["warnings"]] == ["answers[W1].narrative"]
    assert "NHS number" in said["warnings"][0]["what"]


def test_a_return_of_another_quarter_or_provider_is_refused(avon_calls: Program):
    for field, value in (("quarter", LAST), ("site", DEE.site), ("provider", DEE.provider)):
        data = {**avon_calls.filled(), field: value}
        assert avon_calls.send(AT, data).status_code == 422


def test_another_providers_return_is_not_there(stage: Stage, client: TestClient):
    dee = Program(stage, client, DEE)
    for path in (AT, f"/returns/{QUARTER}/NOWHERE", f"/returns/2031-32-Q1/{DEE.site}", "/other"):
        for answer in (dee.get(path), dee.send(path, {})):
            said = problems(answer, 404)
            assert AVON.provider_name not in said
    assert AVON.site not in dee.get("/returns").text


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer guess", "Basic YXZvbjphdm9u", "bearer \x00", "Bearer caf\xe9"]
)
def test_without_a_living_token_there_is_no_way_in(client: TestClient, given: str):
    headers = {b"Authorization": given.encode("latin-1")} if given else {}
    for path in ("/returns", AT):
        answer = client.get(f"/api/v1{path}", headers=headers)
        assert "token" in problems(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.post(f"/api/v1{AT}", headers=headers, content=b"{").status_code == 401


def test_an_ended_token_opens_nothing_from_that_moment(stage: Stage, avon_calls: Program):
    assert avon_calls.get("/returns").status_code == 200
    with stage.database.writing() as session:
        tokens.end(session, stage.now, "operator", party=AVON.provider, name="our records")
    assert avon_calls.get("/returns").status_code == 401


def test_a_session_does_not_open_the_interface_nor_a_token_the_pages(
    stage: Stage, avon_calls: Program, open_pages: Any
):
    lead = stage.enters(open_pages, AVON.email)
    assert lead.http.get("/api/v1/returns").status_code == 401
    page = avon_calls.http.get(
        f"/returns/{stage.ref().id}", headers=avon_calls.headers, follow_redirects=False
    )
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert not avon_calls.get("/returns").headers.get("set-cookie")


def test_a_page_of_another_site_cannot_call_in_a_readers_name(avon_calls: Program):
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    answer = avon_calls.http.post(
        f"/api/v1{AT}", json=avon_calls.filled(), headers={**avon_calls.headers, **headers}
    )
    assert answer.status_code == 403
    assert answer.json()["problems"]


def test_a_signed_return_is_closed(avon_calls: Program):
    assert avon_calls.send(AT, avon_calls.filled()).status_code == 200
    changed = avon_calls.filled()
    changed["answers"][0]["reason"] = "We have thought about it again."
    assert "signed" in problems(avon_calls.send(AT, changed), 409)


ODD = {
    "no JSON": b"{",
    "no UTF-8": b'"\xff"',
    "NUL in text": b'{"site": "\\u0000"}',
    "half a character": b'{"\\ud800": "\\ud800"}',
    "a huge number": b'{"quarter": ' + b"9" * 10_000 + b"}",
    "no number": b"[NaN, Infinity]",
    "deep": b"[" * 200_000,
    "deep and closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "another kind of thing": b"7",
    "nothing": b"",
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_odd_bodies_are_refused_in_words(stage: Stage, avon_calls: Program, body: bytes):
    before = rows(stage)
    assert problems(avon_calls.send(AT, body), 422)
    assert rows(stage) == before


@pytest.mark.parametrize("field", ["reason", "narrative", "public_statement"])
def test_a_character_that_cannot_be_stored_is_refused_at_its_place(avon_calls: Program, field: str):
    data = avon_calls.filled()
    data["answers"][0][field] = "before\x00after"
    said = problems(avon_calls.send(AT, data), 422)
    assert f".{field}: this holds a character that cannot be shown" in said


def test_only_json_is_taken_and_not_more_than_any_return(avon_calls: Program):
    assert problems(avon_calls.send(AT, {}, "text/plain"), 415)
    assert problems(avon_calls.send(AT, {}, "multipart/form-data"), 415)
    assert problems(avon_calls.send(AT, b" " * 5_500_000), 413)


def test_a_token_that_calls_too_often_is_told_to_wait(
    stage: Stage, avon_calls: Program, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("portal.api.doors.CALLS_PER_TOKEN", Limit(3, CALLS_PER_TOKEN.per))
    for _ in range(3):
        assert avon_calls.get(AT).status_code == 200
    answer = avon_calls.get(AT)
    assert "wait" in problems(answer, 429)
    assert answer.headers["retry-after"] == "60"
    assert Program(stage, avon_calls.http, BROOK).get("/returns").status_code == 200
    stage.now += CALLS_PER_TOKEN.per
    assert avon_calls.get(AT).status_code == 200


def test_the_description_speaks_of_the_interface_alone(client: TestClient):
    said = client.get("/api/v1/openapi.json").json()
    assert set(said["paths"]) == {"/returns", "/returns/{quarter}/{site}"}
    assert said["servers"] == [{"url": "/api/v1"}]
    assert "maxLength" in json.dumps(said["components"]["schemas"]["ReturnDocument"])
    for page in ("/api/v1/docs", "/api/v1/redoc", "/openapi.json", "/docs"):
        assert client.get(page).status_code == 404


def test_a_day_before_the_records_last_step_is_refused_and_not_broken(
    stage: Stage, avon_calls: Program
):
    stage.now = at("2026-08-01T09:00")
    assert problems(avon_calls.send(AT, avon_calls.filled()), 409)


def rows(stage: Stage) -> str:
    """All that is kept of returns."""
    with stage.database.engine.connect() as connection:
        kept = [f"SELECT * FROM {name}" for name in ("draft", "document", "step", "ledger")]
        return str([list(connection.execute(text(query))) for query in kept])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/returns"),
        ("GET", "/returns/{quarter}/{site}"),
        ("POST", "/returns/{quarter}/{site}"),
    ],
)
def test_schemathesis_finds_no_server_error_and_no_answer_out_of_shape(
    stage: Stage, avon_calls: Program, monkeypatch: pytest.MonkeyPatch, method: str, path: str
):
    monkeypatch.setattr("portal.limits.Limits.allow", lambda *_: True)
    described = schemathesis.openapi.from_asgi("/api/v1/openapi.json", stage.app)
    own, whole = {"quarter": QUARTER, "site": AVON.site}, avon_calls.filled()

    @given(case=described[path][method].as_strategy(), near=strategies.integers(0, 2))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def tried(case: Any, near: int) -> None:
        """Anything at all; at Avon's own address; and there Avon's own return, a little altered."""
        if near and case.path_parameters:
            case.path_parameters |= own
        if near == 2 and isinstance(case.body, dict):
            few = list(case.body.items())[: len(str(case.body)) % 3]
            case.body = {**whole, **dict(few)}
        case.call_and_validate(headers=avon_calls.headers, excluded_checks=RULES)

    tried()
