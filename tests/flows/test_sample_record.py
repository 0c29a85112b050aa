"""Everything the sample region promises to show stands in its record, and on its pages."""

from datetime import date

import pytest

from charter.answers import ReturnDocument, changed
from charter.faithful import mark_of
from charter.listening import PARTS
from charter.quarters import Quarter, london_date
from charter.returns import State
from charter.scoring import Receipt
from charter.steps import DueMoved, Published, Rating, Refused, Reminded, Signed
from flows.sample.checking import ADMINISTRATOR
from flows.sample.disputing import ARBITER
from flows.sample.story import story
from flows.status import status
from flows.wiring import App
from providers import listening, passed_on, practices, register, returns, staff, uptake
from tests.support.sampled import Record

NOW = story()[-1].at
FIRST, SECOND, QUARTER = "2025-26-Q4", "2026-27-Q1", "2026-27-Q2"


def signed(one: Record) -> ReturnDocument:
    assert one.document is not None
    return one.document


def scored(one: Record) -> Receipt:
    assert one.receipt is not None
    return one.receipt


def test_larkmoor_is_on_time(whole: App) -> None:
    assert Record(whole, "avon", "larkmoor").state is State.RECEIVED


def test_larkmoor_carried_most_answers_forward_and_confirmed_them(whole: App) -> None:
    now = signed(Record(whole, "avon", "larkmoor"))
    before = signed(Record(whole, "avon", "larkmoor", SECOND))
    again = set(changed(now, before))
    assert "W7" in again
    assert len(now.answers) - len(again) >= 4
    assert all(answer.confirmed for answer in now.answers)


def test_copperdale_is_late_two_quarters_running(whole: App) -> None:
    assert Record(whole, "brook", "copperdale", FIRST).state is State.RECEIVED
    for quarter, days in ((SECOND, 6), (QUARTER, 8)):
        late = Record(whole, "brook", "copperdale", quarter)
        assert late.state is State.RECEIVED_LATE
        assert late.life.days_late(NOW) == days
        assert f"{days} days late" in late.told()


def test_copperdale_was_chased_past_its_lead_once_it_lay_with_the_director(whole: App) -> None:
    late = Record(whole, "brook", "copperdale")
    assert "overdue-1" in late.reminded(whole, "lead")
    assert "overdue-5" in late.reminded(whole, "signer")
    assert "overdue-10" not in {step.rung for step in late.steps if isinstance(step, Reminded)}


def test_copperdale_used_its_right_of_reply(whole: App) -> None:
    reply = Record(whole, "brook", "copperdale")
    assert reply.life.reply.startswith("We accept that our update was late.")
    assert reply.account["reply"] == reply.life.reply


def test_otterstone_did_not_run_and_says_why(whole: App) -> None:
    nil = Record(whole, "brook", "otterstone")
    assert nil.state is State.NIL
    assert "fire safety work" in nil.account["own_words"]
    assert scored(nil).band == "not_assessed"


def test_brindlebecks_new_provider_had_more_time_in_words_for_families(whole: App) -> None:
    extended = Record(whole, "avon", "brindlebeck")
    assert extended.life.extended
    assert extended.life.extended.due == date(2026, 11, 11)
    assert extended.state is State.RECEIVED
    assert extended.life.extended.public in " ".join(extended.account["facts"])


def test_brindlebeck_changed_hands_and_both_providers_answer_for_their_days(whole: App) -> None:
    old, new = Record(whole, "clyde", "brindlebeck"), Record(whole, "avon", "brindlebeck")
    assert (old.ref.served_to, new.ref.served_from) == (date(2026, 8, 14), date(2026, 8, 15))
    assert old.state is new.state is State.RECEIVED
    assert len(new.page["accounts"]) == 2


def test_quillhaven_was_challenged_and_answered(whole: App) -> None:
    asked = Record(whole, "avon", "quillhaven")
    assert asked.life.challenges == 1
    assert not asked.life.questions
    first, second = [step.document for step in asked.steps if isinstance(step, Signed)]
    with whole.database.reading() as session:
        both = returns.signed_documents(session, {1: first, 2: second})
    assert changed(both[2], both[1]) == ("W4",)
    assert "question" in asked.reminded(whole, "lead")
    assert asked.state is State.RECEIVED


