"""The register's front door: read a file, take it in, hand it out, and ask who serves where."""

import hashlib
from pathlib import Path

from sqlmodel import Session

from providers.contacts import ContactView, contact_roles, contacts_of, listed_in_regions
from providers.exporting import export
from providers.importing import (
    Imported,
    ImportRefused,
    NeedsYes,
    import_planned,
    import_register,
    plan,
)
from providers.people import (
    GapView,
    PersonView,
    RegionView,
    ServiceView,
    SignatoryView,
    SiteView,
    address_refused,
    commissioner_of,
    gaps,
    people,
    person_by_email,
    region,
    regions,
    services,
    services_serving,
    signatories,
    sites,
)
from providers.register_rows import OPTIONAL, REQUIRED, Gap, Register, Row, read_row
from providers.register_rules import between_rows
from providers.register_rules import gaps as gaps_in
from providers.signatories import (
    SignatoriesImported,
    SignatoryFile,
    export_signatories,
    import_planned_signatories,
    import_signatories,
    plan_signatories,
    read_signatories,
)
from providers.tabular import Problem, Unreadable, read_capped, read_table
from providers.taking_in import Change, Plan, PlanChanged

__all__ = [
    "Change",
    "ContactView",
    "Gap",
    "GapView",
    "ImportRefused",
    "Imported",
    "NeedsYes",
    "PersonView",
    "Plan",
    "PlanChanged",
    "Problem",
    "RegionView",
    "Register",
    "Row",
    "ServiceView",
    "SignatoriesImported",
    "SignatoryFile",
    "SignatoryView",
    "SiteView",
    "Unreadable",
    "address_refused",
    "check",
    "check_file",
    "commissioner",
    "contact_roles",
    "contacts_of",
    "export",
    "export_signatories",
    "gaps",
    "import_planned",
    "import_planned_signatories",
    "import_register",
    "import_signatories",
    "listed_in_regions",
    "people",
    "person_by_email",
    "plan",
    "plan_signatories",
    "read_capped",
    "read_signatories",
    "region",
    "regions",
    "services",
    "services_serving",
    "signatories",
    "sites",
]


def commissioner(session: Session, region_code: str, region_name: str) -> str:
    """The organisation that commissions for a region, or how to call it where none is named."""
    return commissioner_of(session, region_code) or f"The commissioner for {region_name}"


def check(content: bytes, name: str) -> Register:
    """Read a register, CSV or XLSX, and find every problem and gap in it; nothing is stored.

    `name` is the file's, for the messages. A register with problems cannot be imported.
    """
    table = read_table(content, name, REQUIRED, OPTIONAL)
    problems = list(table.problems)
    rows = []
    for line, cells in table.rows:
        row, wrong = read_row(line, cells)
        problems += wrong
        if row:
            rows.append(row)
    problems += between_rows(rows)
    return Register(
        name=name,
        sha=hashlib.sha256(content).hexdigest(),
        columns=table.columns,
        rows=tuple(rows),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        gaps=tuple(gaps_in(rows)),
    )


def check_file(path: Path) -> Register:
    """`check` a file on disk; one too large or out of reach is a problem like any other."""
    try:
        return check(read_capped(path), path.name)
    except Unreadable as error:
        return Register(path.name, "", frozenset(), (), (Problem(0, "", str(error)),), ())
