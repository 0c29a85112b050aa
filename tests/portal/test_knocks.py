"""Knocks are counted in the database, so that several processes share one limit."""

from datetime import timedelta

from sqlalchemy import text

from portal.limits import Limit, Limits
from providers import knocks
from providers.database import Database
from tests.support.cast import at
from tests.support.spending import race, servers

TWICE = Limit(2, timedelta(minutes=10))
NOW = at("2026-10-05T09:03")


def test_two_servers_share_one_limit(database_url: str):
    with servers(database_url, 2) as (one, other):
        here, there = Limits(one, "key"), Limits(other, "key")
        assert here.allow(TWICE, "address", "a@b.example", NOW)
        assert there.allow(TWICE, "address", "a@b.example", NOW)
        assert not here.allow(TWICE, "address", "a@b.example", NOW)
        assert not there.allow(TWICE, "address", "a@b.example", NOW)
        assert there.allow(TWICE, "address", "c@b.example", NOW)
        assert there.allow(TWICE, "caller", "a@b.example", NOW)


def test_a_limit_begins_anew_with_each_window(database_url: str):
    second = timedelta(seconds=1)
    with servers(database_url, 1) as (one,):
        limits, ends = Limits(one, "key"), at("2026-10-05T09:10")
        tries = (NOW, NOW, ends - second, ends, ends, ends)
        allowed = [limits.allow(TWICE, "x", "y", moment) for moment in tries]
    assert allowed == [True, True, False, True, True, False]


def test_of_many_at_once_no_more_than_the_limit_get_through(database_url: str):
    few = Limit(5, timedelta(minutes=10))
    with servers(database_url, 12) as many:
        got = race(lambda n: Limits(many[n], "key").allow(few, "x", "y", NOW), 12)
    assert sorted(map(bool, got)) == [False] * 7 + [True] * 5


def test_what_is_kept_names_nobody_and_is_soon_forgotten(database_url: str):
    with servers(database_url, 1) as (one,):
        limits = Limits(one, "key")
        limits.allow(TWICE, "address", "a@b.example", NOW)
        assert "a@b" not in rows(one)
        assert rows(one) != "[]"
        limits.allow(TWICE, "address", "c@d.example", NOW + knocks.KEPT + timedelta(minutes=10))
        assert rows(one).count("address") == 1


def rows(database: Database) -> str:
    with database.engine.connect() as connection:
        return str(list(connection.execute(text("SELECT * FROM knock"))))


def test_who_is_over_the_limit_is_not_written_down_again(database_url: str):
    with servers(database_url, 1) as (one,):
        limits = Limits(one, "key")
        for _ in range(2):
            limits.allow(TWICE, "x", "y", NOW)
        before = rows(one)
        assert not limits.allow(TWICE, "x", "y", NOW)
        assert rows(one) == before
