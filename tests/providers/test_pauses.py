"""One provider, a region or everything stands still, on the record, until it goes on."""

import pytest

from providers import ledger, lives, pauses, returns
from providers.database import Database
from tests.support.cast import at
from tests.support.programme import QUARTER, Programme

NOW = at("2026-10-14T08:00")


@pytest.fixture
def programme(store: Database, tmp_path):
    """A small programme whose quarter has opened, its requests handed over."""
    running = Programme(store, tmp_path / "home").begin()
    running.day("2026-10-01")
    return running


def asked_on(programme: Programme, site: str) -> set[str]:
    """Which rungs of a prison's return were put into letters so far."""
    with programme.database.reading() as session:
        here = next(r for r in returns.refs(session, quarter=QUARTER) if r.site == site)
        return {rung for rung, _, _ in lives.lives(session, [here.id])[here.id].said}


def test_a_paused_provider_is_not_written_to_and_the_others_are(programme: Programme) -> None:
    with programme.database.writing() as session:
        scope = pauses.of_provider(session, "sample", "avon")
        assert pauses.pause(session, scope, "A strike.", NOW, "operator")
        assert not pauses.pause(session, scope, "A strike.", NOW, "operator")
    programme.day("2026-10-14")
    assert "remind-10" not in asked_on(programme, "AVB")
    assert "remind-10" in asked_on(programme, "BRB")
    with programme.database.writing() as session:
        assert pauses.resume(session, scope, at("2026-10-15T08:00"), "operator")
        assert not pauses.resume(session, scope, at("2026-10-15T08:00"), "operator")
    programme.day("2026-10-15")
    assert "remind-10" in asked_on(programme, "AVB")


def test_a_provider_paused_between_round_and_hand_over_hears_nothing(programme: Programme) -> None:
    programme.chase("2026-10-14T09:00")
    with programme.database.writing() as session:
        scope = pauses.scope_of("sample", "AVON")
        pauses.pause(session, scope, "A strike.", at("2026-10-14T09:10"), "operator")
    programme.deliver("2026-10-14T09:20")
    assert "remind-10" not in asked_on(programme, "AVB")
    assert "remind-10" in asked_on(programme, "BRB")


def test_when_everything_is_paused_nobody_is_written_to_and_nothing_opens(
    programme: Programme,
) -> None:
    with programme.database.writing() as session:
        pauses.pause(session, pauses.EVERYTHING, "A fire.", NOW, "operator")
    programme.day("2026-10-14")
    programme.day("2027-01-04")
    assert not {"remind-10"} & (asked_on(programme, "AVB") | asked_on(programme, "BRB"))
    with programme.database.reading() as session:
        assert {str(r.quarter) for r in returns.refs(session)} == {QUARTER}


def test_a_pause_is_in_the_ledger_by_who_and_not_by_its_words(programme: Programme) -> None:
    with programme.database.writing() as session:
        scope = pauses.scope_of("sample", "AVON")
        pauses.pause(session, scope, "Ada Winter is ill.", NOW, "person:7")
        entry = list(ledger.entries(session))[-1]
        still = pauses.standing(session, "sample")
    assert (entry.kind, entry.subject, entry.by) == ("paused", "pause:sample:AVON", "person:7")
    assert "Ada" not in entry.body
    assert [(one.provider, one.name, one.reason) for one in still] == [
        ("AVON", "Avon Health", "Ada Winter is ill.")
    ]


def test_a_provider_that_the_register_does_not_know_is_answered_with_those_it_does(
    programme: Programme,
) -> None:
    with programme.database.reading() as session, pytest.raises(ValueError, match="AVON, BROOK"):
        pauses.of_provider(session, "sample", "SEVERN")
