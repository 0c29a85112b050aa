"""The register on record, written as the file that would import it without a change."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session

from providers.contacts import ContactView, listed_contacts
from providers.people import ServiceView, SiteView, regions, services, sites
from providers.register_rows import OPTIONAL, REQUIRED, SERVICE_ROLES
from providers.tabular import write_csv

COLUMNS = (*REQUIRED, *OPTIONAL)


def export(session: Session, region_codes: Iterable[str] = ()) -> str:
    """The register of these regions (all, when none is named) as CSV text.

    Ended services are in it with their last day, ended contacts are not. Cells that a spreadsheet
    would run as a formula are guarded by an apostrophe, which reading takes away again.
    """
    return write_csv(COLUMNS, export_rows(session, region_codes))


def export_rows(session: Session, region_codes: Iterable[str] = ()) -> list[list[str]]:
    """The same as rows of text, in the order of COLUMNS."""
    codes = set(region_codes)
    known = [r for r in regions(session) if not codes or r.code in codes]
    names = {r.code: r.name for r in known}
    places = {site.id: site for r in known for site in sites(session, r.code)}
    serving = [s for s in services(session, names) if s.ends is None or s.ends >= s.starts]
    contacts = listed_contacts(session, [s.id for s in serving], date.max)
    rows = []
    for service in serving:
        listed: list[ContactView | None] = [*contacts[service.id]]
        for contact in listed or [None]:
            rows.append(_row(names[service.region], places[service.site_id], service, contact))
    return rows


def _row(
    region: str, site: SiteView, service: ServiceView, contact: ContactView | None
) -> list[str]:
    cells = {
        "region": region,
        "site_code": service.site_code,
        "site_name": service.site_name,
        "provider_code": service.party_code,
        "provider_name": service.party_name,
        "party": service.party_kind or "provider",
        "service_role": service.role or SERVICE_ROLES[0],
        "service_from": service.starts.isoformat(),
        "service_to": _day(service.ends),
        "contact_name": contact.name if contact else "",
        "contact_email": contact.email if contact else "",
        "contact_role": contact.role.value if contact else "",
        "service_line": service.line,
        "source": service.source,
        "source_date": _day(service.source_date),
        "note": service.note,
        "switchboard": site.switchboard,
        "safer_custody": site.safer_custody,
        "family_line": site.family_line,
        "numbers_checked": _day(site.numbers_checked),
        "link_worker": site.link_worker,
        "partner": site.partner,
    }
    return [cells[column] for column in COLUMNS]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