def test_a_rating_of_fernhollows_was_changed_with_a_reason(whole: App) -> None:
    lower = Record(whole, "brook", "fernhollow")
    change = lower.life.changes["W6"]
    answer = signed(lower).find("W6")
    assert answer
    assert (answer.rating, change.rating) == (Rating.FULLY, Rating.PARTLY)
    assert "English only" in lower.told()
    assert "changed this from" in lower.told()


def test_harrowgrove_never_answered_and_the_whole_ladder_was_climbed(whole: App) -> None:
    never = Record(whole, "clyde", "harrowgrove")
    assert never.state is State.NOT_RETURNED
    assert never.life.not_returned_at
    assert london_date(never.life.not_returned_at) == date(2026, 11, 11)
    asked = ["request", "remind-10", "remind-5", "remind-0", "overdue-1"]
    assert [rung for rung in never.reminded(whole, "lead") if rung in asked] == asked
    warned = ["notice", "remind-5-signer", "overdue-5"]
    assert [rung for rung in never.reminded(whole, "signer") if rung in warned] == warned
    said = {step.rung for step in never.steps if isinstance(step, Reminded)}
    assert "overdue-10" in said
    assert never.account["state"] == "not_returned"


def test_willowfens_lead_bounced_and_the_deputy_was_asked_with_full_notice(whole: App) -> None:
    bounced = Record(whole, "brook", "willowfen")
    assert any(isinstance(step, Refused) for step in bounced.steps)
    moved = [step for step in bounced.steps if isinstance(step, DueMoved)]
    assert [step.due for step in moved] == [date(2026, 11, 4)]
    assert "request" in bounced.reminded(whole, "deputy")
    assert bounced.state is State.RECEIVED
    before = Record(whole, "brook", "willowfen", SECOND)
    turned_away = [n for n, step in enumerate(before.steps) if isinstance(step, Refused)]
    published = next(n for n, step in enumerate(before.steps) if isinstance(step, Published))
    assert all(place > published for place in turned_away)


@pytest.mark.parametrize(
    ("party", "site", "status"),
    [
        ("clyde", "brindlebeck", "not_doing"),
        ("brook", "fernhollow", "not_doing"),
        ("avon", "larkmoor", "done"),
        ("brook", "copperdale", "done"),
    ],
)
def test_some_promises_were_kept_and_some_given_up_with_the_reason(
    whole: App, party: str, site: str, status: str
) -> None:
    one = Record(whole, party, site)
    found = [promise for promise in one.promises if promise.status == status]
    assert found
    if status == "not_doing":
        assert found[0].changes[-1].reason in one.told()


def test_the_date_of_marlspikes_guide_slipped_twice_each_time_with_a_reason(whole: App) -> None:
    slipped = Record(whole, "avon", "marlspike")
    slips = next(promise.slips for promise in slipped.promises if promise.slips)
    assert [(slip.was, slip.became) for slip in slips] == [
        (date(2026, 7, 31), date(2026, 9, 30)),
        (date(2026, 9, 30), date(2027, 1, 29)),
    ]
    assert all(slip.reason in slipped.told() for slip in slips)


def test_families_had_requests_accepted_partly_accepted_and_declined(whole: App) -> None:
    given = {
        reply.answer
        for party, site in (("brook", "copperdale"), ("sample-commissioning", "REGION"))
        for quarter in (FIRST, SECOND, QUARTER)
        for reply in signed(Record(whole, party, site, quarter)).replies
    }
    assert given == {"accepted", "partly", "declined"}


def test_a_request_heard_after_the_closing_date_is_answered_next_quarter(whole: App) -> None:
    waiting = Record(whole, "avon", "quillhaven")
    assert "Answer due next quarter" in waiting.told()
    assert "quiet-room-avon" not in {reply.request for reply in signed(waiting).replies}


@pytest.mark.parametrize(
    ("party", "site", "faithful"),
    [
        ("avon", "larkmoor", [True, True]),
        ("sample-commissioning", "REGION", [True]),
        ("brook", "copperdale", [False, None]),
        ("avon", "marlspike", [None, None]),
    ],
)
def test_each_reply_is_marked_faithful_not_faithful_or_not_at_all(
    whole: App, party: str, site: str, faithful: list[bool | None]
) -> None:
    there = Record(whole, party, site)
    marks = [mark_of(there.life, reply) for reply in signed(there).replies if reply.answer]
    assert [mark.faithful if mark else None for mark in marks] == faithful


