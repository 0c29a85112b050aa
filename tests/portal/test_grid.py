"""Every route by every method at what belongs to another, for everybody who is not of the house.

The routes are read from the app, the interface for programs with them: a new one is in the grid
by itself, and one with a part of its address that nobody has said a real value for fails.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine
from starlette.routing import Mount

from charter.policy import Role
from providers import evidence, lives, register, returns, staff, stand_ins, tokens
from providers.database import Database
from tests.portal.test_access import rows, token_of
from tests.support import files, group
from tests.support.cast import AVON, DEE
from tests.support.group import GIL, GUS, HAL, SAND, SHELL, STONE
from tests.support.pages import PageClient
from tests.support.stage import (
    ADAM,
    ANN,
    CORA,
    EVE,
    IRIS,
    LENA,
    MONA,
    OTTO,
    QUARTER,
    REQUEST,
    RITA,
    Stage,
    register_text,
)

Open = Callable[..., PageClient]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PART = re.compile(r"\{(\w+)(?::\w+)?\}")
PUBLIC = re.compile(r"/(static|families|calendar|sign-in)(/.*)?")
"""Rooms that belong to nobody in particular."""
FAR_TEAM = {
    "approver": "far-approver@elsewhere.example",
    "listening_partner": "far-partner@elsewhere.example",
    "reader": "far-reader@elsewhere.example",
    "administrator": "far-administrator@elsewhere.example",
    "arbiter": "far-arbiter@elsewhere.example",
}
"""Every other role of the other region's team; Otto is its commissioner."""
BY_PROVIDER = (GIL, GUS, HAL, AVON.email, "ash@avon.example", AVON.signer_email, MONA, DEE.email)
STRANGERS_TO_SAND = {
    "a lead of the same provider's other prison": HAL,
    "a lead of another provider": DEE.email,
    "a deputy of another provider": "ash@avon.example",
    "a signer of another provider": DEE.signer_email,
    "a contract manager of another provider": MONA,
    "a lead of the other region": EVE,
    "the region's commissioner": CORA,
    "the region's approver": ANN,
    "the region's listening partner": LENA,
    "the region's reader": RITA,
    "the region's administrator": ADAM,
    "the region's arbiter": IRIS,
    "the other region's commissioner": OTTO,
    **{f"the other region's {role}": email for role, email in FAR_TEAM.items()},
}
STRANGERS_TO_THE_CONSOLE = {
    **{email: email for email in BY_PROVIDER},
    "the other region's commissioner": OTTO,
    **{f"the other region's {role}": email for role, email in FAR_TEAM.items()},
}


@dataclass(frozen=True)
class Door:
    """One route by one method, and whether the app knows that method there."""

    method: str
    route: str
    known: bool

    @property
    def parts(self) -> list[str]:
        """The parts of its address that stand for something."""
        return PART.findall(self.route)


