"""Which services a register begins, dates anew, changes and ends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session, col, select

from charter.quarters import say
from providers.contacts import batches
from providers.lives import lives
from providers.register_rows import Row
from providers.tables import Cycle, Party, Return, Service, Site
from providers.tabular import Problem
from providers.taking_in import ImportRefused, Open, Work

Sites = Mapping[tuple[str, str], Site]


class NeedsYes(ValueError):
    """The register would end a service whose return is still open; asked again with yes, it may.

    `still_open` names each.
    """

    def __init__(self, still_open: Iterable[Open]) -> None:
        self.still_open = tuple(still_open)
        named = ", ".join(f"{one.service} ({one.quarter})" for one in self.still_open)
        super().__init__(
            f"this register ends services whose returns are still open: {named}. "
            "Each return stays owed for the days served. To end them all the same, add --yes"
        )


@dataclass
class Offer:
    """One party's service of one kind at one site: the spans listed and the spans on record."""

    name: str
    listed: dict[date, list[Row]] = field(default_factory=lambda: defaultdict(list))
    kept: list[Service] = field(default_factory=list)


@dataclass
class Taken:
    """The services listed, each with its rows, and those brought to an end, each with its name."""

    services: list[tuple[Service, list[Row]]] = field(default_factory=list)
    ending: list[tuple[Service, str]] = field(default_factory=list)


def take_services(work: Work, sites: Sites) -> Taken:
    """Bring the services of the listed regions in line; ImportRefused where dates would overlap."""
    taken = Taken()
    for offer in _offers(work, sites).values():
        pairs = _pairs(offer)
        for starts, rows in offer.listed.items():
            service = pairs.get(starts)
            was_live = service is not None and is_live(service, work.today)
            service = _settle(work, sites, offer, service, rows)
            taken.services.append((service, rows))
            if was_live and not is_live(service, work.today):
                taken.ending.append((service, offer.name))
        matched = {id(service) for service in pairs.values()}
        for service in offer.kept:
            if id(service) not in matched and is_live(service, work.today):
                begun = service.starts <= work.today
                last = work.today if begun else service.starts - timedelta(days=1)
                what = f"{offer.name}, on {say(last)}"
                work.end(service, {"ends": last}, what, of="service")
                taken.ending.append((service, offer.name))
    work.session.flush()
    return taken


def is_live(service: Service, today: date) -> bool:
    """It has days to come; one that was called off before it began has none."""
    if service.ends is None:
        return True
    return service.ends > today and service.ends >= service.starts


def still_open(session: Session, ending: list[tuple[Service, str]]) -> list[Open]:
    """Of services about to end, each that has a return still to come, with its quarter."""
    names = {service.id or 0: name for service, name in ending}
    found: dict[int, Open] = {}
    for ids in batches(names):
        rows = (
            select(Return, Cycle.quarter)
            .join(Cycle, col(Cycle.id) == col(Return.cycle_id))
            .where(col(Return.service_id).in_(ids), col(Return.received_at).is_(None))
            .order_by(col(Cycle.quarter), col(Return.id))
        )
        for row, quarter in session.exec(rows):
            found[row.id or 0] = Open(names[row.service_id], quarter)
    folded = lives(session, found)
    return [
        one
        for i, one in found.items()
        if not folded[i].released and folded[i].not_returned_at is None
    ]


def _offers(work: Work, sites: Sites) -> dict[tuple[int, str, str, str], Offer]:
    offers: dict[tuple[int, str, str, str], Offer] = {}
    for row in work.register.rows:
        key = (sites[row.place].id or 0, row.provider_code, row.service_role, row.service_line)
        name = _name(row.provider_name, row.site_name, row.service_line)
        offers.setdefault(key, Offer(name)).listed[row.service_from].append(row)
    names = {site.id: site.name for site in sites.values()}
    parties = {party.code: party.name for party in work.session.exec(select(Party))}
    for ids in batches(names):
        found = select(Service).where(col(Service.site_id).in_(ids)).order_by(col(Service.starts))
        for service in work.session.exec(found):
            key = (service.site_id, service.party_code or "", service.role, service.line)
            party = parties.get(service.party_code or "")
            name = _name(party, names[service.site_id], service.line)
            offers.setdefault(key, Offer(name)).kept.append(service)
    return offers


def _name(party: str | None, site: str, line: str) -> str:
    return f"{party or 'no provider'} at {site}{f' ({line})' if line else ''}"


def _pairs(offer: Offer) -> dict[date, Service]:
    """Which service on record each listed span is: the same first day, else overlapping days."""
    pairs = {s.starts: s for s in offer.kept if s.starts in offer.listed}
    clashes = []
    for service in offer.kept:
        if service.starts in pairs:
            continue
        for starts, rows in offer.listed.items():
            if not _overlap(service, rows[0]):
                continue
            if starts in pairs:
                clashes.append(_clash(offer, rows[0], service))
            else:
                pairs[starts] = service
                break
    if clashes:
        raise ImportRefused(clashes)
    return pairs


def _overlap(service: Service, row: Row) -> bool:
    ends = service.ends or date.max
    return max(service.starts, row.service_from) <= min(ends, row.ends)


def _clash(offer: Offer, row: Row, service: Service) -> Problem:
    until = f"to {say(service.ends)}" if service.ends else "with no end"
    return Problem(
        row.line,
        "service_from",
        f"{offer.name} is also on record from {say(service.starts)} {until}, "
        "which these dates overlap; list that period too, or part the two",
    )


def _settle(
    work: Work, sites: Sites, offer: Offer, found: Service | None, rows: list[Row]
) -> Service:
    row = rows[0]

    def make() -> Service:
        return Service(
            site_id=sites[row.place].id or 0,
            party_code=row.provider_code or None,
            role=row.service_role,
            line=row.service_line,
            starts=row.service_from,
        )

    values = {"starts": row.service_from, "ends": row.service_to}
    values |= work.told(rows, "source", "source_date", "note")
    until = f" to {say(row.service_to)}" if row.service_to else ""
    what = f"{offer.name}, from {say(row.service_from)}{until}"
    return work.settle(found, make, values, what, of="service")