def test_willowfens_page_waits_for_its_second_approval(whole: App) -> None:
    waits = Record(whole, "brook", "willowfen")
    assert len(waits.life.approved_by) == 1
    assert waits.life.revision == 0
    assert waits.account["waits_for"] == ["Sample Commissioning Team"]


def test_thistlemere_is_published_as_its_own_view_not_yet_checked(whole: App) -> None:
    own = Record(whole, "avon", "thistlemere")
    assert own.life.confirmed_at is None
    assert own.account["checked"] is False
    assert "not yet checked" in own.told()


@pytest.mark.parametrize(
    ("party", "site", "fully", "applicable", "band", "rule"),
    [
        ("avon", "larkmoor", 9, 9, "fully", "nothing to round"),
        ("avon", "marlspike", 8, 9, "substantially", "that is 89"),
        ("clyde", "saltmarrow", 8, 9, "partially", "W2 is essential and is not met"),
        ("avon", "thistlemere", 9, 9, "partially", "its newest evidence (20 January 2026)"),
        ("brook", "willowfen", 7, 8, "partially", "W1 is not applicable"),
    ],
)
def test_returns_come_to_different_scores_each_with_its_rule(
    whole: App, party: str, site: str, fully: int, applicable: int, band: str, rule: str
) -> None:
    receipt = scored(Record(whole, party, site))
    assert (receipt.fully, receipt.applicable, receipt.band) == (fully, applicable, band)
    assert rule in " ".join(receipt.rules)


def test_marlspike_kept_more_promises_each_quarter(whole: App) -> None:
    kept = [scored(Record(whole, "avon", "marlspike", q)).fully for q in (FIRST, SECOND, QUARTER)]
    assert kept == sorted(set(kept))


def test_the_first_quarter_is_a_baseline_with_no_band(whole: App) -> None:
    assert scored(Record(whole, "avon", "larkmoor", FIRST)).band == "not_assessed"


def test_the_counts_of_every_quarter_add_up(whole: App) -> None:
    with whole.database.reading() as session:
        cycles = status(session, NOW)["cycles"]
    assert [cycle["counts"].pop("expected") for cycle in cycles] == [12, 12, 13]
    assert [sum(cycle["counts"].values()) for cycle in cycles] == [12, 12, 13]
    now = {state: count for state, count in cycles[-1]["counts"].items() if count}
    assert now == {"received": 10, "received_late": 1, "not_returned": 1, "nil": 1}


def test_the_real_register_is_paused_and_was_asked_for_nothing(whole: App) -> None:
    with whole.database.reading() as session:
        regions = {one.code: one for one in register.regions(session)}
        assert {r.region for r in returns.refs(session)} == {"sample"}
    assert all(one.paused for code, one in regions.items() if code != "sample")
    assert set(regions) == {"sample", "london", "south-east"}


def test_answers_came_along_into_the_version_that_asks_for_figures(whole: App) -> None:
    before = signed(Record(whole, "avon", "larkmoor", SECOND))
    now = signed(Record(whole, "avon", "larkmoor"))
    assert (before.charter_version, now.charter_version) == ("working-0.1", "working-0.2")
    assert (before.measures, before.spotlight) == ((), None)
    first = now.answers[0]
    assert (first.commitment, first.says_something) == ("W1", True)
    assert first == before.answers[0]


def test_every_signed_return_of_the_quarter_has_its_figures_and_looks_at_the_same_families(
    whole: App,
) -> None:
    with whole.database.reading() as session:
        here = [r for r in returns.refs(session, quarter=QUARTER) if r.received_at]
        documents = [returns.signed_document(session, one) for one in here]
    ran = [d for d in documents if d is not None and not d.nil_return]
    assert len(ran) == len(documents) - 1 == 11
    assert {len(d.measures) for d in ran} == {6}
    assert {d.spotlight.group for d in ran if d.spotlight} == {"Gypsy, Roma and Traveller families"}
    words = [d.spotlight_words for d in ran]
    assert all(words)
    assert len(set(words)) == len(words)


