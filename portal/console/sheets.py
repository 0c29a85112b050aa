"""A quarter's returns as a table for a spreadsheet: CSV or a workbook, every cell plain words."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from starlette.responses import Response

from charter.commitments import CharterFile
from charter.policy import Policy
from charter.waiting import CHECKED_WORDS
from charter.words import BAND_WORDS, RATING_WORDS, STATE_WORDS
from notifications.exports import guarded, table
from portal.console import lines
from providers import standings
from providers.cycles import CycleView
from providers.overview import Row

BOM = b"\xef\xbb\xbf"
"""With it Excel reads UTF-8."""
KINDS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - the library takes no time zone
"""When every workbook says that it was made: the same rows are the same bytes."""
COLUMNS = (
    *("region", "quarter", "site", "site_name", "service_line", "provider", "provider_name"),
    *("state", "due", "received_on", "days_late", "contact_list_failing", "fully_met"),
    *("applicable", "band", "checked", "approvals", "published", "waits_for", "ratings_changed"),
)
Told = Mapping[str, object]


@dataclass(frozen=True)
class Sheet:
    """Columns in order, and a row for each return; what is not known is None."""

    columns: Sequence[str]
    rows: Sequence[Told]
    title: str = "Returns"


def told(
    rows: Iterable[Row], cycle: CycleView, charter: CharterFile, policy: Policy, today: date
) -> Sheet:
    """These returns, each with its ratings in force, and the number that its page goes by last."""
    return Sheet(
        (*COLUMNS, *charter.ids, "return_id"),
        [_row(row, cycle, charter, policy, today) for row in rows],
    )


def _row(
    row: Row, cycle: CycleView, charter: CharterFile, policy: Policy, today: date
) -> dict[str, object]:
    rated = standings.ratings_of(row.ratings)
    held = {c: RATING_WORDS[rated[c][1]].console if c in rated else None for c in charter.ids}
    return {
        "region": cycle.region,
        "quarter": str(cycle.quarter),
        "site": row.site,
        "site_name": row.site_name,
        "service_line": row.line,
        "provider": row.party,
        "provider_name": row.party_name,
        "state": STATE_WORDS[row.state].console,
        "due": row.due_on,
        "received_on": row.received_on,
        "days_late": row.days_late(today),
        "contact_list_failing": row.unreachable,
        "fully_met": row.fully,
        "applicable": row.applicable,
        "band": BAND_WORDS[row.band].console if row.band else None,
        "checked": CHECKED_WORDS[row.checked] if row.checked else None,
        "approvals": lines.approvals_words(row, policy.approvals),
        "published": row.published,
        "waits_for": lines.needs(row),
        "ratings_changed": " ".join(c for c, (own, now) in rated.items() if own is not now),
        **held,
        "return_id": row.id,
    }


def answer(sheet: Sheet, kind: str, name: str) -> Response:
    """The sheet as a file to keep; `kind` is one of KINDS, `name` has no ending."""
    body = BOM + table(sheet.columns, sheet.rows) if kind == "csv" else workbook(sheet)
    said = f'attachment; filename="{name}.{kind}"'
    return Response(body, media_type=KINDS[kind], headers={"content-disposition": said})


def workbook(sheet: Sheet) -> bytes:
    """One sheet with a heading that stays, in which no cell is a formula or a link."""
    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, plain) as book:
        book.set_properties({"title": sheet.title, "created": MADE})
        page = book.add_worksheet(sheet.title)
        bold = book.add_format({"bold": True})
        for across, column in enumerate(sheet.columns):
            page.write_string(0, across, column.replace("_", " "), bold)
        for down, row in enumerate(sheet.rows, 1):
            for across, column in enumerate(sheet.columns):
                value = row[column]
                if isinstance(value, int) and not isinstance(value, bool):
                    page.write_number(down, across, value)
                else:
                    page.write_string(down, across, guarded(value))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
        page.autofit()
    return out.getvalue()
