"""The telephone numbers of a prison, corrected and checked between two imports."""

from dataclasses import astuple, dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from charter.ledger import canonical, digest
from providers import ledger
from providers.cycles import Unknown
from providers.register_rows import PHONES
from providers.tables import Site

CHECKED = "numbers_checked"
"""The kind of the ledger's entry."""


@dataclass(frozen=True)
class Numbers:
    """Three numbers as people write them, empty where none is known, and when they were checked."""

    switchboard: str
    safer_custody: str
    family_line: str
    checked: date | None

    @property
    def seen(self) -> str:
        """What names these numbers and this date, to tell whether others stand there now."""
        return digest(canonical([*astuple(self)[:3], str(self.checked or "")]))


def numbers_of(session: Session, region: str, code: str) -> Numbers:
    """A prison's numbers; Unknown where the region has no prison of that code."""
    return _numbers(_site(session, region, code))


def check(
    session: Session, region: str, code: str, numbers: Numbers, now: datetime, by: str
) -> bool:
    """Put a prison's numbers on record as checked; False if they stand there so already.

    The ledger says which were changed and the date, and holds no number.
    """
    site = _site(session, region, code)
    if _numbers(site) == numbers:
        return False
    changed = [name for name in PHONES if getattr(site, name) != getattr(numbers, name)]
    for name in changed:
        setattr(site, name, getattr(numbers, name))
    site.numbers_checked = numbers.checked
    session.add(site)
    session.flush()
    body = {"changed": changed, "checked": str(numbers.checked or "")}
    ledger.append(session, now, by, CHECKED, f"site:{site.id}", body)
    return True


def _site(session: Session, region: str, code: str) -> Site:
    wanted = select(Site).where(Site.region_code == region, Site.code == code)
    site = session.exec(wanted).first()
    if site is None:
        raise Unknown(f"no prison of that code in {region}")
    return site


def _numbers(site: Site) -> Numbers:
    return Numbers(site.switchboard, site.safer_custody, site.family_line, site.numbers_checked)