def test_quillhaven_counted_again_what_it_was_asked_about_and_nothing_else(whole: App) -> None:
    steps = Record(whole, "avon", "quillhaven").steps
    first, second = [step.document for step in steps if isinstance(step, Signed)]
    with whole.database.reading() as session:
        both = returns.signed_documents(session, {1: first, 2: second})
    pairs = zip(both[1].measures, both[2].measures, strict=True)
    differ = [(old, new) for old, new in pairs if old != new]
    assert [(old.measure, old.whole, new.whole) for old, new in differ] == [
        ("enquiries-in-time", 188, 251)
    ]


def test_brindlebecks_new_provider_says_from_when_it_will_count_its_trained_staff(
    whole: App,
) -> None:
    later = signed(Record(whole, "avon", "brindlebeck")).measure("staff-trained")
    assert later is not None
    assert (later.whole, later.collected_from) == (None, date(2026, 12, 1))


def test_families_pages_show_no_figures_and_no_spotlight(whole: App) -> None:
    site = whole.home / "site"
    pages = [p for p in site.rglob("*") if p.is_file() and p.suffix in {".html", ".json", ".csv"}]
    assert len(pages) > 20
    told = " ".join(page.read_text("utf-8") for page in pages)
    assert "HMP Larkmoor" in told
    for said in ("enquiries-in-time", "New arrivals", "Spotlight", "found it cold"):
        assert said not in told


def test_the_commissioner_agreed_that_otterstone_did_not_run(whole: App) -> None:
    nil = Record(whole, "brook", "otterstone")
    assert nil.life.not_running_agreed
    assert "fire safety work" in nil.life.not_running_asked
    assert (signed(nil).measures, signed(nil).spotlight) == ((), None)


def test_what_larkmoor_did_about_letters_is_shared_with_other_prisons(whole: App) -> None:
    with whole.database.reading() as session:
        here = returns.find(session, "clyde", "harrowgrove", QUARTER)
        (offered,) = practices.offered(session, here, "W4")
    assert (offered.site_name, offered.commitment) == ("HMP Larkmoor", "W4")
    assert offered.told.title.startswith("Healthcare letters")


def test_the_listening_partner_heard_families_in_both_quarters_after_the_baseline(
    whole: App,
) -> None:
    with whole.database.reading() as session:
        heard = listening.records(session, "sample")
        calls = listening.calls(session, "sample", Quarter.parse(QUARTER))
        passed = passed_on.passed(session, "sample")
    assert [str(quarter) for quarter in sorted(heard)] == [SECOND, QUARTER]
    assert all(heard[Quarter.parse(QUARTER)].says(part) for part in PARTS)
    assert (calls["harrowgrove"].made, calls["harrowgrove"].answered) == (3, 0)
    assert {one.site: one.families for one in passed} == {"quillhaven": None, "harrowgrove": 5}


def test_one_disputed_rating_was_decided_and_another_waits_for_the_arbiter(whole: App) -> None:
    decided, waits = Record(whole, "brook", "fernhollow"), Record(whole, "brook", "copperdale")
    assert decided.life.disputes["W6"].upheld is True
    assert waits.life.open_disputes == ("W6",)
    assert "does not reach a family at home" in decided.told()


def test_copperdale_takes_up_what_larkmoor_shared_and_is_overdue_with_it(whole: App) -> None:
    with whole.database.reading() as session:
        taken = uptake.taken_up(session)
    assert taken["larkmoor-w4-1"].prisons == ("HMP Copperdale",)
    late = [one for one in Record(whole, "brook", "copperdale").promises if one.practice]
    assert [one.due for one in late] == [date(2026, 11, 27)]
    assert late[0].due < london_date(NOW)


def test_the_team_has_an_administrator_and_an_arbiter_who_holds_nothing_else(whole: App) -> None:
    with whole.database.reading() as session:
        team = staff.listing(session, "sample")
    roles = [(one.email, one.role.value) for one in team]
    assert (ADMINISTRATOR, "administrator") in roles
    assert [role for email, role in roles if email == ARBITER] == ["arbiter"]
