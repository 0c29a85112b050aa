"""Packs made from the record as it stands, each with every return that its figures come from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from charter.packs import (
    DUTY,
    FEWEST_QUARTERS,
    PACK_WORDS,
    PackData,
    PackKind,
    PackTable,
    Row,
    Section,
)
from charter.parts import check_sum
from charter.quarters import london_date, say
from charter.returns import State
from charter.streaks import quarters_missed
from providers import cycles, listening, requests, returns, standings
from providers.cycles import CycleView, NotAllowed
from providers.pack_promises import action_sums, actions, replies, voices
from providers.pack_sections import (
    Told,
    bands,
    changes,
    commitments,
    disputes,
    every_return,
    number,
    over_the_quarters,
    place,
    questions,
    states,
    text,
)
from providers.returns import Ref

QUARTERS = 4
"""Quarters that an assurance report sets beside one another."""
NO_TERMS = (
    "The register holds the terms of no contract: whether one bears on a return that did not come "
    "is for a person to look up. This list is no notice, and sends none."
)
BREAKS = (
    "These quarters were answered under more than one version of the Charter. Scores under one "
    "version are not to be set beside scores under another."
)


@dataclass(frozen=True)
class Asking:
    """What a pack is wanted of: a kind, a quarter of a region, and a provider's code or none."""

    kind: PackKind
    cycle: CycleView
    about: str = ""


def make(session: Session, asking: Asking, now: datetime, *, frozen: bool = False) -> PackData:
    """The pack as the record stands at `now`; the queries do not grow with the returns.

    NotAllowed for a tender pack of a provider that owed no return in the region; SumsDisagree where
    the states do not add up to what the quarter expects.
    """
    cycle = asking.cycle
    only = _missing(session, asking, now) if asking.kind is PackKind.CONTRACT else None
    owed = returns.refs(
        session, region=cycle.region, party=asking.about, since=_since(asking), service_ids=only
    )
    refs = [ref for ref in owed if ref.quarter <= cycle.quarter]
    told = _told(session, refs, cycle, london_date(now))
    if asking.about and not told.refs:
        raise NotAllowed(f"{asking.about} owed no return in {cycle.region_name} up to this quarter")
    if not (asking.about or only is not None):
        here = Counter(told.state(ref) for ref in told.of(cycle.quarter))
        check_sum({"expected": cycle.expected} | {state.value: here[state] for state in State})
    charter = cycles.charter_of(session, cycle.charter_version)
    return PackData(
        kind=asking.kind,
        title=PACK_WORDS[asking.kind],
        region=cycle.region,
        region_name=cycle.region_name,
        quarter=str(cycle.quarter),
        about=asking.about,
        about_name=told.refs[0].party_name if asking.about else "",
        stands_on=london_date(now),
        frozen=frozen,
        notices=_notices(cycle, charter.notice if charter.is_working else ""),
        sections=tuple(_sections(session, asking, told)),
        foot=DUTY if asking.kind is PackKind.TENDER else "",
    )


def _missing(session: Session, asking: Asking, now: datetime) -> list[int]:
    """The services whose return of the quarter did not come: nobody else's record is read."""
    here = returns.refs(session, region=asking.cycle.region, quarter=str(asking.cycle.quarter))
    stood = standings.of(session, [ref.id for ref in here])
    return [ref.service_id for ref in here if stood[ref.id].life.state(now) is State.NOT_RETURNED]


def _since(asking: Asking) -> str:
    """The earliest quarter that the pack tells of; empty for all there are."""
    if asking.kind in (PackKind.TENDER, PackKind.CONTRACT):
        return ""
    quarter = asking.cycle.quarter
    for _ in range(QUARTERS - 1):
        quarter = quarter.previous()
    return str(quarter)


def _notices(cycle: CycleView, working: str) -> tuple[str, ...]:
    sample = (
        f"Sample data. The region {cycle.region_name} is invented: no real prison, provider or "
        "family is described here."
    )
    bands_stay = "Bands are for the commissioner’s own use and are never published."
    return tuple(one for one in (sample if cycle.sample else "", working, bands_stay) if one)


def _told(session: Session, refs: list[Ref], cycle: CycleView, today: date) -> Told:
    stood = standings.of(session, [ref.id for ref in refs])
    live = [ref for ref in refs if ref.id in stood and not stood[ref.id].life.released]
    asked = requests.requests_in(session, cycle.region)
    to = {one.party for one in asked}
    signed = {ref.id: stood[ref.id].life.document for ref in live if ref.party in to}
    return Told(
        refs=live,
        stood=stood,
        promises=returns.promises(session, live),
        documents=returns.signed_documents(session, signed),
        asked=asked,
        charters={v: cycles.charter_of(session, v) for v in {r.charter_version for r in live}},
        policies={v: cycles.policy_of(session, v) for v in {r.policy_version for r in live}},
        today=today,
    )


