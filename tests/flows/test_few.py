"""What few families asked for is told of the region, and nobody can tell at which prison."""

import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from charter.few import WOULD_TELL, tells_where
from charter.ledger import canonical, digest
from charter.review import Withdrawn
from charter.steps import Approved, Published
from charter.summary import prison_page
from flows import grouping
from flows.assembling import tell
from flows.making import Maker
from providers import lives, passed_on, requests, returns
from providers.database import Database, open_engine
from providers.lives import NewStep
from providers.passed_on import Passed
from providers.returns import Ref
from tests.support.cast import AVON, BROOK, CAST, CLYDE, DEE, Player, at
from tests.support.drawn import build_pages, render
from tests.support.rules import CALENDAR
from tests.support.stage import LENA, QUARTER, Stage

BOARD = "\n".join(
    f"Sample,REGION,All of Sample,ICB,Sample Board,commissioner,prime,2024-04-01,,{who},"
    f"{who}@icb.example,{role}"
    for who, role in (("Cy", "lead"), ("Cleo", "signer"))
)
OUT, AFTER, LATER = at("2026-12-08T09:00"), at("2026-12-09T09:00"), at("2026-12-10T09:00")
HEARD = date(2026, 9, 2)
TEXT, REPLY = "Tell us what a medicine is for.", "Yes. A leaflet goes with each new medicine."
REGION_PAGE, WHOLE = f"commissioners/sample/{QUARTER}", "REGION"
FINGERPRINTS = {"document", "receipt"}


@pytest.fixture(autouse=True)
def no_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same secrets in every world, so that worlds can be laid side by side."""
    monkeypatch.setattr(secrets, "token_hex", lambda n: "5" * 2 * n)


@pytest.fixture
def worlds(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """As many fresh databases as are asked for."""
    made: list[Database] = []

    def another() -> Database:
        path = tmp_path / f"{len(made)}.db"
        shutil.copyfile(sqlite_template, path)
        made.append(Database(open_engine(f"sqlite:///{path}")))
        return made[-1]

    yield another
    for one in made:
        one.engine.dispose()


def world(database: Database) -> Stage:
    return Stage(database, also=BOARD + "\n").play()


def ask(stage: Stage, player: Player, families: int | None, text: str = TEXT) -> None:
    with stage.database.writing() as session:
        requests.enter_request(
            session,
            id="few-1",
            region="sample",
            site=player.site,
            party=player.provider,
            commitment="W4",
            text=text,
            source="a visits hall",
            heard_on=HEARD,
            now=stage.now,
            by="operator",
            families=families,
        )


def answer(stage: Stage, words: str = REPLY, *, but: tuple[Player, ...] = ()) -> None:
    """All four sign for their prisons, or all but some."""
    for player in CAST:
        if player in but:
            continue
        filled = stage.filled(stage.ref(player))
        replies = tuple(
            one.model_copy(update={"answer": "accepted", "words": words})
            if one.request == "few-1"
            else one
            for one in filled.replies
        )
        stage.submit(player, filled.model_copy(update={"replies": replies}), stage.now)


def board(stage: Stage) -> Ref:
    with stage.database.reading() as session:
        return returns.find(session, "ICB", WHOLE, QUARTER)


def publish(stage: Stage, now: datetime, *players: Player, whole: bool = True) -> None:
    refs = [stage.ref(player) for player in players] + ([board(stage)] if whole else [])
    with stage.database.writing() as session:
        for ref in refs:
            again = lives.lives(session, [ref.id])[ref.id].revision + 1
            lives.record(session, ref.id, Published(revision=again, page=""), now, "engine")


def pages(stage: Stage, now: datetime = AFTER) -> dict[str, Any]:
    """Every page of the bulletin as data."""
    with stage.database.reading() as session:
        return build_pages(session, now, CALENDAR)


def told(stage: Stage, now: datetime = AFTER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pages(stage, now)[REGION_PAGE].get("around", {}).get("few", [])
    return found


def looks(stage: Stage, now: datetime = AFTER) -> str:
    """All that the public reads, without fingerprints of what it does not read."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k not in FINGERPRINTS}
        return [plain(one) for one in value] if isinstance(value, list) else value

    return json.dumps(plain(pages(stage, now)), sort_keys=True)


