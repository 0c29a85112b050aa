"""What pages of every kind need to know of a place: its name, its numbers, its address."""

import re
from collections.abc import Iterable

from charter.commitments import CharterFile
from charter.pages import prison_key
from charter.parts import Notices, Phone
from charter.said import Said
from charter.views import RegionView, ReturnView, SiteView

_PREFIX = re.compile(r"^(HM\s?P(/?\s?YOI)?|HMYOI|YOI|IRC|STC)\s+", re.IGNORECASE)


def a_to_z(name: str) -> str:
    """The name that a prison is looked up by, without HMP or YOI before it."""
    return _PREFIX.sub("", name).casefold()


def phones(site: SiteView) -> tuple[Phone, ...]:
    """The prison's own numbers, most urgent first; one that holds no digits is left out."""
    listed = [
        (Said("Prison switchboard"), site.switchboard),
        (Said("Safer custody"), site.safer_custody),
        (Said("Healthcare line for families"), site.family_line),
        (Said("Family Link Worker"), site.link_worker),
    ]
    found = []
    for label, number in listed:
        dialled = re.split(r"(?i)\s*(?:ext|option|x\d)", number)[0]
        dials = re.sub(r"[^\d+]", "", dialled.replace("(0)", ""))
        if dials:
            checked = site.numbers_checked
            found.append(Phone(label=label, number=number.strip(), dials=dials, checked=checked))
    return tuple(found)


def in_order(views: Iterable[ReturnView]) -> list[ReturnView]:
    """Returns by prison, A to Z, then by organisation."""
    return sorted(views, key=lambda v: (a_to_z(v.site.name), v.party_name, v.line, v.return_id))


def page_of(view: ReturnView) -> str:
    """The key of the page that a return is told on."""
    site = view.site
    return prison_key(site.region.code, site.code, view.quarter, is_region=site.is_region)


def notices(region: RegionView, charter: CharterFile, first_update: bool = False) -> Notices:
    """What every page made from this region and Charter says first."""
    return Notices(
        sample=region.sample,
        working_wording=charter.notice if charter.is_working else "",
        charter=charter.title,
        official_url=charter.official_url,
        first_update=first_update,
    )
