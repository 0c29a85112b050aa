"""Every route with who may use it: an unlisted route fails, and another's door is not there."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine, text

from charter.answers import Evidence
from providers.database import Database
from tests.support import files
from tests.support.cast import AVON, DEE
from tests.support.pages import PageClient
from tests.support.stage import (
    CORA,
    EVE,
    LAST,
    LENA,
    MONA,
    OTTO,
    QUARTER,
    REQUEST,
    RITA,
    Stage,
    serving,
)

Open = Callable[..., PageClient]
ASH = "ash@avon.example"

READ = {AVON.email, AVON.signer_email, ASH, MONA}
PREPARE = READ - {MONA}
SIGN = {AVON.signer_email}
DISPUTE = {AVON.email, AVON.signer_email}
TEAM = serving()
CHECK, APPROVE, JUDGE = (
    serving("commissioner"),
    serving("commissioner", "approver"),
    serving("listening_partner"),
)
ADMINISTER, STEER = serving("administrator"), serving("commissioner", "administrator")
PACK = serving("commissioner", "approver", "administrator")
ADDRESSES = serving("commissioner", "approver", "reader", "administrator")
"""Who may read the addresses of a provider's people."""
ANYONE, SIGNED_IN = "anyone", "signed in"

ACCESS: dict[tuple[str, str], Any] = {
    ("GET", "/static"): ANYONE,
    ("GET", "/api/v1"): ANYONE,  # a door of its own, by token alone: test_api.py
    ("GET", "/calendar/{region}.ics"): ANYONE,
    ("GET", "/families"): ANYONE,
    ("GET", "/families/{path:path}"): ANYONE,
    ("GET", "/families-look.css"): ANYONE,
    ("GET", "/families-page.css"): ANYONE,
    ("GET", "/sign-in"): ANYONE,
    ("POST", "/sign-in"): ANYONE,
    ("GET", "/sign-in/sent"): ANYONE,
    ("GET", "/sign-in/link/{link}"): ANYONE,
    ("POST", "/sign-in/link"): ANYONE,
    ("GET", "/sign-in/code"): ANYONE,
    ("POST", "/sign-in/code"): ANYONE,
    ("GET", "/sign-in/team"): ANYONE,
    ("GET", "/sign-in/team/back"): ANYONE,
    ("GET", "/signed-out"): ANYONE,
    ("GET", "/sign-in/second"): TEAM | {OTTO},
    ("POST", "/sign-in/second"): TEAM | {OTTO},
    ("GET", "/sign-in/second/new"): TEAM | {OTTO},
    ("POST", "/sign-in/second/new"): TEAM | {OTTO},
    ("POST", "/sign-out"): SIGNED_IN,
    ("GET", "/"): SIGNED_IN,
    ("GET", "/returns"): SIGNED_IN,
    ("GET", "/details"): SIGNED_IN,
    ("POST", "/details"): SIGNED_IN,
    ("GET", "/returns/{return_id}"): READ,
    ("GET", "/returns/{return_id}/done"): READ,
    ("GET", "/returns/{return_id}/commitments/{commitment_id}"): PREPARE,
    ("POST", "/returns/{return_id}/commitments/{commitment_id}"): PREPARE,
    ("GET", "/returns/{return_id}/commitments/{commitment_id}/account"): PREPARE,
    ("POST", "/returns/{return_id}/commitments/{commitment_id}/account"): PREPARE,
    ("GET", "/returns/{return_id}/commitments/{commitment_id}/dispute"): DISPUTE,
    ("POST", "/returns/{return_id}/commitments/{commitment_id}/dispute"): DISPUTE,
    ("GET", "/returns/{return_id}/commitments/{commitment_id}/copy"): PREPARE,
    ("POST", "/returns/{return_id}/commitments/{commitment_id}/copy"): PREPARE,
    ("GET", "/returns/{return_id}/commitments/{commitment_id}/practices"): PREPARE,
    ("GET", "/returns/{return_id}/commitments/{commitment_id}/evidence/{place}"): PREPARE,
    ("POST", "/returns/{return_id}/commitments/{commitment_id}/evidence/{place}"): PREPARE,
    ("GET", "/returns/{return_id}/files/{file_id}"): READ,
    ("GET", "/console/returns/{return_id}/files/{file_id}"): TEAM - JUDGE,
    ("GET", "/returns/{return_id}/unchanged"): PREPARE,
    ("POST", "/returns/{return_id}/unchanged"): PREPARE,
    ("GET", "/returns/{return_id}/actions"): PREPARE,
    ("POST", "/returns/{return_id}/actions"): PREPARE,
    ("GET", "/returns/{return_id}/actions/{place}"): PREPARE,
    ("POST", "/returns/{return_id}/actions/{place}"): PREPARE,
    ("GET", "/returns/{return_id}/measures"): PREPARE,
    ("POST", "/returns/{return_id}/measures"): PREPARE,
    ("GET", "/returns/{return_id}/spotlight"): PREPARE,
    ("POST", "/returns/{return_id}/spotlight"): PREPARE,
    ("GET", "/returns/{return_id}/replies"): PREPARE,
    ("POST", "/returns/{return_id}/replies"): PREPARE,
    ("GET", "/returns/{return_id}/not-running"): PREPARE,
    ("POST", "/returns/{return_id}/not-running"): PREPARE,
    ("GET", "/returns/{return_id}/check"): PREPARE,
    ("POST", "/returns/{return_id}/hand-over"): PREPARE,
    ("GET", "/returns/{return_id}/sign"): SIGN,
    ("POST", "/returns/{return_id}/sign"): SIGN,
    ("POST", "/returns/{return_id}/send-back"): SIGN,
    ("GET", "/returns/{return_id}/reply"): PREPARE,
    ("POST", "/returns/{return_id}/reply"): PREPARE,
    ("GET", "/returns/{return_id}/extension"): PREPARE,
    ("POST", "/returns/{return_id}/extension"): PREPARE,
    ("GET", "/returns/{return_id}/sentence"): PREPARE,
    ("POST", "/returns/{return_id}/sentence"): PREPARE,
    ("GET", "/returns/{return_id}/handover"): READ,
    ("POST", "/returns/{return_id}/handover"): PREPARE,
    ("GET", "/returns/{return_id}/people"): READ,
    ("POST", "/returns/{return_id}/people"): PREPARE,
    ("POST", "/returns/{return_id}/people/{stand_in}/end"): PREPARE,
    ("GET", "/returns/{return_id}/dates"): READ,
    ("GET", "/returns/{return_id}/history"): READ,
    ("GET", "/returns/{return_id}/history/{sha}"): READ,
    ("GET", "/returns/{return_id}/copy"): READ,
    ("GET", "/returns/{return_id}/copy.pdf"): READ,
    ("GET", "/returns/{return_id}/copy.json"): READ,
    ("GET", "/returns/{return_id}/draft.json"): READ,
    ("GET", "/returns/{return_id}/return.xlsx"): READ,
    ("GET", "/returns/{return_id}/spreadsheet"): PREPARE,
    ("POST", "/returns/{return_id}/spreadsheet"): PREPARE,
    ("GET", "/returns/{return_id}/spreadsheet/taken"): PREPARE,
    ("GET", "/console"): TEAM | {OTTO},
    ("GET", "/console/regions/{region}"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/returns.csv"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/returns.xlsx"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/dates"): TEAM,
    ("GET", "/console/regions/{region}/schedule"): TEAM,
    ("GET", "/console/regions/{region}/schedule/{quarter}"): TEAM,
    ("GET", "/console/regions/{region}/schedule/{quarter}/letters.csv"): TEAM,
    ("POST", "/console/regions/{region}/schedule/{quarter}/agree"): CHECK,
    ("GET", "/console/regions/{region}/schedule/{quarter}/move"): CHECK,
    ("POST", "/console/regions/{region}/schedule/{quarter}/move"): CHECK,
    ("POST", "/console/regions/{region}/schedule/{quarter}/move/back"): CHECK,
    ("GET", "/console/regions/{region}/schedule/run/{step}"): serving(
        "commissioner", "administrator"
    ),
    ("POST", "/console/regions/{region}/schedule/run/{step}"): serving(
        "commissioner", "administrator"
    ),
    ("GET", "/console/regions/{region}/register"): TEAM,
    ("GET", "/console/regions/{region}/register/prisons/{site}"): STEER,
    ("POST", "/console/regions/{region}/register/prisons/{site}"): STEER,
    ("GET", "/console/regions/{region}/register/providers"): TEAM,
    ("GET", "/console/regions/{region}/register/services"): TEAM,
    ("GET", "/console/regions/{region}/register/contacts"): ADDRESSES,
    ("GET", "/console/regions/{region}/register/signatories"): TEAM,
    ("GET", "/console/regions/{region}/register/charter"): TEAM,
    ("POST", "/console/regions/{region}/register/charter"): CHECK,
    ("GET", "/console/regions/{region}/register/charter/file"): CHECK,
    ("GET", "/console/regions/{region}/register/charter/new"): CHECK,
    ("POST", "/console/regions/{region}/register/charter/new"): CHECK,
    ("GET", "/console/regions/{region}/register/history"): TEAM,
    ("GET", "/console/regions/{region}/register/import"): STEER,
    ("POST", "/console/regions/{region}/register/import"): STEER,
    ("GET", "/console/regions/{region}/register/signatories/import"): STEER,
    ("POST", "/console/regions/{region}/register/signatories/import"): STEER,
    ("GET", "/console/regions/{region}/register/register.csv"): ADDRESSES,
    ("GET", "/console/regions/{region}/register/register.xlsx"): ADDRESSES,
    ("GET", "/console/regions/{region}/register/signatories.csv"): TEAM,
    ("GET", "/console/regions/{region}/register/signatories.xlsx"): TEAM,
    ("GET", "/console/regions/{region}/release"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/release"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/release/{return_id}"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/release/{return_id}/preview"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/release/{return_id}/pages"): TEAM,
    ("POST", "/console/regions/{region}/{quarter}/release/{return_id}/draw"): TEAM,
    ("POST", "/console/regions/{region}/{quarter}/release/{return_id}/approve"): APPROVE,
    ("GET", "/console/regions/{region}/{quarter}/release/{return_id}/holds/{text}"): APPROVE,
    ("POST", "/console/regions/{region}/{quarter}/release/{return_id}/holds/{text}"): APPROVE,
    ("GET", "/console/regions/{region}/{quarter}/release/{return_id}/take-down"): APPROVE,
    ("POST", "/console/regions/{region}/{quarter}/release/{return_id}/take-down"): APPROVE,
    ("GET", "/console/regions/{region}/{quarter}/release/{return_id}/revise"): APPROVE,
    ("POST", "/console/regions/{region}/{quarter}/release/{return_id}/revise"): APPROVE,
    ("GET", "/console/regions/{region}/sensitive"): APPROVE,
    ("POST", "/console/regions/{region}/sensitive"): APPROVE,
    ("POST", "/console/regions/{region}/sensitive/agree"): APPROVE,
    ("POST", "/console/regions/{region}/sensitive/end"): APPROVE,
    ("GET", "/console/regions/{region}/scores"): TEAM,
    ("GET", "/console/regions/{region}/scores/policies"): TEAM,
    ("POST", "/console/regions/{region}/scores/policies"): CHECK,
    ("GET", "/console/regions/{region}/scores/policies/file"): CHECK,
    ("GET", "/console/regions/{region}/scores/policies/new"): CHECK,
    ("POST", "/console/regions/{region}/scores/policies/new"): CHECK,
    ("GET", "/console/regions/{region}/packs"): TEAM,
    ("POST", "/console/regions/{region}/packs"): PACK,
    ("GET", "/console/regions/{region}/packs/{quarter}/{kind}"): TEAM,
    ("GET", "/console/regions/{region}/packs/{quarter}/{kind}/{form}"): TEAM,
    ("GET", "/console/returns/{return_id}/score"): TEAM,
    ("GET", "/console/regions/{region}/actions"): TEAM,
    ("GET", "/console/regions/{region}/actions/promises.csv"): TEAM,
    ("GET", "/console/regions/{region}/actions/promises.xlsx"): TEAM,
    ("GET", "/console/regions/{region}/rungs"): TEAM,
    ("GET", "/console/regions/{region}/rungs.csv"): TEAM,
    ("GET", "/console/regions/{region}/{quarter}/pauses"): CHECK,
    ("POST", "/console/regions/{region}/{quarter}/pauses"): CHECK,
    ("POST", "/console/regions/{region}/{quarter}/pauses/end"): CHECK,
    ("GET", "/console/regions/{region}/team"): TEAM,
    ("GET", "/console/regions/{region}/team/new"): ADMINISTER,
    ("POST", "/console/regions/{region}/team/new"): ADMINISTER,
    ("GET", "/console/regions/{region}/team/{member}/end"): ADMINISTER,
    ("POST", "/console/regions/{region}/team/{member}/end"): ADMINISTER,
    ("GET", "/console/regions/{region}/team/{member}/telephone"): ADMINISTER,
    ("POST", "/console/regions/{region}/team/{member}/telephone"): ADMINISTER,
    ("GET", "/console/regions/{region}/team/deputies"): APPROVE,
    ("POST", "/console/regions/{region}/team/deputies"): APPROVE,
    ("GET", "/console/regions/{region}/record"): TEAM,
    ("GET", "/console/regions/{region}/record.csv"): TEAM,
    ("GET", "/console/regions/{region}/letters"): TEAM,
    ("GET", "/console/regions/{region}/letters.csv"): TEAM,
    ("GET", "/console/regions/{region}/letters/{key}"): TEAM,
    ("POST", "/console/regions/{region}/letters/{key}/settle"): STEER,
    ("GET", "/console/regions/{region}/{quarter}/queue"): TEAM,
    ("POST", "/console/regions/{region}/{quarter}/queue/confirm"): CHECK,
    ("GET", "/console/disputes"): TEAM | {OTTO},
    ("GET", "/console/disputes/{return_id}/{commitment_id}"): serving("arbiter"),
    ("POST", "/console/disputes/{return_id}/{commitment_id}"): serving("arbiter"),
    ("GET", "/console/returns/{return_id}"): TEAM,
    ("POST", "/console/returns/{return_id}/confirm"): CHECK,
    ("GET", "/console/returns/{return_id}/commitments/{commitment_id}"): CHECK,
    ("POST", "/console/returns/{return_id}/commitments/{commitment_id}/rating"): CHECK,
    ("POST", "/console/returns/{return_id}/commitments/{commitment_id}/question"): CHECK,
    ("GET", "/console/returns/{return_id}/practice/{commitment_id}"): CHECK,
    ("POST", "/console/returns/{return_id}/practice/{commitment_id}"): CHECK,
    ("POST", "/console/returns/{return_id}/practice/{commitment_id}/withdraw"): CHECK,
    ("GET", "/console/returns/{return_id}/contacts"): CHECK,
    ("POST", "/console/returns/{return_id}/contacts"): CHECK,
    ("POST", "/console/returns/{return_id}/contacts/end"): CHECK,
    ("GET", "/console/returns/{return_id}/extend"): CHECK,
    ("POST", "/console/returns/{return_id}/extend"): CHECK,
    ("GET", "/console/returns/{return_id}/not-running"): CHECK,
    ("POST", "/console/returns/{return_id}/not-running"): CHECK,
    ("GET", "/console/returns/{return_id}/no-more-time"): CHECK,
    ("POST", "/console/returns/{return_id}/no-more-time"): CHECK,
    ("GET", "/console/regions/{region}/listening"): TEAM,
    ("GET", "/console/regions/{region}/listening/{quarter}"): TEAM,
    ("GET", "/console/regions/{region}/listening/{quarter}/calls"): TEAM,
    ("POST", "/console/regions/{region}/listening/{quarter}/calls"): JUDGE,
    ("POST", "/console/regions/{region}/listening/{quarter}/calls/end"): JUDGE,
    ("GET", "/console/regions/{region}/listening/{quarter}/replies"): TEAM,
    ("GET", "/console/regions/{region}/listening/{quarter}/{part}"): JUDGE,
    ("POST", "/console/regions/{region}/listening/{quarter}/{part}"): JUDGE,
    ("GET", "/console/regions/{region}/requests"): TEAM,
    ("GET", "/console/regions/{region}/requests/new"): JUDGE,
    ("POST", "/console/regions/{region}/requests/new"): JUDGE,
    ("GET", "/console/regions/{region}/requests/prison"): TEAM,
    ("POST", "/console/regions/{region}/requests/prison"): JUDGE,
    ("GET", "/console/regions/{region}/requests/{request_id}"): TEAM,
    ("POST", "/console/regions/{region}/requests/{request_id}/withdraw"): JUDGE,
    ("GET", "/console/regions/{region}/practices"): TEAM,
    ("POST", "/console/regions/{region}/practices/end"): CHECK,
    ("GET", "/console/returns/{return_id}/judge"): JUDGE,
    ("POST", "/console/returns/{return_id}/judge"): JUDGE,
}
"""The whole of it: by route, who is let in. The rest of the same house may only look (403); for
everybody else there is nothing there (404)."""

EVERYBODY = sorted(READ | TEAM | {DEE.email, DEE.signer_email, EVE, OTTO})


PIECE = Evidence(
    title="Call log",
    dated=date(2026, 6, 1),
    file="calls.pdf",
    sha=hashlib.sha256(files.PDF).hexdigest(),
)


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """The stage with a file as evidence in Avon's last quarter, and so in what it carried over."""
    return Stage(Database(sqlite_database), site_folder=tmp_path / "site", piece=PIECE).play()


def routes(stage: Stage) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(stage.app.routes):
        for method in getattr(route, "methods", None) or {"GET"}:
            yield method, str(route.path)


def filled(stage: Stage, path: str, *, commitment: str = "W1") -> str:
    here = stage.ref()
    if "{sha}" in path:  # only a signed return has one
        here, sha = stage.signed()
        path = path.replace("{sha}", sha)
    if "{stand_in}" in path:
        path = path.replace("{stand_in}", str(stage.stand_in()))
    if "{member}" in path:  # Rita's role, which an administrator can end
        path = path.replace("{member}", str(stage.member(RITA)))
    if "{kind}" in path:
        path = path.replace("{kind}", stage.pack())
    if "{key}" in path:
        path = path.replace("{key}", stage.letter())
    if path == "/console/returns/{return_id}/files/{file_id}":
        here = stage.ref(AVON, LAST)  # a team sees the files of what is signed
    for name, value in {
        "{file_id}": 1,
        "{return_id}": here.id,
        "{commitment_id}": commitment,
        "{place}": "new",
        "{part}": "voice",
        "{text}": "0" * 64,
        "{request_id}": REQUEST,
        "{region}": here.region,
        "{site}": AVON.site,
        "{quarter}": QUARTER,
        "{step}": "round",
        "{form}": "csv",
        "{link}": "no-such-link",
        "{path:path}": "",
    }.items():
        path = path.replace(name, str(value))
    return path


def try_door(client: PageClient, method: str, path: str, token: str) -> int:
    """The status of one try, redirects not followed; 401 stands for being sent to sign in."""
    body = {"token": token} if method == "POST" else None
    headers = {"Sec-Fetch-Site": "same-origin"} if method == "POST" else {}
    answer = client.http.request(method, path, data=body, headers=headers, follow_redirects=False)
    if answer.status_code == 303 and answer.headers["location"] == "/sign-in":
        return 401
    return answer.status_code


def test_every_route_is_listed_with_who_may_use_it(stage: Stage):
    assert set(routes(stage)) == set(ACCESS)


def test_nothing_is_changed_but_by_post(stage: Stage):
    assert {method for method, _ in routes(stage)} == {"GET", "POST"}


def test_nobody_gets_in_without_signing_in(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    for (method, path), who in ACCESS.items():
        if who != ANYONE:
            assert try_door(client, method, filled(stage, path), "guess") == 401, path


@pytest.mark.parametrize("email", EVERYBODY)
def test_each_door_opens_to_those_it_should(stage: Stage, open_pages: Open, email: str):
    client = stage.enters(open_pages, email)
    token = token_of(client)
    wrong = []
    for (method, path), who in ACCESS.items():
        if who == ANYONE or path == "/sign-out":
            continue
        status = try_door(client, method, filled(stage, path), token)
        if verdict(email, path, who) != kind_of(status):
            wrong.append(f"{method} {path}: {status}, not {verdict(email, path, who)}")
    assert not wrong, wrong


def verdict(email: str, path: str, who: Any) -> str:
    """What the table says of one person at one door."""
    if who == SIGNED_IN or email in who:
        return "in"
    house = READ if path.startswith("/returns/") else TEAM if "/" in path[9:] else set()
    return "look but not touch" if email in house else "not there"


def kind_of(status: int) -> str:
    return {403: "look but not touch", 404: "not there", 401: "sign in"}.get(status, "in")


def token_of(client: PageClient) -> str:
    page = client.get("/")
    return str(page.fields(page.form("Sign out"))["token"][0])


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999", "-1", "1e3", "x", "٣"])
def test_a_return_that_is_not_is_not_there(stage: Stage, open_pages: Open, number: str):
    for email, room in ((AVON.email, "/returns"), (CORA, "/console/returns")):
        client = stage.enters(open_pages, email)
        assert client.get(f"{room}/{number}").status == 404


def test_what_is_no_part_of_a_return_is_not_there(stage: Stage, open_pages: Open):
    avon, cora = stage.enters(open_pages, AVON.email), stage.enters(open_pages, CORA)
    here = stage.ref()
    assert avon.get(f"/returns/{here.id}/commitments/W99").status == 404
    assert avon.get(f"/returns/{here.id}/actions/1").status == 404
    assert avon.get(f"/returns/{here.id}/actions/99").status == 404
    assert cora.get(f"/console/returns/{here.id}/commitments/W99").status == 404
    assert cora.get(f"/console/regions/{here.region}/2031-32-Q1").status == 404
    assert cora.get(f"/console/regions/{here.region}/yesterday").status == 404


def test_dee_sees_nothing_of_avon_and_otto_nothing_of_sample(stage: Stage, open_pages: Open):
    dee, otto = stage.enters(open_pages, DEE.email), stage.enters(open_pages, OTTO)
    assert "Avon" not in dee.get("/returns").text
    refused = dee.get(f"/returns/{stage.ref().id}")
    assert (refused.status, "Avon" in refused.text) == (404, False)
    assert "Sample" not in otto.get("/console").text
    theirs = otto.get(f"/console/regions/{stage.ref_of_eve().region}/{QUARTER}")
    assert theirs.status == 200
    assert "Avon" not in theirs.text


def test_no_page_that_is_only_opened_changes_a_row(stage: Stage, open_pages: Open):
    people = {
        email: stage.enters(open_pages, email)
        for email in (AVON.email, AVON.signer_email, CORA, LENA)
    }
    for _, path in ACCESS:
        filled(stage, path)  # what stands behind the parts of an address is made now, if need be
    before = rows(stage)
    for method, path in ACCESS:
        if method == "GET":
            for client in people.values():
                client.http.get(filled(stage, path))
    assert rows(stage) == before


def rows(stage: Stage) -> dict[str, str]:
    """Every table's content; a session's last sight may move."""
    with stage.database.engine.connect() as connection:
        names = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'web_session'")
        )
        tables = [name for (name,) in names]
        return {t: str(list(connection.execute(text(f'SELECT * FROM "{t}"')))) for t in tables}


def test_the_request_of_families_belongs_to_one_return(stage: Stage, open_pages: Open):
    dee = stage.enters(open_pages, DEE.email)
    page = dee.get(f"/returns/{stage.ref(DEE).id}/replies")
    assert REQUEST not in page.html
    assert "No request from families" in page.text