def test_what_few_asked_for_stands_on_the_regions_page_with_its_reply_and_names_no_prison(
    store: Database,
) -> None:
    stage = world(store)
    ask(stage, AVON, 7)
    answer(stage)
    publish(stage, OUT, *CAST)
    (row,) = told(stage)
    assert (row["asked"], row["replies"][0]["words"]) == (TEXT, REPLY)
    assert row["heard"] == "July to September 2026"
    files = render(pages(stage))
    here = files[f"prisons/AVB/{QUARTER}.html"].decode()
    assert TEXT not in here
    assert REPLY not in here
    assert "it is told for the whole region" in here
    assert f'href="../../{REGION_PAGE}.html"' in here
    telling = {path for path, content in files.items() if TEXT.encode() in content}
    own = {f"{REGION_PAGE}.html", f"{REGION_PAGE}.json", "commissioners/sample/index.html"}
    assert telling == own
    assert not [path for path, content in files.items() if b"few-1" in content]


@pytest.mark.parametrize("families", [None, 8, 40])
def test_what_enough_families_asked_for_or_nobody_counted_stands_on_the_prisons_page(
    families: int | None, sqlite_store: Database
) -> None:
    stage = world(sqlite_store)
    ask(stage, AVON, families)
    answer(stage)
    publish(stage, OUT, *CAST)
    assert told(stage) == []
    rows = pages(stage)[f"prisons/AVB/{QUARTER}"]["asked"]
    assert [row["asked"] for row in rows].count(TEXT) == 1


@pytest.mark.parametrize("out", [CAST, CAST[:3], CAST[1:], CAST[:2], ()])
def test_no_page_tells_of_which_prison_that_is_out_it_is(
    out: tuple[Player, ...], worlds: Callable[[], Database]
) -> None:
    """Whichever prison it is, all that is published is the same to the letter, at each time."""
    seen = set()
    for player in out or CAST:
        stage = world(worlds())
        ask(stage, player, 3)
        answer(stage)
        publish(stage, OUT, *out)
        first = looks(stage)
        rest = [one for one in CAST if one not in out]
        publish(stage, AFTER, *rest)
        seen.add((first, looks(stage, LATER)))
    assert len(seen) == 1


@pytest.mark.parametrize("late", [one for n in (1, 2) for one in combinations(CAST, n)])
def test_one_of_the_few_prisons_that_are_silent_is_not_given_away_by_a_reply_that_is_missing(
    late: tuple[Player, ...], worlds: Callable[[], Database]
) -> None:
    """Who is out has replied: a request without one would be of the prisons that are silent."""
    stage = world(worlds())
    ask(stage, late[0], 3)
    answer(stage)
    out = [one for one in CAST if one not in late]
    publish(stage, OUT, *out)
    assert told(stage) == []


@pytest.mark.parametrize("never", [(AVON,), (BROOK, CLYDE)])
def test_nor_is_one_whose_update_is_out_because_it_never_came(
    never: tuple[Player, ...], worlds: Callable[[], Database]
) -> None:
    stage = world(worlds())
    ask(stage, never[0], 3)
    answer(stage, but=never)
    publish(stage, OUT, *CAST)
    assert told(stage) == []


def test_what_comes_out_later_leaves_the_regions_page_as_it_was(sqlite_store: Database) -> None:
    stage = world(sqlite_store)
    ask(stage, DEE, 3)
    answer(stage)
    publish(stage, OUT, AVON, BROOK, CLYDE)
    before = told(stage)
    publish(stage, AFTER, DEE, whole=False)
    assert told(stage, LATER) == before == []


@pytest.mark.parametrize(
    "words",
    ["At HMP Avonbridge we do.", "We at avonbridge will.", "Avon Health says yes.", "AVB will."],
)
def test_a_reply_that_names_the_prison_or_who_runs_it_is_not_shown(
    words: str, sqlite_store: Database
) -> None:
    stage = world(sqlite_store)
    ask(stage, AVON, 3)
    answer(stage, words)
    publish(stage, OUT, *CAST)
    (row,) = told(stage)
    assert (row["asked"], row["replies"][0]["words"]) == (TEXT, WOULD_TELL)