def routes_of(routes: Any, prefix: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each address with its methods, those of apps mounted inside the app with them."""
    for route in iter_route_contexts(routes):
        if isinstance(inner := getattr(route, "route", route), Mount) and inner.routes:
            yield from routes_of(inner.routes, prefix + str(inner.path))
        else:
            methods = set(getattr(route, "methods", None) or {"GET"})
            yield prefix + str(route.path), methods


def doors(stage: Stage) -> list[Door]:
    known: dict[str, set[str]] = {}
    for route, methods in routes_of(stage.app.routes):
        known.setdefault(route, set()).update(methods)
    for methods in known.values():
        methods |= {"HEAD"} if "GET" in methods else set()
    return [Door(m, route, m in known[route]) for route in sorted(known) for m in METHODS]


@dataclass(frozen=True)
class House:
    """Gull's return for Sand with something real behind every part of an address."""

    stage: Stage
    values: dict[str, str]

    def path(self, door: Door) -> str:
        """The address with real values in it."""
        missing = set(door.parts) - set(self.values)
        assert not missing, f"{door.route}: say in House.values what {missing} stands for"
        return PART.sub(lambda part: self.values[part[1]], door.route)

    def doors(self, start: str) -> list[Door]:
        """The doors below one address that lead to something of somebody's."""
        found = [d for d in doors(self.stage) if d.route.startswith(start) and d.parts]
        assert found, start
        return found


@pytest.fixture
def house(sqlite_database: Engine, tmp_path: Any) -> House:
    stage = group.group(Database(sqlite_database), tmp_path / "site")
    elsewhere = stage.ref_of_eve().region
    with stage.database.writing() as session:
        for role, email in FAR_TEAM.items():
            staff.add(
                session,
                stage.now,
                "operator",
                email=email,
                region_code=elsewhere,
                role=role,
                name=f"Far {role}",
            )
    here, gil = group.ref(stage, SAND), stage.person(GIL)
    with stage.database.writing() as session:
        file = evidence.take(
            session, stage.cabinet, here, "minutes.pdf", files.PDF, stage.now, "person:1"
        )
        today = stage.now.date()
        stand_in = stand_ins.name(
            session, here, Role.DEPUTY, "Val", "val@gull.example", today, today, stage.now, gil
        )
    group.hand_over(stage, SAND, signed=True)
    with stage.database.reading() as session:
        life = lives.lives(session, [here.id])[here.id]
        commitment = returns.draft(session, here).document.answers[0].commitment
    values = {
        "return_id": str(here.id),
        "commitment_id": commitment,
        "place": "1",
        "stand_in": str(stand_in),
        "sha": str(life.document),
        "file_id": str(file.id),
        "region": here.region,
        "quarter": QUARTER,
        "step": "round",
        "kind": stage.pack(),
        "form": "csv",
        "site": SAND,
        "part": "voice",
        "text": "0" * 64,
        "request_id": REQUEST,
    }
    values |= {"member": str(stage.member(RITA)), "key": stage.letter()}
    return House(stage, values)


def knock(client: PageClient, door: Door, path: str, token: str = "") -> int:
    """The status of one try, redirects not followed."""
    changes = door.method not in {"GET", "HEAD", "OPTIONS"}
    body = {"token": token, "then": "check"} if changes else None
    headers = {"Sec-Fetch-Site": "same-origin"} if changes else {}
    answer = client.http.request(
        door.method, path, data=body, headers=headers, follow_redirects=False
    )
    if answer.status_code == 303 and answer.headers["location"] == "/sign-in":
        return 401
    return answer.status_code


def amiss(
    house: House, client: PageClient, doors: list[Door], wanted: int, token: str = ""
) -> list[str]:
    """Where the answer is another than wanted, or than 405 for a method that nobody knows there."""
    wrong = []
    for door in doors:
        status = knock(client, door, house.path(door), token)
        if status not in ({wanted} if door.known else {wanted, 404, 405}):
            wrong.append(f"{door.method} {door.route}: {status}, not {wanted}")
    return wrong


def kept(stage: Stage) -> dict[str, str]:
    """All that is on record but for sign-ins and counters of knocks."""
    passing = {"knock", "sign_in_request", "sign_in_token"}
    return {table: said for table, said in rows(stage).items() if table not in passing}


def test_there_is_something_real_behind_every_address(house: House, open_pages: Open):
    gil, cora = (house.stage.enters(open_pages, email) for email in (GIL, CORA))
    here = house.values["return_id"]
    assert gil.get(f"/returns/{here}").status == 200
    assert gil.get(f"/returns/{here}/history/{house.values['sha']}").status == 200
    assert cora.get(f"/console/returns/{here}").status == 200
    assert cora.get(f"/console/regions/{house.values['region']}/{QUARTER}").status == 200


def strangers(
    house: House, open_pages: Open, people: dict[str, str], room: str
) -> dict[str, list[str]]:
    """What is amiss for each of these people in a room where nothing is theirs."""
    wrong = {}
    inside = house.doors(room)
    for who, email in people.items():
        client = house.stage.enters(open_pages, email)
        if found := amiss(house, client, inside, 404, token_of(client)):
            wrong[who] = found
    return wrong


def test_nothing_of_a_return_is_there_for_anybody_but_its_contacts(house: House, open_pages: Open):
    before = kept(house.stage)
    assert not strangers(house, open_pages, STRANGERS_TO_SAND, "/returns/")
    assert kept(house.stage) == before


def test_nothing_of_the_console_is_there_for_anybody_but_the_regions_team(
    house: House, open_pages: Open
):
    before = kept(house.stage)
    assert not strangers(house, open_pages, STRANGERS_TO_THE_CONSOLE, "/console/")
    assert kept(house.stage) == before


@pytest.mark.parametrize(("email", "own", "other"), [(GIL, SAND, STONE), (HAL, STONE, SHELL)])
def test_a_contact_of_one_prison_cannot_look_into_the_next_of_the_same_provider(
    house: House, open_pages: Open, email: str, own: str, other: str
):
    stage = house.stage
    client = stage.enters(open_pages, email)
    assert client.get(f"/returns/{group.ref(stage, own).id}").status == 200
    theirs = House(stage, house.values | {"return_id": str(group.ref(stage, other).id)})
    assert not amiss(theirs, client, theirs.doors("/returns/"), 404, token_of(client))


def test_what_belongs_to_one_return_does_not_open_through_another(house: House, open_pages: Open):
    stage = house.stage
    hal, own = stage.enters(open_pages, HAL), group.ref(stage, STONE).id
    for part in (f"files/{house.values['file_id']}", f"history/{house.values['sha']}"):
        assert hal.get(f"/returns/{own}/{part}").status == 404
    with stage.database.writing() as session:
        staff.add(
            session,
            stage.now,
            "operator",
            email=OTTO,
            region_code=house.values["region"],
            role="listening_partner",
        )
    far = group.ref(stage, group.FAR).id
    otto = stage.enters(open_pages, OTTO)
    assert otto.get(f"/console/returns/{far}").status == 200
    assert otto.get(f"/console/returns/{far}/files/{house.values['file_id']}").status == 404


def test_nobody_signed_out_gets_further_than_the_door(house: House, open_pages: Open):
    client = open_pages(house.stage.app)
    private = [d for d in doors(house.stage) if not PUBLIC.fullmatch(d.route)]
    sheets = {"/families-look.css", "/families-page.css"}
    open_to_all = {"/signed-out", "/api/v1", "/api/v1/openapi.json"} | sheets
    found = [d for d in private if d.route not in open_to_all]
    assert len(found) > 100
    before = kept(house.stage)
    assert not amiss(house, client, found, 401, "guess")
    assert kept(house.stage) == before


@pytest.mark.parametrize("left", [GIL, CORA])
def test_a_leaver_is_signed_out_at_once(house: House, open_pages: Open, left: str):
    stage = house.stage
    client = stage.enters(open_pages, left)
    token = token_of(client)
    leave(stage, left)
    room = "/console/" if left == CORA else "/returns/"
    assert not amiss(house, client, house.doors(room), 401, token)


def leave(stage: Stage, email: str) -> None:
    """Take somebody off the register, or off their team."""
    with stage.database.writing() as session:
        if email == CORA:
            home = group.ref(stage, SAND).region
            staff.end(session, stage.now, "o", email=email, region_code=home, role="commissioner")
            return
        listed = (register_text() + stage.also).splitlines()
        rest = "\n".join(row for row in listed if f",{email}," not in row)
        read = register.check(rest.encode(), "left.csv")
        register.import_register(session, read, stage.now, "o", policy_version="2026.4")


def test_a_program_sees_nothing_of_another_provider(house: House, open_pages: Open):
    stage, client = house.stage, open_pages(house.stage.app)
    with stage.database.writing() as session:
        _, gull = tokens.add(session, stage.now, "operator", party="GULL", name="one")
        _, dee = tokens.add(session, stage.now, "operator", party="DEE", name="two")
        _, over = tokens.add(session, stage.now, "operator", party="GULL", name="three")
        tokens.end(session, stage.now, "operator", party="GULL", name="three")
    inside = [d for d in house.doors("/api/") if d.known]
    own = f"/api/v1/returns/{QUARTER}/{SAND}"
    bearer = {"Authorization": f"Bearer {gull}"}
    document = client.http.get(own, headers=bearer)
    assert document.status_code == 200
    before = kept(stage)
    for door in inside:
        for secret, wanted in ((dee, 404), (over, 401), ("", 401)):
            answer = client.http.request(
                door.method,
                house.path(door),
                headers={"Authorization": f"Bearer {secret}"} if secret else {},
                json=document.json() if door.method == "POST" else None,
            )
            assert answer.status_code == wanted, (door, answer.text)
    assert kept(stage) == before
    assert client.http.get("/returns", headers=bearer, follow_redirects=False).status_code == 303


def test_a_session_is_no_use_to_a_program_nor_a_token_to_a_browser(house: House, open_pages: Open):
    gil = house.stage.enters(open_pages, GIL)
    for door in house.doors("/api/"):
        if door.known:
            assert gil.http.request(door.method, house.path(door)).status_code == 401


def test_a_session_that_ended_opens_nothing_any_more(house: House, open_pages: Open):
    gil = house.stage.enters(open_pages, GIL)
    token = token_of(gil)
    house.stage.now += timedelta(minutes=30)
    assert not amiss(house, gil, house.doors("/returns/"), 401, token)
