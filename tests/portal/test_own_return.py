"""The commissioner's own return is checked by somebody who has no part in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from charter.answers import PersonNamed
from charter.returns import Life
from charter.steps import Rating
from providers import answering, checking, lives, returns
from providers.cycles import NotAllowed
from providers.database import Database
from providers.returns import Ref
from tests.support.cast import at
from tests.support.pages import PageClient
from tests.support.stage import ANN, CORA, IRIS, LENA, OTTO, QUARTER, RITA, Stage

Open = Callable[..., PageClient]
CLEO, SIR = "cleo@commissioner.example", "sir@commissioner.example"
ROWS = "".join(
    f"Sample,REGION,Sample Team,TEAM,Sample Team,commissioner,prime,2024-04-01,,{who}\n"
    for who in (f"Cleo,{CLEO},lead", f"Sir,{SIR},signer", f"Cora Check,{CORA},commissioner")
)


@pytest.fixture
def stage(sqlite_database: Engine, tmp_path: Path) -> Stage:
    """The team's own return, signed; Cora is on its contact list, and Ann is not."""
    here = Stage(Database(sqlite_database), site_folder=tmp_path / "site", also=ROWS).play()
    here.now = at("2026-10-06T09:00")
    document = here.filled(own(here)).model_copy(
        update={
            "prepared_by": PersonNamed(name="Cleo", email=CLEO),
            "signed_by": PersonNamed(name="Sir", email=SIR),
        }
    )
    with here.database.writing() as session:
        answering.submit(session, own(here), document, here.now)
    return here


def own(stage: Stage) -> Ref:
    with stage.database.reading() as session:
        return returns.find(session, "TEAM", "REGION", QUARTER)


def life(stage: Stage) -> Life:
    with stage.database.reading() as session:
        return lives.lives(session, [own(stage).id])[own(stage).id]


@pytest.mark.parametrize("email", [ANN, IRIS])
def test_an_approver_or_an_arbiter_may_confirm_it(stage: Stage, open_pages: Open, email: str):
    client = stage.enters(open_pages, email)
    page = client.get(f"/console/returns/{own(stage).id}")
    done = page.submit(button="Confirm this return")
    assert "Confirmed. The provider" in done.text
    assert life(stage).confirmed_at == stage.now


def test_a_contact_of_it_may_not_whatever_their_role(stage: Stage, open_pages: Open):
    cora = stage.enters(open_pages, CORA)
    page = cora.get(f"/console/returns/{own(stage).id}")
    assert "Confirm this return" not in page.text
    assert "Change or ask" not in page.text
    token = page.fields(page.form("Sign out"))["token"][0]
    sent = {"token": token, "sha": life(stage).document}
    assert cora.post(f"/console/returns/{own(stage).id}/confirm", sent).status == 403
    queue = cora.get(f"/console/regions/{own(stage).region}/{QUARTER}/queue")
    assert "somebody who had no part in it confirms it" in queue.text
    with stage.database.writing() as session, pytest.raises(NotAllowed, match="your own"):
        checking.confirm(session, own(stage), stage.now, stage.person(CORA))
    assert life(stage).confirmed_at is None


@pytest.mark.parametrize("email", [LENA, RITA])
def test_nor_may_the_rest_of_the_team(stage: Stage, open_pages: Open, email: str):
    page = stage.enters(open_pages, email).get(f"/console/returns/{own(stage).id}")
    assert page.status == 200
    assert "Confirm this return" not in page.text


def test_nor_anybody_of_another_region(stage: Stage, open_pages: Open):
    otto = stage.enters(open_pages, OTTO)
    assert otto.get(f"/console/returns/{own(stage).id}").status == 404


def test_an_approver_still_checks_no_providers_return(stage: Stage):
    with stage.database.writing() as session:
        here = stage.ref()
        with pytest.raises(NotAllowed, match="only a commissioner"):
            checking.change_rating(
                session, here, "W2", Rating.PARTLY, "No.", stage.now, stage.person(ANN)
            )