def _sections(session: Session, asking: Asking, told: Told) -> Iterable[Section]:
    here = told.of(asking.cycle.quarter)
    match asking.kind:
        case PackKind.ASSURANCE:
            return [*_assurance(asking, told, here), *_heard(session, asking, told, here)]
        case PackKind.SEMINAR:
            return [*_seminar(asking, told, here), *_heard(session, asking, told, here)]
        case PackKind.TENDER:
            return _tender(asking, told)
        case PackKind.CONTRACT:
            return _contract(session, asking, told)


def section(heading: str, *tables: PackTable, words: Sequence[str] = ()) -> Section:
    """Tables under a heading."""
    return Section(heading=heading, words=tuple(words), tables=tables)


def _assurance(asking: Asking, told: Told, here: list[Ref]) -> list[Section]:
    quarter = asking.cycle.quarter
    return [
        section("How the returns stand", states(told), every_return(told, here)),
        section("How the commitments are kept", commitments(told, quarter), bands(told)),
        section("What the commissioner changed and asked", changes(told, here),
                disputes(told, here), questions(told, here)),
        section("What was promised", action_sums(told, told.refs, quarter),
                actions(told, told.refs, spoken_of=quarter)),
    ]  # fmt: skip


def _seminar(asking: Asking, told: Told, here: list[Ref]) -> list[Section]:
    quarter = asking.cycle.quarter
    return [
        section("What is still open", questions(told, here), disputes(told, here)),
        section("How the commitments are kept", commitments(told, quarter), changes(told, here)),
        section("How the returns stand", states(told)),
        section("Actions past their date", action_sums(told, told.refs, quarter),
                actions(told, told.refs, only_overdue=True)),
    ]  # fmt: skip


def _heard(session: Session, asking: Asking, told: Told, here: list[Ref]) -> list[Section]:
    """What families asked and say; a partner's words, beside the providers' and never added."""
    cycle = asking.cycle
    policy = cycles.policy_of(session, cycle.policy_version)
    charter = cycles.charter_of(session, cycle.charter_version)
    surveys = listening.voices(session, cycle.region, cycle.quarter, "")
    sites = {ref.site: ref.site_name for ref in told.refs}
    return [
        section(
            "What families asked for and say",
            replies(told, here),
            voices(surveys, charter, policy.least_base, sites),
        )
    ]


def _tender(asking: Asking, told: Told) -> list[Section]:
    several = len({ref.charter_version for ref in told.refs}) > 1
    few = len(told.quarters) < FEWEST_QUARTERS
    words = [
        BREAKS if several else "",
        f"Only {len(told.quarters)} of {FEWEST_QUARTERS} quarters are on record." if few else "",
    ]
    newest = asking.cycle.quarter
    return [
        section("Whether returns came on time", states(told), words=[w for w in words if w]),
        section("Scores", over_the_quarters(told, told.refs), bands(told)),
        section("What the commissioner changed", changes(told, told.refs),
                disputes(told, told.refs)),
        section("What was promised, and kept", action_sums(told, told.refs, newest),
                actions(told, told.refs)),
        section("Replies to families", replies(told, told.refs)),
    ]  # fmt: skip


def _contract(session: Session, asking: Asking, told: Told) -> list[Section]:
    policy = cycles.policy_of(session, asking.cycle.policy_version)
    most = policy.streak_for_review
    listed = f"Not returned {most} quarters running, or more"
    return [section(listed, _streaks(told, most), words=[NO_TERMS])]


def _streaks(told: Told, most: int) -> PackTable:
    """The services whose returns did not come so many quarters running, the longest first."""
    services: dict[int, list[Ref]] = {}
    for ref in told.refs:
        services.setdefault(ref.service_id, []).append(ref)
    rows = []
    for owed in services.values():
        counted = [ref for ref in owed if not ref.baseline]
        missed = quarters_missed([told.state(ref) for ref in counted])
        if missed >= most:
            run = counted[-missed:]
            rows.append(
                Row(
                    cells=(
                        place(run[-1]), run[-1].party_name, missed, run[0].quarter.in_words,
                        told.stood[run[-1].id].life.sentence or "–",
                    ),
                    returns=tuple(ref.id for ref in run),
                )
            )  # fmt: skip
    rows.sort(key=lambda row: (-int(row.cells[2]), str(row.cells[0])))
    return PackTable(
        id="streaks",
        title=f"As it stood on {say(told.today)}",
        columns=(
            *text("Prison", "Provider"),
            *number("Quarters running"),
            *text("Since", "What the provider says"),
        ),
        rows=tuple(rows),
        nothing=f"No return failed to come {most} quarters running.",
    )
