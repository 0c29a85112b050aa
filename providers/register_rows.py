"""A register file is read whole: its rows, everything wrong with them, and the gaps it admits."""

from dataclasses import dataclass
from datetime import date

from charter.policy import Role
from providers.cells import LONGEST_NOTE, Cells, slug
from providers.tabular import Problem

REQUIRED = (
    "region",
    "site_code",
    "site_name",
    "provider_code",
    "provider_name",
    "party",
    "service_role",
    "service_from",
    "service_to",
    "contact_name",
    "contact_email",
    "contact_role",
)
PHONES = ("switchboard", "safer_custody", "family_line")
OF_PLACE = (*PHONES, "numbers_checked", "link_worker", "partner")
"""What is told of a prison; `partner` of a region's own place, and only there."""
OPTIONAL = ("service_line", "source", "source_date", "note", *OF_PLACE)
PARTIES = ("provider", "commissioner")
SERVICE_ROLES = ("prime", "sub")
CONTACT_ROLES = tuple(role.value for role in Role if role is not Role.ARBITER)
"""An arbiter comes from outside: no register lists one."""
REGION_SITE = "REGION"
"""The site code of a commissioner's own return."""


@dataclass(frozen=True)
class Row:
    """One contact of a service; a blank `provider_code` is a gap, a blank e-mail is no contact."""

    line: int
    region: str
    site_code: str
    site_name: str
    provider_code: str
    provider_name: str
    party: str
    service_role: str
    service_from: date
    service_to: date | None
    contact_name: str
    contact_email: str
    contact_role: str
    service_line: str = ""
    source: str = ""
    source_date: date | None = None
    note: str = ""
    switchboard: str = ""
    safer_custody: str = ""
    family_line: str = ""
    numbers_checked: date | None = None
    link_worker: str = ""
    partner: str = ""

    @property
    def region_code(self) -> str:
        """The region's name as a code."""
        return slug(self.region)

    @property
    def place(self) -> tuple[str, str]:
        """Which site this is, by region and site code."""
        return self.region_code, self.site_code

    @property
    def offer(self) -> tuple[str, str, str, str, str]:
        """Who provides what where, whatever the dates."""
        return (*self.place, self.provider_code, self.service_role, self.service_line)

    @property
    def ends(self) -> date:
        """The last day of the service, or of all days."""
        return self.service_to or date.max


@dataclass(frozen=True)
class Gap:
    """Something the register does not know, at the line that shows it."""

    line: int
    region: str
    site: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True)
class Register:
    """A file as it was read; `sha` is the SHA-256 of its bytes, `columns` those it has."""

    name: str
    sha: str
    columns: frozenset[str]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    gaps: tuple[Gap, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """The names of the regions it lists, in the order they appear."""
        return tuple(dict.fromkeys(row.region for row in self.rows))


def read_row(line: int, cells: dict[str, str]) -> tuple[Row | None, list[Problem]]:
    """One row's values, or everything that is wrong with it."""
    c = Cells(line, cells)
    region = c.text("region", required=True)
    if region and not slug(region):
        c.wrong("region", f"'{region}' has no letter to make a code of; name the region")
    party = c.choice("party", PARTIES)
    site_code = c.code("site_code")
    _check_place(c, party, site_code)
    starts, ends = c.day("service_from", required=True), c.day("service_to")
    if starts and ends and ends < starts:
        c.wrong("service_to", f"{ends} lies before service_from ({starts}); one of them is wrong")
    code, provider_name = _provider(c, party)
    name, email, role = _contact(c)
    row = Row(
        line=line,
        region=region,
        site_code=site_code,
        site_name=c.text("site_name", required=True),
        provider_code=code,
        provider_name=provider_name,
        party=party,
        service_role=c.choice("service_role", SERVICE_ROLES),
        service_from=starts or date.min,
        service_to=ends,
        contact_name=name,
        contact_email=email,
        contact_role=role,
        service_line=c.text("service_line"),
        source=c.text("source", longest=LONGEST_NOTE),
        source_date=c.day("source_date"),
        note=c.text("note", longest=LONGEST_NOTE),
        switchboard=c.phone("switchboard"),
        safer_custody=c.phone("safer_custody"),
        family_line=c.phone("family_line"),
        numbers_checked=c.day("numbers_checked"),
        link_worker=c.phone("link_worker"),
        partner=c.text("partner"),
    )
    return (None if c.problems else row), c.problems


def _check_place(c: Cells, party: str, site_code: str) -> None:
    if party == "commissioner" and site_code != REGION_SITE:
        c.wrong("site_code", f"'{site_code}': a commissioner's own row has {REGION_SITE} here")
    elif site_code.upper() == REGION_SITE and party == "provider":
        c.wrong("site_code", f"{REGION_SITE} is for the commissioner; give the prison's own code")
    if party == "provider" and not c.blank("partner"):
        c.wrong("partner", "the listening partner is a region's; name it on the commissioner's row")
    if party == "commissioner" and c.cells.get("service_role", "").strip() == "sub":
        c.wrong("service_role", "a commissioner answers for itself; write prime")


def _provider(c: Cells, party: str) -> tuple[str, str]:
    if c.blank("provider_code", "provider_name"):
        if party == "commissioner":
            c.wrong("provider_code", "is blank; a commissioner's row names the commissioner")
        return "", ""
    return c.code("provider_code"), c.text("provider_name", required=True)


def _contact(c: Cells) -> tuple[str, str, str]:
    if c.blank("contact_name", "contact_email", "contact_role"):
        return "", "", ""
    name = c.text("contact_name", required=True)
    return name, c.email("contact_email"), c.choice("contact_role", CONTACT_ROLES)
