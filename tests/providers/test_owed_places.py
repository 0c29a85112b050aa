"""Whose pages an entry of the ledger touches: never fewer than those that tell of it."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from charter.listening import Voice
from charter.quarters import Quarter
from providers import family_calls, ledger, listening, owed_places, passed_on
from providers.database import Database
from providers.owed_places import AT_A_PRISON, EVERYBODYS, IN_THEIR_OWN_WAY, NOBODYS, Touched
from providers.passed_on import Passed
from providers.practices import WITHDRAWN as ENDED
from providers.tables import Practice
from tests.support.cast import AVON
from tests.support.stage import LENA, QUARTER, Stage

PROVIDERS = Path(owed_places.__file__).parent
KNOWN = (NOBODYS, IN_THEIR_OWN_WAY, frozenset(AT_A_PRISON), frozenset(EVERYBODYS))


def written() -> dict[str, str]:
    """The kind of subject of each entry that the product writes, and one file that writes it."""
    found: dict[str, str] = {}
    for path in sorted(PROVIDERS.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if ast.unparse(call.func) in {"ledger.append", "ledger.append_many"}:
                kinds = list(of_call(call, tree))
                assert kinds, f"{path.name}:{call.lineno}: no subject was found"
                found |= dict.fromkeys(kinds, path.name)
    return found


def of_call(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    """The kinds of subject in a call: written there, or in what the module calls by that name."""
    single = ast.unparse(call.func) == "ledger.append"
    where = [call.args[4]] if single else list(subjects_of_many(call, tree))
    for subject in where:
        if isinstance(subject, ast.Name):
            yield from (k for value in assigned(subject.id, tree) for k in kinds_in(value))
        elif isinstance(subject, ast.Call) and isinstance(subject.func, ast.Name):
            for maker in ast.walk(tree):
                if isinstance(maker, ast.FunctionDef) and maker.name == subject.func.id:
                    yield from kinds_in(maker)
        else:
            yield from kinds_in(subject)


def subjects_of_many(call: ast.Call, tree: ast.Module) -> Iterator[ast.expr]:
    """The second of each three that are given to append_many, wherever they are put together."""
    facts = call.args[3]
    for value in assigned(facts.id, tree) if isinstance(facts, ast.Name) else [facts]:
        for part in ast.walk(value):
            if isinstance(part, ast.Tuple) and len(part.elts) == 3:
                yield part.elts[1]


def assigned(name: str, tree: ast.Module) -> Iterator[ast.AST]:
    for one in ast.walk(tree):
        if isinstance(one, ast.Assign):
            for target in one.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = one.value.elts if isinstance(one.value, ast.Tuple) else [one.value]
                for at, value in zip(names, values, strict=False):
                    if isinstance(at, ast.Name) and at.id == name:
                        yield value


def kinds_in(node: ast.AST) -> Iterator[str]:
    """What stands before the first colon of the texts in a piece of code."""
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr) and isinstance(part.values[0], ast.Constant):
            what, colon, _ = str(part.values[0].value).partition(":")
            if colon and what:
                yield what
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value.partition(":")[0]


def test_every_kind_of_subject_that_the_product_writes_is_known_here() -> None:
    kinds = written()
    assert {"return", "listening", "passed_on", "family_call", "practice", "register"} <= set(kinds)
    unknown = {kind: path for kind, path in kinds.items() if not any(kind in k for k in KNOWN)}
    assert unknown == {}, "say in providers/owed_places.py whose pages tell of these"


def test_each_kind_is_known_once_and_what_concerns_everybody_says_why() -> None:
    every = [kind for known in KNOWN for kind in known]
    assert len(every) == len(set(every))
    assert all(len(why.split()) > 4 for why in EVERYBODYS.values())
    assert set(every) == set(written())


@pytest.fixture
def stage(store: Database) -> Stage:
    return Stage(store).play()


def since(stage: Stage, entries: int) -> Touched:
    with stage.database.reading() as session:
        return owed_places.touched(session, entries)


def entries(stage: Stage) -> int:
    with stage.database.reading() as session:
        return ledger.head(session)[0]


def test_what_a_listening_partner_enters_touches_its_own_prison_or_region(stage: Stage) -> None:
    here, lena, day = stage.ref(), stage.person(LENA), date(2026, 9, 2)
    own = Touched(sites=frozenset({here.site_id}))
    before = entries(stage)
    with stage.database.writing() as session:
        said = Passed(AVON.site, "Let children bring a drawing.", "a hall", day, "visits", day)
        passed_on.pass_on(session, here.region, said, stage.now, lena)
    assert since(stage, before) == own
    before = entries(stage)
    with stage.database.writing() as session:
        family_calls.note(session, here.region, here.site, day, True, 4, 3, stage.now, lena)
    assert since(stage, before) == own
    with stage.database.writing() as session:
        family_calls.strike_out(session, here.region, 1, stage.now, lena)
    assert since(stage, before) == own
    before = entries(stage)
    with stage.database.writing() as session:
        quarter = Quarter.parse(QUARTER)
        basis = listening.record(session, here.region, quarter).basis("voice")
        voice = Voice(valued=("They ring back.",))
        listening.save(session, here.region, quarter, "voice", voice, basis, stage.now, lena)
    assert since(stage, before) == Touched(regions=frozenset({here.region}))


def test_good_practice_and_who_is_named_for_a_service_touch_its_own_prison(stage: Stage) -> None:
    here, before = stage.ref(), entries(stage)
    with stage.database.writing() as session:
        session.add(
            Practice(
                id="avb-1",
                region_code=here.region,
                site_id=here.site_id,
                party_code=here.party,
                commitment="W1",
                title="Cards",
                happened="Cards in packs.",
                enabled="Cards.",
                copying="A printer.",
                salt="x",
                shared_at=stage.now,
                shared_by="person:1",
            )
        )
        ledger.append(session, stage.now, "person:1", ENDED, "practice:avb-1", {})
        service = f"service:{here.service_id}"
        ledger.append(session, stage.now, "person:1", "deputy_named", service, {})
    assert since(stage, before) == Touched(sites=frozenset({here.site_id}))


def test_what_nobody_knows_touches_everything(stage: Stage) -> None:
    before = entries(stage)
    with stage.database.writing() as session:
        ledger.append(session, stage.now, "operator", "invented", "comet:1", {})
    assert since(stage, before).all
