"""Small registers for tests: one contact of one service, and what differs from it."""

import csv
import io
from datetime import datetime

from sqlmodel import Session

from providers.register import Imported, Register, check, import_register
from tests.support.cast import at

ROW = {
    "region": "Fenland",
    "site_code": "avb",
    "site_name": "HMP Avonbridge",
    "provider_code": "avon",
    "provider_name": "Avon Health",
    "party": "provider",
    "service_role": "prime",
    "service_from": "2025-04-01",
    "service_to": "",
    "contact_name": "Avon Averill",
    "contact_email": "lead@avon.example",
    "contact_role": "lead",
}
SIGNER = {
    "contact_name": "Ada Winter",
    "contact_email": "ada@avon.example",
    "contact_role": "signer",
}
NOBODY = {"contact_name": "", "contact_email": "", "contact_role": ""}
GAP = {"provider_code": "", "provider_name": "", **NOBODY}
BROOK_ROW = {
    "site_code": "brb",
    "site_name": "HMP Brookbridge",
    "provider_code": "brook",
    "provider_name": "Brook Care",
    "contact_name": "Brook Bayliss",
    "contact_email": "lead@brook.example",
}
COMMISSIONER = {
    "site_code": "REGION",
    "site_name": "Fenland Commissioning",
    "provider_code": "fenland-commissioning",
    "provider_name": "Fenland Commissioning",
    "party": "commissioner",
    "contact_name": "Coral Marsh",
    "contact_email": "lead@fenland.example",
}
NOON = at("2026-07-01T12:00")


def csv_of(*changes: dict[str, str]) -> bytes:
    """A register with one row for each change to the usual one."""
    rows = [{**ROW, **change} for change in changes]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def register_of(*changes: dict[str, str]) -> Register:
    """The same, read and checked; it must be without problems."""
    found = check(csv_of(*changes), "register.csv")
    assert found.problems == (), "\n".join(map(str, found.problems))
    return found


def take_in(
    session: Session,
    *changes: dict[str, str],
    now: datetime = NOON,
    yes: bool = False,
    paused: bool = False,
) -> Imported:
    """Import a register with one row for each change."""
    return import_register(
        session,
        register_of(*changes),
        now,
        "operator",
        policy_version="2026.4",
        yes=yes,
        paused=paused,
    )
