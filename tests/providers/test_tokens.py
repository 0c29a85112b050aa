"""A provider's tokens: shown once, kept as a hash, and ended at once."""

import pytest
from sqlalchemy import text

from providers import ledger, tokens
from providers.cycles import Unknown
from providers.database import Database
from providers.tokens import TokenRefused
from tests.support.registers import NOON, take_in

NAMED = {"party": "avon", "name": "records system"}


@pytest.fixture(autouse=True)
def _fenland(store: Database) -> None:
    with store.writing() as session:
        take_in(session, {"provider_code": "avon"})


def add(store: Database, **change: str) -> str:
    with store.writing() as session:
        return tokens.add(session, NOON, "operator", **{**NAMED, **change})[1]


def end(store: Database, **change: str) -> bool:
    with store.writing() as session:
        return tokens.end(session, NOON, "operator", **{**NAMED, **change})


def party_of(store: Database, secret: str) -> str:
    with store.reading() as session:
        found = tokens.holder(session, secret)
    return found.party if found else ""


def test_a_token_opens_its_own_provider_until_it_is_ended(store: Database) -> None:
    secret = add(store)
    assert party_of(store, secret) == "avon"
    assert [party_of(store, wrong) for wrong in ("", "charter_", secret[:-1], secret + " ")] == [
        ""
    ] * 4
    assert end(store)
    assert party_of(store, secret) == ""
    assert not end(store)


def test_the_token_itself_is_kept_nowhere(store: Database) -> None:
    secret = add(store)
    with store.engine.connect() as connection:
        kept = str(
            [
                list(connection.execute(text(f"SELECT * FROM {t}")))
                for t in ("provider_token", "ledger")
            ]
        )
    assert len(secret) > 50
    assert secret.removeprefix("charter_") not in kept


def test_making_and_ending_a_token_stand_in_the_ledger(store: Database) -> None:
    with store.reading() as session:
        before, _ = ledger.head(session)
    add(store)
    end(store)
    with store.reading() as session:
        assert ledger.head(session)[0] == before + 2


def test_a_name_is_used_once_at_a_time_and_may_be_used_again(store: Database) -> None:
    first = add(store)
    with pytest.raises(TokenRefused, match="has a token named"):
        add(store, name=" records  system ")
    end(store)
    second = add(store)
    assert (party_of(store, first), party_of(store, second)) == ("", "avon")
    with store.reading() as session:
        assert [one.ended_at is None for one in tokens.listing(session, "avon")] == [False, True]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b"])
def test_a_token_says_what_it_is_for(store: Database, name: str) -> None:
    with pytest.raises(TokenRefused):
        add(store, name=name)


def test_nobody_unknown_gets_a_token(store: Database) -> None:
    with pytest.raises(Unknown, match="no provider 'nobody'"):
        add(store, party="nobody")
    with pytest.raises(Unknown, match="no token named"):
        end(store, name="another")