def test_words_that_any_reply_has_do_not_name_a_prison() -> None:
    places = ("HMP High Down", "HDI", "Central Healthcare Group", "HMP The Mount")
    assert not tells_where(
        "The Head of Healthcare will look down the list. It is high time.", places
    )
    assert tells_where("Families at high down ask.", places)
    assert tells_where("The Mount has none.", places)


def test_what_the_prison_itself_was_asked_by_few_is_told_of_the_region_too(
    sqlite_store: Database,
) -> None:
    stage = world(sqlite_store)
    said = Passed(AVON.site, TEXT, "a hall", HEARD, "the head of visits", HEARD, families=2)
    with stage.database.writing() as session:
        passed_on.pass_on(session, "sample", said, stage.now, stage.person(LENA))
    answer(stage)
    publish(stage, OUT, *CAST)
    (row,) = told(stage)
    assert (row["asked"], row["passed_on"], row["replies"]) == (TEXT, True, [])
    assert "passed" not in pages(stage)[f"prisons/AVB/{QUARTER}"].get("around", {})


def test_made_prison_by_prison_the_regions_page_tells_what_all_of_them_publish_that_day(
    sqlite_store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "TOGETHER", 1)
    stage = world(sqlite_store)
    ask(stage, DEE, 3)
    answer(stage)
    refs = [board(stage), *(stage.ref(player) for player in CAST)]
    steps = [NewStep(ref.id, Approved(person=who)) for ref in refs for who in (1, 2)]
    with sqlite_store.writing() as session:
        lives.record_many(session, steps, OUT, "person:1")
    made = Maker(sqlite_store, OUT, CALENDAR, "", tmp_path / "made").make()
    assert made is not None
    (row,) = told(stage, OUT)
    assert len(row["replies"]) == 1
    full = {key: digest(canonical(page)) for key, page in pages(stage, OUT).items()}
    assert made.pages == full


def test_ids_of_what_was_counted_are_drawn_so_that_no_gap_tells_of_one_left_out(
    sqlite_store: Database,
) -> None:
    stage = world(sqlite_store)
    said = requests.Asked("", AVON.site, AVON.provider, "W4", TEXT, "a hall", HEARD)
    with stage.database.writing() as session:
        lena = stage.person(LENA)
        few = requests.Asked(**{**vars(said), "text": "Another.", "families": 2})
        drawn = requests.enter(session, "sample", few, stage.now, lena)
        plain = requests.enter(session, "sample", said, stage.now, lena)
    assert (drawn.rpartition("-")[2], plain.rpartition("-")[2]) == ("55555555", "1")


def test_a_promise_made_for_it_stands_on_the_prisons_page_without_who_asked(
    sqlite_store: Database,
) -> None:
    stage = world(sqlite_store)
    ask(stage, AVON, 3)
    answer(stage)
    publish(stage, OUT, *CAST)
    with stage.database.reading() as session:
        one = next(t for t in tell(session, AFTER) if t.ref.id == stage.ref().id)
    (view,) = [one.on_its_page]
    promise = view.promises[0]
    object.__setattr__(promise, "request", "few-1")
    page = prison_page(view.site, [view])
    assert [row.source.request for row in page.actions] == [""]


def test_while_anything_of_a_quarter_is_taken_down_none_of_its_replies_is_told(
    sqlite_store: Database,
) -> None:
    stage = world(sqlite_store)
    ask(stage, AVON, 3)
    answer(stage)
    publish(stage, OUT, *CAST)
    for player in (AVON, BROOK):  # the one that replied, and another
        with stage.database.writing() as session:
            down = Withdrawn(reason="A figure was wrong.")
            lives.record(session, stage.ref(player).id, down, AFTER, "person:3")
        assert [row["replies"] for row in told(stage)] == [[]]
        publish(stage, AFTER, player, whole=False)
        assert [len(row["replies"]) for row in told(stage)] == [1]
