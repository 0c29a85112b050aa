"""A first second factor needs more than the mailbox: figures that somebody else tells by voice."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.signin import onetime
from providers import ledger, second_factors
from providers.cycles import NotAllowed
from providers.database import Database
from tests.portal.test_second_factor import (
    NEW,
    SECRET_KEY,
    code,
    enrolling,
    kept,
    secret_on,
    set_up,
    stage,
)
from tests.support.cast import AVON
from tests.support.pages import Page, PageClient
from tests.support.stage import ADAM, CORA, OTTO, Stage

__all__ = ["stage"]
Open = Callable[..., PageClient]


def page_of(stage: Stage, email: str = CORA) -> str:
    return f"/console/regions/sample/team/{stage.member(email)}/telephone"


def figures_on(page: Page) -> str:
    shown = next(p for p in page.tree.iter("p") if p.get("class") == "app-key")
    return "".join(shown.itertext())


def test_an_administrator_is_given_figures_that_open_the_door_once(stage: Stage, open_pages: Open):
    adam, _ = set_up(stage, open_pages, ADAM)
    page = adam.get("/console/regions/sample/team").click("None: let them in: Cora Check")
    figures = figures_on(page.submit(button="Give me the figures"))
    assert figures_on(adam.get(page_of(stage))) == figures
    cora = stage.enters(open_pages, CORA).get(NEW)
    typed = {"told": figures, "code": code(secret_on(cora), stage)}
    assert cora.submit(typed, button="Set it up").path == "/console"
    assert "has set one up" in adam.get(page_of(stage)).text
    with stage.database.writing() as session:
        assert second_factors.allowed(session, stage.person(CORA), stage.now) is None
        second_factors.reset(session, CORA, stage.now, "operator")
    again = stage.enters(open_pages, CORA).get(NEW)
    typed = {"told": figures, "code": code(secret_on(again), stage)}
    assert again.submit(typed, button="Set it up").status == 422


def test_the_mailbox_alone_sets_nothing_up(stage: Stage, open_pages: Open):
    page = stage.enters(open_pages, CORA).get(NEW)
    right = code(secret_on(page), stage)
    page = page.submit({"code": right}, button="Set it up")
    assert "Enter the 8 figures that you were told" in page.text
    for told in ("0000 0000", enrolling(stage, b"x" * 20, ADAM)["told"]):
        page = page.submit({"told": told, "code": right}, button="Set it up")
        assert (page.status, "not the code that you were told" in page.text) == (422, True)
    assert kept(stage) == "[]"


def test_figures_are_good_for_a_day_and_new_ones_take_their_place(stage: Stage, open_pages: Open):
    page = stage.enters(open_pages, CORA).get(NEW)
    secret = secret_on(page)
    first, second = enrolling(stage, secret), enrolling(stage, secret)
    assert page.submit(first, button="Set it up").status == 422
    stage.now += timedelta(hours=24)
    page = stage.enters(open_pages, CORA).get(NEW)
    late = {**second, "code": code(secret_on(page), stage)}
    assert page.submit(late, button="Set it up").status == 422
    assert page.submit(enrolling(stage, secret_on(page)), button="Set it up").status == 200


@pytest.mark.parametrize(
    ("who", "by", "why"),
    [
        (ADAM, ADAM, "nobody lets themselves in"),
        (CORA, CORA, "nobody lets themselves in"),
        (ADAM, CORA, "only an administrator"),
        (OTTO, ADAM, "only an administrator"),
        (AVON.email, "", "works for a region's team"),
    ],
)
def test_who_may_not_let_somebody_in_is_told_why(stage: Stage, who: str, by: str, why: str):
    name = f"person:{stage.person(by)}" if by else "operator"
    with stage.database.writing() as session, pytest.raises(NotAllowed, match=why):
        second_factors.allow(session, stage.person(who), stage.now, name)


def test_the_page_refuses_what_the_store_does_and_names_who_came_first(
    stage: Stage, open_pages: Open
):
    adam, _ = set_up(stage, open_pages, ADAM)
    page = adam.get(page_of(stage))
    enrolling(stage, b"x" * 20)
    seen = adam.get(page_of(stage))
    assert "Whoever runs this service was given figures for them" in seen.text
    assert not [p for p in seen.tree.iter("p") if p.get("class") == "app-key"]
    set_up(stage, open_pages)
    late = page.submit(button="Give me the figures")
    assert (late.status, "reset first where it was lost" in late.text) == (409, True)


def test_the_ledger_says_who_let_whom_in_and_holds_no_figures(stage: Stage) -> None:
    with stage.database.writing() as session:
        adam, cora = stage.person(ADAM), stage.person(CORA)
        found = second_factors.allow(session, cora, stage.now, f"person:{adam}")
        entry = list(ledger.entries(session))[-1]
    assert (entry.kind, entry.subject) == ("second_factor_allowed", f"person:{cora}")
    assert (entry.by, entry.body) == (f"person:{adam}", "{}")
    figures = onetime.told_code(SECRET_KEY, cora, found.entry)
    assert len(figures) == len("1234 5678")
    assert figures != onetime.told_code("another key", cora, found.entry)


def test_elsewhere_than_in_production_nobody_is_let_in(
    sqlite_database: Engine, tmp_path: Path, open_pages: Open
):
    here = Stage(Database(sqlite_database), site_folder=tmp_path / "site").play()
    adam = here.enters(open_pages, ADAM)
    assert "let them in" not in adam.get("/console/regions/sample/team").text
